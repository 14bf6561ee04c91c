// Smaller blocks of a task: `action`, `schedule`, `csi_plugin`, `dispatch_payload`.

import { type BlockSchema, block, stringList } from '../field.ts';

export const actionBlock: BlockSchema = {
  name: 'action',
  doc: 'A command run in the task on demand.',
  label: { model: 'name', wire: 'Name', doc: 'Name of the action.' },
  fields: [
    { hcl: 'command', wire: 'Command', model: 'command', type: 'string', required: true, doc: 'Program.' },
    { hcl: 'args', wire: 'Args', model: 'args', type: stringList, default: [], doc: 'Arguments.' },
  ],
};

const cronBlock: BlockSchema = {
  name: 'cron',
  doc: 'When the task runs.',
  fields: [
    { hcl: 'start', wire: 'Start', model: 'start', type: 'string', doc: 'Cron expression of the start.' },
    { hcl: 'end', wire: 'End', model: 'end', type: 'string', doc: 'Cron expression of the stop.' },
    { hcl: 'timezone', wire: 'Timezone', model: 'timezone', type: 'string', doc: 'Time zone.' },
  ],
};

export const scheduleBlock: BlockSchema = {
  name: 'schedule',
  doc: 'Starts and stops the task at given times.',
  fields: [{ hcl: 'cron', wire: 'Cron', model: 'cron', type: block(cronBlock), doc: 'When.' }],
};

export const csiPluginBlock: BlockSchema = {
  name: 'csi_plugin',
  doc: 'The task is a CSI plugin.',
  fields: [
    { hcl: 'id', wire: 'ID', model: 'id', type: 'string', required: true, doc: 'Name of the plugin.' },
    {
      hcl: 'type',
      wire: 'Type',
      model: 'type',
      type: 'string',
      required: true,
      values: ['node', 'controller', 'monolith'],
      doc: 'Its part.',
    },
    {
      hcl: 'mount_dir',
      wire: 'MountDir',
      model: 'mountDir',
      type: 'string',
      default: '/csi',
      doc: 'Directory of its socket.',
    },
    {
      hcl: 'stage_publish_base_dir',
      wire: 'StagePublishBaseDir',
      model: 'stagePublishBaseDir',
      type: 'string',
      default: '/local/csi',
      doc: 'Directory of mounts.',
    },
    {
      hcl: 'health_timeout',
      wire: 'HealthTimeout',
      model: 'healthTimeoutMs',
      type: 'duration',
      default: 30_000,
      doc: 'When it must be ready.',
    },
  ],
};

export const dispatchPayloadBlock: BlockSchema = {
  name: 'dispatch_payload',
  doc: 'Where the payload of a dispatch is written.',
  fields: [{ hcl: 'file', wire: 'File', model: 'file', type: 'string', required: true, doc: 'File under local/.' }],
};
