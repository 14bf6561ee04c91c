// Deployment, StatefulSet, DaemonSet, Job, CronJob, Pod: how many pods, and how they change.

import { give, open } from '../draft.ts';
import { type AnyTable, type KeyTable, readKeys, reads, refuses, warns } from '../read/key-table.ts';
import { readFlag, readInteger, readSeconds, readText, readTextMap } from '../read/values.ts';
import { entryOf, type Tree } from '../yaml/tree.ts';
import { type Workload, what } from './context.ts';
import { type MetadataContext, metadataKeys } from './metadata-keys.ts';
import { podKeys, readPod } from './pod-keys.ts';
import { readQuantity } from './quantity.ts';

type Table = KeyTable<Workload>;
type Row = Table[string];

const warnAll = (reasons: Readonly<Record<string, string>>): Table =>
  Object.fromEntries(Object.entries(reasons).map(([key, why]) => [key, warns<Workload>(why)]));
const inside = (doc: string, name: string, table: Table): Row =>
  reads(doc, (value, workload) => readKeys(value, table, what(name), workload, workload.run), {
    inner: () => table as AnyTable,
  });

const podMetadataKeys: KeyTable<MetadataContext> = {
  ...metadataKeys,
  name: warns('allocations are named by orch: job.group[0]'),
};
const podMetadata: Row = reads(
  'group `meta`',
  (value, { run, cluster, group, labels }) =>
    readKeys(value, podMetadataKeys, what('metadata'), { run, cluster, part: group, labels }, run),
  { inner: () => podMetadataKeys as AnyTable },
);
export const templateKeys: Table = {
  metadata: podMetadata,
  spec: reads('see pods', (value, workload) => readPod(value, workload), { inner: () => podKeys as AnyTable }),
};
const template: Row = inside('the group', 'a template', templateKeys);

const count = (doc: string): Row =>
  reads(doc, (value, { run, facts }, { keySpan }) => {
    const replicas = readInteger(run, value);
    if (replicas === undefined) return;
    facts.count = replicas;
    facts.countAt = keySpan;
  });
/** As the API server does: a selector that does not match its own pods is a mistake. */
const selector: Row = reads(
  'nothing: a group owns its tasks; it must match the labels of the template',
  (value, workload) => {
    for (const { key, keySpan, value: inner } of value.kind === 'map' ? value.entries : []) {
      if (key === 'matchExpressions')
        workload.run.warn(keySpan, 'Not converted', '"matchExpressions" has no effect: a group owns its tasks.');
      else if (key === 'matchLabels') checkLabels(inner, workload);
      else workload.run.error(keySpan, 'Unknown key', `A selector has no key "${key}".`);
    }
    if (value.kind !== 'map') workload.run.error(value, 'Wrong type', 'A selector is a map.');
  },
);
function checkLabels(value: Tree, { run, labels }: Workload): void {
  for (const [name, text] of Object.entries(readTextMap(run, value)))
    if (labels[name] !== text)
      run.error(
        value,
        'Selector does not match',
        `The pods have no label ${name}: ${text}.`,
        'write the labels of the template',
      );
}
const seconds = (doc: string, key: 'minReady' | 'progressDeadline'): Row =>
  reads(doc, (value, { run, facts }, { keySpan }) => {
    const ms = readSeconds(run, value);
    if (ms !== undefined) facts[key] = { ms, at: keySpan };
  });
const minReady = seconds('update `min_healthy_time`', 'minReady');
const history = 'six versions of a job are kept';

const rollingKeys: Table = {
  maxUnavailable: reads('update `max_parallel`', (value, { run, group, facts }, { keySpan }) => {
    const text = value.kind === 'scalar' ? value.text : '';
    const percent = /^(\d+)%$/.exec(text)?.[1];
    const amount = percent === undefined ? readQuantity(run, value) : Math.floor((Number(percent) * facts.count) / 100);
    if (amount !== undefined)
      give(run, open(run, group, 'update', keySpan), 'max_parallel', Math.max(1, Math.round(amount)), keySpan);
  }),
  maxSurge: warns('the old instance stops before its successor starts; use update { canary = 1 }'),
};
const partitionKeys: Table = {
  ...rollingKeys,
  partition: warns('all instances are replaced; use update { canary = 1 }'),
};

