// Job entries: versions, stop, purge, status.

import test from 'ava';
import { jobVersionsKept } from '../../model/job.ts';
import { createState, type State } from '../state.ts';
import { aJob, anAllocation, anEvaluation, aPlan } from '../testing/rows.ts';

function register(state: State, id = 'web', meta: Record<string, string> = {}): void {
  state.apply(state.index + 1, { kind: 'job-register', job: aJob(id, { meta }), atMs: 7, evaluations: [] });
}

test('job-register makes version 0 with the entry index and a pending status', (t) => {
  const state = createState();
  const changes = state.apply(5, {
    kind: 'job-register',
    job: aJob('web'),
    submission: { source: 'job "web" {}', format: 'hcl2', variables: '' },
    atMs: 7,
    evaluations: [anEvaluation('e1', 'web')],
  });
  const version = state.snapshot().job('default', 'web');
  t.like(version, {
    version: 0,
    status: 'pending',
    createIndex: 5,
    modifyIndex: 5,
    jobModifyIndex: 5,
    submittedAtMs: 7,
  });
  t.is(version?.submission?.source, 'job "web" {}');
  t.like(state.snapshot().evaluation('e1'), { jobModifyIndex: 5, createIndex: 5, modifyIndex: 5 });
  t.deepEqual(changes.evaluations, ['e1']);
});

test('job-register of an identical specification changes nothing but still takes its evaluation', (t) => {
  const state = createState();
  register(state, 'web', { a: '1', b: '2' });
  const before = state.snapshot().job('default', 'web');
  const changes = state.apply(2, {
    kind: 'job-register',
    job: aJob('web', { meta: { b: '2', a: '1' } }),
    atMs: 99,
    evaluations: [anEvaluation('e1', 'web')],
  });
  t.is(state.snapshot().job('default', 'web'), before);
  t.deepEqual(changes.jobs, []);
  t.is(state.snapshot().evaluation('e1')?.jobModifyIndex, 1);
});

test('job-register of a changed specification adds a version and keeps the first index', (t) => {
  const state = createState();
  register(state);
  register(state, 'web', { colour: 'blue' });
  const snapshot = state.snapshot();
  t.like(snapshot.job('default', 'web'), { version: 1, createIndex: 1, modifyIndex: 2, jobModifyIndex: 2 });
  t.deepEqual(
    snapshot.jobVersions('default', 'web').map((version) => version.version),
    [1, 0],
  );
  t.deepEqual(snapshot.jobVersion('default', 'web', 0)?.job.meta, {});
});

test('job-register keeps a bounded number of versions, and those that live allocations run or that are stable', (t) => {
  const state = createState();
  register(state);
  const plan = aPlan('web', { placements: [anAllocation('a0', 'web', 'n1')] });
  state.apply(2, { kind: 'plan-apply', plan, atMs: 1, evaluations: [] });
  for (let count = 1; count <= 3; count += 1) register(state, 'web', { count: `${count}` });
  state.apply(state.index + 1, { kind: 'job-stability', namespace: 'default', jobId: 'web', version: 2, stable: true });
  for (let count = 4; count <= 11; count += 1) register(state, 'web', { count: `${count}` });
  const versions = state
    .snapshot()
    .jobVersions('default', 'web')
    .map((version) => version.version);
  t.deepEqual(versions, [11, 10, 9, 8, 7, 6, 2, 0]);
  t.is(versions.length, jobVersionsKept + 2);
});

test('job-deregister stops with a new version, and registering again starts with another', (t) => {
  const state = createState();
  register(state);
  state.apply(2, {
    kind: 'job-deregister',
    namespace: 'default',
    jobId: 'web',
    purge: false,
    atMs: 9,
    evaluations: [],
  });
  t.like(state.snapshot().job('default', 'web'), { version: 1, stop: true, status: 'dead', jobModifyIndex: 2 });
  state.apply(3, {
    kind: 'job-deregister',
    namespace: 'default',
    jobId: 'web',
    purge: false,
    atMs: 9,
    evaluations: [],
  });
  t.is(state.snapshot().job('default', 'web')?.version, 1);
  register(state);
  t.like(state.snapshot().job('default', 'web'), { version: 2, stop: false });
});

