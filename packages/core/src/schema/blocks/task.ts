// `task`: one thing a driver runs.

import {
  asRecord,
  type BlockSchema,
  block,
  type ModelRecord,
  type SchemaContext,
  stringMap,
  unwrapped,
} from '../field.ts';
import { affinityBlock } from './affinity.ts';
import { artifactBlock } from './artifact.ts';
import { constraintBlock } from './constraint.ts';
import { consulBlock } from './consul.ts';
import { identityBlock } from './identity.ts';
import { lifecycleBlock } from './lifecycle.ts';
import { logsBlock } from './logs.ts';
import { resourcesBlock } from './resources.ts';
import { restartBlock } from './restart.ts';
import { taskScalingBlock } from './scaling.ts';
import { secretBlock } from './secret.ts';
import { serviceBlock } from './service.ts';
import { actionBlock, csiPluginBlock, dispatchPayloadBlock, scheduleBlock } from './task-extras.ts';
import { templateBlock } from './template.ts';
import { vaultBlock } from './vault.ts';
import { volumeMountBlock } from './volume.ts';

const groupRestart = (context: SchemaContext): ModelRecord | undefined => asRecord(context.group?.['restart']);

export const taskBlock: BlockSchema = {
  name: 'task',
  doc: 'One thing a driver runs: a container, a jar, a virtual machine, a program.',
  label: { model: 'name', wire: 'Name', doc: 'Name of the task in its group.' },
  alwaysKept: true,
  fields: [
    {
      hcl: 'driver',
      wire: 'Driver',
      model: 'driver',
      type: 'string',
      required: true,
      destructive: true,
      doc: 'Which driver runs it.',
    },
    {
      hcl: 'config',
      wire: 'Config',
      model: 'config',
      type: 'json',
      default: {},
      destructive: true,
      doc: "The driver's own options.",
    },
    { hcl: 'user', wire: 'User', model: 'user', type: 'string', destructive: true, doc: 'User it runs as.' },
    {
      hcl: 'env',
      wire: 'Env',
      model: 'env',
      type: stringMap,
      default: {},
      destructive: true,
      doc: 'Environment variables.',
    },
    { hcl: 'meta', wire: 'Meta', model: 'meta', type: stringMap, default: {}, destructive: true, doc: 'Metadata.' },
    {
      hcl: 'resources',
      wire: 'Resources',
      model: 'resources',
      type: block(resourcesBlock),
      implicit: true,
      doc: 'What it needs of the node.',
    },
    {
      hcl: 'constraint',
      wire: 'Constraints',
      model: 'constraints',
      type: block(constraintBlock, 'many'),
      default: [],
      doc: 'Rules about the node.',
    },
    {
      hcl: 'affinity',
      wire: 'Affinities',
      model: 'affinities',
      type: block(affinityBlock, 'many'),
      default: [],
      doc: 'Wishes about the node.',
    },
    {
      hcl: 'restart',
      wire: 'RestartPolicy',
      model: 'restart',
      type: block(restartBlock),
      implicit: true,
      base: groupRestart,
      doc: 'Restarts of this task, instead of those of the group.',
    },
    {
      hcl: 'logs',
      wire: 'LogConfig',
      model: 'logs',
      type: block(logsBlock),
      implicit: true,
      doc: 'How much output is kept.',
    },
    {
      hcl: 'lifecycle',
      wire: 'Lifecycle',
      model: 'lifecycle',
      type: block(lifecycleBlock),
      destructive: true,
      doc: 'When it runs.',
    },
    {
      hcl: 'artifact',
      wire: 'Artifacts',
      model: 'artifacts',
      type: block(artifactBlock, 'many'),
      default: [],
      destructive: true,
      doc: 'Files fetched before it starts.',
    },
    {
      hcl: 'leader',
      wire: 'Leader',
      model: 'leader',
      type: 'bool',
      default: false,
      doc: 'When it ends, the group ends.',
    },
    {
      hcl: 'kill_timeout',
      wire: 'KillTimeout',
      model: 'killTimeoutMs',
      type: 'duration',
      default: 5_000,
      min: 0,
      doc: 'Time to stop by itself before it is killed.',
    },
    {
      hcl: 'kill_signal',
      wire: 'KillSignal',
      model: 'killSignal',
      type: 'string',
      doc: 'Signal that asks it to stop.',
    },
    {
      hcl: 'shutdown_delay',
      wire: 'ShutdownDelay',
      model: 'shutdownDelayMs',
      type: 'duration',
      default: 0,
      min: 0,
      doc: 'Wait between leaving discovery and being stopped.',
    },
    {
      hcl: 'volume_mount',
      wire: 'VolumeMounts',
      model: 'volumeMounts',
      type: block(volumeMountBlock, 'many'),
      default: [],
      noEffect: 'volumes are not mounted yet',
      destructive: true,
      doc: 'Volumes of the group.',
    },
    {
      hcl: 'dispatch_payload',
      wire: 'DispatchPayload',
      model: 'dispatchPayloadFile',
      type: unwrapped(dispatchPayloadBlock, 'file'),
      noEffect: 'jobs are not dispatched yet',
      doc: 'Where a payload is written.',
    },
    ...keptFields(),
  ],
  check: checkTask,
};

