import test from 'ava';
import type { Allocation } from '../../model/allocation.ts';
import type { Deployment } from '../../model/deployment.ts';
import type { TaskGroup } from '../../model/task-group.ts';
import { makeGroup, makeJob, makeNode, makeTask, makeUpdate, oneGroup } from '../testing/fixtures.ts';
import {
  change,
  fail,
  liveOf,
  type MemoryCluster,
  memoryCluster,
  register,
  runJob,
  startAll,
} from '../testing/memory-cluster.ts';

const newTasks = [makeTask({ config: { command: '/bin/false' } })];

function rolledOut(group: Partial<TaskGroup>): MemoryCluster {
  const cluster = memoryCluster(Array.from({ length: 4 }, (_, index) => makeNode(`n${index}`)));
  register(cluster, oneGroup(group));
  runJob(cluster, 'app');
  startAll(cluster);
  runJob(cluster, 'app');
  return cluster;
}

const versions = (cluster: MemoryCluster) =>
  liveOf(cluster, 'app')
    .map(({ jobVersion }) => jobVersion)
    .sort();
const latest = (cluster: MemoryCluster) => [...cluster.deployments.values()].at(-1);

test('a service with an update block gets a deployment, successful once all are healthy', (t) => {
  const cluster = memoryCluster([makeNode('a')]);
  register(cluster, oneGroup({ count: 2, update: makeUpdate() }));
  const { plan } = runJob(cluster, 'app');
  t.like(plan?.deployment, { status: 'running', jobVersion: 0 });
  t.is(plan?.deployment?.taskGroups['web']?.desiredTotal, 2);
  t.true(liveOf(cluster, 'app').every(({ deploymentId }) => deploymentId === plan?.deployment?.id));
  t.is(runJob(cluster, 'app').plan, undefined);
  startAll(cluster);
  runJob(cluster, 'app');
  t.is(latest(cluster)?.status, 'successful');
  t.is(runJob(cluster, 'app').plan, undefined);
});

test('destructive changes go max_parallel at a time, the next only after the new ones are healthy', (t) => {
  const update = makeUpdate({ maxParallel: 2 });
  const cluster = rolledOut({ count: 5, update });
  register(cluster, oneGroup({ count: 5, update, tasks: newTasks }));
  const steps: number[][] = [];
  for (let step = 0; step < 3; step += 1) {
    runJob(cluster, 'app');
    t.is(runJob(cluster, 'app').plan, undefined, 'nothing more before they are healthy');
    steps.push(versions(cluster));
    startAll(cluster);
  }
  t.deepEqual(steps, [
    [0, 0, 0, 1, 1],
    [0, 1, 1, 1, 1],
    [1, 1, 1, 1, 1],
  ]);
  t.is(latest(cluster)?.status, 'running');
  runJob(cluster, 'app');
  t.is(latest(cluster)?.status, 'successful');
});

test('an unhealthy new instance halts the replacements', (t) => {
  const update = makeUpdate({ maxParallel: 2 });
  const cluster = rolledOut({ count: 4, update });
  register(cluster, oneGroup({ count: 4, update, tasks: newTasks }));
  runJob(cluster, 'app');
  const [sick, well] = liveOf(cluster, 'app').filter(({ jobVersion }) => jobVersion === 1);
  if (sick?.deploymentStatus === undefined || well?.deploymentStatus === undefined) return t.fail('two are new');
  change(cluster, sick.id, { deploymentStatus: { ...sick.deploymentStatus, healthy: false } });
  change(cluster, well.id, { deploymentStatus: { ...well.deploymentStatus, healthy: true } });
  t.is(runJob(cluster, 'app').plan, undefined);
  t.deepEqual(versions(cluster), [0, 0, 1, 1]);
});

test('a paused or failed deployment replaces no further instance', (t) => {
  for (const status of ['paused', 'failed'] as const) {
    const cluster = rolledOut({ count: 3, update: makeUpdate() });
    register(cluster, oneGroup({ count: 3, update: makeUpdate(), tasks: newTasks }));
    runJob(cluster, 'app');
    const deployment = latest(cluster);
    if (deployment === undefined) return t.fail('there is a deployment');
    cluster.deployments.set(deployment.id, { ...deployment, status });
    startAll(cluster);
    runJob(cluster, 'app');
    t.deepEqual(versions(cluster), [0, 0, 1], status);
  }
});

