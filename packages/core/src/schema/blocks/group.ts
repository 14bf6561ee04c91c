// `group`: tasks that share a node, a network and a life.

import { groupNameRule } from '../../model/name.ts';
import {
  asRecord,
  asRecords,
  type BlockSchema,
  block,
  keptValue,
  type ModelRecord,
  type Report,
  type SchemaContext,
  setKept,
  stringMap,
} from '../field.ts';
import { hoistTaskNetworks } from '../legacy-network.ts';
import { affinityBlock } from './affinity.ts';
import { constraintBlock } from './constraint.ts';
import { consulBlock } from './consul.ts';
import { disconnectBlock } from './disconnect.ts';
import { ephemeralDiskBlock } from './ephemeral-disk.ts';
import { adviseTasksOfGroup, checkServicesOfGroup, checkTasksOfGroup, checkVolumesOfGroup } from './group-rules.ts';
import { migrateBlock } from './migrate.ts';
import { networkBlock } from './network.ts';
import { rescheduleBlock } from './reschedule.ts';
import { restartBlock } from './restart.ts';
import { scalingBlock } from './scaling.ts';
import { secretBlock } from './secret.ts';
import { serviceBlock } from './service.ts';
import { spreadBlock } from './spread.ts';
import { taskBlock } from './task.ts';
import { updateBlock } from './update.ts';
import { vaultBlock } from './vault.ts';
import { volumeBlock } from './volume.ts';

const isService = (context: SchemaContext) => context.jobType === 'service';
const isRolling = (context: SchemaContext) => context.jobType === 'service' || context.jobType === 'system';
const isOnEveryNode = (context: SchemaContext) => context.jobType === 'system' || context.jobType === 'sysbatch';

export const groupBlock: BlockSchema = {
  name: 'group',
  doc: 'Tasks that run together on one node and share its network and directory.',
  label: { model: 'name', wire: 'Name', nameRule: groupNameRule, doc: 'Name of the group in its job.' },
  alwaysKept: true,
  misplaced: {
    ports: 'write network { port "name" { … } }',
    driver: 'a driver runs a task: write task "name" { driver = … }',
    config: 'the options of a driver stand in its task',
    artifact: 'files are fetched for a task: move the block into the task',
    template: 'files are rendered for a task: move the block into the task',
    resources: 'resources are asked for by tasks: move the block into the task',
  },
  fields: [
    {
      hcl: 'count',
      wire: 'Count',
      model: 'count',
      type: 'int',
      default: (context) => scalingMin(context) ?? 1,
      min: 0,
      doc: 'How many allocations of the group run; scaling.min, or 1, when it is not given.',
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
      hcl: 'spread',
      wire: 'Spreads',
      model: 'spreads',
      type: block(spreadBlock, 'many'),
      default: [],
      doc: 'Distribution of its allocations over nodes.',
    },
    {
      hcl: 'network',
      wire: 'Networks',
      model: 'networks',
      type: block(networkBlock, 'many'),
      default: [],
      destructive: 'presence',
      doc: 'Network and ports. Several are interfaces eth0, eth1, … in this order.',
    },
    {
      hcl: 'restart',
      wire: 'RestartPolicy',
      model: 'restart',
      type: block(restartBlock),
      implicit: true,
      doc: 'Restarts of failed tasks on the same node.',
    },
    {
      hcl: 'reschedule',
      wire: 'ReschedulePolicy',
      model: 'reschedule',
      type: block(rescheduleBlock),
      implicit: (context) => !isOnEveryNode(context),
      base: (context) => asRecord(context.job['reschedule']),
      doc: 'Replacement of failed allocations.',
    },
    {
      hcl: 'update',
      wire: 'Update',
      model: 'update',
      type: block(updateBlock),
      implicit: isRolling,
      base: (context) => (isRolling(context) ? asRecord(context.job['update']) : undefined),
      doc: 'How a changed job replaces allocations.',
    },
    {
      hcl: 'migrate',
      wire: 'Migrate',
      model: 'migrate',
      type: block(migrateBlock),
      implicit: isService,
      base: (context) => (isService(context) ? asRecord(asRecord(context.job['kept'])?.['migrate']) : undefined),
      doc: 'How allocations leave a draining node.',
    },
    {
      hcl: 'disconnect',
      wire: 'Disconnect',
      model: 'disconnect',
      type: block(disconnectBlock),
      noEffect: 'an unreachable node loses its allocations at once',
      doc: 'What happens to allocations while their node cannot be reached.',
    },
    {
      hcl: 'ephemeral_disk',
      wire: 'EphemeralDisk',
      model: 'ephemeralDisk',
      type: block(ephemeralDiskBlock),
      implicit: true,
      doc: "Disk space of the allocation's directory.",
    },
    {
      hcl: 'meta',
      wire: 'Meta',
      model: 'meta',
      type: stringMap,
      default: {},
      destructive: true,
      doc: 'Metadata that its tasks see, added to that of the job.',
    },
    {
      hcl: 'shutdown_delay',
      wire: 'ShutdownDelay',
      model: 'shutdownDelayMs',
      type: 'duration',
      default: 0,
      min: 0,
      doc: 'Wait between leaving service discovery and stopping the tasks.',
    },
    {
      hcl: 'max_run_duration',
      wire: 'MaxRunDuration',
      model: 'maxRunDurationMs',
      type: 'duration',
      min: 1,
      noEffect: 'allocations are not stopped by time yet',
      doc: 'How long an allocation of a batch job may run before it is stopped.',
    },
    ...keptFields(),
    {
      hcl: 'task',
      wire: 'Tasks',
      model: 'tasks',
      type: block(taskBlock, 'many'),
      default: [],
      destructive: 'presence',
      doc: 'What runs in the group.',
    },
  ],
  fold: foldGroup,
  check: checkGroup,
  advise: adviseGroup,
};

