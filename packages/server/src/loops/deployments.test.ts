// Rollouts through the whole server: batches, failure and revert, canaries.

import test from 'ava';
import { journalFull } from '../journal/errors.ts';
import { type FakeNode, fakeNode } from '../testing/fake-node.ts';
import { jobJson, makeNode } from '../testing/fixtures.ts';
import { type Rig, startRig } from '../testing/rig.ts';
import { turns } from '../testing/virtual-clock.ts';

const second = 1_000_000_000;

function rolling(changes: { command?: string; count?: number; update?: Record<string, unknown> } = {}) {
  const update = {
    MaxParallel: 1,
    MinHealthyTime: second,
    HealthyDeadline: 60 * second,
    ProgressDeadline: 120 * second,
    ...changes.update,
  };
  const command = changes.command === undefined ? {} : { command: changes.command };
  return { Job: jobJson('web', { count: changes.count ?? 3, ...command, group: { Update: update } }) };
}

async function deployed(rig: Rig, body: unknown, healthy: boolean): Promise<FakeNode> {
  const node = fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now, healthy });
  await rig.call('PUT', '/v1/jobs', body);
  return node;
}

const latest = (rig: Rig) => rig.store.snapshot().latestDeployment('default', 'web');
const live = (node: FakeNode) => [...node.desired.values()].filter((item) => item.desiredStatus === 'run');

test('a first deployment succeeds when all are healthy, and its version is stable', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  await deployed(rig, rolling(), true);
  await rig.until('successful', () => latest(rig)?.status === 'successful');
  t.true(rig.store.snapshot().job('default', 'web')?.stable);
  const shown = await rig.call('GET', '/v1/job/web/deployment');
  t.is(shown.body.TaskGroups.web.HealthyAllocs, 3);
});

test('a rollout whose end could not be written on a full disk is ended when there is room', async (t) => {
  let isFull = false;
  const rig = await startRig({ delay: async () => (isFull ? Promise.reject(journalFull('memory')) : undefined) });
  t.teardown(rig.close);
  rig.store.onApplied((changes, entry) => {
    const reported = entry.kind === 'alloc-client-update' && changes.deployments.length > 0;
    if (reported && latest(rig)?.taskGroups['web']?.healthyAllocs === 3) isFull = true;
  });
  await deployed(rig, rolling(), true);
  await rig.until('all healthy', () => isFull);
  await turns(20);
  isFull = false;
  await turns(20);
  t.is(latest(rig)?.status, 'running');
  await rig.clock.advance(2_000);
  t.is(latest(rig)?.status, 'successful');
});

test('a destructive change replaces max_parallel at a time, the next only after the new one is healthy', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const node = await deployed(rig, rolling(), true);
  await rig.until('first rollout', () => latest(rig)?.status === 'successful');
  const before = new Set(node.desired.keys());
  let mostMissing = 0;
  const unsubscribe = rig.store.onApplied(() => {
    const allocations = rig.store.snapshot().jobAllocations('default', 'web');
    const up = allocations.filter((item) => item.desiredStatus === 'run' && item.clientStatus === 'running').length;
    mostMissing = Math.max(mostMissing, 3 - up);
  });
  await rig.call('PUT', '/v1/jobs', rolling({ command: '/bin/other' }));
  await rig.until('second rollout', () => latest(rig)?.jobVersion === 1 && latest(rig)?.status === 'successful');
  unsubscribe();
  t.is(mostMissing, 1);
  t.is(live(node).length, 3);
  t.true(live(node).every((item) => !before.has(item.id) && item.jobVersion === 1));
});

test('without a healthy allocation the rollout stops at its first batch and fails at the deadline, back to the stable version', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const good = await deployed(rig, rolling({ update: { AutoRevert: true } }), true);
  await rig.until('first rollout', () => latest(rig)?.status === 'successful');
  good.disconnect();
  await turns();
  const silent = fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now, known: {} });
  await rig.until('node is back', () => silent.desired.size === 3);
  await rig.call('PUT', '/v1/jobs', rolling({ command: '/bin/broken', update: { AutoRevert: true } }));
  await rig.until('one replaced', () => live(silent).some((item) => item.jobVersion === 1));
  await turns(50);
  t.is(live(silent).filter((item) => item.jobVersion === 1).length, 1);
  for (let beat = 0; beat < 13; beat += 1) {
    silent.send({ type: 'heartbeat' });
    await turns();
    await rig.clock.advance(10_000);
  }
  const failed = [...rig.store.snapshot().deployments()].find((item) => item.jobVersion === 1);
  t.is(failed?.status, 'failed');
  t.regex(failed?.statusDescription ?? '', /progress deadline.*rolling back to job version 0/);
  const job = rig.store.snapshot().job('default', 'web');
  t.is(job?.version, 2);
  t.is(job?.job.taskGroups[0]?.tasks[0]?.config['command'], '/bin/sleep');
  await rig.until('reverted', () => live(silent).every((item) => item.jobVersion !== 1));
});

test('canaries wait for promotion, which needs them healthy', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const node = await deployed(rig, rolling({ update: { Canary: 1 } }), true);
  await rig.until('first rollout', () => latest(rig)?.status === 'successful');
  await rig.call('PUT', '/v1/jobs', rolling({ command: '/bin/other', update: { Canary: 1 } }));
  await rig.until('canary', () => live(node).length === 4);
  await rig.until('healthy', () => latest(rig)?.taskGroups['web']?.healthyAllocs === 1);
  await turns(50);
  t.is(live(node).filter((item) => item.jobVersion === 1).length, 1);
  const promoted = await rig.call('PUT', `/v1/deployment/promote/${latest(rig)?.id}`, { All: true });
  t.is(promoted.status, 200, promoted.text);
  await rig.until('rolled out', () => latest(rig)?.status === 'successful');
  t.is(live(node).length, 3);
  const again = await rig.call('PUT', `/v1/deployment/promote/${latest(rig)?.id}`, { All: true });
  t.is(again.status, 400);
});

test('forced collection forgets a stopped job and everything of it, and the node is told', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const node = await deployed(rig, rolling(), true);
  await rig.until('rollout', () => latest(rig)?.status === 'successful');
  await rig.call('DELETE', '/v1/job/web');
  await rig.until('ended', () =>
    [...rig.store.snapshot().allocations()].every((item) => item.clientStatus === 'complete'),
  );
  await turns();
  const collected = await rig.call('PUT', '/v1/system/gc');
  t.true(collected.body.Collected > 0);
  const snapshot = rig.store.snapshot();
  t.deepEqual(
    [...snapshot.jobs(), ...snapshot.allocations(), ...snapshot.evaluations(), ...snapshot.deployments()],
    [],
  );
  await rig.until('told', () => node.desired.size === 0);
});

test('forced collection leaves alone what runs', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const node = await deployed(rig, rolling(), true);
  await rig.until('rollout', () => latest(rig)?.status === 'successful');
  await rig.call('PUT', '/v1/system/gc');
  t.is(rig.store.snapshot().jobAllocations('default', 'web').length, 3);
  t.is(node.desired.size, 3);
});