test('a newer version and a stop cancel the running deployment', (t) => {
  const cluster = memoryCluster([makeNode('a')]);
  register(cluster, oneGroup({ count: 2, update: makeUpdate() }));
  runJob(cluster, 'app');
  const first = latest(cluster);
  register(cluster, oneGroup({ count: 2, update: makeUpdate(), tasks: newTasks }));
  runJob(cluster, 'app');
  t.is(cluster.deployments.get(first?.id ?? '')?.status, 'canceled');
  t.is(latest(cluster)?.jobVersion, 1);
});

test('a count change updates in place, keeps the health that is known and deploys only the new ones', (t) => {
  const cluster = rolledOut({ count: 2, update: makeUpdate() });
  register(cluster, oneGroup({ count: 3, update: makeUpdate() }));
  runJob(cluster, 'app');
  const health = liveOf(cluster, 'app').map(({ deploymentStatus }) => deploymentStatus?.healthy);
  t.deepEqual(health, [true, true, undefined]);
  startAll(cluster);
  runJob(cluster, 'app');
  t.is(latest(cluster)?.status, 'successful');
});

test('a failed instance of a running deployment is replaced by its policy', (t) => {
  const cluster = memoryCluster([makeNode('a'), makeNode('b')]);
  register(cluster, oneGroup({ count: 1, update: makeUpdate() }));
  runJob(cluster, 'app');
  const [first] = liveOf(cluster, 'app');
  if (first === undefined) return t.fail('one is placed');
  fail(cluster, first);
  cluster.now += 60_000;
  runJob(cluster, 'app', { now: cluster.now });
  const [next] = liveOf(cluster, 'app');
  t.like(next, { previousAllocation: first.id, deploymentId: first.deploymentId });
});

function promote(cluster: MemoryCluster): void {
  const deployment = latest(cluster);
  const group = deployment?.taskGroups['web'];
  if (deployment === undefined || group === undefined) throw new Error('nothing to promote');
  cluster.deployments.set(deployment.id, { ...deployment, taskGroups: { web: { ...group, promoted: true } } });
}

const canaries = (cluster: MemoryCluster): Allocation[] =>
  liveOf(cluster, 'app').filter(({ deploymentStatus }) => deploymentStatus?.canary === true);

test('canaries run beside the old instances until they are promoted, then the rest follows', (t) => {
  const update = makeUpdate({ canary: 1, maxParallel: 2 });
  const cluster = rolledOut({ count: 3, update });
  t.is(canaries(cluster).length, 0);
  register(cluster, oneGroup({ count: 3, update, tasks: newTasks }));
  const { plan } = runJob(cluster, 'app');
  t.is(plan?.deployment?.taskGroups['web']?.desiredCanaries, 1);
  t.deepEqual(versions(cluster), [0, 0, 0, 1]);
  t.deepEqual(
    canaries(cluster).map(({ name }) => name),
    ['app.web[0]'],
  );
  startAll(cluster);
  t.is(runJob(cluster, 'app').plan, undefined);
  promote(cluster);
  for (let step = 0; step < 3; step += 1) {
    runJob(cluster, 'app');
    startAll(cluster);
  }
  t.deepEqual(versions(cluster), [1, 1, 1]);
  const names = liveOf(cluster, 'app').map(({ name }) => name);
  t.deepEqual(names.sort(), ['app.web[0]', 'app.web[1]', 'app.web[2]']);
  runJob(cluster, 'app');
  t.is(latest(cluster)?.status, 'successful');
});

test('the canaries of a failed deployment are stopped and the old instances stay', (t) => {
  const update = makeUpdate({ canary: 2 });
  const cluster = rolledOut({ count: 3, update });
  register(cluster, oneGroup({ count: 3, update, tasks: newTasks }));
  runJob(cluster, 'app');
  const deployment = latest(cluster);
  if (deployment === undefined) return t.fail('there is a deployment');
  cluster.deployments.set(deployment.id, { ...deployment, status: 'failed' });
  runJob(cluster, 'app');
  t.deepEqual(versions(cluster), [0, 0, 0]);
  t.is(runJob(cluster, 'app').plan, undefined);
});

