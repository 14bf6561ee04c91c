// `template`: a file rendered from variables, services and secrets.

import { type BlockSchema, block, type ModelRecord, type Report, stringList } from '../field.ts';
import { leavesTask } from '../task-path.ts';

const waitBlock: BlockSchema = {
  name: 'wait',
  doc: 'How long changes are gathered before the file is rendered again.',
  fields: [
    {
      hcl: 'min',
      wire: 'Min',
      model: 'minMs',
      type: 'duration',
      min: 0,
      doc: 'How long nothing may change before it is rendered.',
    },
    {
      hcl: 'max',
      wire: 'Max',
      model: 'maxMs',
      type: 'duration',
      min: 0,
      doc: 'When it is rendered although things still change.',
    },
  ],
  check(record, _context, report) {
    if (record['maxMs'] !== undefined && Number(record['minMs']) > Number(record['maxMs']))
      report('min', 'it is longer than max');
  },
};

const changeScriptBlock: BlockSchema = {
  name: 'change_script',
  doc: 'Command run in the task after a change.',
  fields: [
    {
      hcl: 'command',
      wire: 'Command',
      model: 'command',
      type: 'string',
      required: true,
      doc: 'Program that is run in the task.',
    },
    { hcl: 'args', wire: 'Args', model: 'args', type: stringList, default: [], doc: 'Arguments of the program.' },
    {
      hcl: 'timeout',
      wire: 'Timeout',
      model: 'timeoutMs',
      type: 'duration',
      default: 5_000,
      doc: 'How long it may run.',
    },
    {
      hcl: 'fail_on_error',
      wire: 'FailOnError',
      model: 'failOnError',
      type: 'bool',
      default: false,
      doc: 'Whether the task is killed when the program fails.',
    },
    {
      hcl: 'run_on_first_render',
      wire: 'RunOnFirstRender',
      model: 'runOnFirstRender',
      type: 'bool',
      default: false,
      doc: 'Whether it runs after the first rendering, too.',
    },
  ],
};

export const templateBlock: BlockSchema = {
  name: 'template',
  doc: 'A file rendered from variables, services and secrets.',
  fields: [
    {
      hcl: 'source',
      wire: 'SourcePath',
      model: 'source',
      type: 'string',
      doc: 'File with the template, such as one fetched by an artifact.',
    },
    { hcl: 'data', wire: 'EmbeddedTmpl', model: 'data', type: 'string', doc: 'The template itself.' },
    {
      hcl: 'destination',
      wire: 'DestPath',
      model: 'destination',
      type: 'string',
      required: true,
      doc: "File that is written, in the task's directory.",
    },
    {
      hcl: 'change_mode',
      wire: 'ChangeMode',
      model: 'changeMode',
      type: 'string',
      default: 'restart',
      values: ['restart', 'noop', 'signal', 'script'],
      doc: 'What happens to the task when the file changes.',
    },
    {
      hcl: 'change_signal',
      wire: 'ChangeSignal',
      model: 'changeSignal',
      type: 'string',
      doc: 'Signal for change_mode = "signal"; SIGHUP when it is not given.',
    },
    {
      hcl: 'change_script',
      wire: 'ChangeScript',
      model: 'changeScript',
      type: block(changeScriptBlock),
      doc: 'Command for change_mode = "script".',
    },
    {
      hcl: 'env',
      wire: 'Envvars',
      model: 'env',
      type: 'bool',
      default: false,
      doc: 'Whether the lines of the file, KEY=value, become environment variables of the task.',
    },
    {
      hcl: 'splay',
      wire: 'Splay',
      model: 'splayMs',
      type: 'duration',
      default: 5_000,
      min: 0,
      doc: 'Longest random wait before a change takes effect, so that not all tasks restart at once.',
    },
    {
      hcl: 'perms',
      wire: 'Perms',
      model: 'perms',
      type: 'string',
      default: '0644',
      doc: 'Mode of the file, in octal digits.',
    },
    {
      hcl: 'uid',
      wire: 'Uid',
      model: 'uid',
      type: 'int',
      doc: "Owner of the file, by number; the agent's when it is not given.",
    },
    {
      hcl: 'gid',
      wire: 'Gid',
      model: 'gid',
      type: 'int',
      doc: "Group of the file, by number; the agent's when it is not given.",
    },
    {
      hcl: 'left_delimiter',
      wire: 'LeftDelim',
      model: 'leftDelimiter',
      type: 'string',
      default: '{{',
      doc: 'What opens an action in the template.',
    },
    {
      hcl: 'right_delimiter',
      wire: 'RightDelim',
      model: 'rightDelimiter',
      type: 'string',
      default: '}}',
      doc: 'What closes an action in the template.',
    },
    {
      hcl: 'wait',
      wire: 'Wait',
      model: 'wait',
      type: block(waitBlock),
      doc: 'How long changes are gathered before the file is rendered again.',
    },
    {
      hcl: 'error_on_missing_key',
      wire: 'ErrMissingKey',
      model: 'errorOnMissingKey',
      type: 'bool',
      default: false,
      doc: 'Whether a member of a map that does not exist is an error.',
    },
    {
      hcl: 'once',
      wire: 'Once',
      model: 'once',
      type: 'bool',
      default: false,
      doc: 'Whether it is rendered once and then left alone.',
    },
    {
      hcl: 'vault_grace',
      wire: 'VaultGrace',
      model: 'vaultGraceMs',
      type: 'duration',
      deprecated: 'it has no effect; remove it',
      doc: 'Once the time before a lease ends at which it was renewed.',
    },
  ],
  fold(record) {
    const signal = record['changeSignal'];
    if (typeof signal === 'string') record['changeSignal'] = signal.toUpperCase();
    if (record['changeMode'] === 'signal' && (signal === undefined || signal === '')) record['changeSignal'] = 'SIGHUP';
  },
  check: checkTemplate,
};

function checkTemplate(record: ModelRecord, _context: unknown, report: Report): void {
  if (record['source'] === undefined && record['data'] === undefined) {
    report('', 'a template needs `source` or `data`', 'add data = <<EOF … EOF');
  }
  if (leavesTask(String(record['destination']))) {
    report('destination', 'the destination leaves the directory of the task', 'write a path such as local/file');
  }
  if (record['changeMode'] === 'script' && record['changeScript'] === undefined) {
    report('change_script', 'change_mode = "script" needs a change_script block', 'add change_script { command = … }');
  }
  if (record['changeMode'] === 'signal' && record['env'] === true) {
    report('change_mode', 'a signal does not bring new environment variables', 'use change_mode = "restart"');
  }
  const perms = String(record['perms']);
  const mode = Number.parseInt(perms, 8);
  if (!/^[0-7]+$/.test(perms) || mode > 0o7777) {
    report('perms', `"${perms}" is no file mode`, 'octal digits, such as "0644"');
  }
}
