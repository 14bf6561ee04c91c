// Smaller blocks of a task: `action`, `schedule`, `csi_plugin`, `dispatch_payload`.

import { labelRule } from '../../model/name.ts';
import { cronProblem } from '../cron.ts';
import { type BlockSchema, block, type ModelRecord, type Report, stringList } from '../field.ts';
import { leavesTask } from '../task-path.ts';

export const actionBlock: BlockSchema = {
  name: 'action',
  doc: 'A command run in the task on demand.',
  label: { model: 'name', wire: 'Name', nameRule: labelRule, doc: 'Name by which the action is run.' },
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
  ],
  check(record, _context, report) {
    const name = String(record['name']);
    if (!/^\S{1,128}$/.test(name)) {
      report('', `"${name}" is no name of an action`, 'no blanks, at most 128 characters');
    }
  },
};

const cronBlock: BlockSchema = {
  name: 'cron',
  doc: 'When the task runs.',
  fields: [
    {
      hcl: 'start',
      wire: 'Start',
      model: 'start',
      type: 'string',
      required: true,
      doc: 'Cron expression of the times at which it starts.',
    },
    {
      hcl: 'end',
      wire: 'End',
      model: 'end',
      type: 'string',
      required: true,
      doc: 'Minute and hour at which it stops, as in a cron expression.',
    },
    { hcl: 'timezone', wire: 'Timezone', model: 'timezone', type: 'string', doc: 'Time zone of the two.' },
  ],
  check(record, _context, report) {
    const problem = cronProblem(String(record['start']));
    if (problem !== undefined) report('start', `this is no cron expression: ${problem}`);
  },
};

export const scheduleBlock: BlockSchema = {
  name: 'schedule',
  doc: 'Starts and stops the task at given times.',
  fields: [
    { hcl: 'cron', wire: 'Cron', model: 'cron', type: block(cronBlock), doc: 'When the task starts and stops.' },
  ],
};

const HEALTH_TIMEOUT_MS = 30_000;

export const csiPluginBlock: BlockSchema = {
  name: 'csi_plugin',
  doc: 'The task is a CSI plugin.',
  fields: [
    {
      hcl: 'id',
      wire: 'ID',
      model: 'id',
      type: 'string',
      required: true,
      nameRule: labelRule,
      doc: 'Name that volumes call it by.',
    },
    {
      hcl: 'type',
      wire: 'Type',
      model: 'type',
      type: 'string',
      required: true,
      values: ['node', 'controller', 'monolith'],
      doc: 'Its part: mounting on nodes, managing volumes, or both.',
    },
    {
      hcl: 'mount_dir',
      wire: 'MountDir',
      model: 'mountDir',
      type: 'string',
      default: '/csi',
      doc: 'Directory in the task where the plugin puts its socket.',
    },
    {
      hcl: 'stage_publish_base_dir',
      wire: 'StagePublishBaseDir',
      model: 'stagePublishBaseDir',
      type: 'string',
      default: '/local/csi',
      doc: 'Directory in the task below which it mounts volumes.',
    },
    {
      hcl: 'health_timeout',
      wire: 'HealthTimeout',
      model: 'healthTimeoutMs',
      type: 'duration',
      default: HEALTH_TIMEOUT_MS,
      doc: 'When it must answer after its start before it is restarted.',
    },
  ],
  fold(record) {
    if (record['healthTimeoutMs'] === 0) record['healthTimeoutMs'] = HEALTH_TIMEOUT_MS;
  },
  check(record: ModelRecord, _context: unknown, report: Report) {
    const mount = String(record['mountDir']).replace(/\/+$/, '');
    if (`${record['stagePublishBaseDir']}/`.startsWith(`${mount}/`)) {
      report('stage_publish_base_dir', `it lies below mount_dir (${mount})`, 'use directories beside each other');
    }
  },
};

export const dispatchPayloadBlock: BlockSchema = {
  name: 'dispatch_payload',
  doc: 'Where the payload of a dispatch is written.',
  fields: [
    {
      hcl: 'file',
      wire: 'File',
      model: 'file',
      type: 'string',
      required: true,
      doc: 'File under local/ of the task.',
    },
  ],
};

/** `dispatch_payload` is in the model as the name of its file alone, so its rule stands with the task. */
export function checkPayloadFile(file: unknown, report: Report): void {
  if (typeof file === 'string' && leavesTask(`local/${file}`)) {
    report('dispatch_payload.file', 'the file leaves the directory of the task', 'write a name such as input.json');
  }
}