const strategyKeys = (rolling: Table): Table => ({
  type: reads(
    'RollingUpdate is what happens anyway; Recreate becomes `max_parallel = 0`; OnDelete is warned about',
    (value, { run, group }, { keySpan }) => {
      const type = readText(run, value);
      if (type === 'Recreate') give(run, open(run, group, 'update', keySpan), 'max_parallel', 0, keySpan);
      else if (type === 'OnDelete') run.warn(value, 'Not converted', 'Changed instances are replaced by themselves.');
      else if (type !== 'RollingUpdate')
        run.error(value, 'Unknown value', 'A strategy is RollingUpdate, Recreate or OnDelete.');
    },
  ),
  rollingUpdate: inside('see below', 'a rolling update', rolling),
});

const deploymentStrategy = strategyKeys(rollingKeys);
const statefulStrategy = strategyKeys(partitionKeys);
export const deploymentKeys: Table = {
  replicas: count('group `count`'),
  // Read after the template.
  selector,
  template,
  strategy: inside('group `update`', 'a strategy', deploymentStrategy),
  minReadySeconds: minReady,
  progressDeadlineSeconds: seconds('update `progress_deadline`', 'progressDeadline'),
  ...warnAll({
    revisionHistoryLimit: history,
    paused: 'a rollout cannot wait from its start; use update { canary = 1 }',
  }),
};

const claimTemplates: Row = reads(
  'a Docker volume of the node for each instance: `<claim>_<name>_${NOMAD_ALLOC_INDEX}`',
  () => undefined,
);
export const statefulSetKeys: Table = {
  replicas: count('group `count`'),
  selector,
  template,
  volumeClaimTemplates: claimTemplates,
  updateStrategy: inside('group `update`', 'a strategy', statefulStrategy),
  minReadySeconds: minReady,
  podManagementPolicy: reads('Parallel is what happens anyway; OrderedReady is warned about', (value, { run }) => {
    if (readText(run, value) !== 'Parallel') run.warn(value, 'Not converted', 'Instances start at the same time.');
  }),
  ...warnAll({
    serviceName: 'instances have no names of their own in DNS',
    revisionHistoryLimit: history,
    persistentVolumeClaimRetentionPolicy: 'volumes stay when the job goes',
    ordinals: 'instances are counted from 0',
  }),
};

export const daemonSetKeys: Table = {
  selector,
  template,
  updateStrategy: inside('group `update`', 'a strategy', statefulStrategy),
  minReadySeconds: minReady,
  ...warnAll({ revisionHistoryLimit: history }),
};

const number = (doc: string, key: 'completions' | 'parallelism' | 'backoffLimit'): Row =>
  reads(doc, (value, { run, facts }, { keySpan }) => {
    const amount = readInteger(run, value);
    if (amount === undefined) return;
    facts[key] = amount;
    facts.countAt ??= keySpan;
  });
