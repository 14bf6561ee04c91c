import test from 'ava';
import fc from 'fast-check';
import { seededIds, seededRandom } from '../lib/random.ts';
import { isTerminal } from '../model/allocation.ts';
import type { Job } from '../model/job.ts';
import type { Node } from '../model/node.ts';
import { allocatedUse } from '../model/resources.ts';
import { replacesAllocations } from '../schema/destructive.ts';
import { checkPlan } from './check-placement.ts';
import { runSchedule } from './schedule.ts';
import { makeEvaluation, makeNetwork, makeNode, makePort, makeTask, makeUpdate, oneGroup } from './testing/fixtures.ts';
import {
  apply,
  change,
  decide,
  fail,
  liveOf,
  type MemoryCluster,
  memoryCluster,
  register,
  runJob,
  snapshotOf,
  startAll,
} from './testing/memory-cluster.ts';

const nodes = fc
  .array(
    fc.record({
      cpuMhz: fc.integer({ min: 500, max: 4_000 }),
      memoryMiB: fc.integer({ min: 256, max: 4_096 }),
      diskMiB: fc.integer({ min: 300, max: 3_000 }),
      rack: fc.constantFrom('r1', 'r2', 'r3'),
      ports: fc.integer({ min: 1, max: 12 }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((list) => list.map((shape, index) => nodeOf(`n${index}`, shape)));

interface Shape {
  readonly cpuMhz: number;
  readonly memoryMiB: number;
  readonly diskMiB: number;
  readonly rack: string;
  readonly ports: number;
}

function nodeOf(id: string, { cpuMhz, memoryMiB, diskMiB, rack, ports }: Shape): Node {
  const networks = [{ name: 'default', device: 'eth0', address: '192.0.2.1' }];
  const range = { dynamicPortMin: 20_000, dynamicPortMax: 20_000 + ports };
  return makeNode(id, { meta: { rack }, resources: { cpuMhz, cores: 4, memoryMiB, diskMiB, networks, ...range } });
}

const jobs = fc
  .record({
    count: fc.integer({ min: 0, max: 8 }),
    cpuMhz: fc.integer({ min: 50, max: 900 }),
    cores: fc.constantFrom(undefined, undefined, 1, 2),
    memoryMiB: fc.integer({ min: 16, max: 900 }),
    staticPort: fc.constantFrom(undefined, 8_080, 20_001),
    dynamicPorts: fc.integer({ min: 0, max: 2 }),
    spread: fc.boolean(),
    distinct: fc.constantFrom('none', 'distinct_hosts', 'distinct_property'),
    maxParallel: fc.constantFrom(0, 1, 2),
    command: fc.constantFrom('/bin/a', '/bin/b'),
  })
  .map((shape) => (id: string): Job => {
    const { cores, cpuMhz, memoryMiB } = shape;
    const resources = { cpuMhz: cores === undefined ? cpuMhz : 0, memoryMiB, devices: [] };
    const dynamicPorts = Array.from({ length: shape.dynamicPorts }, (_, index) => makePort({ label: `p${index}` }));
    const reservedPorts = shape.staticPort === undefined ? [] : [makePort({ label: 's', value: shape.staticPort })];
    return oneGroup(
      {
        count: shape.count,
        tasks: [
          makeTask({
            config: { command: shape.command },
            resources: cores === undefined ? resources : { ...resources, cores },
          }),
        ],
        networks: [makeNetwork({ dynamicPorts, reservedPorts })],
        spreads: shape.spread ? [{ attribute: '${meta.rack}', weight: 50, targets: [] }] : [],
        constraints:
          shape.distinct === 'none'
            ? []
            : [{ attribute: '${meta.rack}', operator: shape.distinct as 'distinct_hosts', value: '2' }],
        update: makeUpdate({ maxParallel: shape.maxParallel }),
      },
      { id },
    );
  });

/** One thing that happens to the cluster; `pick` chooses whom it happens to. */
const events = fc.array(
  fc.record({
    what: fc.constantFrom('register', 'fail', 'down', 'up', 'run', 'wait', 'migrate'),
    job: jobs,
    name: fc.constantFrom('one', 'two'),
    pick: fc.nat(),
  }),
  { maxLength: 12 },
);

type Event = typeof events extends fc.Arbitrary<(infer Item)[]> ? Item : never;

function happen(cluster: MemoryCluster, { what, job, name, pick }: Event): void {
  const live = [...cluster.allocations.values()].filter((allocation) => !isTerminal(allocation));
  const chosen = live[pick % Math.max(1, live.length)];
  const nodeId = [...cluster.nodes.keys()][pick % cluster.nodes.size] ?? '';
  const node = cluster.nodes.get(nodeId);
  if (what === 'register') register(cluster, job(name));
  else if (what === 'run') startAll(cluster);
  else if (what === 'wait') cluster.now += 60_000;
  else if (what === 'fail' && chosen !== undefined) fail(cluster, chosen);
  else if (what === 'migrate' && chosen !== undefined)
    change(cluster, chosen.id, { desiredTransition: { migrate: true } });
  else if ((what === 'down' || what === 'up') && node !== undefined)
    cluster.nodes.set(nodeId, { ...node, status: what === 'down' ? 'down' : 'ready' });
}

/** What is over-committed, as sentences; empty when all is well. */
function overcommitted(cluster: MemoryCluster): string[] {
  const live = [...cluster.allocations.values()].filter((allocation) => !isTerminal(allocation));
  return [...Map.groupBy(live, ({ nodeId }) => nodeId)].flatMap(([nodeId, held]) => {
    const node = cluster.nodes.get(nodeId);
    if (node === undefined) return [];
    const uses = held.map(({ resources }) => allocatedUse(resources));
    const sum = (read: (use: (typeof uses)[number]) => number) => uses.reduce((total, use) => total + read(use), 0);
    const ports = held.flatMap(({ resources }) => resources.shared.ports.map(({ value }) => value));
    const cores = held.flatMap(({ resources }) => Object.values(resources.tasks).flatMap((task) => task.cores ?? []));
    return [
      ...(sum((use) => use.cpuMhz) > node.resources.cpuMhz ? [`cpu of ${nodeId}`] : []),
      ...(sum((use) => use.memoryMiB) > node.resources.memoryMiB ? [`memory of ${nodeId}`] : []),
      ...(sum((use) => use.diskMiB) > node.resources.diskMiB ? [`disk of ${nodeId}`] : []),
      ...(new Set(ports).size < ports.length ? [`ports of ${nodeId}: ${ports}`] : []),
      ...(new Set(cores).size < cores.length ? [`cores of ${nodeId}: ${cores}`] : []),
    ];
  });
}

function schedulingRound(cluster: MemoryCluster): void {
  for (const jobId of cluster.jobs.keys()) runJob(cluster, jobId, { now: cluster.now });
}

test('whatever happens: nothing is over-committed, no name lives twice, counts are kept, plans pass the re-check', (t) => {
  fc.assert(
    fc.property(nodes, events, fc.integer(), (list, happenings, seed) => {
      const cluster = memoryCluster(list, seed);
      for (const event of happenings) {
        happen(cluster, event);
        for (const jobId of cluster.jobs.keys()) {
          const result = decide(cluster, jobId, { now: cluster.now });
          if (result.plan !== undefined) {
            const { rejected } = checkPlan(snapshotOf(cluster), result.plan);
            if (rejected.length > 0) throw new Error(`rejected: ${JSON.stringify(rejected)}`);
          }
          apply(cluster, result);
          const over = overcommitted(cluster);
          if (over.length > 0) throw new Error(`over-committed: ${over.join('; ')}`);
          const live = liveOf(cluster, jobId);
          const names = live.map(({ name }) => name);
          if (new Set(names).size < names.length) throw new Error(`a name lives twice: ${names}`);
          const count = cluster.jobs.get(jobId)?.at(-1)?.job.taskGroups[0]?.count ?? 0;
          if (live.length > count) throw new Error(`${live.length} live of ${count}`);
        }
      }
    }),
    { numRuns: 150 },
  );
  t.pass();
});

test('scheduling again after a plan was applied changes nothing', (t) => {
  fc.assert(
    fc.property(nodes, events, fc.integer(), (list, happenings, seed) => {
      const cluster = memoryCluster(list, seed);
      for (const event of happenings) {
        happen(cluster, event);
        schedulingRound(cluster);
      }
      for (const jobId of cluster.jobs.keys()) {
        runJob(cluster, jobId, { now: cluster.now });
        const again = decide(cluster, jobId, { now: cluster.now });
        if (again.plan !== undefined) throw new Error(`changed again: ${JSON.stringify(again.plan, null, 1)}`);
      }
    }),
    { numRuns: 120 },
  );
  t.pass();
});

test('equal input gives an equal plan', (t) => {
  fc.assert(
    fc.property(nodes, jobs, fc.integer(), (list, job, seed) => {
      const cluster = memoryCluster(list, seed);
      register(cluster, job('app'));
      const once = () =>
        runSchedule({
          snapshot: snapshotOf(cluster),
          evaluation: makeEvaluation(),
          now: cluster.now,
          ids: seededIds(seededRandom(seed)),
          random: seededRandom(seed),
          replacesAllocations,
        });
      t.deepEqual(once(), once());
    }),
    { numRuns: 60 },
  );
});

test('the count is reached when every node has room for all', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 30 }), fc.integer(), (size, count, seed) => {
      const roomy = { cpuMhz: 40_000, memoryMiB: 40_000, diskMiB: 100_000, rack: 'r1', ports: 100 };
      const cluster = memoryCluster(
        Array.from({ length: size }, (_, index) => nodeOf(`n${index}`, roomy)),
        seed,
      );
      register(cluster, oneGroup({ count, networks: [makeNetwork({ dynamicPorts: [makePort()] })] }));
      const { evaluation } = runJob(cluster, 'app');
      t.deepEqual(evaluation.queuedAllocations, { web: 0 });
      t.is(liveOf(cluster, 'app').length, count);
    }),
    { numRuns: 40 },
  );
});
