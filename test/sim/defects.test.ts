// The checks of the simulation can fail: each defect built in on purpose is found by the check that is there for it.

import type { Allocation } from '@orch/core/model/allocation';
import type { Evaluation } from '@orch/core/model/evaluation';
import type { Plan } from '@orch/core/model/plan';
import type { Entry } from '@orch/core/state/entry';
import test from 'ava';
import { type ClusterOptions, runCluster } from './cluster.ts';
import { checkStep } from './invariants.ts';

type Defects = NonNullable<ClusterOptions['defects']>;

/** Runs seeds until one reports it; a few are enough for a defect that shows at every turn. */
async function isFound(defects: Defects, expected: RegExp): Promise<string> {
  const seen: string[] = [];
  for (let seed = 1; seed <= 4; seed += 1) {
    const { problems } = await runCluster(seed, { defects, rounds: 1 });
    const found = problems.find((problem) => expected.test(problem));
    if (found !== undefined) return found;
    seen.push(...problems);
  }
  throw new Error(`nothing like ${expected} was reported, but: ${seen.slice(0, 5).join('; ') || 'nothing'}`);
}

const inPlans = (change: (plan: Plan) => Plan): Defects => ({
  tamper: (entry) => (entry.kind === 'plan-apply' ? { ...entry, plan: change(entry.plan) } : entry),
});

const inPlacements = (change: (allocation: Allocation) => Allocation): Defects =>
  inPlans((plan) => ({ ...plan, placements: plan.placements.map(change) }));

test.serial('a plan that gives more than a node has', async (t) => {
  const greedy = inPlacements((allocation) => {
    const shared = { ...allocation.resources.shared, diskMiB: 3_000 };
    return { ...allocation, resources: { ...allocation.resources, shared } };
  });
  t.regex(await isFound(greedy, /over-committed: diskMiB/), /node-\d/);
});

test.serial('a plan that gives a port twice', async (t) => {
  const sameport = inPlacements((allocation) => {
    const ports = allocation.resources.shared.ports.map((port) => ({ ...port, value: 20_000 }));
    return { ...allocation, resources: { ...allocation.resources, shared: { ...allocation.resources.shared, ports } } };
  });
  t.regex(await isFound(sameport, /over-committed: port 20000/), /is held by/);
});

test.serial('a plan that places an instance twice', async (t) => {
  const twice = inPlans((plan) => {
    const copies = plan.placements.map((allocation): Allocation => {
      const id = `${allocation.id.slice(0, -4)}copy`;
      return { ...allocation, id, resources: { tasks: {}, shared: { diskMiB: 0, ports: [] } } };
    });
    return { ...plan, placements: [...plan.placements, ...copies] };
  });
  t.regex(await isFound(twice, /two live copies/), /of version \d/);
});

test.serial('registrations that nobody evaluates', async (t) => {
  const deaf = {
    tamper: (entry: Entry): Entry => (entry.kind === 'job-register' ? { ...entry, evaluations: [] } : entry),
  };
  t.regex(await isFound(deaf, /and nothing is blocked/), /wants \d, has \d running/);
});

test.serial('blocked evaluations that no room wakes', async (t) => {
  const asleep = (evaluation: Evaluation): Evaluation => {
    const { classEligibility, ...rest } = evaluation;
    const never = Object.fromEntries(Object.keys(classEligibility).map((name) => [name, false]));
    return {
      ...rest,
      classEligibility: { ...never, 'class-r1': false, 'class-r2': false },
      escapedComputedClass: false,
    };
  };
  const tamper = (entry: Entry): Entry =>
    entry.kind === 'plan-apply' || entry.kind === 'evaluation-upsert'
      ? { ...entry, evaluations: entry.evaluations.map(asleep) }
      : entry;
  t.regex(await isFound({ tamper }, /is blocked although/), /has room for it/);
});

test.serial('a collection that does not look at what was written while it was on its way', async (t) => {
  const hasty = {
    tamper: (entry: Entry): Entry => {
      if (entry.kind !== 'collect') return entry;
      const jobs = ['job-0', 'job-1', 'job-2'].map((jobId) => ({ namespace: 'default', jobId }));
      const { asOf: _, ...rest } = entry;
      return { ...rest, jobs };
    },
  };
  t.regex(await isFound(hasty, /and is collected/), /job-\d is (running|pending)/);
});

test.serial('a node that goes on running what it was told to stop', async (t) => {
  t.regex(await isFound({ node: { ignoresStops: true } }, /which nobody wants there|is still running/), /\w/);
});

test.serial('a disk that forgets the last durable record when the server is killed', async (t) => {
  t.regex(await isFound({ forgetfulDisk: true }, /an acknowledged write is lost/), /entry \d+/);
});

test.serial('blocking queries that are never woken', async (t) => {
  t.regex(await isFound({ deafWatches: true }, /a blocking query missed a change/), /waits at/);
});

test.serial('dice that no seed holds change the trace', async (t) => {
  const options: ClusterOptions = { defects: { unseeded: true }, rounds: 1 };
  const [one, other] = [await runCluster(1, options), await runCluster(1, options)];
  t.not(one.hash, other.hash);
});

test('an ended allocation that comes back, an index that goes back, an id used again', (t) => {
  const ended = {
    id: 'a1',
    name: 'job.web[0]',
    nodeId: 'n1',
    desiredStatus: 'stop',
    clientStatus: 'complete',
    createIndex: 5,
    modifyIndex: 9,
    allocModifyIndex: 8,
  } as Allocation;
  const problemsOf = (changes: Partial<Allocation>): string => {
    const problems: string[] = [];
    checkStep(ended, { ...ended, ...changes }, (problem) => problems.push(problem));
    return problems.join('; ');
  };
  t.is(problemsOf({ modifyIndex: 10 }), '');
  t.regex(problemsOf({ clientStatus: 'running' }), /came back.*was complete and is running/);
  t.regex(problemsOf({ desiredStatus: 'run' }), /came back.*was to stop and is to run/);
  t.regex(problemsOf({ modifyIndex: 8 }), /an index went back/);
  t.regex(problemsOf({ nodeId: 'n2' }), /another allocation under the same id/);
});
