import test from 'ava';
import fc from 'fast-check';
import { seededRandom } from '../../lib/random.ts';
import type { Job } from '../../model/job.ts';
import { makeNode, makeTask, oneGroup } from '../testing/fixtures.ts';
import { memoryCluster, register, snapshotOf } from '../testing/memory-cluster.ts';
import { compileAsk } from './ask.ts';
import { buildCandidates, type Candidates, hasRoom, instanceChanged, instancePlaced, rankRow } from './candidates.ts';
import { choose, propertiesAllow, scoresOf } from './choose.ts';
import type { Cluster } from './clusters.ts';
import { buildNodeTable, type NodeTable, occupy } from './node-table.ts';
import type { Presence } from './presence.ts';
import { staticFeasibility } from './static-feasibility.ts';

function finish<Value>(steps: Generator<void, Value, void>): Value {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same decision by looking at every row: best mean, then best own sum, then lowest rank. */
function scan(candidates: Candidates, penalized: readonly string[]): number {
  let best = -1;
  let bestOrder: readonly number[] = [];
  for (let row = 0; row < candidates.table.nodes.length; row += 1) {
    const cluster = candidates.clusters[candidates.clusterOf?.[row] ?? 0] as Cluster;
    if (!hasRoom(candidates, row) || !propertiesAllow(candidates, cluster)) continue;
    const { normScore } = scoresOf(candidates, row, penalized);
    const order = [normScore, candidates.rows.keys[row] ?? 0, -(candidates.table.ranks[row] ?? 0)];
    if (best < 0 || isAbove(order, bestOrder)) {
      best = row;
      bestOrder = order;
    }
  }
  return best;
}

/** Scores that differ by less than rounding are equal here: the two ways add in different orders. */
function isAbove(one: readonly number[], other: readonly number[]): boolean {
  for (const [index, value] of one.entries()) {
    const difference = value - (other[index] ?? 0);
    if (Math.abs(difference) > 1e-12) return difference > 0;
  }
  return false;
}

const shapes = fc.record({
  nodes: fc.array(
    fc.record({
      cpuMhz: fc.constantFrom(1_000, 2_000, 4_000),
      memoryMiB: fc.constantFrom(1_024, 4_096, 8_192),
      rack: fc.constantFrom('r1', 'r2', 'r3'),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  count: fc.integer({ min: 1, max: 10 }),
  affinity: fc.boolean(),
  spread: fc.constantFrom('none', 'even', 'targets'),
  distinct: fc.constantFrom('none', 'distinct_hosts', 'distinct_property'),
  algorithm: fc.constantFrom('binpack', 'spread'),
  penalized: fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 3 }),
  removed: fc.array(fc.nat(), { maxLength: 10 }),
  seed: fc.integer(),
});

type Shape = typeof shapes extends fc.Arbitrary<infer Value> ? Value : never;

function jobOf({ count, affinity, spread, distinct }: Shape): Job {
  const targets = spread === 'targets' ? [{ value: 'r1', percent: 60 }] : [];
  return oneGroup({
    count,
    tasks: [makeTask({ resources: { cpuMhz: 300, memoryMiB: 300, devices: [] } })],
    affinities: affinity ? [{ attribute: '${meta.rack}', operator: '=', value: 'r2', weight: 30 }] : [],
    spreads: spread === 'none' ? [] : [{ attribute: '${meta.rack}', weight: 50, targets }],
    constraints:
      distinct === 'none' ? [] : [{ attribute: '${meta.rack}', operator: distinct as 'distinct_hosts', value: '2' }],
  });
}

test('choose by heaps finds the node that a scan of all nodes finds', (t) => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const list = shape.nodes.map(({ cpuMhz, memoryMiB, rack }, index) =>
        makeNode(`n${index}`, { meta: { rack }, resources: { ...makeNode('x').resources, cpuMhz, memoryMiB } }),
      );
      const cluster = memoryCluster(list);
      const job = jobOf(shape);
      register(cluster, job);
      const table: NodeTable = finish(buildNodeTable(snapshotOf(cluster), job, seededRandom(shape.seed), 4));
      const [group] = job.taskGroups;
      if (group === undefined) throw new Error('the job has a group');
      const ask = compileAsk(job, group, false);
      const presence: Presence = new Map();
      const feasibility = staticFeasibility(ask);
      const spreadAlgorithm = shape.algorithm === 'spread';
      const candidates = finish(buildCandidates({ table, ask, presence, feasibility, spreadAlgorithm, sliceNodes: 4 }));
      const penalized = shape.penalized.map((index) => `n${index}`);
      for (let number = 0; number < shape.count; number += 1) {
        const row = choose(candidates, penalized);
        t.is(row, scan(candidates, penalized));
        if (row < 0) break;
        const node = table.nodes[row];
        occupy(table, row, { tasks: ask.tasks ?? {}, shared: { diskMiB: ask.diskMiB, ports: [] } });
        instancePlaced(candidates, presence, `a${number}`, { nodeId: node?.id ?? '', taskGroup: 'web' }, row);
        const leaving = [...presence].at((shape.removed[number] ?? 0) % presence.size);
        if (shape.removed[number] === undefined || leaving === undefined) continue;
        occupy(table, table.rowOf(leaving[1].nodeId), { tasks: {}, shared: { diskMiB: 0, ports: [] } });
        instanceChanged(candidates, presence, leaving[0], leaving[1], -1);
        rankRow(candidates, row);
      }
    }),
    { numRuns: 300 },
  );
});
