// `spread`: allocations distributed over the values of an attribute.

import { asRecords, type BlockSchema, block } from '../field.ts';

const targetBlock: BlockSchema = {
  name: 'target',
  doc: 'The share of one value of the attribute.',
  label: { model: 'value', wire: 'Value', doc: 'The value of the attribute.' },
  fields: [
    {
      hcl: 'percent',
      wire: 'Percent',
      model: 'percent',
      type: 'int',
      default: 0,
      min: 0,
      max: 100,
      doc: 'Share of the allocations, in percent.',
    },
  ],
};

export const spreadBlock: BlockSchema = {
  name: 'spread',
  doc: 'Distributes allocations over the values of an attribute.',
  fields: [
    {
      hcl: 'attribute',
      wire: 'Attribute',
      model: 'attribute',
      type: 'string',
      required: true,
      doc: 'The attribute, such as "${node.datacenter}".',
    },
    {
      hcl: 'weight',
      wire: 'Weight',
      model: 'weight',
      type: 'int',
      default: 50,
      min: 1,
      max: 100,
      doc: 'How much this spread counts among several.',
    },
    {
      hcl: 'target',
      wire: 'SpreadTarget',
      model: 'targets',
      type: block(targetBlock, 'many'),
      default: [],
      doc: 'Wanted shares; without any the spread is even.',
    },
  ],
  check(record, context, report) {
    const targets = asRecords(record['targets']);
    const sum = targets.reduce((total, target) => total + Number(target['percent']), 0);
    if (sum > 100) report('target', `the percentages add up to ${sum}, at most 100 are possible`);
    const values = new Set(targets.map((target) => target['value']));
    if (values.size < targets.length) report('target', 'two targets have the same value');
    if (context.jobType === 'system') {
      report('', `a ${context.jobType} job runs on every node, so it has no spread`, 'remove the block');
    }
  },
};
