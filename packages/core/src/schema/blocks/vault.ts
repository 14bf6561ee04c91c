// `vault`: a token of a Vault server for a task.

import { type BlockSchema, stringList } from '../field.ts';

export const vaultBlock: BlockSchema = {
  name: 'vault',
  doc: 'A token of a Vault server.',
  fields: [
    { hcl: 'role', wire: 'Role', model: 'role', type: 'string', doc: 'Role of the token.' },
    {
      hcl: 'policies',
      wire: 'Policies',
      model: 'policies',
      type: stringList,
      default: [],
      doc: 'Policies of the token.',
    },
    { hcl: 'namespace', wire: 'Namespace', model: 'namespace', type: 'string', doc: 'Vault namespace.' },
    {
      hcl: 'cluster',
      wire: 'Cluster',
      model: 'cluster',
      type: 'string',
      default: 'default',
      doc: 'Which Vault cluster.',
    },
    { hcl: 'env', wire: 'Env', model: 'env', type: 'bool', default: true, doc: 'Sets VAULT_TOKEN.' },
    {
      hcl: 'disable_file',
      wire: 'DisableFile',
      model: 'disableFile',
      type: 'bool',
      default: false,
      doc: 'Writes no token file.',
    },
    {
      hcl: 'change_mode',
      wire: 'ChangeMode',
      model: 'changeMode',
      type: 'string',
      default: 'restart',
      values: ['noop', 'restart', 'signal'],
      doc: 'What happens when the token changes.',
    },
    { hcl: 'change_signal', wire: 'ChangeSignal', model: 'changeSignal', type: 'string', doc: 'Signal at a change.' },
    {
      hcl: 'allow_token_expiration',
      wire: 'AllowTokenExpiration',
      model: 'allowTokenExpiration',
      type: 'bool',
      default: false,
      doc: 'Does not renew the token.',
    },
  ],
};
