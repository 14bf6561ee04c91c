// A pod becomes a group: its containers are tasks that share one network.

import { configure, give, open } from '../draft.ts';
import { labelReference } from '../node-attributes.ts';
import { type AnyTable, type KeyTable, readKeys, reads, refuses, warns } from '../read/key-table.ts';
import { readEntries, readFlag, readItems, readSeconds, readText, readTexts } from '../read/values.ts';
import { entryOf, isNull, type Tree } from '../yaml/tree.ts';
import { affinityKeys, constrain, readSpreads, spreadKeys } from './affinity-keys.ts';
import { containerKeys, giveResources } from './container-keys.ts';
import { type Container, type Workload, what } from './context.ts';
import { giveIndex, readEnv, readEnvFrom } from './environment-keys.ts';
import { readMounts } from './mount-keys.ts';
import { dnsKeys, podSecurityKeys, readDns } from './pod-settings-keys.ts';
import { readVolumes, volumeKeys } from './volume-keys.ts';

type Table = KeyTable<Workload>;

const inside = (doc: string, name: string, table: Table) =>
  reads<Workload>(doc, (value, workload) => readKeys(value, table, what(name), workload, workload.run), {
    inner: () => table as AnyTable,
  });

export const podKeys: Table = {
  containers: reads('a task for each', (value, workload) => readContainers(value, workload, false), {
    inner: () => containerKeys as AnyTable,
    below: 'list',
  }),
  initContainers: reads(
    'a task with lifecycle prestart for each',
    (value, workload) => readContainers(value, workload, true),
    { inner: () => containerKeys as AnyTable, below: 'list' },
  ),
  ephemeralContainers: refuses('tasks are not added to what runs; use alloc exec'),
  // Read before the containers.
  volumes: reads('see below', () => undefined, { inner: () => volumeKeys as AnyTable, below: 'list' }),
  restartPolicy: reads(
    'Always: restart without end; OnFailure, Never: see backoffLimit',
    (value, { run, facts }, { keySpan }) => {
      const policy = readText(run, value);
      if (policy !== 'Always' && policy !== 'OnFailure' && policy !== 'Never')
        return void run.error(value, 'Unknown value', 'A restart policy is Always, OnFailure or Never.');
      facts.restartPolicy = policy;
      facts.restartAt = keySpan;
    },
  ),
  terminationGracePeriodSeconds: reads('task `kill_timeout`', (value, { run, facts }, { keySpan }) => {
    const ms = readSeconds(run, value);
    if (ms === undefined) return;
    facts.killTimeout = { ms, at: keySpan };
    if (ms > 30_000)
      run.warn(
        value,
        'Limited by the node',
        'A node waits at most 30s for a task to end, unless its max_kill_timeout is longer.',
      );
  }),
  activeDeadlineSeconds: reads(
    'group `max_run_duration` of a batch job; an error for others',
    (value, { run, group, jobType }, { keySpan }) => {
      const ms = readSeconds(run, value);
      if (ms !== undefined && jobType === 'batch') give(run, group, 'max_run_duration', ms, keySpan);
      else if (ms !== undefined) run.error(keySpan, 'Cannot be converted', 'Only batch jobs end after a time.');
    },
  ),
  nodeSelector: reads('group `constraint`: labels are `${meta.<label>}`', (value, workload) => {
    for (const { key, keySpan, value: inner } of readEntries(workload.run, value)) {
      const text = readText(workload.run, inner);
      if (text !== undefined) constrain(workload, labelReference(key), '=', text, keySpan);
    }
  }),
  nodeName: reads('group `constraint` on the name', (value, workload, { keySpan }) => {
    const name = readText(workload.run, value);
    if (name !== undefined) constrain(workload, '${node.unique.name}', '=', name, keySpan);
  }),
  os: reads('group `constraint` on the kernel', (value, workload, { keySpan }) => {
    const name = entryOf(value, 'name');
    const text = name === undefined ? undefined : readText(workload.run, name.value);
    if (text !== undefined) constrain(workload, '${attr.kernel.name}', '=', text, keySpan);
    else workload.run.error(value, 'Missing key', 'An os needs a name.');
  }),
  affinity: inside('see below', 'an affinity', affinityKeys),
  topologySpreadConstraints: reads('group `spread`', readSpreads, {
    inner: () => spreadKeys as AnyTable,
    below: 'list',
  }),
  hostNetwork: reads('network `mode = "host"`', (value, { run, facts }) => {
    if (readFlag(run, value) === true) facts.mode = 'host';
  }),
  hostPID: reads('task config `pid_mode`', (value, { run, facts }, { keySpan }) => {
    if (readFlag(run, value) === true) facts.pidMode = keySpan;
  }),
  hostIPC: reads('task config `ipc_mode`', (value, { run, facts }, { keySpan }) => {
    if (readFlag(run, value) === true) facts.ipcMode = keySpan;
  }),
  hostname: reads('network `hostname`', (value, { run, network }, { keySpan }) => {
    const name = readText(run, value);
    if (name !== undefined) give(run, network(), 'hostname', name, keySpan);
  }),
  dnsConfig: reads('network `dns`', readDns, { inner: () => dnsKeys as AnyTable }),
  dnsPolicy: reads(
    'Default is what happens anyway, None takes dnsConfig alone; others are warned about',
    (value, { run }) => {
      const policy = readText(run, value);
      if (policy !== 'Default' && policy !== 'None')
        run.warn(
          value,
          'Not converted',
          `The policy "${policy ?? ''}" has no effect: there is no DNS of the cluster yet, the name servers of the node answer.`,
        );
    },
  ),
  hostAliases: reads('task config `extra_hosts`', (value, { run, hostAliases }) => {
    for (const item of readItems(run, value)) {
      const [ip, names] = [entryOf(item, 'ip'), entryOf(item, 'hostnames')];
      if (ip === undefined || names === undefined) run.error(item, 'Missing key', 'An alias has an ip and hostnames.');
      else
        for (const name of readTexts(run, names.value))
          hostAliases.push({ line: `${name}:${readText(run, ip.value) ?? ''}`, at: item });
    }
  }),
  securityContext: inside('see below', 'the security context', podSecurityKeys),
  shareProcessNamespace: reads('an error for true', (value, { run }, { keySpan }) => {
    if (readFlag(run, value) === true)
      run.error(keySpan, 'Cannot be converted', 'Tasks do not see the processes of each other.');
  }),
  runtimeClassName: warns('the node has one runtime; use runtime in the config'),
  resourceClaims: refuses('devices are not assigned yet'),
  ...Object.fromEntries(
    Object.entries({
      automountServiceAccountToken: 'there are no service accounts',
      enableServiceLinks: 'services are not announced in the environment',
      hostUsers: 'the engine decides about user namespaces',
      hostnameOverride: 'use hostname',
      imagePullSecrets: 'the node signs in to registries: plugin "docker" { config { auth { config = … } } }',
      overhead: 'groups have no overhead',
      preemptionPolicy: 'nothing is preempted',
      priority: 'the job has a priority; set it in the job file',
      priorityClassName: 'the job has a priority; set it in the job file',
      readinessGates: 'health is what the checks say',
      resources: 'resources are those of tasks',
      schedulerName: 'there is one scheduler',
      schedulingGates: 'jobs are placed at once',
      schedulingGroup: 'jobs are placed at once',
      serviceAccount: 'there are no service accounts',
      serviceAccountName: 'there are no service accounts',
      setHostnameAsFQDN: 'tasks have a host name, no domain',
      subdomain: 'tasks have a host name, no domain',
      tolerations: 'nodes have no taints; use node pools',
    }).map(([key, why]) => [key, warns<Workload>(why)]),
  ),
};

