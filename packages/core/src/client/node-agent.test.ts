import test from 'ava';
import { AgentHarness } from './testing/agent-harness.ts';
import { makeAllocation, makeGroup, makeJob, makeTask } from './testing/make-job.ts';
import { until } from './testing/virtual-clock.ts';

test('an allocation the server desires runs and is reported running, then stops when it is not wanted', async (t) => {
  const harness = await AgentHarness.make();
  t.teardown(() => harness.close());
  await harness.startAgent();
  const group = makeGroup([makeTask('web')]);
  const job = makeJob(group);
  await until(() => harness.server.hellos.length === 1, 'the node says hello');
  harness.server.desire(job, makeAllocation('a1', group));
  const running = await harness.untilStatus('a1', 'running');
  t.is(running.taskStates['web']?.state, 'running');
  t.deepEqual(harness.calls('start'), ['a1/web/1']);

  harness.server.desire(job, makeAllocation('a1', group, { desiredStatus: 'stop', allocModifyIndex: 2 }));
  const done = await harness.untilStatus('a1', 'complete');
  t.is(done.taskStates['web']?.state, 'dead');
  t.false(done.taskStates['web']?.failed);
  t.is(harness.runtime.tasks.size, 0, 'nothing is left in the runtime');
  t.is(harness.networks.standing.size, 0, 'the network is gone');
});

test('an allocation waits for those on their way out that hold its port, and for the one it replaces', async (t) => {
  const harness = await AgentHarness.make();
  t.teardown(() => harness.close());
  await harness.startAgent();
  const group = makeGroup([makeTask('web')], { shutdownDelayMs: 5_000 });
  const job = makeJob(group);
  const onPort = (id: string, value: number, changes = {}) => {
    const plain = makeAllocation(id, group, changes);
    const ports = [{ label: 'p', value, to: 0, hostIp: '127.0.0.1', hostNetwork: 'default', ignoreCollision: false }];
    return { ...plain, resources: { ...plain.resources, shared: { ...plain.resources.shared, ports } } };
  };
  await until(() => harness.server.hellos.length === 1, 'the node says hello');
  harness.server.desire(job, onPort('a1', 80));
  await harness.untilStatus('a1', 'running');
  const stop = { desiredStatus: 'stop', allocModifyIndex: 2 } as const;
  harness.server.desire(
    job,
    onPort('a2', 80),
    onPort('a3', 81, { previousAllocation: 'a1' }),
    onPort('a4', 82),
    onPort('a1', 80, stop),
  );
  await harness.untilStatus('a4', 'running');
  t.deepEqual(harness.calls('start'), ['a1/web/1', 'a4/web/1'], 'only the one that takes nobody’s place');
  harness.clock.advance(5_000);
  await harness.untilStatus('a1', 'complete');
  for (const id of ['a2', 'a3']) await harness.untilStatus(id, 'running');
  t.is(harness.runtime.tasks.size, 3);
});

test('an allocation that waits for its place can be stopped', async (t) => {
  const harness = await AgentHarness.make();
  t.teardown(() => harness.close());
  await harness.startAgent();
  const group = makeGroup([makeTask('web')], { shutdownDelayMs: 5_000 });
  const job = makeJob(group);
  await until(() => harness.server.hellos.length === 1, 'the node says hello');
  harness.server.desire(job, makeAllocation('a1', group));
  await harness.untilStatus('a1', 'running');
  const stop = { desiredStatus: 'stop', allocModifyIndex: 2 } as const;
  harness.server.desire(
    job,
    makeAllocation('a1', group, stop),
    makeAllocation('a2', group, { previousAllocation: 'a1' }),
  );
  await until(() => harness.server.messages.length > 1, 'the node has looked at it');
  harness.server.desire(job, makeAllocation('a2', group, { previousAllocation: 'a1', ...stop }));
  await harness.untilStatus('a2', 'complete');
  t.deepEqual(harness.calls('start'), ['a1/web/1']);
});

test('a new agent on the same data directory finds the running task again and does not start it anew', async (t) => {
  const harness = await AgentHarness.make();
  t.teardown(() => harness.close());
  const first = await harness.startAgent();
  const group = makeGroup([makeTask('web')], { networks: [{ mode: 'bridge', reservedPorts: [], dynamicPorts: [] }] });
  await until(() => harness.server.hellos.length === 1, 'the node says hello');
  harness.server.desire(makeJob(group), makeAllocation('a1', group));
  await harness.untilStatus('a1', 'running');
  await first.close();
  t.is(harness.runtime.tasks.size, 1, 'the task outlives its agent');

  await harness.startAgent();
  await until(() => harness.server.hellos.length === 2, 'the new agent says hello');
  t.deepEqual(harness.server.hellos[1]?.known, { a1: 1 });
  t.is(harness.server.hellos[0]?.node.id, harness.server.hellos[1]?.node.id);
  await until(() => harness.calls('wait').length === 2, 'the task is watched again');
  t.deepEqual(harness.calls('recover'), ['a1/web/1']);
  t.deepEqual(harness.calls('start'), ['a1/web/1']);

  harness.runtime.exit('a1/web/1', { exitCode: 3 });
  await until(() => harness.server.last('a1')?.taskStates['web']?.state === 'pending', 'the exit is seen');
  harness.clock.advance(2_000);
  await until(() => harness.calls('start').length === 2, 'it starts again by its policy');
  t.is(harness.calls('start')[1], 'a1/web/2');
});

