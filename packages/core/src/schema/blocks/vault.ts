// `vault`: a token of a Vault server for a task.

import { labelRule } from '../../model/name.ts';
import { type BlockSchema, stringList } from '../field.ts';

export const vaultBlock: BlockSchema = {
  name: 'vault',
  doc: 'A token of a Vault server for the tasks of the job or group, or for one task.',
  fields: [
    {
      hcl: 'role',
      wire: 'Role',
      model: 'role',
      type: 'string',
      nameRule: labelRule,
      doc: 'Role in Vault that the token is made for.',
    },
    {
      hcl: 'policies',
      wire: 'Policies',
      model: 'policies',
      type: stringList,
      default: [],
      nameRule: labelRule,
      doc: 'Policies of the token; with workload identities the role says them.',
    },
    {
      hcl: 'namespace',
      wire: 'Namespace',
      model: 'namespace',
      type: 'string',
      nameRule: labelRule,
      doc: 'Vault namespace the token is for.',
    },
    {
      hcl: 'cluster',
      wire: 'Cluster',
      model: 'cluster',
      type: 'string',
      default: 'default',
      nameRule: labelRule,
      doc: 'Which of several configured Vault clusters the token is from.',
    },
    {
      hcl: 'env',
      wire: 'Env',
      model: 'env',
      type: 'bool',
      default: true,
      doc: 'Whether the task gets VAULT_TOKEN and VAULT_NAMESPACE.',
    },
    {
      hcl: 'disable_file',
      wire: 'DisableFile',
      model: 'disableFile',
      type: 'bool',
      default: false,
      doc: 'Whether the token is not written to a file of the task.',
    },
    {
      hcl: 'change_mode',
      wire: 'ChangeMode',
      model: 'changeMode',
      type: 'string',
      default: 'restart',
      values: ['noop', 'restart', 'signal'],
      doc: 'What happens to the task when the token is replaced.',
    },
    {
      hcl: 'change_signal',
      wire: 'ChangeSignal',
      model: 'changeSignal',
      type: 'string',
      default: 'SIGHUP',
      doc: 'Signal for change_mode = "signal".',
    },
    {
      hcl: 'allow_token_expiration',
      wire: 'AllowTokenExpiration',
      model: 'allowTokenExpiration',
      type: 'bool',
      default: false,
      doc: 'Whether the token is not renewed and may expire while the task runs.',
    },
  ],
  fold(record) {
    if (typeof record['changeSignal'] === 'string') record['changeSignal'] = record['changeSignal'].toUpperCase();
  },
};