/** Reads the pod's own keys in the order in which they need each other. */
export function readPod(tree: Tree, workload: Workload): void {
  const { run } = workload;
  const volumes = entryOf(tree, 'volumes');
  if (volumes !== undefined) readVolumes(volumes.value, workload);
  readKeys(tree, podKeys, what('a pod'), workload, run);
  if (!workload.containers.some(({ isInit }) => !isInit))
    run.error(workload.at, 'No containers', `"${workload.name}" needs at least one container.`);
  const inits = workload.containers.filter(({ isInit, facts }) => isInit && !facts.isSidecar);
  if (inits.length > 1)
    run.warn(
      inits[1]?.at ?? workload.at,
      'Converted with a difference',
      'Init containers start at the same time, not one after the other.',
    );
  mountAll(tree, workload);
  for (const container of workload.containers) finishTask(container);
}

function readContainers(value: Tree, workload: Workload, isInit: boolean): void {
  const { run, group } = workload;
  for (const item of readItems(run, value)) {
    const given = entryOf(item, 'name');
    const name = given === undefined ? undefined : readText(run, given.value);
    if (name === undefined) {
      run.error(item, 'Missing key', 'A container needs a name.');
      continue;
    }
    const at = given?.value ?? item;
    const task = open(run, group, 'task', at, name);
    give(run, task, 'driver', 'docker', at);
    const container: Container = {
      name,
      at,
      task,
      workload,
      isInit,
      ports: [],
      probes: [],
      env: new Map(),
      facts: { isSidecar: false, hasImage: false },
    };
    workload.containers.push(container);
    const [from, own] = [entryOf(item, 'envFrom'), entryOf(item, 'env')];
    if (from !== undefined && !isNull(from.value)) readEnvFrom(from.value, container);
    if (own !== undefined && !isNull(own.value)) readEnv(own.value, container);
    if (workload.facts.isIndexed) giveIndex(own?.value, container);
    readKeys(item, containerKeys, what('a container'), container, run);
    if (!container.facts.hasImage) run.error(at, 'No image', `The container "${name}" names no image.`);
    if (isInit) giveLifecycle(container, item);
  }
}

