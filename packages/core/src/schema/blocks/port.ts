// `port`: a port of a group's network.

import { labelRule, quotedName } from '../../model/name.ts';
import type { BlockSchema, FieldSchema } from '../field.ts';

const fields: readonly FieldSchema[] = [
  {
    hcl: 'static',
    wire: 'Value',
    model: 'value',
    type: 'int',
    default: 0,
    min: 0,
    max: 65_535,
    destructive: true,
    doc: "The node's port; without it one is chosen.",
  },
  {
    hcl: 'to',
    wire: 'To',
    model: 'to',
    type: 'int',
    default: 0,
    min: -1,
    max: 65_535,
    destructive: true,
    doc: "Port inside the network namespace; −1 = the same as the node's.",
  },
  {
    hcl: 'host_network',
    wire: 'HostNetwork',
    model: 'hostNetwork',
    type: 'string',
    default: 'default',
    destructive: true,
    nameRule: labelRule,
    doc: "Which of the node's networks publishes it.",
  },
  {
    hcl: 'ignore_collision',
    wire: 'IgnoreCollision',
    model: 'ignoreCollision',
    type: 'bool',
    default: false,
    doc: 'Lets several allocations on a node ask for the same static port; host mode only.',
  },
  {
    hcl: 'task',
    wire: 'Task',
    model: 'task',
    type: 'string',
    extension: true,
    destructive: true,
    doc: 'The task that asked for it in `resources { network { … } }`, as old job files did.',
  },
  {
    hcl: 'task_label',
    wire: 'TaskLabel',
    model: 'taskLabel',
    type: 'string',
    extension: true,
    destructive: true,
    doc: 'What that task calls it, where another task of the group has a port of that name.',
  },
];

export const portBlock: BlockSchema = {
  name: 'port',
  doc: "A port of the group's network.",
  label: { model: 'label', wire: 'Label', doc: 'Name by which tasks and variables refer to the port.' },
  fields,
  check(record, _context, report) {
    const label = String(record['label']);
    if (!/^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,64}$/.test(label)) {
      report('', `the port name ${quotedName(label)} may contain letters, digits, "-", "_" and "." only`);
    }
  },
};
