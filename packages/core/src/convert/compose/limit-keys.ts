// What a service may use, and what it may do: resources, limits, rights.

import { configure, configureMore, give, open } from '../draft.ts';
import { type KeyTable, reads, refuses, warns } from '../read/key-table.ts';
import {
  readBytes,
  readEntries,
  readInteger,
  readItems,
  readNumber,
  readPairs,
  readText,
  toMib,
} from '../read/values.ts';
import { entryOf, isNull, type Tree } from '../yaml/tree.ts';
import { configFlag, configTexts } from './process-keys.ts';
import type { ServiceContext } from './service-context.ts';

type Row = KeyTable<ServiceContext>[string];

/** What one processor counts as. Nodes count in MHz, Compose and Kubernetes in processors. */
export const mhzPerCpu = 1000;

export const cpuLimit: Row = reads(
  `resources \`cpu\`: 1 processor is ${mhzPerCpu} MHz; warned about: a share, no ceiling`,
  (value, { run, facts }, { keySpan }) => {
    const cpus = readNumber(run, value);
    if (cpus === undefined) return;
    facts.cpuMhz = Math.max(1, Math.round(cpus * mhzPerCpu));
    run.warn(
      keySpan,
      'Converted with a difference',
      'Processor time is a share, not a ceiling: a task gets more when nobody else wants it.',
    );
  },
);
export const memoryLimit: Row = reads(
  'resources `memory`, or task config `memory_hard_limit` beside a reservation',
  (value, { run, facts }, { keySpan }) => {
    const bytes = readBytes(run, value);
    if (bytes === undefined) return;
    facts.memoryLimitMiB = toMib(bytes);
    facts.memoryAt = keySpan;
  },
);
export const memoryReservation: Row = reads('resources `memory`', (value, { run, facts }, { keySpan }) => {
  const bytes = readBytes(run, value);
  if (bytes === undefined) return;
  facts.memoryReservationMiB = toMib(bytes);
  facts.memoryAt ??= keySpan;
});
export const pidsLimit: Row = reads('task config `pids_limit`', (value, { run, task }, { keySpan }) => {
  const limit = readInteger(run, value, -1);
  if (limit !== undefined) configure(run, task, 'pids_limit', Math.max(0, limit), keySpan);
});

/** Least memory of a task. */
const LEAST_MIB = 10;

/** Memory and processor time once both ways to write them are read. */
export function giveResources({ run, task, facts, at }: ServiceContext): void {
  const { memoryLimitMiB: limit, memoryReservationMiB: reserved, memoryAt = at } = facts;
  const cpuMhz = facts.cpuReservedMhz ?? facts.cpuMhz;
  if (cpuMhz !== undefined) give(run, open(run, task, 'resources', at), 'cpu', cpuMhz, at);
  const memory = reserved ?? limit;
  if (memory === undefined) {
    run.warn(
      at,
      'Limited by default',
      'No memory is asked for, so the task gets 300 MB and no more.',
      'set deploy.resources.limits.memory',
    );
    return;
  }
  give(run, open(run, task, 'resources', memoryAt), 'memory', Math.max(LEAST_MIB, memory), memoryAt);
  if (reserved !== undefined && limit !== undefined && limit > reserved)
    configure(run, task, 'memory_hard_limit', limit, memoryAt);
  if (reserved !== undefined && limit === undefined)
    run.warn(
      memoryAt,
      'Converted with a difference',
      'A reservation without a limit is the limit too.',
      'set deploy.resources.limits.memory',
    );
}

const modes = (doc: string, option: string, allowed: readonly string[]): Row =>
  reads(doc, (value, { run, task }, { keySpan }) => {
    const mode = readText(run, value);
    if (mode === undefined) return;
    if (allowed.includes(mode)) configure(run, task, option, mode, keySpan);
    else
      run.error(
        value,
        'Cannot be converted',
        `The mode "${mode}" has no equivalent.`,
        `known are ${allowed.join(', ')}`,
      );
  });