function giveLifecycle({ task, at, facts, probes, workload: { run } }: Container, item: Tree): void {
  const place = entryOf(item, 'restartPolicy')?.keySpan ?? at;
  const lifecycle = open(run, task, 'lifecycle', place);
  give(run, lifecycle, 'hook', 'prestart', place);
  if (facts.isSidecar) give(run, lifecycle, 'sidecar', true, place);
  for (const probe of facts.isSidecar ? [] : probes)
    run.warn(probe.at, 'Not converted', 'A container that ends is not checked.');
}

/** Which containers mount a volume decides what some become. */
function mountAll(pod: Tree, workload: Workload): void {
  const items = ['containers', 'initContainers'].flatMap((key) => {
    const value = entryOf(pod, key)?.value;
    return value?.kind === 'list' ? value.items : [];
  });
  const mountsOf = (item: Tree): Tree | undefined => entryOf(item, 'volumeMounts')?.value;
  const names = items.map((item) => {
    const mounts = mountsOf(item);
    const list = mounts?.kind === 'list' ? mounts.items : [];
    return new Set(
      list.map((mount) => entryOf(mount, 'name')?.value).map((name) => (name?.kind === 'scalar' ? name.text : '')),
    );
  });
  const mounters = (volume: string) => names.filter((set) => set.has(volume)).length;
  for (const container of workload.containers) {
    const item = items.find((tree) => tree.from <= container.at.from && container.at.to <= tree.to);
    const mounts = item === undefined ? undefined : mountsOf(item);
    if (mounts !== undefined && !isNull(mounts)) readMounts(mounts, container, mounters);
  }
}

/** What the pod says about all its containers. */
function finishTask(container: Container): void {
  const { task, workload, facts } = container;
  const { run, facts: pod } = workload;
  giveResources(container);
  const [user, gid] = [facts.user ?? pod.user?.id ?? '', facts.gid ?? pod.gid];
  const userAt = facts.userAt ?? pod.user?.at;
  if (userAt !== undefined && user !== '') give(run, task, 'user', gid === undefined ? user : `${user}:${gid}`, userAt);
  else if (userAt !== undefined)
    run.error(userAt, 'Cannot be converted', 'A group without a user cannot be set.', 'add runAsUser');
  if (pod.killTimeout !== undefined) give(run, task, 'kill_timeout', pod.killTimeout.ms, pod.killTimeout.at);
  if (pod.groups.length > 0) configure(run, task, 'group_add', [...pod.groups], workload.at);
  if (Object.keys(pod.sysctls).length > 0) configure(run, task, 'sysctl', { ...pod.sysctls }, workload.at);
  if (pod.pidMode !== undefined) configure(run, task, 'pid_mode', 'host', pod.pidMode);
  if (pod.ipcMode !== undefined) configure(run, task, 'ipc_mode', 'host', pod.ipcMode);
}
