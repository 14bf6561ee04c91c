// `logs`: how much of a task's output is kept.

import type { BlockSchema } from '../field.ts';

export const logsBlock: BlockSchema = {
  name: 'logs',
  doc: "How much of the task's output is kept.",
  fields: [
    {
      hcl: 'max_files',
      wire: 'MaxFiles',
      model: 'maxFiles',
      type: 'int',
      default: 10,
      min: 1,
      doc: 'Files kept of stdout and of stderr.',
    },
    {
      hcl: 'max_file_size',
      wire: 'MaxFileSizeMB',
      model: 'maxFileSizeMb',
      type: 'int',
      default: 10,
      min: 1,
      doc: 'Size at which a file is rotated, in MB.',
    },
    {
      hcl: 'disabled',
      wire: 'Disabled',
      model: 'disabled',
      type: 'bool',
      default: false,
      destructive: true,
      doc: 'Whether the output is not kept at all.',
    },
    {
      hcl: 'enabled',
      wire: 'Enabled',
      model: 'enabled',
      type: 'bool',
      deprecated: 'write `disabled`, the opposite',
      doc: 'The opposite of `disabled`.',
    },
  ],
  fold(record, _context, given) {
    if (given['enabled'] === undefined) return;
    if (given['enabled'] === false && given['disabled'] === undefined) record['disabled'] = true;
    delete record['enabled'];
  },
};
