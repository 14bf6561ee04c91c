// `scaling`: within which bounds an autoscaler may change a group or task.

import type { BlockSchema } from '../field.ts';

const shared = [
  { hcl: 'enabled', wire: 'Enabled', model: 'enabled', type: 'bool', default: true, doc: 'Whether it applies.' },
  { hcl: 'min', wire: 'Min', model: 'min', type: 'int', min: 0, doc: 'Lowest count.' },
  { hcl: 'max', wire: 'Max', model: 'max', type: 'int', min: 0, doc: 'Highest count.' },
  { hcl: 'type', wire: 'Type', model: 'type', type: 'string', doc: 'Kind of scaling.' },
  { hcl: 'policy', wire: 'Policy', model: 'policy', type: 'json', doc: 'For the autoscaler.' },
] as const;

export const scalingBlock: BlockSchema = {
  name: 'scaling',
  doc: 'Bounds within which an autoscaler may change the count.',
  fields: shared,
  ignoredWire: ['ID', 'Namespace', 'Target', 'CreateIndex', 'ModifyIndex'],
  check(record, _context, report) {
    if (record['max'] === undefined) report('max', 'a highest count is required', 'add max = …');
  },
};

export const taskScalingBlock: BlockSchema = {
  name: 'scaling',
  doc: 'Bounds within which an autoscaler may change cpu or memory.',
  label: { model: 'resource', wire: 'Resource', doc: 'cpu or mem.' },
  fields: shared,
  ignoredWire: ['ID', 'Namespace', 'Target', 'CreateIndex', 'ModifyIndex'],
};