export const jobKeys: Table = {
  template,
  completions: number('group `count`', 'completions'),
  parallelism: number('group `count` without completions; warned about beside more of them', 'parallelism'),
  backoffLimit: number('restart `attempts`', 'backoffLimit'),
  activeDeadlineSeconds: reads('group `max_run_duration`', (value, { run, group }, { keySpan }) => {
    const ms = readSeconds(run, value);
    if (ms !== undefined) give(run, group, 'max_run_duration', ms, keySpan);
  }),
  // Taken note of before the template is read: see isIndexed.
  completionMode: reads('Indexed sets JOB_COMPLETION_INDEX', (value, { run }) => {
    const mode = readText(run, value);
    if (mode !== 'Indexed' && mode !== 'NonIndexed')
      run.error(value, 'Unknown value', 'A completion mode is NonIndexed or Indexed.');
  }),
  suspend: refuses('a job runs when it is submitted', 'submit it later'),
  ...warnAll({
    backoffLimitPerIndex: 'use backoffLimit',
    maxFailedIndexes: 'use backoffLimit',
    managedBy: 'orch manages jobs',
    manualSelector: 'a group owns its tasks',
    podFailurePolicy: 'there are no rules by exit code',
    podReplacementPolicy: 'failed pods are replaced when they are gone',
    selector: 'a group owns its tasks',
    successPolicy: 'a job is done when all its tasks are',
    ttlSecondsAfterFinished: 'the server forgets finished jobs by itself',
  }),
};

const jobTemplateKeys: Table = { metadata: podMetadata, spec: inside('see Job', 'a job', jobKeys) };
const periodic = ({ run, cluster }: Workload, at: Parameters<typeof give>[4]) => open(run, cluster.job, 'periodic', at);
export const cronJobKeys: Table = {
  schedule: reads('periodic `crons`', (value, workload, { keySpan }) => {
    const text = readText(workload.run, value);
    const zone = text === undefined ? null : /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(text);
    if (text === undefined) return;
    give(workload.run, periodic(workload, keySpan), 'crons', [zone?.[2] ?? text], keySpan);
    if (zone?.[1] !== undefined) give(workload.run, periodic(workload, keySpan), 'time_zone', zone[1], keySpan);
  }),
  timeZone: reads('periodic `time_zone`', (value, workload, { keySpan }) => {
    const zone = readText(workload.run, value);
    if (zone !== undefined) give(workload.run, periodic(workload, keySpan), 'time_zone', zone, keySpan);
  }),
  concurrencyPolicy: reads(
    'Forbid becomes periodic `prohibit_overlap`; Allow is what happens anyway; Replace is an error',
    (value, workload, { keySpan }) => {
      const policy = readText(workload.run, value);
      if (policy === 'Forbid') give(workload.run, periodic(workload, keySpan), 'prohibit_overlap', true, keySpan);
      else if (policy !== 'Allow')
        workload.run.error(
          value,
          'Cannot be converted',
          'A run cannot replace the one before it.',
          'write Forbid or Allow',
        );
    },
  ),
  suspend: reads('periodic `enabled`', (value, workload, { keySpan }) => {
    const flag = readFlag(workload.run, value);
    if (flag === true) give(workload.run, periodic(workload, keySpan), 'enabled', false, keySpan);
  }),
  jobTemplate: inside('see Job', 'a job template', jobTemplateKeys),
  ...warnAll({
    startingDeadlineSeconds: 'a run that was missed is not made up for',
    successfulJobsHistoryLimit: 'the server forgets finished jobs by itself',
    failedJobsHistoryLimit: 'the server forgets finished jobs by itself',
  }),
};

/** Whether a Job or a CronJob counts its pods: their containers are given the number. */
export function isIndexed(kind: string, spec: Tree | undefined): boolean {
  const job = kind === 'CronJob' ? entryOf(entryOf(spec, 'jobTemplate')?.value, 'spec')?.value : spec;
  const mode = entryOf(job, 'completionMode')?.value;
  return (kind === 'Job' || kind === 'CronJob') && mode?.kind === 'scalar' && mode.text === 'Indexed';
}

/** Labels of the template come first: selectors are compared with them. */
export function readLabelsFirst(spec: Tree, labels: Record<string, string>): void {
  const given = entryOf(entryOf(entryOf(spec, 'template')?.value, 'metadata')?.value, 'labels')?.value;
  for (const { key, value } of given?.kind === 'map' ? given.entries : [])
    if (value.kind === 'scalar') labels[key] = value.text;
}
