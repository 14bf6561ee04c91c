// Kubernetes manifests as a whole: the workloads of a file become the groups of one job.

import { didYouMean } from '../../lib/nearest-name.ts';
import { give, newJob, type Part, warnFilledIn } from '../draft.ts';
import type { Conversion } from '../read/conversion.ts';
import { readKeys } from '../read/key-table.ts';
import { readText } from '../read/values.ts';
import { type Entry, entryOf, type Tree } from '../yaml/tree.ts';
import { type Cluster, what } from './context.ts';
import { claimKeys, readDataSet } from './data-keys.ts';
import { ownTexts } from './environment-value.ts';
import { metadataKeys } from './metadata-keys.ts';
import { type ObjectFile, objectKeys } from './object-keys.ts';
import { connect } from './reach.ts';
import { readService } from './service-keys.ts';
import { readWorkload, workloadKinds } from './workload.ts';

/** Objects of which nothing comes, and why. */
export const otherKinds: Readonly<Record<string, string>> = {
  Namespace: 'namespaces are not made by jobs; the job goes to the one its objects name',
  Ingress: 'there is no ingress yet; publish a port, or tag the service for a proxy',
  IngressClass: 'there is no ingress yet',
  NetworkPolicy: 'traffic between groups is not restricted: whoever reaches the node reaches its ports',
  ServiceAccount: 'there are no service accounts',
  Role: 'tasks have no rights in the cluster',
  RoleBinding: 'tasks have no rights in the cluster',
  ClusterRole: 'tasks have no rights in the cluster',
  ClusterRoleBinding: 'tasks have no rights in the cluster',
  HorizontalPodAutoscaler: 'there is no autoscaling yet',
  PodDisruptionBudget: 'use migrate { max_parallel } in the job file',
  PersistentVolume: 'claims become Docker volumes of the node',
  StorageClass: 'claims become Docker volumes of the node',
  PriorityClass: 'the job has a priority; set it in the job file',
  LimitRange: 'there are no defaults by namespace',
  ResourceQuota: 'there are no quotas yet',
};
const dataKinds = ['ConfigMap', 'Secret', 'Service', 'PersistentVolumeClaim'];

export function kubernetesJob(trees: readonly Tree[], run: Conversion): Part | undefined {
  const objects = trees.flatMap((tree) => itemsOf(tree, run)).flatMap((tree) => objectOf(tree, run) ?? []);
  const [first] = objects.filter(({ kind }) => Object.hasOwn(workloadKinds, kind));
  const start = trees[0] ?? { from: 0, to: 0 };
  const job = newJob(run, first?.at ?? start);
  const cluster: Cluster = {
    run,
    job,
    configMaps: new Map(),
    secrets: new Map(),
    claims: new Map(),
    services: [],
    workloads: [],
  };
  // Claims are named after the namespace, which any object may tell.
  const namespace = objects
    .map(({ tree }) => entryOf(entryOf(tree, 'metadata')?.value, 'namespace')?.value)
    .find((value) => value?.kind === 'scalar' && value.text !== '');
  if (namespace?.kind === 'scalar') cluster.namespace = { name: namespace.text, at: namespace };
  repeated(objects, run);
  for (const object of objects) if (!Object.hasOwn(workloadKinds, object.kind)) readOther(object, cluster);
  for (const object of objects) if (Object.hasOwn(workloadKinds, object.kind)) readWorkload(object, cluster);
  if (first === undefined) {
    if (!run.sink.hasErrors())
      run.error(
        start,
        'No workload',
        `The file has none of ${Object.keys(workloadKinds).join(', ')}: there is nothing to run.`,
      );
    return undefined;
  }
  oneType(cluster);
  job.record['id'] = jobName(cluster);
  if (cluster.namespace !== undefined) give(run, job, 'namespace', cluster.namespace.name, cluster.namespace.at);
  const type = cluster.workloads[0]?.jobType ?? 'service';
  if (type !== 'service') give(run, job, 'type', type, cluster.workloads[0]?.at ?? start);
  connect(cluster);
  for (const { containers } of cluster.workloads)
    for (const { task, env } of containers) warnFilledIn(run, task, (name) => ownTexts(env.get(name) ?? []));
  return job;
}

/** `kind: List` holds objects. */
function itemsOf(tree: Tree, run: Conversion): readonly Tree[] {
  const kind = entryOf(tree, 'kind')?.value;
  if (kind?.kind !== 'scalar' || kind.text !== 'List') return [tree];
  const items = entryOf(tree, 'items')?.value;
  for (const { key, keySpan } of tree.kind === 'map' ? tree.entries : [])
    if (!['apiVersion', 'kind', 'items', 'metadata'].includes(key))
      run.error(keySpan, 'Unknown key', `A List has no key "${key}".`);
  return items?.kind === 'list' ? items.items : [];
}

