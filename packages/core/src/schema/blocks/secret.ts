// `secret`: values fetched from a secret store before a task starts.

import { type BlockSchema, stringMap } from '../field.ts';

export const secretBlock: BlockSchema = {
  name: 'secret',
  doc: 'Values from a secret store, used as ${secret.<name>.<key>}.',
  label: { model: 'name', wire: 'Name', doc: 'Name of the secret.' },
  fields: [
    {
      hcl: 'provider',
      wire: 'Provider',
      model: 'provider',
      type: 'string',
      required: true,
      doc: 'nomad, vault or a plugin.',
    },
    { hcl: 'path', wire: 'Path', model: 'path', type: 'string', required: true, doc: 'Where it is.' },
    { hcl: 'config', wire: 'Config', model: 'config', type: 'json', doc: 'Options of the provider.' },
    { hcl: 'env', wire: 'Env', model: 'env', type: stringMap, default: {}, doc: 'Environment of the plugin.' },
  ],
};
