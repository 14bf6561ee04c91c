// Deployments: counters follow allocation health; ended ones stay ended; canaries are promoted.

import test from 'ava';
import { createState } from '../state.ts';
import { aDeployment, aDeploymentGroup, aJob, anAllocation, aPlan } from '../testing/rows.ts';

const canary = { atMs: 0, canary: true, modifyIndex: 0 };

function deployed() {
  const state = createState();
  state.apply(1, { kind: 'job-register', job: aJob('web'), atMs: 1, evaluations: [] });
  const deployment = aDeployment('d1', 'web', {
    taskGroups: { group: aDeploymentGroup({ desiredTotal: 2, desiredCanaries: 1 }) },
  });
  const placements = [
    anAllocation('a1', 'web', 'n1', { deploymentId: 'd1', deploymentStatus: canary }),
    anAllocation('a2', 'web', 'n1', { deploymentId: 'd1' }),
  ];
  state.apply(2, { kind: 'plan-apply', plan: aPlan('web', { deployment, placements }), atMs: 100, evaluations: [] });
  const group = () => state.snapshot().deployment('d1')?.taskGroups['group'];
  return { state, group };
}

function verdictOf(id: string, healthy: boolean, atMs: number) {
  return { id, clientStatus: 'running', clientDescription: '', taskStates: {}, healthy, atMs } as const;
}

test('a plan creates the deployment, counts what it placed and starts the progress deadline', (t) => {
  const { state, group } = deployed();
  t.like(state.snapshot().deployment('d1'), { createIndex: 2, status: 'running' });
  t.like(group(), { placedAllocs: 2, placedCanaries: ['a1'], healthyAllocs: 0, requireProgressByMs: 60_100 });
  t.is(state.snapshot().latestDeployment('default', 'web')?.id, 'd1');
  t.deepEqual(
    state
      .snapshot()
      .deploymentAllocations('d1')
      .map((row) => row.id),
    ['a1', 'a2'],
  );
});

test('health from the node moves the counters once, and the deadline with each healthy allocation', (t) => {
  const { state, group } = deployed();
  const update = (id: string, healthy: boolean, atMs: number) =>
    state.apply(state.index + 1, {
      kind: 'alloc-client-update',
      nodeId: 'n1',
      updates: [verdictOf(id, healthy, atMs)],
      evaluations: [],
    });
  update('a1', true, 5_000);
  update('a1', true, 9_000);
  t.like(group(), { healthyAllocs: 1, unhealthyAllocs: 0, requireProgressByMs: 65_000 });
  update('a2', false, 6_000);
  t.like(group(), { healthyAllocs: 1, unhealthyAllocs: 1 });
  update('a1', false, 7_000);
  t.like(group(), { healthyAllocs: 0, unhealthyAllocs: 2 });
  t.true(state.snapshot().allocation('a1')?.deploymentStatus?.canary);
});

test('allocation-health sets verdicts of this deployment only and the new status with them', (t) => {
  const { state, group } = deployed();
  const deployment = aDeployment('d1', 'web', { status: 'failed', statusDescription: 'unhealthy' });
  state.apply(3, {
    kind: 'allocation-health',
    deploymentId: 'd1',
    healthy: ['a1', 'other'],
    unhealthy: ['a2'],
    atMs: 300,
    evaluations: [],
    deployment,
  });
  t.like(group(), { healthyAllocs: 1, unhealthyAllocs: 1, placedAllocs: 2 });
  t.like(state.snapshot().deployment('d1'), { status: 'failed', statusDescription: 'unhealthy' });
});

test('deployment-status: success makes the version stable, and an ended deployment stays ended', (t) => {
  const { state } = deployed();
  state.apply(3, {
    kind: 'deployment-status',
    deploymentId: 'd1',
    status: 'successful',
    description: 'ok',
    atMs: 9,
    evaluations: [],
  });
  t.true(state.snapshot().job('default', 'web')?.stable);
  state.apply(4, {
    kind: 'deployment-status',
    deploymentId: 'd1',
    status: 'failed',
    description: 'late',
    atMs: 9,
    evaluations: [],
  });
  t.is(state.snapshot().deployment('d1')?.status, 'successful');
});

test('deployment-status with a job registers that specification as the next version', (t) => {
  const { state } = deployed();
  const job = aJob('web', { meta: { back: 'to stable' } });
  state.apply(3, {
    kind: 'deployment-status',
    deploymentId: 'd1',
    status: 'failed',
    description: 'reverting',
    atMs: 9,
    evaluations: [],
    job,
  });
  t.like(state.snapshot().job('default', 'web'), { version: 1, job: { meta: { back: 'to stable' } } });
});

test('a later plan of the same deployment keeps its counts and takes over wished totals', (t) => {
  const { state, group } = deployed();
  const deployment = aDeployment('d1', 'web', {
    status: 'pending',
    taskGroups: { group: aDeploymentGroup({ desiredTotal: 5, desiredCanaries: 1 }) },
  });
  state.apply(3, { kind: 'plan-apply', plan: aPlan('web', { deployment }), atMs: 200, evaluations: [] });
  t.like(group(), { desiredTotal: 5, placedAllocs: 2 });
  t.is(state.snapshot().deployment('d1')?.status, 'running');
});

test('deploymentUpdates of a plan end an older deployment', (t) => {
  const { state } = deployed();
  const deploymentUpdates = [{ deploymentId: 'd1', status: 'canceled', statusDescription: 'newer version' }] as const;
  state.apply(3, { kind: 'plan-apply', plan: aPlan('web', { deploymentUpdates }), atMs: 200, evaluations: [] });
  t.is(state.snapshot().deployment('d1')?.status, 'canceled');
});

test('deployment-promote makes canaries of the named groups ordinary', (t) => {
  const { state, group } = deployed();
  state.apply(3, { kind: 'deployment-promote', deploymentId: 'd1', groups: ['other'], atMs: 1, evaluations: [] });
  t.false(group()?.promoted);
  state.apply(4, { kind: 'deployment-promote', deploymentId: 'd1', groups: null, atMs: 1, evaluations: [] });
  t.true(group()?.promoted);
  t.false(state.snapshot().allocation('a1')?.deploymentStatus?.canary);
});

test('an allocation taken over by a new deployment counts as placed there and waits for a new verdict', (t) => {
  const { state } = deployed();
  state.apply(3, { kind: 'alloc-client-update', nodeId: 'n1', updates: [verdictOf('a2', true, 5)], evaluations: [] });
  const { deploymentStatus: _old, ...held } = state.snapshot().allocation('a2') ?? t.fail();
  const plan = aPlan('web', { deployment: aDeployment('d2', 'web'), placements: [{ ...held, deploymentId: 'd2' }] });
  state.apply(4, { kind: 'plan-apply', plan, atMs: 400, evaluations: [] });
  t.is(state.snapshot().allocation('a2')?.deploymentStatus, undefined);
  t.like(state.snapshot().deployment('d2')?.taskGroups['group'], { placedAllocs: 1, healthyAllocs: 0 });
  t.is(state.snapshot().latestDeployment('default', 'web')?.id, 'd2');
  t.deepEqual(
    state
      .snapshot()
      .deploymentAllocations('d1')
      .map((row) => row.id),
    ['a1'],
  );
});