function keptFields(): BlockSchema['fields'] {
  const kept = (hcl: string, wire: string, schema: BlockSchema, repeat: 'one' | 'many', noEffect: string) => ({
    hcl,
    wire,
    model: hcl,
    type: block(schema, repeat),
    kept: true,
    noEffect,
    doc: schema.doc,
  });
  return [
    kept('service', 'Services', serviceBlock, 'many', 'services are not registered yet'),
    { ...kept('template', 'Templates', templateBlock, 'many', 'templates are not rendered yet'), destructive: true },
    { ...kept('vault', 'Vault', vaultBlock, 'one', 'Vault is not connected yet'), destructive: true },
    { ...kept('consul', 'Consul', consulBlock, 'one', 'Consul is not connected yet'), destructive: true },
    { ...kept('identity', 'Identities', identityBlock, 'many', 'identities are not issued yet'), destructive: true },
    { ...kept('secret', 'Secrets', secretBlock, 'many', 'secrets are not fetched yet'), destructive: true },
    kept('scaling', 'ScalingPolicies', taskScalingBlock, 'many', 'there is no autoscaling yet'),
    kept('action', 'Actions', actionBlock, 'many', 'actions cannot be run yet'),
    kept('schedule', 'Schedule', scheduleBlock, 'one', 'task schedules are not followed yet'),
    { ...kept('csi_plugin', 'CSIPluginConfig', csiPluginBlock, 'one', 'CSI is not spoken yet'), destructive: true },
    {
      hcl: 'kind',
      wire: 'Kind',
      model: 'kind',
      type: 'string',
      kept: true,
      noEffect: 'there is no service mesh yet',
      doc: 'Mesh part.',
    },
  ];
}

const SIGNAL = /^SIG[A-Z0-9]+$/;

function checkTask(
  record: ModelRecord,
  _context: SchemaContext,
  report: (f: string, m: string, h?: string) => void,
): void {
  const name = String(record['name'] ?? '');
  if (name === 'alloc') report('', 'a task cannot be called "alloc": that is the shared directory', 'rename it');
  if (/[/\u0000]/.test(name)) report('', `the task name "${name}" contains a slash`, 'rename it');
  const signal = record['killSignal'];
  if (typeof signal === 'string' && !SIGNAL.test(signal) && !signal.includes('${')) {
    report('kill_signal', `"${signal}" is no signal name`, 'signals are written like SIGTERM');
  }
  if (record['leader'] === true && record['lifecycle'] !== undefined) {
    report('leader', 'a task with a lifecycle cannot be the leader', 'make a main task the leader');
  }
}
