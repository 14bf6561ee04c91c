// Collecting, configuration, hash entries, prefixes: the rest of the entry kinds.

import test from 'ava';
import { OrchError } from '../../lib/errors.ts';
import { jobKey } from '../../model/ids.ts';
import type { Entry } from '../entry.ts';
import { createState } from '../state.ts';
import { aDeployment, aJob, aNode, anAllocation, anEvaluation, aPlan } from '../testing/rows.ts';

function filled() {
  const state = createState();
  state.apply(1, { kind: 'node-register', node: aNode('n1'), atMs: 1, evaluations: [] });
  state.apply(2, { kind: 'job-register', job: aJob('web'), atMs: 1, evaluations: [anEvaluation('e1', 'web')] });
  const placements = [anAllocation('a1', 'web', 'n1', { deploymentId: 'd1' }), anAllocation('a2', 'web', 'n1')];
  const plan = aPlan('web', { deployment: aDeployment('d1', 'web'), placements });
  state.apply(3, { kind: 'plan-apply', plan, atMs: 2, evaluations: [] });
  return state;
}

test('collect forgets rows with all their indexes and totals, and unknown ids are fine', (t) => {
  const state = filled();
  const old = state.snapshot();
  const changes = state.apply(4, {
    kind: 'collect',
    jobs: [{ namespace: 'default', jobId: 'web' }],
    evaluations: ['e1', 'unknown'],
    allocations: ['a1', 'a2', 'unknown'],
    deployments: ['d1'],
    nodes: ['n1'],
  });
  const snapshot = state.snapshot();
  t.deepEqual(
    [
      ...snapshot.jobs(),
      ...snapshot.nodes(),
      ...snapshot.allocations(),
      ...snapshot.evaluations(),
      ...snapshot.deployments(),
    ],
    [],
  );
  t.deepEqual(snapshot.nodeAllocations('n1'), []);
  t.deepEqual(snapshot.jobAllocations('default', 'web'), []);
  t.deepEqual(snapshot.nodeUse('n1'), { cpuMhz: 0, memoryMiB: 0, diskMiB: 0 });
  t.deepEqual(changes.allocationJobs, [jobKey('default', 'web')]);
  t.deepEqual(
    old.jobAllocations('default', 'web').map((row) => row.id),
    ['a1', 'a2'],
  );
  t.is(old.node('n1')?.id, 'n1');
  t.is(old.evaluation('e1')?.id, 'e1');
  t.is(old.nodeUse('n1').cpuMhz, 200);
  t.is(state.hash().length, 16);
});

test('collect leaves what was written after it was decided: a job registered again, a node that came back', (t) => {
  const state = filled();
  const collect = { jobs: [{ namespace: 'default', jobId: 'web' }], evaluations: ['e1'], allocations: ['a1'] };
  const decided = { kind: 'collect', asOf: 3, ...collect, deployments: ['d1'], nodes: ['n1'] } as const;
  const again = { ...aJob('web'), priority: 70 };
  state.apply(4, { kind: 'job-register', job: again, atMs: 5, evaluations: [] });
  state.apply(5, { kind: 'node-register', node: { ...aNode('n1'), bootId: 'next' }, atMs: 5, evaluations: [] });
  state.apply(6, decided);
  const snapshot = state.snapshot();
  t.is(snapshot.job('default', 'web')?.job.priority, 70);
  t.is(snapshot.node('n1')?.id, 'n1');
  t.is(snapshot.evaluation('e1'), undefined);
  t.is(snapshot.allocation('a1'), undefined);
});

test('scheduler-config is stored with its index and counts for the hash', (t) => {
  const state = createState();
  const before = state.hash();
  const config = { algorithm: 'spread', memoryOversubscription: true, modifyIndex: 0 } as const;
  state.apply(1, { kind: 'scheduler-config', config });
  t.deepEqual(state.snapshot().schedulerConfig(), { ...config, modifyIndex: 1 });
  t.not(state.hash(), before);
});

test('state-hash moves the index and nothing else', (t) => {
  const state = filled();
  const before = state.hash();
  state.apply(4, { kind: 'state-hash', atIndex: 3, hash: before });
  t.is(state.index, 4);
  t.is(state.hash(), before);
});

test('an entry kind of a newer version is refused by name', (t) => {
  const error = t.throws(() => createState().apply(1, { kind: 'job-teleport' } as unknown as Entry), {
    instanceOf: OrchError,
  });
  t.is(error.code, 'entry-unknown');
  t.true(error.message.includes('job-teleport'));
});

test('findByPrefix finds ids by their first characters, sorted and limited', (t) => {
  const state = createState();
  const ids = ['ab12-1', 'ab12-2', 'ab34-1', 'cd12-1'];
  state.apply(1, { kind: 'evaluation-upsert', evaluations: ids.map((id) => anEvaluation(id, 'web')) });
  t.deepEqual(state.findByPrefix('evaluations', 'ab12'), ['ab12-1', 'ab12-2']);
  t.deepEqual(state.findByPrefix('evaluations', 'a', 2), ['ab12-1', 'ab12-2']);
  t.deepEqual(state.findByPrefix('evaluations', ''), ids);
  t.deepEqual(state.findByPrefix('evaluations', 'ab12-2'), ['ab12-2']);
  t.deepEqual(state.findByPrefix('evaluations', 'ffff'), []);
  state.apply(2, { kind: 'job-register', job: aJob('website'), atMs: 1, evaluations: [] });
  t.deepEqual(state.findByPrefix('jobs', jobKey('default', 'web')), [jobKey('default', 'website')]);
});
