import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DriverError } from '@orch/driver-api';
import test, { type ExecutionContext } from 'ava';
import { AgentHarness } from '../testing/agent-harness.ts';
import { makeAllocation, makeGroup, makeJob, makeTask } from '../testing/make-job.ts';
import { until } from '../testing/virtual-clock.ts';

async function started(t: ExecutionContext): Promise<AgentHarness> {
  const harness = await AgentHarness.make();
  t.teardown(() => harness.close());
  await harness.startAgent();
  await until(() => harness.server.hellos.length === 1, 'the node says hello');
  return harness;
}

const names = (taskIds: readonly string[]) => taskIds.map((taskId) => taskId.split('/')[1]);

test('a group goes through prestart, main, poststart and poststop in order', async (t) => {
  const harness = await started(t);
  const group = makeGroup([
    makeTask('clean', { lifecycle: { hook: 'poststop', sidecar: false }, config: { run_for_ms: 10 } }),
    makeTask('announce', { lifecycle: { hook: 'poststart', sidecar: false }, config: { run_for_ms: 10 } }),
    makeTask('web'),
    makeTask('init', { lifecycle: { hook: 'prestart', sidecar: false }, config: { run_for_ms: 10 } }),
  ]);
  const job = makeJob(group);
  harness.server.desire(job, makeAllocation('a1', group));
  const turn = async (count: number) => {
    await until(
      () => harness.calls('start').length === count && harness.runtime.tasks.has(harness.calls('start').at(-1) ?? ''),
      `${count} starts`,
    );
    harness.clock.advance(10);
  };
  await turn(1);
  await turn(2);
  await turn(3);
  await until(() => harness.server.last('a1')?.taskStates['announce']?.state === 'dead', 'poststart is over');
  t.is(harness.server.last('a1')?.clientStatus, 'running');
  harness.server.desire(job, makeAllocation('a1', group, { desiredStatus: 'stop', allocModifyIndex: 2 }));
  await turn(4);
  await harness.untilStatus('a1', 'complete');
  t.deepEqual(names(harness.calls('start')), ['init', 'web', 'announce', 'clean']);
});

test('a task that fails for good fails the allocation and takes its sibling with it', async (t) => {
  const harness = await started(t);
  const never = { ...makeTask('x').restart, attempts: 0 };
  const group = makeGroup([
    makeTask('web'),
    makeTask('bad', { restart: never, config: { run_for_ms: 10, exit_code: 7 } }),
  ]);
  harness.server.desire(makeJob(group), makeAllocation('a1', group));
  await until(() => harness.runtime.tasks.size === 2, 'both run');
  harness.clock.advance(10);
  const failed = await harness.untilStatus('a1', 'failed');
  t.true(failed.taskStates['bad']?.failed);
  t.false(failed.taskStates['web']?.failed);
  t.true(failed.taskStates['web']?.events.some(({ type }) => type === 'Sibling Task Failed'));
  t.is(harness.runtime.tasks.size, 0);
});

test('an error the driver calls final fails the task at once, with its message and hint', async (t) => {
  const harness = await started(t);
  harness.runtime.fail('start', new DriverError('not-found', 'there is no image "nope"', { hint: 'build it' }));
  const group = makeGroup([makeTask('web')]);
  harness.server.desire(makeJob(group), makeAllocation('a1', group));
  const failed = await harness.untilStatus('a1', 'failed');
  const told = failed.taskStates['web']?.events.map(({ type, message }) => `${type}: ${message}`) ?? [];
  t.true(told.includes('Driver Failure: there is no image "nope" (build it)'), told.join('\n'));
});

test('an error the driver calls recoverable is tried again by the restart policy', async (t) => {
  const harness = await started(t);
  harness.runtime.fail('start', new DriverError('runtime-unavailable', 'no engine', { recoverable: true }), {
    times: 1,
  });
  const group = makeGroup([makeTask('web')]);
  harness.server.desire(makeJob(group), makeAllocation('a1', group));
  await until(() => harness.calls('start').length === 1, 'a first try');
  await until(() => {
    harness.clock.advance(500);
    return harness.calls('start').length === 2;
  }, 'a second try');
  await harness.untilStatus('a1', 'running');
  t.deepEqual(harness.calls('start'), ['a1/web/1', 'a1/web/2']);
});

test('a network that cannot be made fails the allocation with its reason, and starts no task', async (t) => {
  const harness = await started(t);
  harness.networks.failure = new Error('no CNI configuration "front"');
  const group = makeGroup([makeTask('web')]);
  harness.server.desire(makeJob(group), makeAllocation('a1', group));
  const failed = await harness.untilStatus('a1', 'failed');
  t.is(failed.clientDescription, 'no CNI configuration "front"');
  t.deepEqual(harness.calls('start'), []);
  t.true(harness.networks.calls.includes('tearDown a1'));
});

test('a stop during a long start breaks it off', async (t) => {
  const harness = await started(t);
  const group = makeGroup([makeTask('web', { config: { start_delay_ms: 100_000 } })]);
  const job = makeJob(group);
  harness.server.desire(job, makeAllocation('a1', group));
  await until(() => harness.calls('start').length === 1, 'the start is under way');
  harness.server.desire(job, makeAllocation('a1', group, { desiredStatus: 'stop', allocModifyIndex: 2 }));
  await harness.untilStatus('a1', 'complete');
  t.is(harness.runtime.tasks.size, 0);
});

