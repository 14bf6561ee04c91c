// `task`: one thing a driver runs.

import { labelRule, taskNameRule, wordRule } from '../../model/name.ts';
import {
  asRecord,
  asRecords,
  type BlockSchema,
  block,
  keptValue,
  type ModelRecord,
  type SchemaContext,
  setKept,
  stringMap,
  unwrapped,
} from '../field.ts';
import { affinityBlock } from './affinity.ts';
import { artifactBlock } from './artifact.ts';
import { constraintBlock } from './constraint.ts';
import { consulBlock } from './consul.ts';
import { defaultIdentityBlock, defaultIdentityName, identityBlock } from './identity.ts';
import { lifecycleBlock } from './lifecycle.ts';
import { logsBlock } from './logs.ts';
import { resourcesBlock } from './resources.ts';
import { restartBlock } from './restart.ts';
import { taskScalingBlock } from './scaling.ts';
import { secretBlock } from './secret.ts';
import { serviceBlock } from './service.ts';
import { actionBlock, csiPluginBlock, dispatchPayloadBlock, scheduleBlock } from './task-extras.ts';
import { checkTask } from './task-rules.ts';
import { templateBlock } from './template.ts';
import { vaultBlock } from './vault.ts';
import { volumeMountBlock } from './volume.ts';

/** Options of drivers, and what groups have. */
const misplacedNames = Object.fromEntries(
  ['image', 'command', 'args', 'entrypoint', 'ports', 'volumes', 'mount', 'jar_path', 'port_map', 'privileged'].map(
    (name) => [name, `options of the driver stand in config { ${name} … }`],
  ),
);

const groupRestart = (context: SchemaContext): ModelRecord | undefined => asRecord(context.group?.['restart']);

export const taskBlock: BlockSchema = {
  name: 'task',
  doc: 'One thing a driver runs: a container, a jar, a virtual machine, a program.',
  label: { model: 'name', wire: 'Name', nameRule: taskNameRule, doc: 'Name of the task in its group.' },
  alwaysKept: true,
  misplaced: misplacedNames,
  fields: [
    {
      hcl: 'driver',
      wire: 'Driver',
      model: 'driver',
      type: 'string',
      required: true,
      destructive: true,
      nameRule: wordRule,
      doc: 'Driver that runs the task, such as docker, exec or java.',
    },
    {
      hcl: 'config',
      wire: 'Config',
      model: 'config',
      type: 'json',
      default: {},
      destructive: true,
      doc: "The driver's own options: see the page of the drivers.",
    },
    {
      hcl: 'user',
      wire: 'User',
      model: 'user',
      type: 'string',
      destructive: true,
      nameRule: labelRule,
      doc: 'User the task runs as.',
    },
    {
      hcl: 'env',
      wire: 'Env',
      model: 'env',
      type: stringMap,
      default: {},
      destructive: true,
      doc: 'Environment variables of the task.',
    },
    {
      hcl: 'meta',
      wire: 'Meta',
      model: 'meta',
      type: stringMap,
      default: {},
      destructive: true,
      doc: 'Metadata that the task sees, added to that of job and group.',
    },
    {
      hcl: 'resources',
      wire: 'Resources',
      model: 'resources',
      type: block(resourcesBlock),
      implicit: true,
      doc: 'What the task needs of its node.',
    },
    {
      hcl: 'constraint',
      wire: 'Constraints',
      model: 'constraints',
      type: block(constraintBlock, 'many'),
      default: [],
      doc: 'Rules about the nodes it may run on.',
    },
    {
      hcl: 'affinity',
      wire: 'Affinities',
      model: 'affinities',
      type: block(affinityBlock, 'many'),
      default: [],
      doc: 'Wishes about the nodes it runs on.',
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
      doc: "How much of the task's output is kept.",
    },
    {
      hcl: 'lifecycle',
      wire: 'Lifecycle',
      model: 'lifecycle',
      type: block(lifecycleBlock),
      destructive: true,
      doc: 'Makes the task run before, beside or after the main tasks.',
    },
    {
      hcl: 'artifact',
      wire: 'Artifacts',
      model: 'artifacts',
      type: block(artifactBlock, 'many'),
      default: [],
      destructive: true,
      doc: 'Files fetched before the task starts.',
    },
    {
      hcl: 'leader',
      wire: 'Leader',
      model: 'leader',
      type: 'bool',
      default: false,
      doc: 'Whether the other tasks of the group are stopped when this one ends.',
    },
    {
      hcl: 'kill_timeout',
      wire: 'KillTimeout',
      model: 'killTimeoutMs',
      type: 'duration',
      default: 5_000,
      min: 0,
      doc: 'Time the task has to stop by itself before it is killed; the node caps it.',
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
      doc: "Volumes of the group in the task's file system.",
    },
    {
      hcl: 'dispatch_payload',
      wire: 'DispatchPayload',
      model: 'dispatchPayloadFile',
      type: unwrapped(dispatchPayloadBlock, 'file'),
      noEffect: 'jobs are not dispatched yet',
      doc: 'Where the payload of a dispatch is written.',
    },
    ...keptFields(),
  ],
  fold: foldTask,
  check: checkTask,
};

/** The identity for the cluster itself stands apart in the API. */
function foldTask(record: ModelRecord): void {
  const identities = asRecords(keptValue(record, 'identity'));
  if (identities.length > 0) foldIdentities(record, identities);
}

function foldIdentities(record: ModelRecord, identities: readonly ModelRecord[]): void {
  const isDefault = (item: ModelRecord) => (item['name'] || defaultIdentityName) === defaultIdentityName;
  const own = identities.find(isDefault);
  if (own === undefined || keptValue(record, 'default_identity') !== undefined) return;
  const others = identities.filter((item) => item !== own);
  setKept(record, 'default_identity', own);
  setKept(record, 'identity', others.length === 0 ? undefined : others);
}

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
    {
      wire: 'Identity',
      model: 'default_identity',
      type: block(defaultIdentityBlock),
      kept: true,
      destructive: true,
      noEffect: 'identities are not issued yet',
      doc: 'The identity named "default", for this cluster itself.',
    },
    { ...kept('secret', 'Secrets', secretBlock, 'many', 'secrets are not fetched yet'), destructive: true },
    kept('scaling', 'ScalingPolicies', taskScalingBlock, 'many', 'there is no autoscaling yet'),
    kept('action', 'Actions', actionBlock, 'many', 'actions cannot be run yet'),
    {
      ...kept('schedule', 'Schedule', scheduleBlock, 'one', 'task schedules are not followed yet'),
      enterprise: true,
    },
    { ...kept('csi_plugin', 'CSIPluginConfig', csiPluginBlock, 'one', 'CSI is not spoken yet'), destructive: true },
    {
      hcl: 'kind',
      wire: 'Kind',
      model: 'kind',
      type: 'string',
      kept: true,
      noEffect: 'there is no service mesh yet',
      nameRule: labelRule,
      doc: 'Part the task plays in the service mesh; set for tasks of proxies and gateways.',
    },
  ];
}
