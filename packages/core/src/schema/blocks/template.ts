// `template`: a file rendered from variables, services and secrets.

import { type BlockSchema, block, stringList } from '../field.ts';

const waitBlock: BlockSchema = {
  name: 'wait',
  doc: 'How long changes are gathered before rendering.',
  fields: [
    { hcl: 'min', wire: 'Min', model: 'minMs', type: 'duration', doc: 'Quiet time.' },
    { hcl: 'max', wire: 'Max', model: 'maxMs', type: 'duration', doc: 'Longest wait.' },
  ],
};

const changeScriptBlock: BlockSchema = {
  name: 'change_script',
  doc: 'Command run in the task after a change.',
  fields: [
    { hcl: 'command', wire: 'Command', model: 'command', type: 'string', required: true, doc: 'Program.' },
    { hcl: 'args', wire: 'Args', model: 'args', type: stringList, default: [], doc: 'Arguments.' },
    { hcl: 'timeout', wire: 'Timeout', model: 'timeoutMs', type: 'duration', default: 5_000, doc: 'Longest run.' },
    {
      hcl: 'fail_on_error',
      wire: 'FailOnError',
      model: 'failOnError',
      type: 'bool',
      default: false,
      doc: 'A failure fails the task.',
    },
    {
      hcl: 'run_on_first_render',
      wire: 'RunOnFirstRender',
      model: 'runOnFirstRender',
      type: 'bool',
      default: false,
      doc: 'Also runs after the first rendering.',
    },
  ],
};

export const templateBlock: BlockSchema = {
  name: 'template',
  doc: 'A file rendered from variables, services and secrets.',
  fields: [
    { hcl: 'source', wire: 'SourcePath', model: 'source', type: 'string', doc: 'File with the template.' },
    { hcl: 'data', wire: 'EmbeddedTmpl', model: 'data', type: 'string', doc: 'The template itself.' },
    {
      hcl: 'destination',
      wire: 'DestPath',
      model: 'destination',
      type: 'string',
      required: true,
      doc: 'File that is written.',
    },
    {
      hcl: 'change_mode',
      wire: 'ChangeMode',
      model: 'changeMode',
      type: 'string',
      default: 'restart',
      values: ['restart', 'noop', 'signal', 'script'],
      doc: 'What happens when the file changes.',
    },
    {
      hcl: 'change_signal',
      wire: 'ChangeSignal',
      model: 'changeSignal',
      type: 'string',
      doc: 'Signal for change_mode = "signal".',
    },
    {
      hcl: 'change_script',
      wire: 'ChangeScript',
      model: 'changeScript',
      type: block(changeScriptBlock),
      doc: 'For change_mode = "script".',
    },
    {
      hcl: 'env',
      wire: 'Envvars',
      model: 'env',
      type: 'bool',
      default: false,
      doc: "The file's lines become environment variables.",
    },
    {
      hcl: 'splay',
      wire: 'Splay',
      model: 'splayMs',
      type: 'duration',
      default: 5_000,
      doc: 'Random wait before the change takes effect.',
    },
    { hcl: 'perms', wire: 'Perms', model: 'perms', type: 'string', default: '0644', doc: 'File mode.' },
    { hcl: 'uid', wire: 'Uid', model: 'uid', type: 'int', doc: 'Owner.' },
    { hcl: 'gid', wire: 'Gid', model: 'gid', type: 'int', doc: 'Group.' },
    {
      hcl: 'left_delimiter',
      wire: 'LeftDelim',
      model: 'leftDelimiter',
      type: 'string',
      default: '{{',
      doc: 'Opens an action.',
    },
    {
      hcl: 'right_delimiter',
      wire: 'RightDelim',
      model: 'rightDelimiter',
      type: 'string',
      default: '}}',
      doc: 'Closes an action.',
    },
    { hcl: 'wait', wire: 'Wait', model: 'wait', type: block(waitBlock), doc: 'Gathers changes.' },
    {
      hcl: 'error_on_missing_key',
      wire: 'ErrMissingKey',
      model: 'errorOnMissingKey',
      type: 'bool',
      default: false,
      doc: 'A missing key is an error.',
    },
    { hcl: 'once', wire: 'Once', model: 'once', type: 'bool', default: false, doc: 'Renders once.' },
    {
      hcl: 'vault_grace',
      wire: 'VaultGrace',
      model: 'vaultGraceMs',
      type: 'duration',
      deprecated: 'it has no effect; remove it',
      doc: 'Dead.',
    },
  ],
  normalize(record) {
    if (record['changeMode'] === 'signal' && record['changeSignal'] === undefined) record['changeSignal'] = 'SIGHUP';
  },
  check(record, _context, report) {
    if (record['source'] === undefined && record['data'] === undefined)
      report('', 'a template needs `source` or `data`');
    if (record['changeMode'] === 'script' && record['changeScript'] === undefined) {
      report('change_script', 'change_mode = "script" needs a change_script block');
    }
  },
};
