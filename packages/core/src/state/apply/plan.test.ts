// Plans and client updates: server fields and client fields never overwrite each other.

import test from 'ava';
import type { Allocation, AllocationUpdate } from '../../model/allocation.ts';
import { createState } from '../state.ts';
import { anAllocation, anEvaluation, aPlan } from '../testing/rows.ts';

function placed(...allocations: Allocation[]) {
  const state = createState();
  state.apply(1, { kind: 'plan-apply', plan: aPlan('web', { placements: allocations }), atMs: 50, evaluations: [] });
  return state;
}

function report(id: string, change: Partial<AllocationUpdate> = {}): AllocationUpdate {
  return { id, clientStatus: 'running', clientDescription: 'up', taskStates: {}, atMs: 60, ...change };
}

test('plan-apply places allocations with the entry index and stores its evaluations', (t) => {
  const state = createState();
  const plan = aPlan('web', { placements: [anAllocation('a1', 'web', 'n1')] });
  const changes = state.apply(9, {
    kind: 'plan-apply',
    plan,
    atMs: 50,
    evaluations: [anEvaluation('e1', 'web', { status: 'complete' })],
  });
  t.like(state.snapshot().allocation('a1'), {
    createIndex: 9,
    modifyIndex: 9,
    allocModifyIndex: 9,
    createdAtMs: 1_000,
    modifiedAtMs: 50,
  });
  t.is(state.snapshot().evaluation('e1')?.status, 'complete');
  t.deepEqual(changes.allocationNodes, ['n1']);
  t.deepEqual([...state.snapshot().nodePorts('n1')], [20_000]);
  t.deepEqual(state.snapshot().nodeUse('n1'), { cpuMhz: 100, memoryMiB: 64, diskMiB: 300 });
});

test('plan-apply stops an allocation: its resources are free, its client status is the node’s', (t) => {
  const state = placed(anAllocation('a1', 'web', 'n1'));
  state.apply(2, { kind: 'alloc-client-update', nodeId: 'n1', updates: [report('a1')], evaluations: [] });
  const stops = [{ allocationId: 'a1', desiredStatus: 'stop', description: 'no longer needed' }] as const;
  state.apply(3, { kind: 'plan-apply', plan: aPlan('web', { stops }), atMs: 70, evaluations: [] });
  t.like(state.snapshot().allocation('a1'), {
    desiredStatus: 'stop',
    desiredDescription: 'no longer needed',
    clientStatus: 'running',
    allocModifyIndex: 3,
  });
  t.deepEqual(state.snapshot().nodeUse('n1'), { cpuMhz: 0, memoryMiB: 0, diskMiB: 0 });
  t.is(state.snapshot().nodePorts('n1').size, 0);
});

test('plan-apply marks an allocation lost only while the node has not ended it', (t) => {
  const state = placed(anAllocation('a1', 'web', 'n1'), anAllocation('a2', 'web', 'n1'));
  const ended = report('a2', { clientStatus: 'failed' });
  state.apply(2, { kind: 'alloc-client-update', nodeId: 'n1', updates: [ended], evaluations: [] });
  const stops = ['a1', 'a2'].map((allocationId) => ({
    allocationId,
    desiredStatus: 'stop' as const,
    description: 'node down',
    clientStatus: 'lost' as const,
    followupEvaluationId: 'e9',
  }));
  state.apply(3, { kind: 'plan-apply', plan: aPlan('web', { stops }), atMs: 70, evaluations: [] });
  t.like(state.snapshot().allocation('a1'), { clientStatus: 'lost', followupEvaluationId: 'e9' });
  t.is(state.snapshot().allocation('a2')?.clientStatus, 'failed');
});

test('a placement that replaces another is linked from it without telling the node', (t) => {
  const state = placed(anAllocation('a1', 'web', 'n1'));
  const next = anAllocation('a2', 'web', 'n2', { previousAllocation: 'a1' });
  state.apply(2, { kind: 'plan-apply', plan: aPlan('web', { placements: [next] }), atMs: 70, evaluations: [] });
  t.like(state.snapshot().allocation('a1'), { nextAllocation: 'a2', modifyIndex: 2, allocModifyIndex: 1 });
});