test('after a reboot the tasks are lost, and start again by their restart policy in a new network', async (t) => {
  const harness = await AgentHarness.make();
  t.teardown(() => harness.close());
  const first = await harness.startAgent();
  const group = makeGroup([makeTask('web')], { networks: [{ mode: 'bridge', reservedPorts: [], dynamicPorts: [] }] });
  await until(() => harness.server.hellos.length === 1, 'the node says hello');
  harness.server.desire(makeJob(group), makeAllocation('a1', group));
  await harness.untilStatus('a1', 'running');
  await first.close();
  harness.runtime.lose('a1/web/1');
  harness.networks.standing.clear();
  harness.bootId = 'boot-2';

  await harness.startAgent();
  await until(() => harness.server.last('a1')?.taskStates['web']?.state === 'pending', 'the loss is reported');
  harness.clock.advance(2_000);
  await until(() => harness.calls('start').length === 2, 'it starts again');
  const running = await harness.untilStatus('a1', 'running');
  t.is(running.taskStates['web']?.restarts, 1);
  t.true(harness.networks.standing.has('a1'));
  const told = running.taskStates['web']?.events.map(({ message }) => message).join('\n') ?? '';
  t.regex(told, /the machine was restarted/);
});

test('tasks run on while the server is away, and what happened meanwhile is reported when it is back', async (t) => {
  const harness = await AgentHarness.make();
  t.teardown(() => harness.close());
  await harness.startAgent();
  const group = makeGroup([makeTask('job', { restart: { ...makeTask('x').restart, attempts: 0 } })]);
  await until(() => harness.server.hellos.length === 1, 'the node says hello');
  harness.server.desire(makeJob(group, { type: 'batch' }), makeAllocation('a1', group));
  await harness.untilStatus('a1', 'running');
  harness.server.reachable = false;
  harness.server.drop();
  harness.runtime.exit('a1/job/1', { exitCode: 0 });
  await until(() => harness.runtime.tasks.size === 0, 'the end is handled without a server');
  t.is(harness.server.last('a1')?.clientStatus, 'running');

  harness.server.reachable = true;
  await until(() => {
    harness.clock.advance(500);
    return harness.server.hellos.length === 2;
  }, 'the node comes back');
  await harness.untilStatus('a1', 'complete');
});

test('a status the server did not acknowledge is sent again over the next link', async (t) => {
  const harness = await AgentHarness.make();
  t.teardown(() => harness.close());
  await harness.startAgent();
  const group = makeGroup([makeTask('web')]);
  await until(() => harness.server.hellos.length === 1, 'the node says hello');
  harness.server.acknowledges = false;
  harness.server.desire(makeJob(group), makeAllocation('a1', group));
  await until(() => harness.server.updates.length > 0, 'a first status arrives');
  await until(() => harness.runtime.tasks.size === 1, 'it runs');
  harness.server.updates.length = 0;
  harness.server.acknowledges = true;
  harness.server.drop();
  await until(() => {
    harness.clock.advance(500);
    return harness.server.hellos.length === 2;
  }, 'the node comes back');
  await harness.untilStatus('a1', 'running');
  t.is(harness.server.last('a1')?.taskStates['web']?.state, 'running');
});

test('an allocation the server removes is ended and every trace of it goes', async (t) => {
  const harness = await AgentHarness.make();
  t.teardown(() => harness.close());
  await harness.startAgent();
  const group = makeGroup([makeTask('web')]);
  await until(() => harness.server.hellos.length === 1, 'the node says hello');
  harness.server.desire(makeJob(group), makeAllocation('a1', group));
  await harness.untilStatus('a1', 'running');
  harness.server.remove('a1');
  await until(() => harness.runtime.tasks.size === 0, 'the task is gone');
  await until(
    () => harness.agent?.allocationCount().finished === 0 && harness.agent.allocationCount().running === 0,
    'it is forgotten',
  );
  await harness.agent?.close();
  await harness.startAgent();
  await until(() => harness.server.hellos.length === 2, 'the new agent says hello');
  t.deepEqual(harness.server.hellos[1]?.known, {});
});

test('the node beats twice in the time-to-live it was given', async (t) => {
  const harness = await AgentHarness.make();
  t.teardown(() => harness.close());
  await harness.startAgent();
  await until(() => harness.agent?.link().up === true, 'the link is up');
  harness.clock.advance(10_000);
  await until(() => harness.server.messages.filter(({ type }) => type === 'heartbeat').length === 2, 'two beats');
  t.pass();
});

test('what fails on the node is told without the paths of its host', async (t) => {
  const harness = await AgentHarness.make();
  t.teardown(() => harness.close());
  harness.networks.failure = new Error(
    `cannot read ${harness.dataDir}/client/key of https://user:s3cret@host/x?token=s3cret`,
  );
  await harness.startAgent();
  const group = makeGroup([makeTask('web')]);
  await until(() => harness.server.hellos.length === 1, 'the node says hello');
  harness.server.desire(makeJob(group), makeAllocation('a1', group));
  const text = JSON.stringify(await harness.untilStatus('a1', 'failed'));
  t.true(text.includes('cannot read <data>/client/key of https://host/x?…'), text);
  t.false(text.includes(harness.dataDir) || text.includes('s3cret'), text);
});