test('job-deregister with purge hides the job at once and forgets it with its last allocation', (t) => {
  const state = createState();
  register(state);
  const plan = aPlan('web', { placements: [anAllocation('a1', 'web', 'n1')] });
  state.apply(2, { kind: 'plan-apply', plan, atMs: 1, evaluations: [] });
  state.apply(3, { kind: 'job-deregister', namespace: 'default', jobId: 'web', purge: true, atMs: 9, evaluations: [] });
  t.is(state.snapshot().job('default', 'web'), undefined);
  t.deepEqual([...state.snapshot().jobs()], []);
  t.is(state.snapshot().jobVersion('default', 'web', 0)?.version, 0);
  register(state);
  t.like(state.snapshot().job('default', 'web'), { version: 1, createIndex: 4 });
  t.deepEqual(
    state
      .snapshot()
      .jobVersions('default', 'web')
      .map((version) => version.version),
    [1],
  );
  state.apply(5, { kind: 'job-deregister', namespace: 'default', jobId: 'web', purge: true, atMs: 9, evaluations: [] });
  state.apply(6, { kind: 'collect', jobs: [], evaluations: [], allocations: ['a1'], deployments: [], nodes: [] });
  t.is(state.snapshot().jobVersion('default', 'web', 1), undefined);
  register(state);
  t.is(state.snapshot().job('default', 'web')?.version, 0);
});

test('a job is pending with an open evaluation, running with a live allocation, dead when all is over', (t) => {
  const state = createState();
  const status = () => state.snapshot().job('default', 'web')?.status;
  register(state);
  state.apply(2, { kind: 'evaluation-upsert', evaluations: [anEvaluation('e1', 'web')] });
  t.is(status(), 'pending');
  const plan = aPlan('web', { placements: [anAllocation('a1', 'web', 'n1')] });
  const complete = anEvaluation('e1', 'web', { status: 'complete' });
  const blocked = anEvaluation('e2', 'web', { status: 'blocked' });
  state.apply(3, { kind: 'plan-apply', plan, atMs: 1, evaluations: [complete, blocked] });
  t.is(status(), 'running');
  const jobModifyIndex = state.snapshot().job('default', 'web')?.jobModifyIndex;
  t.is(jobModifyIndex, 1);
  t.is(state.snapshot().job('default', 'web')?.modifyIndex, 3);
  const update = { id: 'a1', clientStatus: 'complete', clientDescription: '', taskStates: {}, atMs: 2 } as const;
  state.apply(4, { kind: 'alloc-client-update', nodeId: 'n1', updates: [update], evaluations: [] });
  t.is(status(), 'pending');
  state.apply(5, { kind: 'evaluation-upsert', evaluations: [anEvaluation('e2', 'web', { status: 'canceled' })] });
  t.is(status(), 'dead');
  state.apply(6, {
    kind: 'collect',
    jobs: [],
    evaluations: ['e1', 'e2'],
    allocations: ['a1'],
    deployments: [],
    nodes: [],
  });
  t.is(status(), 'dead');
});

test('a system job runs until it is stopped, with or without allocations', (t) => {
  const state = createState();
  state.apply(1, { kind: 'job-register', job: aJob('sys', { type: 'system' }), atMs: 7, evaluations: [] });
  t.is(state.snapshot().job('default', 'sys')?.status, 'running');
  state.apply(2, {
    kind: 'job-deregister',
    namespace: 'default',
    jobId: 'sys',
    purge: false,
    atMs: 9,
    evaluations: [],
  });
  t.is(state.snapshot().job('default', 'sys')?.status, 'dead');
});

test('job-stability marks one version and leaves the specification index', (t) => {
  const state = createState();
  register(state);
  register(state, 'web', { a: 'b' });
  state.apply(3, { kind: 'job-stability', namespace: 'default', jobId: 'web', version: 0, stable: true });
  t.true(state.snapshot().jobVersion('default', 'web', 0)?.stable);
  t.false(state.snapshot().job('default', 'web')?.stable);
  t.is(state.snapshot().jobVersion('default', 'web', 0)?.jobModifyIndex, 1);
});