const OLD_DISCONNECT = ['max_client_disconnect', 'stop_after_client_disconnect', 'prevent_reschedule_on_lost'];

/** Old spelling → field of `disconnect`. */
function foldGroup(record: ModelRecord): void {
  hoistTaskNetworks(record);
  if (record['kept'] === undefined) return;
  const lostAfterMs = keptValue(record, 'max_client_disconnect');
  const stopOnClientAfterMs = keptValue(record, 'stop_after_client_disconnect');
  const staysLost = keptValue(record, 'prevent_reschedule_on_lost');
  let isOld = false;
  for (const name of OLD_DISCONNECT) {
    if (keptValue(record, name) === undefined) continue;
    isOld = true;
    setKept(record, name, undefined);
  }
  // Beside the new block the old spellings mean nothing.
  if (!isOld || record['disconnect'] !== undefined) return;
  record['disconnect'] = {
    ...(lostAfterMs === undefined ? {} : { lostAfterMs }),
    ...(stopOnClientAfterMs === undefined ? {} : { stopOnClientAfterMs }),
    ...(staysLost === true ? { replace: false } : {}),
  };
}

function adviseGroup(record: ModelRecord, _context: SchemaContext, report: Report): void {
  adviseTasksOfGroup(record, report);
  const count = Number(record['count']);
  const parallel = Number((record['update'] as ModelRecord | undefined)?.['maxParallel'] ?? 0);
  if (count > 1 && parallel > count) {
    const message = `${parallel} at a time are more than the ${count} of the group: a change replaces all of them at once`;
    report('update.max_parallel', message);
  }
}

function keptFields(): BlockSchema['fields'] {
  const kept = (hcl: string, wire: string, schema: BlockSchema, repeat: 'one' | 'many' | 'map', noEffect: string) => ({
    hcl,
    wire,
    model: hcl,
    type: block(schema, repeat),
    kept: true,
    noEffect,
    doc: schema.doc,
  });
  const old = (hcl: string, wire: string, type: 'duration' | 'bool', instead: string) => ({
    hcl,
    wire,
    model: hcl,
    type,
    kept: true,
    deprecated: `write disconnect { ${instead} }`,
    noEffect: 'an unreachable node loses its allocations at once',
    doc: `Old way to write disconnect { ${instead} }.`,
  });
  return [
    kept('service', 'Services', serviceBlock, 'many', 'services are not registered yet'),
    { ...kept('volume', 'Volumes', volumeBlock, 'map', 'volumes are not mounted yet'), destructive: true },
    kept('scaling', 'Scaling', scalingBlock, 'one', 'there is no autoscaling yet'),
    { ...kept('consul', 'Consul', consulBlock, 'one', 'Consul is not connected yet'), destructive: true },
    {
      hcl: 'vault',
      model: 'vault',
      type: block(vaultBlock),
      kept: true,
      noEffect: 'Vault is not connected yet',
      doc: vaultBlock.doc,
    },
    {
      hcl: 'secret',
      model: 'secret',
      type: block(secretBlock, 'many'),
      kept: true,
      noEffect: 'secrets are not fetched yet',
      doc: secretBlock.doc,
    },
    old('stop_after_client_disconnect', 'StopAfterClientDisconnect', 'duration', 'stop_on_client_after = …'),
    old('max_client_disconnect', 'MaxClientDisconnect', 'duration', 'lost_after = …'),
    old('prevent_reschedule_on_lost', 'PreventRescheduleOnLost', 'bool', 'replace = false'),
  ];
}

function scalingMin(context: SchemaContext): number | undefined {
  const min = asRecord(asRecord(context.group?.['kept'])?.['scaling'])?.['min'];
  return typeof min === 'number' ? min : undefined;
}

function checkGroup(record: ModelRecord, context: SchemaContext, report: Report): void {
  checkTasksOfGroup(record, report);
  if (context.jobType === 'system' && Number(record['count']) > 1) {
    report('count', 'a system job runs once on every node, its count is at most 1', 'remove count');
  }
  if (record['maxRunDurationMs'] !== undefined && !['batch', 'sysbatch'].includes(context.jobType)) {
    report('max_run_duration', 'it is for batch and sysbatch jobs only', 'remove it');
  }
  checkLabelsAcrossNetworks(record, report);
  checkServicesOfGroup(record, report);
  checkVolumesOfGroup(record, context, report);
  const scaling = keptValue(record, 'scaling') as ModelRecord | undefined;
  if (scaling === undefined) return;
  const count = Number(record['count']);
  // Bounds that exclude each other have their own message.
  if (Number(scaling['min']) > Number(scaling['max']) && scaling['min'] !== count) return;
  if (count > Number(scaling['max'])) report('count', `it is above scaling.max (${scaling['max']})`);
  if (count < Number(scaling['min'])) report('count', `it is below scaling.min (${scaling['min']})`);
}

function checkLabelsAcrossNetworks(record: ModelRecord, report: Report): void {
  const networks = asRecords(record['networks']);
  if (networks.length < 2) return;
  const seen = new Map<unknown, number>();
  networks.forEach((network, index) => {
    for (const port of [...asRecords(network['reservedPorts']), ...asRecords(network['dynamicPorts'])]) {
      const first = seen.get(port['label']);
      if (first !== undefined && first !== index) {
        report(
          `network[${index}].port["${port['label']}"]`,
          `port "${port['label']}" is also in network[${first}]`,
          'rename one',
        );
      }
      seen.set(port['label'], index);
    }
  });
}