test('a placement of a known id updates in place and keeps what the node wrote and what was wished meanwhile', (t) => {
  const state = placed(anAllocation('a1', 'web', 'n1'));
  const stale = state.snapshot().allocation('a1') ?? t.fail();
  state.apply(2, { kind: 'alloc-client-update', nodeId: 'n1', updates: [report('a1')], evaluations: [] });
  state.apply(3, { kind: 'alloc-transition', transitions: { a1: { migrate: true } }, atMs: 65, evaluations: [] });
  const resources = { ...stale.resources, tasks: { main: { cpuMhz: 500, memoryMiB: 128 } } };
  const planned = { ...stale, jobVersion: 1, evaluationId: 'e2', resources };
  state.apply(4, { kind: 'plan-apply', plan: aPlan('web', { placements: [planned] }), atMs: 70, evaluations: [] });
  t.like(state.snapshot().allocation('a1'), {
    jobVersion: 1,
    clientStatus: 'running',
    clientDescription: 'up',
    desiredTransition: { migrate: true },
    createIndex: 1,
    allocModifyIndex: 4,
  });
  t.is(state.snapshot().nodeUse('n1').cpuMhz, 500);
  t.deepEqual(
    state
      .snapshot()
      .evaluationAllocations('e2')
      .map((row) => row.id),
    ['a1'],
  );
  t.deepEqual(state.snapshot().evaluationAllocations('evaluation-of-web'), []);
});

test('an update in place does not start again what was stopped meanwhile', (t) => {
  const state = placed(anAllocation('a1', 'web', 'n1'));
  const stale = state.snapshot().allocation('a1') ?? t.fail();
  const stops = [{ allocationId: 'a1', desiredStatus: 'stop', description: 'by a person' }] as const;
  state.apply(2, { kind: 'plan-apply', plan: aPlan('web', { stops }), atMs: 70, evaluations: [] });
  state.apply(3, { kind: 'plan-apply', plan: aPlan('web', { placements: [stale] }), atMs: 71, evaluations: [] });
  t.is(state.snapshot().allocation('a1')?.desiredStatus, 'stop');
});

test('alloc-client-update writes client fields only and leaves the index the node compares', (t) => {
  const state = placed(anAllocation('a1', 'web', 'n1'));
  const taskStates = { main: { state: 'running', failed: false, restarts: 0, events: [] } } as const;
  state.apply(2, {
    kind: 'alloc-client-update',
    nodeId: 'n1',
    updates: [report('a1', { taskStates })],
    evaluations: [anEvaluation('e1', 'web')],
  });
  t.like(state.snapshot().allocation('a1'), {
    clientStatus: 'running',
    taskStates,
    desiredStatus: 'run',
    modifyIndex: 2,
    allocModifyIndex: 1,
    modifiedAtMs: 60,
  });
  t.is(state.snapshot().evaluation('e1')?.createIndex, 2);
});

test('alloc-client-update from another node or about an unknown allocation changes nothing', (t) => {
  const state = placed(anAllocation('a1', 'web', 'n1'));
  const changes = state.apply(2, {
    kind: 'alloc-client-update',
    nodeId: 'n2',
    updates: [report('a1'), report('a9')],
    evaluations: [],
  });
  t.deepEqual(changes.allocations, []);
  t.is(state.snapshot().allocation('a1')?.clientStatus, 'pending');
});

test('a late update cannot resurrect an ended allocation, and a verdict stays', (t) => {
  const state = placed(anAllocation('a1', 'web', 'n1'));
  const update = (change: Partial<AllocationUpdate>) =>
    state.apply(state.index + 1, {
      kind: 'alloc-client-update',
      nodeId: 'n1',
      updates: [report('a1', change)],
      evaluations: [],
    });
  update({ clientStatus: 'failed', clientDescription: 'exit 1' });
  t.deepEqual(update({ clientStatus: 'running' }).allocations, []);
  t.is(state.snapshot().allocation('a1')?.clientStatus, 'failed');
  const taskStates = { main: { state: 'dead', failed: true, restarts: 2, events: [] } } as const;
  update({ clientStatus: 'complete', taskStates });
  t.like(state.snapshot().allocation('a1'), { clientStatus: 'failed', clientDescription: 'exit 1', taskStates });
});

test('alloc-transition merges wishes', (t) => {
  const state = placed(anAllocation('a1', 'web', 'n1'));
  state.apply(2, { kind: 'alloc-transition', transitions: { a1: { migrate: true } }, atMs: 65, evaluations: [] });
  state.apply(3, {
    kind: 'alloc-transition',
    transitions: { a1: { noShutdownDelay: true }, gone: { migrate: true } },
    atMs: 66,
    evaluations: [],
  });
  t.deepEqual(state.snapshot().allocation('a1')?.desiredTransition, { migrate: true, noShutdownDelay: true });
});
