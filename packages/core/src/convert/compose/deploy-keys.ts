// `deploy`: how many, where, and how a change is rolled out.

import { give, giveMeta, open } from '../draft.ts';
import { swarmReference } from '../node-attributes.ts';
import { type AnyTable, type KeyTable, readKeys, reads, refuses, warns } from '../read/key-table.ts';
import { readDuration, readInteger, readItems, readNumber, readPairs, readText } from '../read/values.ts';
import type { Tree } from '../yaml/tree.ts';
import { cpuLimit, memoryLimit, memoryReservation, mhzPerCpu, pidsLimit } from './limit-keys.ts';
import { applyRestart } from './restart.ts';
import type { ServiceContext } from './service-context.ts';

type Table = KeyTable<ServiceContext>;
type Row = Table[string];

const inside = (doc: string, what: string, table: Table): Row =>
  reads(doc, (value, context) => readKeys(value, table, { what }, context, context.run), {
    inner: () => table as AnyTable,
  });

const limitsKeys: Table = { cpus: cpuLimit, memory: memoryLimit, pids: pidsLimit };
const reservationKeys: Table = {
  cpus: reads(`resources \`cpu\`: 1 processor is ${mhzPerCpu} MHz`, (value, { run, facts }) => {
    const cpus = readNumber(run, value);
    if (cpus !== undefined) facts.cpuReservedMhz = Math.max(1, Math.round(cpus * mhzPerCpu));
  }),
  memory: memoryReservation,
  devices: refuses('devices are not assigned yet'),
  generic_resources: refuses('nodes have no such resources'),
};
const resourceKeys: Table = {
  limits: inside('see below', 'the limits', limitsKeys),
  reservations: inside('see below', 'the reservations', reservationKeys),
};

const updateKeys: Table = {
  parallelism: reads('update `max_parallel`', (value, { run, group }, { keySpan }) => {
    const count = readInteger(run, value);
    if (count !== undefined) give(run, open(run, group, 'update', keySpan), 'max_parallel', count, keySpan);
  }),
  monitor: reads('update `min_healthy_time`', (value, { run, group }, { keySpan }) => {
    const ms = readDuration(run, value);
    if (ms !== undefined) give(run, open(run, group, 'update', keySpan), 'min_healthy_time', ms, keySpan);
  }),
  failure_action: reads(
    '`rollback` becomes update `auto_revert`; `pause` is what happens anyway; `continue` is warned about',
    (value, { run, group }, { keySpan }) => {
      const action = readText(run, value);
      if (action === 'rollback') give(run, open(run, group, 'update', keySpan), 'auto_revert', true, keySpan);
      else if (action !== 'pause')
        run.warn(
          value,
          'Not converted',
          `The failure action "${action ?? ''}" has no effect: a rollout that fails stops.`,
        );
    },
  ),
  order: reads('`stop-first` is what happens anyway; `start-first` is warned about', (value, { run }) => {
    const order = readText(run, value);
    if (order !== 'stop-first')
      run.warn(
        value,
        'Not converted',
        `The order "${order ?? ''}" has no effect: the old instance stops before its successor starts.`,
        'use canaries: update { canary = 1 }',
      );
  }),
  delay: warns('the next instance is replaced when the last one is healthy; use monitor'),
  max_failure_ratio: warns('a rollout fails with its first instance'),
};

const placementKeys: Table = {
  constraints: reads('group `constraint`; `node.labels.x` is `${meta.x}`', (value, { run, group }) => {
    for (const item of readItems(run, value)) {
      const found = /^\s*(\S+?)\s*(==|!=)\s*(.*?)\s*$/.exec(readText(run, item) ?? '');
      const attribute = found === null ? undefined : swarmReference(found[1] ?? '');
      if (found === null || attribute === undefined) {
        run.error(
          item,
          'Cannot be converted',
          'A placement constraint compares node.labels.NAME, node.hostname, node.id or node.platform with a value.',
          'write it like node.labels.disk == ssd',
        );
        continue;
      }
      const constraint = open(run, group, 'constraint', item);
      give(run, constraint, 'attribute', attribute, item);
      if (found[2] === '!=') give(run, constraint, 'operator', '!=', item);
      give(run, constraint, 'value', found[3] ?? '', item);
    }
  }),
  preferences: reads('group `spread`', (value, { run, group }) => {
    for (const item of readItems(run, value)) {
      for (const { key, keySpan, value: inner } of item.kind === 'map' ? item.entries : []) {
        const attribute = key === 'spread' ? swarmReference(readText(run, inner) ?? '') : undefined;
        if (attribute === undefined)
          run.error(keySpan, 'Cannot be converted', 'A preference spreads over node.labels.NAME.');
        else give(run, open(run, group, 'spread', item), 'attribute', attribute, item);
      }
      if (item.kind !== 'map')
        run.error(item, 'Wrong type', 'A preference is a map.', 'write - spread: node.labels.NAME');
    }
  }),
  max_replicas_per_node: reads('constraint `distinct_property` on the node', (value, { run, group }, { keySpan }) => {
    const count = readInteger(run, value, 1);
    if (count === undefined) return;
    const constraint = open(run, group, 'constraint', keySpan);
    give(run, constraint, 'attribute', '${node.unique.id}', keySpan);
    give(run, constraint, 'operator', 'distinct_property', keySpan);
    give(run, constraint, 'value', String(count), keySpan);
  }),
};

