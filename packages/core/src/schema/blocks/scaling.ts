// `scaling`: within which bounds an autoscaler may change a group or task.

import type { BlockSchema, FieldSchema, ModelRecord, Report } from '../field.ts';

const shared = (what: string, needsMax: boolean): FieldSchema[] => [
  {
    hcl: 'enabled',
    wire: 'Enabled',
    model: 'enabled',
    type: 'bool',
    default: true,
    doc: 'Whether the autoscaler acts on it.',
  },
  { hcl: 'min', wire: 'Min', model: 'min', type: 'int', min: 0, doc: `Lowest ${what}.` },
  { hcl: 'max', wire: 'Max', model: 'max', type: 'int', min: 0, required: needsMax, doc: `Highest ${what}.` },
];
const policy: FieldSchema = {
  hcl: 'policy',
  wire: 'Policy',
  model: 'policy',
  type: 'json',
  doc: 'How the autoscaler decides; read by the autoscaler only.',
};
const ignoredWire = ['ID', 'Namespace', 'Target', 'CreateIndex', 'ModifyIndex'];

export const scalingBlock: BlockSchema = {
  name: 'scaling',
  doc: 'Bounds within which an autoscaler may change the count.',
  fields: [
    ...shared('count', true),
    {
      hcl: 'type',
      wire: 'Type',
      model: 'type',
      type: 'string',
      default: 'horizontal',
      values: ['horizontal'],
      doc: 'Kind of scaling: that of a group changes its count.',
    },
    policy,
  ],
  ignoredWire,
  fold(record, context) {
    if (record['min'] !== undefined) return;
    const count = context.group?.['count'];
    record['min'] = typeof count === 'number' ? count : 1;
  },
  check(record, context, report) {
    // Without `min` it is the count, whose own message says it.
    if (record['min'] !== context.group?.['count']) checkBounds(record, context, report);
  },
};

/** Label of a task's scaling → its type in the API. */
const TYPES: Readonly<Record<string, string>> = { cpu: 'vertical_cpu', mem: 'vertical_mem' };

export const taskScalingBlock: BlockSchema = {
  name: 'scaling',
  doc: 'Bounds within which an autoscaler may change cpu or memory.',
  label: { model: 'resource', wire: 'Type', wireValues: TYPES, doc: 'What is changed: "cpu" or "mem".' },
  fields: [
    ...shared('amount', false),
    {
      hcl: 'type',
      model: 'type',
      type: 'string',
      doc: 'Kind of scaling, which the label says already: "vertical_cpu" or "vertical_mem".',
    },
    policy,
  ],
  ignoredWire,
  normalize(record, report) {
    const resource = String(record['resource'] ?? '').toLowerCase();
    const type = record['type'];
    delete record['type'];
    if (record['resource'] !== undefined) record['resource'] = resource;
    const expected = Object.hasOwn(TYPES, resource) ? TYPES[resource] : undefined;
    if (type !== undefined && expected !== undefined && type !== expected) {
      report('type', `the type of scaling "${resource}" is "${expected}"`, 'remove it');
    }
  },
  check(record, context, report) {
    const resource = String(record['resource'] ?? '');
    if (!Object.hasOwn(TYPES, resource)) {
      report('', `the scaling of a task is "cpu" or "mem", not "${resource}"`, 'write scaling "cpu" { … }');
    }
    checkBounds(record, context, report);
  },
};

function checkBounds(record: ModelRecord, _context: unknown, report: Report): void {
  const min = Number(record['min'] ?? 0);
  if (record['max'] !== undefined && Number(record['max']) < min)
    report('max', `it is below min (${min})`, 'max is the larger one of the two');
}