export const limitKeys: KeyTable<ServiceContext> = {
  cpus: cpuLimit,
  mem_limit: memoryLimit,
  mem_reservation: memoryReservation,
  pids_limit: pidsLimit,
  shm_size: reads('task config `shm_size`', (value, { run, task }, { keySpan }) => {
    const bytes = readBytes(run, value);
    if (bytes !== undefined) configure(run, task, 'shm_size', bytes, keySpan);
  }),
  ulimits: reads('task config `ulimit`', (value, { run, task }, { keySpan }) => {
    const pairs = readEntries(run, value).map(({ key, value: inner }) => [key, ulimit(inner, run)] as const);
    configure(run, task, 'ulimit', Object.fromEntries(pairs), keySpan);
  }),
  sysctls: reads('task config `sysctl`', (value, { run, task }, { keySpan }) => {
    configure(
      run,
      task,
      'sysctl',
      Object.fromEntries(readPairs(run, value).map(([name, text]) => [name, text ?? ''])),
      keySpan,
    );
  }),
  oom_score_adj: reads('task config `oom_score_adj`; below 0 is an error', (value, { run, task }, { keySpan }) => {
    const score = readInteger(run, value, 0);
    if (score !== undefined) configure(run, task, 'oom_score_adj', score, keySpan);
  }),
  devices: reads('task config `devices`', (value, { run, task }) => {
    for (const item of readItems(run, value)) addDevice(item, run, task);
  }),
  privileged: configFlag('task config `privileged`', 'privileged'),
  cap_add: configTexts('task config `cap_add`', 'cap_add'),
  cap_drop: configTexts('task config `cap_drop`', 'cap_drop'),
  security_opt: configTexts('task config `security_opt`', 'security_opt'),
  ipc: modes('task config `ipc_mode`', 'ipc_mode', ['host', 'private', 'none']),
  pid: modes('task config `pid_mode`', 'pid_mode', ['host']),
  gpus: refuses('devices are not assigned yet'),
  ...Object.fromEntries(
    Object.entries({
      blkio_config: 'disk bandwidth is not shared out',
      cpu_count: 'use cpus',
      cpu_percent: 'use cpus',
      cpu_shares: 'use cpus',
      cpu_period: 'use cpus',
      cpu_quota: 'use cpus',
      cpu_rt_runtime: 'there is no real-time share',
      cpu_rt_period: 'there is no real-time share',
      cpuset: 'use resources { cores } in the job file',
      device_cgroup_rules: 'use devices',
      mem_swappiness: 'tasks do not swap',
      memswap_limit: 'tasks do not swap',
      oom_kill_disable: 'a task without memory is ended',
    }).map(([key, why]) => [key, warns<ServiceContext>(why)]),
  ),
};

function ulimit(tree: Tree, run: ServiceContext['run']): string {
  if (tree.kind !== 'map') return String(readInteger(run, tree, -1) ?? '');
  for (const { key, keySpan } of tree.entries)
    if (key !== 'soft' && key !== 'hard')
      run.error(keySpan, 'Unknown key', `A limit has no key "${key}".`, 'a limit has soft and hard');
  const part = (key: string) => entryOf(tree, key)?.value;
  const [soft, hard] = [part('soft'), part('hard')];
  const numbers = [soft, hard].flatMap((item) =>
    item === undefined || isNull(item) ? [] : (readInteger(run, item, -1) ?? []),
  );
  return numbers.join(':');
}

function addDevice(item: Tree, run: ServiceContext['run'], task: ServiceContext['task']): void {
  const text = item.kind === 'map' ? undefined : readText(run, item);
  if (item.kind === 'map') {
    const device: Record<string, string> = {};
    const names: Record<string, string> = {
      source: 'host_path',
      target: 'container_path',
      permissions: 'cgroup_permissions',
    };
    for (const { key, keySpan, value } of item.entries) {
      const name = Object.hasOwn(names, key) ? names[key] : undefined;
      if (name === undefined) run.error(keySpan, 'Unknown key', `A device has no key "${key}".`);
      else device[name] = readText(run, value) ?? '';
    }
    configureMore(run, task, 'devices', device, item);
    return;
  }
  if (text === undefined) return;
  const [host = '', container, permissions] = text.split(':');
  configureMore(
    run,
    task,
    'devices',
    {
      host_path: host,
      ...(container === undefined ? {} : { container_path: container }),
      ...(permissions === undefined ? {} : { cgroup_permissions: permissions }),
    },
    item,
  );
}