const restartKeys: KeyTable<{ readonly service: ServiceContext; readonly policy: RestartPolicy }> = {
  condition: reads('none, on-failure or any: see restart', (value, { service, policy }) => {
    const text = readText(service.run, value);
    if (text === 'none' || text === 'on-failure' || text === 'any') policy.condition = text;
    else service.run.error(value, 'Unknown value', 'A condition is none, on-failure or any.');
  }),
  max_attempts: reads('restart `attempts`', (value, { service, policy }) => {
    const attempts = readInteger(service.run, value);
    if (attempts !== undefined) policy.attempts = attempts;
  }),
  delay: reads('restart `delay`', (value, { service, policy }) => {
    const ms = readDuration(service.run, value);
    if (ms !== undefined) policy.delayMs = ms;
  }),
  window: reads('restart `interval`; at least 5s', (value, { service, policy }) => {
    const ms = readDuration(service.run, value);
    if (ms !== undefined) policy.windowMs = ms;
  }),
};

interface RestartPolicy {
  condition: 'none' | 'on-failure' | 'any';
  attempts?: number;
  delayMs?: number;
  windowMs?: number;
}

function readRestartPolicy(
  value: Tree,
  service: ServiceContext,
  { keySpan }: { keySpan: { from: number; to: number } },
): void {
  const { run, group } = service;
  const policy: RestartPolicy = { condition: 'any' };
  readKeys(value, restartKeys, { what: 'a restart policy' }, { service, policy }, run);
  applyRestart(service, policy.condition, keySpan, policy.attempts);
  const restart = open(run, group, 'restart', keySpan);
  if (policy.delayMs !== undefined) give(run, restart, 'delay', policy.delayMs, keySpan);
  if (policy.windowMs !== undefined) give(run, restart, 'interval', policy.windowMs, keySpan);
}

export const deployTable: Table = {
  mode: reads(
    '`replicated`: a service; `global`: job type system; `*-job`: batch and sysbatch',
    (value, { run, facts }) => {
      const types = {
        replicated: 'service',
        global: 'system',
        'replicated-job': 'batch',
        'global-job': 'sysbatch',
      } as const;
      const mode = readText(run, value) ?? '';
      if (Object.hasOwn(types, mode)) facts.jobType = types[mode as keyof typeof types];
      else run.error(value, 'Unknown value', `A mode is one of ${Object.keys(types).join(', ')}.`);
    },
  ),
  replicas: reads('group `count`', (value, { run, facts }, { keySpan }) => {
    const count = readInteger(run, value);
    if (count === undefined) return;
    facts.count = count;
    facts.countAt = keySpan;
  }),
  labels: reads('group `meta`', (value, { run, group }) => {
    for (const [name, text, at] of readPairs(run, value)) giveMeta(run, group, name, text ?? '', at);
  }),
  placement: inside('see below', 'a placement', placementKeys),
  resources: inside('see below', 'the resources', resourceKeys),
  restart_policy: reads('group `restart`, instead of `restart` of the service', readRestartPolicy, {
    inner: () => restartKeys as AnyTable,
  }),
  update_config: inside('group `update`', 'an update', updateKeys),
  rollback_config: warns('a rollout goes back as it went forth: update_config'),
  endpoint_mode: warns('services have no address of their own yet'),
};

export const deployKeys: Table = { deploy: inside('see below', 'deploy', deployTable) };
