// Figure `sched-place`: placements per second of the pure scheduler, 5,000 nodes, 1,000 tasks a job, one constraint, one
// port. Beside it, without limits: spread over 50 racks, and jobs of one task.

import { randomUUID } from 'node:crypto';
import { seededRandom } from '@orch/core/lib/random';
import type { Job } from '@orch/core/model/job';
import { runSchedule } from '@orch/core/scheduler';
import { makeEvaluation, makeJobVersion } from '@orch/core/scheduler/testing/fixtures';
import { replacesAllocations } from '@orch/core/schema';
import type { Figure } from './main.ts';
import { benchJob, benchNode, syntheticState } from './scheduler/synthetic-state.ts';

const limit = 50_000;
const nodeCount = 5_000;
const rounds = 7;

interface Shape {
  readonly jobs: number;
  readonly tasks: number;
  readonly spreads: Job['spreads'];
}

interface Rate {
  /** Per second of wall time. */
  readonly wall: number;
  /** Per second of this thread's processor time: what a machine with nothing else to do would show. */
  readonly cpu: number;
}

/** Placements per second over all jobs of the shape; writing the plans into the state is not timed. */
function placementsPerSecond(shape: Shape, seed: number): Rate {
  const nodes = Array.from({ length: nodeCount }, (_, index) => benchNode(index));
  const jobs = Array.from({ length: shape.jobs }, (_, index) => benchJob(index, shape.tasks, shape.spreads));
  const versions = new Map(jobs.map((job) => [job.id, makeJobVersion(job)]));
  const { snapshot, apply } = syntheticState(nodes, versions);
  let elapsedMs = 0;
  let cpuMicros = 0;
  let placed = 0;
  jobs.forEach((job, index) => {
    const evaluation = makeEvaluation({ id: randomUUID(), jobId: job.id });
    const random = seededRandom(seed * 1_000 + index);
    const cpuBefore = process.threadCpuUsage();
    const started = performance.now();
    const { plan } = runSchedule({
      snapshot,
      evaluation,
      now: 1,
      ids: randomUUID,
      random,
      replacesAllocations,
    });
    elapsedMs += performance.now() - started;
    const { user, system } = process.threadCpuUsage(cpuBefore);
    cpuMicros += user + system;
    placed += plan?.placements.length ?? 0;
    if (plan !== undefined) apply(plan);
  });
  if (placed !== shape.jobs * shape.tasks) throw new Error(`placed ${placed} of ${shape.jobs * shape.tasks}`);
  return { wall: placed / (elapsedMs / 1_000), cpu: placed / (cpuMicros / 1_000_000) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
}

/** The first round warms up and is not counted. */
function measure(shape: Shape): { wall: number; cpu: number } {
  const all = Array.from({ length: rounds + 1 }, (_, round) => placementsPerSecond(shape, round));
  const counted = all.slice(1);
  return { wall: median(counted.map(({ wall }) => wall)), cpu: median(counted.map(({ cpu }) => cpu)) };
}

const overRacks: Job['spreads'] = [{ attribute: '${meta.rack}', weight: 50, targets: [] }];
const plain = measure({ jobs: 60, tasks: 1_000, spreads: [] });
const spread = measure({ jobs: 10, tasks: 1_000, spreads: overRacks });
const single = measure({ jobs: 200, tasks: 1, spreads: [] });
const value = plain.wall;
const figure: Figure = {
  name: 'sched-place',
  unit: 'placements/s',
  value,
  limit,
  better: 'higher',
  ok: value >= limit,
  runs: rounds,
  perCpuSecond: plain.cpu,
  withSpread: spread.wall,
  oneTaskJobs: single.wall,
};
console.log(JSON.stringify(figure));