test('the task gets its environment, directories, resources and the network of its group', async (t) => {
  const harness = await started(t);
  const port = {
    label: 'http',
    value: 22_000,
    to: 80,
    hostIp: '10.0.0.1',
    hostNetwork: 'default',
    ignoreCollision: false,
  };
  const group = makeGroup([makeTask('web', { env: { GREETING: 'on ${node.unique.name}' } })], {
    networks: [{ mode: 'bridge', reservedPorts: [], dynamicPorts: [] }],
  });
  const allocation = makeAllocation('a1', group, {
    resources: { tasks: { web: { cpuMhz: 250, memoryMiB: 32 } }, shared: { diskMiB: 1, ports: [port] } },
  });
  harness.server.desire(makeJob(group), allocation);
  const update = await harness.untilStatus('a1', 'running');
  const config = harness.runtime.tasks.get('a1/web/1')?.config;
  t.is(config?.env['GREETING'], 'on node');
  t.is(config?.env['NOMAD_PORT_http'], '80');
  t.is(config?.env['NOMAD_ADDR_http'], '10.0.0.1:22000');
  t.is(config?.env['NOMAD_ALLOC_IP_http'], '172.26.64.9');
  t.is(config?.env['ORCH_GROUP_ADDRESS'], '127.0.0.1');
  t.like(config?.resources, { cpuMhz: 250, memoryMiB: 32 });
  t.deepEqual(config?.network, {
    kind: 'namespace',
    path: '/run/netns/a1',
    ports: [{ label: 'http', hostIp: '10.0.0.1', hostPort: 22_000, to: 80 }],
  });
  t.is(config?.directories.local, join(harness.dataDir, 'allocations/a1/web/local'));
  t.deepEqual(await readdir(config?.directories.task ?? ''), ['local', 'secrets', 'tmp']);
  t.is(update.networkStatus?.address, '172.26.64.9');
});

test('an allocation of a deployment is judged healthy after the minimum time', async (t) => {
  const harness = await started(t);
  const update = {
    maxParallel: 1,
    canary: 0,
    healthCheck: 'task_states' as const,
    minHealthyTimeMs: 5_000,
    healthyDeadlineMs: 60_000,
    progressDeadlineMs: 600_000,
    autoRevert: false,
    autoPromote: false,
    staggerMs: 0,
  };
  const group = makeGroup([makeTask('web')], { update });
  harness.server.desire(makeJob(group), makeAllocation('a1', group, { deploymentId: 'd1' }));
  const running = await harness.untilStatus('a1', 'running');
  t.is(running.healthy, undefined);
  harness.clock.advance(5_000);
  await until(() => harness.server.last('a1')?.healthy === true, 'it is healthy');
});

test('an update in place changes what the next stop uses and restarts nothing', async (t) => {
  const harness = await started(t);
  const group = makeGroup([makeTask('web')]);
  harness.server.desire(makeJob(group), makeAllocation('a1', group));
  await harness.untilStatus('a1', 'running');
  const changed = makeGroup([makeTask('web', { killSignal: 'SIGINT' })]);
  const job = makeJob(changed);
  const jobs = [{ namespace: 'default', jobId: 'job', version: 1, job }];
  const allocations = [makeAllocation('a1', changed, { jobVersion: 1, allocModifyIndex: 2 })];
  harness.server.send({ type: 'desired', index: 2, full: false, allocations, jobs, removed: [] });
  harness.server.send({
    type: 'desired',
    index: 3,
    full: false,
    allocations: [makeAllocation('a1', changed, { jobVersion: 1, allocModifyIndex: 3, desiredStatus: 'stop' })],
    jobs: [],
    removed: [],
  });
  await harness.untilStatus('a1', 'complete');
  t.deepEqual(harness.calls('start'), ['a1/web/1']);
});

test('a damaged record costs its own allocation, not the agent and not the others', async (t) => {
  const harness = await started(t);
  const group = makeGroup([makeTask('web')]);
  const job = makeJob(group);
  harness.server.desire(job, makeAllocation('a1', group), makeAllocation('a2', group));
  await harness.untilStatus('a1', 'running');
  await harness.untilStatus('a2', 'running');
  await harness.agent?.close();
  const path = join(harness.dataDir, 'client/state.log');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replaceAll('"id":"a1"', '"id":"XX"'));
  await harness.startAgent();
  const failed = await harness.untilStatus('a1', 'failed');
  t.regex(failed.clientDescription, /damaged/);
  await until(() => !harness.runtime.tasks.has('a1/web/1'), 'its task is ended');
  t.true(harness.runtime.tasks.has('a2/web/1'));
  harness.server.remove('a1');
  await until(() => harness.agent?.allocationCount().running === 1, 'the other runs on');
});

test('an agent killed between a start and its record finds the task by the same id', async (t) => {
  const harness = await started(t);
  harness.runtime.delay('start', 50_000);
  const group = makeGroup([makeTask('web')]);
  harness.server.desire(makeJob(group), makeAllocation('a1', group));
  await until(() => harness.calls('start').length === 1, 'the start is under way');
  await harness.agent?.close();
  harness.runtime.obeyNoMore();
  harness.clock.advance(50_000);
  await harness.startAgent();
  await until(() => harness.runtime.tasks.has('a1/web/1'), 'it runs');
  await harness.untilStatus('a1', 'running');
  t.deepEqual(harness.calls('start'), ['a1/web/1', 'a1/web/1']);
});

test("a driver's loss of health is told to the server", async (t) => {
  const harness = await started(t);
  harness.runtime.setFingerprint({ health: 'unhealthy', description: 'the engine does not answer', attributes: {} });
  const node = () => harness.server.messages.findLast((message) => message.type === 'node');
  await until(() => node() !== undefined, 'the node tells');
  const message = node();
  t.like(message?.type === 'node' ? message.node.drivers['fake'] : undefined, {
    detected: true,
    healthy: false,
    description: 'the engine does not answer',
  });
  t.is(harness.server.hellos[0]?.node.attributes['driver.fake'], '1');
});
