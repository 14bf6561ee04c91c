// `device`: an accelerator or another device a task needs.

import { labelRule } from '../../model/name.ts';
import { type BlockSchema, block } from '../field.ts';
import { affinityBlock } from './affinity.ts';
import { constraintBlock } from './constraint.ts';

export const deviceBlock: BlockSchema = {
  name: 'device',
  doc: 'A device the task needs.',
  label: {
    model: 'name',
    wire: 'Name',
    nameRule: labelRule,
    doc: 'What it is: type, vendor/type or vendor/type/name.',
  },
  fields: [
    {
      hcl: 'count',
      wire: 'Count',
      model: 'count',
      type: 'int',
      default: 1,
      min: 1,
      doc: 'How many of them the task needs.',
    },
    {
      hcl: 'constraint',
      wire: 'Constraints',
      model: 'constraints',
      type: block(constraintBlock, 'many'),
      default: [],
      doc: 'Rules that the devices must fulfil.',
    },
    {
      hcl: 'affinity',
      wire: 'Affinities',
      model: 'affinities',
      type: block(affinityBlock, 'many'),
      default: [],
      doc: 'Wishes about the devices, weighed against each other.',
    },
  ],
};
