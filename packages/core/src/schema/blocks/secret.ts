// `secret`: values fetched from a secret store before a task starts.

import { labelRule } from '../../model/name.ts';
import { type BlockSchema, type ModelRecord, type Report, stringMap } from '../field.ts';

export const secretBlock: BlockSchema = {
  name: 'secret',
  doc: 'Values from a secret store, used as ${secret.<name>.<key>}.',
  label: { model: 'name', wire: 'Name', doc: 'Name by which the values are used.' },
  fields: [
    {
      hcl: 'provider',
      wire: 'Provider',
      model: 'provider',
      type: 'string',
      required: true,
      nameRule: labelRule,
      doc: 'Where the values are: "nomad", "vault", or the name of a plugin.',
    },
    {
      hcl: 'path',
      wire: 'Path',
      model: 'path',
      type: 'string',
      required: true,
      doc: 'Where the values are in that store.',
    },
    {
      hcl: 'config',
      wire: 'Config',
      model: 'config',
      type: 'json',
      default: {},
      doc: 'Options of the providers "nomad" and "vault", such as `namespace` or `engine`.',
    },
    {
      hcl: 'env',
      wire: 'Env',
      model: 'env',
      type: stringMap,
      default: {},
      doc: 'Environment variables of the plugin that fetches the values.',
    },
  ],
  check(record: ModelRecord, _context: unknown, report: Report) {
    const name = String(record['name']);
    if (!/^[A-Za-z0-9_]{1,128}$/.test(name)) {
      report('', `"${name}" is no name of a secret`, 'letters, digits and "_", at most 128 characters');
    }
    const isBuiltIn = record['provider'] === 'nomad' || record['provider'] === 'vault';
    const has = (field: string) => Object.keys((record[field] ?? {}) as object).length > 0;
    if (isBuiltIn && has('env')) report('env', `the provider "${record['provider']}" is no plugin`, 'use config');
    if (!isBuiltIn && has('config')) report('config', 'a plugin has no config', 'use env');
  },
};
