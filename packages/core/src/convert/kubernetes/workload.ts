// One workload of a manifest becomes one group.

import { give, open, type Part } from '../draft.ts';
import { type KeyTable, readKeys } from '../read/key-table.ts';
import { readText } from '../read/values.ts';
import { entryOf, isNull, type Tree } from '../yaml/tree.ts';
import { type Cluster, type JobType, type Workload, type WorkloadFacts, what } from './context.ts';
import { claimKeys } from './data-keys.ts';
import { metadataKeys } from './metadata-keys.ts';
import { type ObjectFile, objectKeys } from './object-keys.ts';
import { podKeys, readPod } from './pod-keys.ts';
import { finishUpdate } from './update.ts';
import {
  cronJobKeys,
  daemonSetKeys,
  deploymentKeys,
  isIndexed,
  jobKeys,
  readLabelsFirst,
  statefulSetKeys,
} from './workload-keys.ts';

interface WorkloadKind {
  readonly type: JobType;
  readonly table: KeyTable<Workload>;
}
/** What becomes of each workload's `spec`. */
export const workloadKinds: Readonly<Record<string, WorkloadKind>> = {
  Deployment: { type: 'service', table: deploymentKeys },
  StatefulSet: { type: 'service', table: statefulSetKeys },
  DaemonSet: { type: 'system', table: daemonSetKeys },
  Job: { type: 'batch', table: jobKeys },
  CronJob: { type: 'batch', table: cronJobKeys },
  Pod: { type: 'service', table: podKeys },
};

export function readWorkload({ tree, kind, name, at }: ObjectFile, cluster: Cluster): void {
  const { run, job } = cluster;
  const known = workloadKinds[kind];
  if (known === undefined) return;
  const group = open(run, job, 'group', at, name);
  const spec = entryOf(tree, 'spec')?.value;
  const facts: WorkloadFacts = {
    ...{ count: 1, mode: 'bridge', isIndexed: isIndexed(kind, spec) },
    ...{ sysctls: {}, groups: [] },
  };
  let made: Part | undefined;
  const network = () => {
    made ??= open(run, group, 'network', at);
    return made;
  };
  const workload: Workload = {
    ...{ run, cluster, kind, name, at, jobType: known.type, group, network },
    ...{ labels: {}, containers: [], volumes: new Map(), hostAliases: [], facts },
  };
  cluster.workloads.push(workload);
  const replicas = entryOf(spec, 'replicas')?.value;
  if (replicas?.kind === 'scalar' && typeof replicas.value === 'number') facts.count = replicas.value;
  if (spec !== undefined) readLabelsFirst(spec, workload.labels);
  claimTemplates(spec, workload);
  const metadata = (value: Tree) => {
    const own = kind === 'Pod' ? { labels: workload.labels } : {};
    readKeys(value, metadataKeys, what('metadata'), { run, cluster, part: group, ...own }, run);
  };
  const readSpec = (value: Tree) =>
    kind === 'Pod' ? readPod(value, workload) : readKeys(value, known.table, what(`a ${kind}`), workload, run);
  readKeys(tree, objectKeys, what(`a ${kind}`), { run, metadata, spec: readSpec }, run);
  if (spec === undefined || isNull(spec)) run.error(at, 'Missing key', `The ${kind} "${name}" needs a spec.`);
  else if (kind !== 'Pod' && workload.containers.length === 0)
    run.error(at, 'No containers', `The ${kind} "${name}" has no pods: its template is missing.`);
  finishWorkload(workload);
}

/** A volume of its own for each instance of a StatefulSet. */
function claimTemplates(spec: Tree | undefined, workload: Workload): void {
  const { run, cluster, kind, name } = workload;
  const templates = kind === 'StatefulSet' ? entryOf(spec, 'volumeClaimTemplates')?.value : undefined;
  for (const item of templates?.kind === 'list' ? templates.items : []) {
    const own = entryOf(entryOf(item, 'metadata')?.value, 'name')?.value;
    const claim = own === undefined ? undefined : readText(run, own);
    if (claim === undefined) {
      run.error(item, 'Missing key', 'A claim template needs a name.');
      continue;
    }
    const source = `${cluster.namespace?.name ?? 'default'}_${claim}_${name}-\${NOMAD_ALLOC_INDEX}`;
    workload.volumes.set(claim, { kind: 'claim', source, readOnly: false });
    run.warn(
      own ?? item,
      'Stays on its node',
      `The claim "${claim}" is a volume of the node's Docker engine: its data does not follow the pod to another node.`,
      'pin the pod to a node by its nodeSelector',
    );
    const metadata = (value: Tree) => readKeys(value, metadataKeys, what('metadata'), { run, cluster }, run);
    readKeys(
      item,
      objectKeys,
      what('a claim template'),
      { run, metadata, spec: (value) => readKeys(value, claimKeys, what('a claim'), cluster, run) },
      run,
    );
  }
  if (templates !== undefined && templates.kind !== 'list' && !isNull(templates))
    run.error(templates, 'Wrong type', 'Claim templates are a list.');
}

function finishWorkload(workload: Workload): void {
  const { run, group, facts, kind, at } = workload;
  const isJob = kind === 'Job' || kind === 'CronJob';
  if (isJob) {
    const { completions, parallelism } = facts;
    facts.count = completions ?? parallelism ?? 1;
    if (completions !== undefined && parallelism !== undefined && parallelism < completions)
      run.warn(
        facts.countAt ?? at,
        'Converted with a difference',
        `All ${completions} runs start at once, not ${parallelism} at a time.`,
      );
  }
  if (facts.count !== 1) give(run, group, 'count', facts.count, facts.countAt ?? at);
  give(run, workload.network(), 'mode', facts.mode, at);
  finishUpdate(workload);
  finishRestart(workload, isJob);
}

function finishRestart({ run, group, facts, at }: Workload, isJob: boolean): void {
  const { restartPolicy: policy, backoffLimit } = facts;
  const place = facts.restartAt ?? at;
  if (policy === undefined && backoffLimit === undefined) return;
  if (isJob && policy === 'Always')
    run.error(place, 'Unknown value', 'Pods of a Job are restarted OnFailure or Never.');
  const restart = open(run, group, 'restart', place);
  if (!isJob && policy !== 'Never') {
    if (policy === 'OnFailure')
      run.warn(
        place,
        'Converted with a difference',
        'A task of a service is started again also when it ends without a failure.',
      );
    give(run, restart, 'mode', 'delay', place);
    return;
  }
  const attempts = isJob ? (backoffLimit ?? 6) : 0;
  give(run, restart, 'attempts', attempts, place);
  give(run, restart, 'mode', 'fail', place);
  const reschedule = open(run, group, 'reschedule', place);
  give(run, reschedule, 'attempts', 0, place);
  give(run, reschedule, 'unlimited', false, place);
}
