// `device`: an accelerator or another device a task needs.

import { type BlockSchema, block } from '../field.ts';
import { affinityBlock } from './affinity.ts';
import { constraintBlock } from './constraint.ts';

export const deviceBlock: BlockSchema = {
  name: 'device',
  doc: 'A device the task needs.',
  label: { model: 'name', wire: 'Name', doc: 'type, vendor/type or vendor/type/name.' },
  fields: [
    { hcl: 'count', wire: 'Count', model: 'count', type: 'int', default: 1, min: 1, doc: 'How many.' },
    {
      hcl: 'constraint',
      wire: 'Constraints',
      model: 'constraints',
      type: block(constraintBlock, 'many'),
      default: [],
      doc: 'Rules about the device.',
    },
    {
      hcl: 'affinity',
      wire: 'Affinities',
      model: 'affinities',
      type: block(affinityBlock, 'many'),
      default: [],
      doc: 'Wishes about the device.',
    },
  ],
};