test('a group without a rollout that finds no room makes no deployment for the groups that are done', (t) => {
  const cluster = memoryCluster([makeNode('a'), makeNode('b')]);
  const web = makeGroup({ count: 1, update: makeUpdate({ autoRevert: true }) });
  const side = makeGroup({ name: 'side', count: 1, update: makeUpdate({ maxParallel: 0 }) });
  const big = [makeTask({ resources: { cpuMhz: 1_000_000, memoryMiB: 1, devices: [] } })];
  register(cluster, makeJob({ taskGroups: [web, side] }));
  runJob(cluster, 'app');
  startAll(cluster);
  runJob(cluster, 'app');
  register(
    cluster,
    makeJob({
      taskGroups: [
        { ...web, tasks: newTasks },
        { ...side, tasks: big },
      ],
    }),
  );
  runJob(cluster, 'app');
  startAll(cluster);
  const deployment = latest(cluster);
  t.deepEqual(Object.keys(deployment?.taskGroups ?? {}), ['web']);
  cluster.deployments.set(deployment?.id ?? '', { ...(deployment as Deployment), status: 'successful' });
  runJob(cluster, 'app');
  t.is(cluster.deployments.size, 2);
});

/** Three old instances and a canary that took the name of the first. */
function withCanary(): MemoryCluster {
  const update = makeUpdate({ canary: 1, maxParallel: 3 });
  const cluster = rolledOut({ count: 3, update });
  register(cluster, oneGroup({ count: 3, update, tasks: newTasks }));
  runJob(cluster, 'app');
  return cluster;
}

const namesOf = (cluster: MemoryCluster, version: number): string[] =>
  liveOf(cluster, 'app')
    .filter(({ jobVersion }) => jobVersion === version)
    .map(({ name }) => name.replace(/^.*\[/, '['))
    .sort();

test('an instance that fills a gap beside a canary does not take its name', (t) => {
  const cluster = withCanary();
  const first = liveOf(cluster, 'app').find(({ name, jobVersion }) => name === 'app.web[0]' && jobVersion === 0);
  change(cluster, first?.id ?? '', { clientStatus: 'complete' });
  runJob(cluster, 'app');
  t.deepEqual(namesOf(cluster, 1), ['[0]', '[3]']);
});

test('an instance that moves while a canary has its name gets another one', (t) => {
  const cluster = withCanary();
  const first = liveOf(cluster, 'app').find(({ name, jobVersion }) => name === 'app.web[0]' && jobVersion === 0);
  change(cluster, first?.id ?? '', { desiredTransition: { migrate: true } });
  runJob(cluster, 'app');
  t.deepEqual(namesOf(cluster, 0), ['[1]', '[2]']);
  t.deepEqual(namesOf(cluster, 1), ['[0]', '[3]']);
});

test('once a canary is promoted its older namesake goes, also while the group is short of its count', (t) => {
  const cluster = withCanary();
  startAll(cluster);
  const last = liveOf(cluster, 'app').find(({ name }) => name === 'app.web[2]');
  change(cluster, last?.id ?? '', { clientStatus: 'complete' });
  promote(cluster);
  runJob(cluster, 'app');
  const names = liveOf(cluster, 'app').map(({ name }) => name);
  t.deepEqual(names.sort(), ['app.web[0]', 'app.web[1]', 'app.web[2]']);
});

test('a failed canary waits for its delay without another beside it, and is then replaced by one', (t) => {
  const cluster = withCanary();
  const [canary] = canaries(cluster);
  if (canary === undefined) return t.fail('a canary is placed');
  fail(cluster, canary);
  runJob(cluster, 'app');
  t.deepEqual([canaries(cluster).length, versions(cluster).length], [0, 3]);
  const due = [...cluster.evaluations.values()].find(({ waitUntilMs }) => waitUntilMs !== undefined);
  cluster.now += 60_000;
  runJob(cluster, 'app', { now: cluster.now, ...(due === undefined ? {} : { evaluation: due }) });
  t.like(canaries(cluster), { length: 1, 0: { previousAllocation: canary.id, name: 'app.web[0]' } });
  t.deepEqual(versions(cluster), [0, 0, 0, 1]);
});

test('a promoted canary that a further version keeps in place still displaces its older namesake', (t) => {
  const cluster = withCanary();
  startAll(cluster);
  promote(cluster);
  const update = makeUpdate({ canary: 1, maxParallel: 3 });
  register(cluster, oneGroup({ count: 5, update, tasks: newTasks }));
  runJob(cluster, 'app');
  const names = liveOf(cluster, 'app').map(({ name }) => name);
  t.is(new Set(names).size, names.length - canaries(cluster).length);
  t.is(liveOf(cluster, 'app').filter(({ name }) => name === 'app.web[0]').length, 1);
});
