import test from 'ava';
import type { Allocation } from '../../model/allocation.ts';
import type { TaskGroup } from '../../model/task-group.ts';
import { makeEvaluation, makeNode, makeTask, makeUpdate, oneGroup } from '../testing/fixtures.ts';
import {
  change,
  decide,
  fail,
  liveOf,
  type MemoryCluster,
  memoryCluster,
  register,
  runJob,
  startAll,
  stopJob,
} from '../testing/memory-cluster.ts';

/** A running job on a few roomy nodes. */
function running(group: Partial<TaskGroup>, type: 'service' | 'batch' = 'service', nodes = 3): MemoryCluster {
  const cluster = memoryCluster(Array.from({ length: nodes }, (_, index) => makeNode(`n${index}`)));
  register(cluster, oneGroup(group, { type }));
  runJob(cluster, 'app');
  startAll(cluster);
  runJob(cluster, 'app');
  return cluster;
}

const indexes = (allocations: readonly Allocation[]) =>
  allocations.map(({ name }) => name.replace(/^.*\[/, '[')).sort();
const named = (cluster: MemoryCluster, index: number): Allocation => {
  const found = liveOf(cluster, 'app').find(({ name }) => name === `app.web[${index}]`);
  if (found === undefined) throw new Error(`no live instance ${index}`);
  return found;
};
const newCommand = [makeTask({ config: { command: '/bin/false' } })];

test('a running job needs nothing, and the same file again changes nothing', (t) => {
  const cluster = running({ count: 3 });
  t.is(decide(cluster, 'app').plan, undefined);
});

test('a higher count adds the lowest free names and leaves the others on their nodes', (t) => {
  const cluster = running({ count: 2 });
  const before = liveOf(cluster, 'app').map(({ id, nodeId }) => ({ id, nodeId }));
  register(cluster, oneGroup({ count: 4 }));
  const { annotations } = runJob(cluster, 'app');
  t.like(annotations['web'], { place: 2, inPlaceUpdate: 2, destructiveUpdate: 0, stop: 0 });
  t.deepEqual(indexes(liveOf(cluster, 'app')), ['[0]', '[1]', '[2]', '[3]']);
  for (const { id, nodeId } of before) t.is(cluster.allocations.get(id)?.nodeId, nodeId);
  t.true(liveOf(cluster, 'app').every(({ jobVersion }) => jobVersion === 1));
});

test('a lower count stops the highest indexes', (t) => {
  const cluster = running({ count: 4 });
  register(cluster, oneGroup({ count: 2 }));
  const { annotations } = runJob(cluster, 'app');
  t.like(annotations['web'], { stop: 2, place: 0, inPlaceUpdate: 2 });
  t.deepEqual(indexes(liveOf(cluster, 'app')), ['[0]', '[1]']);
  t.is(runJob(cluster, 'app').plan, undefined);
});

test('count 0 and a stopped job stop everything, a removed group its own', (t) => {
  const zero = running({ count: 2 });
  register(zero, oneGroup({ count: 0 }));
  runJob(zero, 'app');
  t.is(liveOf(zero, 'app').length, 0);
  const stopped = running({ count: 2 });
  stopJob(stopped, 'app');
  const result = runJob(stopped, 'app');
  t.is(liveOf(stopped, 'app').length, 0);
  t.is(result.plan?.stops[0]?.description, 'stopped: the job is stopped');
  const renamed = running({ count: 2 });
  register(renamed, oneGroup({ count: 1, name: 'other' }));
  runJob(renamed, 'app');
  t.deepEqual(
    liveOf(renamed, 'app').map(({ name }) => name),
    ['app.other[0]'],
  );
});

test('a purged job stops all its allocations', (t) => {
  const cluster = running({ count: 2 });
  cluster.jobs.delete('app');
  runJob(cluster, 'app');
  t.is(liveOf(cluster, 'app').length, 0);
});

test('instances of a node that is down are lost and replaced under their names elsewhere', (t) => {
  const cluster = running({ count: 3 }, 'service', 2);
  const lostOn = named(cluster, 1).nodeId;
  cluster.nodes.set(lostOn, makeNode(lostOn, { status: 'down' }));
  const { plan } = runJob(cluster, 'app');
  const lost = plan?.stops.find(({ clientStatus }) => clientStatus === 'lost');
  t.is(cluster.allocations.get(lost?.allocationId ?? '')?.clientStatus, 'lost');
  t.deepEqual(indexes(liveOf(cluster, 'app')), ['[0]', '[1]', '[2]']);
  t.true(liveOf(cluster, 'app').every(({ nodeId }) => nodeId !== lostOn));
  const successor = cluster.allocations.get(lost?.nextAllocation ?? '');
  t.is(successor?.previousAllocation, lost?.allocationId);
});

test('what was told to stop on a node that then went down ends as lost, also when its job is stopped', (t) => {
  for (const isStopped of [false, true]) {
    const cluster = running({ count: 2 }, 'service', 1);
    register(cluster, oneGroup({ count: 1 }));
    runJob(cluster, 'app');
    const leaving = [...cluster.allocations.values()].find(({ desiredStatus }) => desiredStatus === 'stop');
    if (isStopped) stopJob(cluster, 'app');
    if (isStopped) runJob(cluster, 'app');
    cluster.nodes.set('n0', makeNode('n0', { status: 'down' }));
    runJob(cluster, 'app');
    const ended = cluster.allocations.get(leaving?.id ?? '');
    t.like(ended, { clientStatus: 'lost', desiredStatus: 'stop', desiredDescription: leaving?.desiredDescription });
    t.is(decide(cluster, 'app').plan, undefined);
  }
});

test('a node that is gone from the state counts as down', (t) => {
  const cluster = running({ count: 1 }, 'service', 2);
  cluster.nodes.delete(named(cluster, 0).nodeId);
  runJob(cluster, 'app');
  t.is(liveOf(cluster, 'app').length, 1);
});

test('an allocation marked to migrate moves, also when there is no room for a new one', (t) => {
  const cluster = running({ count: 1 });
  const before = named(cluster, 0);
  change(cluster, before.id, { desiredTransition: { migrate: true } });
  t.like(runJob(cluster, 'app').annotations['web'], { migrate: 1 });
  t.not(named(cluster, 0).id, before.id);
  const full = running({ count: 1 }, 'service', 1);
  change(full, named(full, 0).id, { desiredTransition: { migrate: true } });
  full.nodes.set('n0', makeNode('n0', { schedulingEligibility: 'ineligible' }));
  const { evaluation } = runJob(full, 'app');
  t.is(liveOf(full, 'app').length, 0);
  t.deepEqual(evaluation.queuedAllocations, { web: 1 });
});

test('a failed service instance waits for its delay in a follow-up evaluation, then moves to another node', (t) => {
  const cluster = running({ count: 1 }, 'service', 2);
  const failed = named(cluster, 0);
  fail(cluster, failed);
  const first = runJob(cluster, 'app');
  const [followUp] = first.evaluations;
  t.is(followUp?.waitUntilMs, cluster.now + 30_000);
  t.is(cluster.allocations.get(failed.id)?.followupEvaluationId, followUp?.id);
  t.is(runJob(cluster, 'app').plan, undefined);
  if (followUp === undefined) return t.fail('there is a follow-up evaluation');
  cluster.now += 30_000;
  runJob(cluster, 'app', { evaluation: followUp, now: cluster.now });
  const next = named(cluster, 0);
  t.is(next.previousAllocation, failed.id);
  t.not(next.nodeId, failed.nodeId);
  t.like(next.rescheduleEvents[0], { previousAllocation: failed.id, previousNode: failed.nodeId, delayMs: 30_000 });
  t.like(cluster.allocations.get(failed.id), { desiredStatus: 'stop', nextAllocation: next.id });
});

test('failures due within five seconds share one follow-up evaluation', (t) => {
  const cluster = running({ count: 3 });
  const [a, b, c] = [named(cluster, 0), named(cluster, 1), named(cluster, 2)];
  fail(cluster, a);
  cluster.now += 3_000;
  fail(cluster, b);
  cluster.now += 4_000;
  fail(cluster, c);
  const { evaluations } = runJob(cluster, 'app');
  t.is(evaluations.length, 2);
  t.is(cluster.allocations.get(b.id)?.followupEvaluationId, evaluations[0]?.id);
  t.is(cluster.allocations.get(c.id)?.followupEvaluationId, evaluations[1]?.id);
});

test('a failed instance without attempts left keeps its place empty until a new version comes', (t) => {
  const policy = {
    attempts: 0,
    intervalMs: 0,
    delayMs: 0,
    delayFunction: 'constant',
    maxDelayMs: 0,
    unlimited: false,
  } as const;
  const cluster = running({ count: 2, reschedule: policy });
  fail(cluster, named(cluster, 0));
  t.is(runJob(cluster, 'app').plan, undefined);
  t.deepEqual(indexes(liveOf(cluster, 'app')), ['[1]']);
  register(cluster, oneGroup({ count: 2, reschedule: policy, meta: { again: '1' } }));
  runJob(cluster, 'app');
  t.deepEqual(indexes(liveOf(cluster, 'app')), ['[0]', '[1]']);
});

test('a forced reschedule does not wait', (t) => {
  const cluster = running({ count: 1 });
  const failed = named(cluster, 0);
  fail(cluster, failed);
  change(cluster, failed.id, { desiredTransition: { forceReschedule: true } });
  runJob(cluster, 'app');
  t.is(named(cluster, 0).previousAllocation, failed.id);
});

test('a failed instance that finds no node stays as it is and is tried again', (t) => {
  const cluster = running({ count: 1 }, 'service', 1);
  const failed = named(cluster, 0);
  fail(cluster, failed);
  cluster.now += 60_000;
  cluster.nodes.set('n0', makeNode('n0', { schedulingEligibility: 'ineligible' }));
  const { plan, evaluation, evaluations } = runJob(cluster, 'app', { now: cluster.now });
  t.is(plan, undefined);
  t.deepEqual(evaluation.queuedAllocations, { web: 1 });
  const [blocked] = evaluations;
  if (blocked === undefined) return t.fail('there is a blocked evaluation');
  cluster.nodes.set('n0', makeNode('n0'));
  t.is(runJob(cluster, 'app', { evaluation: blocked, now: cluster.now }).evaluation.status, 'complete');
  t.is(named(cluster, 0).previousAllocation, failed.id);
});

test('finished batch instances are not run again, failed ones by policy, all of them by a new version', (t) => {
  const cluster = running({ count: 3 }, 'batch');
  change(cluster, named(cluster, 0).id, { clientStatus: 'complete' });
  t.is(decide(cluster, 'app').plan, undefined);
  fail(cluster, named(cluster, 1));
  cluster.now += 60_000;
  runJob(cluster, 'app', { now: cluster.now });
  t.deepEqual(indexes(liveOf(cluster, 'app')), ['[1]', '[2]']);
  register(cluster, oneGroup({ count: 3, tasks: newCommand }, { type: 'batch' }));
  runJob(cluster, 'app');
  t.deepEqual(indexes(liveOf(cluster, 'app')), ['[0]', '[1]', '[2]']);
  t.true(liveOf(cluster, 'app').every(({ jobVersion }) => jobVersion === 1));
});

test('a service instance that completed is replaced', (t) => {
  const cluster = running({ count: 1 });
  change(cluster, named(cluster, 0).id, { clientStatus: 'complete' });
  runJob(cluster, 'app');
  t.is(liveOf(cluster, 'app').length, 1);
});

test('without an update block a destructive change replaces all at once, keeping names', (t) => {
  const cluster = running({ count: 3 });
  register(cluster, oneGroup({ count: 3, tasks: newCommand }));
  const { annotations, plan } = runJob(cluster, 'app');
  t.like(annotations['web'], { destructiveUpdate: 3, place: 0 });
  t.is(plan?.deployment, undefined);
  t.deepEqual(indexes(liveOf(cluster, 'app')), ['[0]', '[1]', '[2]']);
});

test('a destructive change reuses the room of what it replaces, on a full node', (t) => {
  const full = { tasks: [makeTask({ resources: { cpuMhz: 2_000, memoryMiB: 4_096, devices: [] } })] };
  const cluster = running({ count: 2, ...full }, 'service', 1);
  register(cluster, oneGroup({ count: 2, tasks: full.tasks.map((task) => ({ ...task, env: { A: '1' } })) }));
  const { evaluation } = runJob(cluster, 'app');
  t.deepEqual(evaluation.queuedAllocations, { web: 0 });
  t.is(liveOf(cluster, 'app').length, 2);
});

test('a destructive change that fits nowhere leaves the old instance running', (t) => {
  const cluster = running({ count: 1 });
  const before = named(cluster, 0);
  const huge = makeTask({ resources: { cpuMhz: 9_000, memoryMiB: 1, devices: [] } });
  register(cluster, oneGroup({ count: 1, tasks: [huge] }));
  const { plan, evaluation } = runJob(cluster, 'app');
  t.is(plan, undefined);
  t.deepEqual(evaluation.queuedAllocations, { web: 1 });
  t.is(named(cluster, 0).id, before.id);
});

test('an instance whose node no longer meets the constraints is replaced', (t) => {
  const cluster = running({ count: 1 }, 'service', 2);
  const before = named(cluster, 0);
  const constraints = [{ attribute: '${node.unique.name}', operator: '!=', value: before.nodeId } as const];
  register(cluster, oneGroup({ count: 1, constraints }));
  t.like(runJob(cluster, 'app').annotations['web'], { destructiveUpdate: 1 });
  t.not(named(cluster, 0).nodeId, before.nodeId);
});

test('a sticky disk keeps a replaced instance on its node', (t) => {
  const disk = { sizeMiB: 300, sticky: true, migrate: false };
  const cluster = running({ count: 3, ephemeralDisk: disk }, 'service', 5);
  const before = new Map(liveOf(cluster, 'app').map(({ name, nodeId }) => [name, nodeId]));
  register(cluster, oneGroup({ count: 3, ephemeralDisk: disk, tasks: newCommand }));
  runJob(cluster, 'app');
  for (const { name, nodeId } of liveOf(cluster, 'app')) t.is(before.get(name), nodeId);
});

test('all_at_once places nothing when not everything fits', (t) => {
  const cluster = memoryCluster([makeNode('a')]);
  register(cluster, oneGroup({ count: 9 }, { allAtOnce: true }));
  const { plan, evaluation } = runJob(cluster, 'app');
  t.is(plan, undefined);
  t.deepEqual(evaluation.queuedAllocations, { web: 9 });
});

test('one blocked evaluation per job: it is reused, kept when it fails again, canceled when all is placed', (t) => {
  const cluster = memoryCluster([makeNode('a')]);
  register(cluster, oneGroup({ count: 9 }));
  const [blocked] = runJob(cluster, 'app').evaluations;
  if (blocked === undefined) return t.fail('there is a blocked evaluation');
  const second = runJob(cluster, 'app');
  t.deepEqual(
    second.evaluations.map(({ id, status }) => [id, status]),
    [[blocked.id, 'blocked']],
  );
  const again = runJob(cluster, 'app', { evaluation: blocked });
  t.deepEqual([again.evaluation.status, again.evaluations.length], ['blocked', 0]);
  cluster.nodes.set('b', makeNode('b'));
  const done = runJob(cluster, 'app', { evaluation: makeEvaluation({ id: 'wake' }) });
  t.deepEqual(
    done.evaluations.map(({ id, status }) => [id, status]),
    [[blocked.id, 'canceled']],
  );
  t.is(liveOf(cluster, 'app').length, 9);
});

test('a blocked evaluation knows which classes can hold the job and whether unique facts matter', (t) => {
  const linux = { attribute: '${attr.kernel.name}', operator: '=', value: 'linux' } as const;
  const cluster = memoryCluster([
    makeNode('a', { computedClass: 'linux' }),
    makeNode('b', { computedClass: 'bsd', attributes: { 'kernel.name': 'bsd' } }),
  ]);
  register(cluster, oneGroup({ count: 9, constraints: [linux], update: makeUpdate() }));
  const [blocked] = runJob(cluster, 'app').evaluations;
  t.deepEqual(blocked?.classEligibility, { linux: true, bsd: false });
  t.false(blocked?.escapedComputedClass);
  const unique = { attribute: '${node.unique.name}', operator: '=', value: 'c' } as const;
  register(cluster, oneGroup({ count: 9, constraints: [unique] }));
  t.true(runJob(cluster, 'app').evaluations.find(({ status }) => status === 'blocked')?.escapedComputedClass);
});