function objectOf(tree: Tree, run: Conversion): ObjectFile | undefined {
  const kind = entryOf(tree, 'kind');
  const version = entryOf(tree, 'apiVersion');
  if (kind === undefined || version === undefined) {
    run.error(tree, 'Missing key', 'A Kubernetes object has an apiVersion and a kind.');
    return undefined;
  }
  const name = readText(run, kind.value) ?? '';
  if (![...Object.keys(workloadKinds), ...Object.keys(otherKinds), ...dataKinds].includes(name)) {
    const hint =
      didYouMean(name, [...Object.keys(workloadKinds), ...dataKinds]) ??
      `known are ${[...Object.keys(workloadKinds), ...dataKinds].join(', ')}`;
    run.error(kind.value, 'Cannot be converted', `Objects of the kind ${name} have no equivalent.`, hint);
    return undefined;
  }
  const versions: Record<string, readonly string[]> = {
    v1: ['Pod', ...dataKinds],
    'apps/v1': ['Deployment', 'StatefulSet', 'DaemonSet'],
    'batch/v1': ['Job', 'CronJob'],
  };
  const expected = Object.entries(versions).find(([, kinds]) => kinds.includes(name))?.[0];
  const given = readText(run, version.value) ?? '';
  if (expected !== undefined && given !== expected)
    run.error(version.value, 'Unknown version', `A ${name} of the version ${given} is not known.`, `write ${expected}`);
  const own = entryOf(entryOf(tree, 'metadata')?.value, 'name')?.value;
  if (own === undefined) {
    run.error(
      entryOf(tree, 'metadata')?.keySpan ?? tree,
      'Missing key',
      `A ${name} needs a name.`,
      'add metadata: name:',
    );
    return undefined;
  }
  return { tree, kind: name, name: readText(run, own) ?? '', at: own };
}

function repeated(objects: readonly ObjectFile[], run: Conversion): void {
  const seen = new Set<string>();
  for (const { kind, name, at } of objects) {
    const key = `${kind}/${name}`;
    if (seen.has(key)) run.error(at, 'Repeated object', `There are two objects ${key} in the file.`);
    seen.add(key);
  }
}

function readOther({ tree, kind, name, at }: ObjectFile, cluster: Cluster): void {
  const { run } = cluster;
  const why = Object.hasOwn(otherKinds, kind) ? otherKinds[kind] : undefined;
  if (why !== undefined) {
    run.warn(at, 'Not converted', `The ${kind} "${name}" has no effect: ${why}.`);
    return;
  }
  const labels: Record<string, string> = {};
  const metadata = (value: Tree) =>
    readKeys(value, metadataKeys, what('metadata'), { run, cluster, ...(kind === 'Service' ? { labels } : {}) }, run);
  if (kind === 'ConfigMap' || kind === 'Secret') {
    const isTop = ({ key }: Entry) => Object.hasOwn(objectKeys, key) && key !== 'spec';
    const entries = tree.kind === 'map' ? tree.entries : [];
    readKeys(
      { ...tree, kind: 'map', entries: entries.filter(isTop) },
      objectKeys,
      what(`a ${kind}`),
      { run, metadata },
      run,
    );
    const rest: Tree = { ...tree, kind: 'map', entries: entries.filter((entry) => !isTop(entry)) };
    (kind === 'Secret' ? cluster.secrets : cluster.configMaps).set(name, readDataSet(kind, name, rest, cluster));
    return;
  }
  let spec: Tree | undefined;
  const keep = (value: Tree) => {
    spec = value;
  };
  readKeys(tree, objectKeys, what(`a ${kind}`), { run, metadata, spec: keep }, run);
  if (kind === 'Service') {
    readService(name, entryOf(tree, 'metadata')?.value ?? tree, spec, labels, cluster);
    return;
  }
  cluster.claims.set(name, `${cluster.namespace?.name ?? 'default'}_${name}`);
  if (spec !== undefined) readKeys(spec, claimKeys, what('a claim'), cluster, run);
}

/** A job has one type: it runs on, runs to its end, or runs on every node. */
function oneType({ run, workloads }: Cluster): void {
  const [first] = workloads;
  for (const other of workloads.slice(1)) {
    if (first === undefined) return;
    if (other.jobType !== first.jobType || (other.kind === 'CronJob') !== (first.kind === 'CronJob')) {
      const detail = `A file becomes one job, and the ${first.kind} "${first.name}" makes it one of type ${first.jobType}; the ${other.kind} "${other.name}" is another.`;
      run.error(other.at, 'Different types', detail, 'put it in a file of its own');
    } else if (other.kind === 'CronJob') {
      run.error(
        other.at,
        'Two schedules',
        'A file becomes one job, which has one schedule.',
        'put it in a file of its own',
      );
    }
  }
}

/** The one workload's name, the name of the application all say they are part of, or that of the file. */
function jobName({ run, workloads }: Cluster): string {
  const [only, ...more] = workloads;
  if (only !== undefined && more.length === 0) return only.name;
  for (const label of ['app.kubernetes.io/part-of', 'app.kubernetes.io/instance', 'app']) {
    const names = new Set(workloads.map(({ labels }) => labels[label]));
    const [name] = names;
    if (names.size === 1 && name !== undefined) return name;
  }
  return run.options.defaultName;
}
