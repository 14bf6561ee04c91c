// `lifecycle`: when a task runs beside the main tasks of its group.

import type { BlockSchema } from '../field.ts';

export const lifecycleBlock: BlockSchema = {
  name: 'lifecycle',
  doc: 'Makes the task run before, beside or after the main tasks.',
  fields: [
    {
      hcl: 'hook',
      wire: 'Hook',
      model: 'hook',
      type: 'string',
      required: true,
      values: ['prestart', 'poststart', 'poststop'],
      doc: 'When the task starts.',
    },
    {
      hcl: 'sidecar',
      wire: 'Sidecar',
      model: 'sidecar',
      type: 'bool',
      default: false,
      doc: 'The task runs on as long as the main tasks do.',
    },
  ],
  check(record, _context, report) {
    if (record['hook'] === 'poststop' && record['sidecar'] === true) {
      report('sidecar', 'a poststop task runs when the main tasks are gone, it cannot be a sidecar', 'remove sidecar');
    }
  },
};
