// The way of a job through the whole server: HTTP in, allocation pushed, status back, seen by a blocking query.

import test from 'ava';
import { fakeNode } from './testing/fake-node.ts';
import { jobJson, makeNode } from './testing/fixtures.ts';
import { startRig } from './testing/rig.ts';
import { turns } from './testing/virtual-clock.ts';

test('a registered job is placed, pushed to the node and seen running by a blocking query', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const node = fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now });
  await rig.until('node is ready', () => rig.store.snapshot().node('n1')?.status === 'ready');

  const registered = await rig.call('PUT', '/v1/jobs', { Job: jobJson('web') });
  t.is(registered.status, 200);
  t.regex(registered.body.EvalID, /^[0-9a-f-]{36}$/);
  t.true(registered.body.JobModifyIndex > 0);
  await rig.until('allocation is pushed', () => node.desired.size === 1);
  t.is(node.jobs.get('web@0')?.id, 'web');

  const [pushed] = [...node.desired.values()];
  const allocation = `/v1/allocation/${pushed?.id}`;
  await rig.until('running', () => rig.store.snapshot().allocation(pushed?.id ?? '')?.clientStatus === 'running');
  const seen = await rig.call('GET', allocation);
  t.is(seen.body.ClientStatus, 'running');
  t.is(seen.body.Job.ID, 'web');
  const index = Number(seen.headers.get('x-nomad-index'));

  const blocked = rig.call('GET', `${allocation}?index=${index}&wait=1m`);
  await turns(20);
  node.report(pushed?.id ?? '', 'running', { clientDescription: 'still there' });
  const later = await blocked;
  t.true(Number(later.headers.get('x-nomad-index')) > index);
  t.is(later.body.ClientDescription, 'still there');

  const job = await rig.call('GET', '/v1/job/web');
  t.is(job.body.Status, 'running');
  const evaluation = await rig.call('GET', `/v1/evaluation/${registered.body.EvalID}`);
  t.is(evaluation.body.Status, 'complete');
});

test('stopping a job stops its allocation; a purged job is gone', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const node = fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now });
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('web') });
  await rig.until('pushed', () => node.desired.size === 1);
  const [allocation] = [...node.desired.values()];
  await rig.until('running', () => rig.store.snapshot().allocation(allocation?.id ?? '')?.clientStatus === 'running');

  const stopped = await rig.call('DELETE', '/v1/job/web');
  t.is(stopped.status, 200);
  await rig.until('stop pushed', () => node.desired.get(allocation?.id ?? '')?.desiredStatus === 'stop');
  await rig.until('complete', () => rig.store.snapshot().allocation(allocation?.id ?? '')?.clientStatus === 'complete');
  t.is((await rig.call('GET', '/v1/job/web')).body.Status, 'dead');

  t.is((await rig.call('DELETE', '/v1/job/web?purge=true')).status, 200);
  const gone = await rig.call('GET', '/v1/job/web');
  t.is(gone.status, 404);
  t.is(gone.text, 'job not found');
  t.is(gone.headers.get('content-type'), 'text/plain; charset=utf-8');
});

test('the same job twice changes nothing; a changed count adds in place', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const node = fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now });
  const first = await rig.call('PUT', '/v1/jobs', { Job: jobJson('web') });
  await rig.until('pushed', () => node.desired.size === 1);
  const again = await rig.call('PUT', '/v1/jobs', { Job: jobJson('web') });
  t.is(again.body.JobModifyIndex, first.body.JobModifyIndex);
  await turns(50);
  t.is(node.desired.size, 1);
  t.is((await rig.call('GET', '/v1/job/web')).body.Version, 0);

  await rig.call('PUT', '/v1/jobs', { Job: jobJson('web', { count: 3 }) });
  await rig.until('three', () => node.desired.size === 3);
  t.true([...node.desired.values()].every((allocation) => allocation.desiredStatus === 'run'));
});

test('a job without room blocks, says why, and is placed by itself when a node comes', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const registered = await rig.call('PUT', '/v1/jobs', { Job: jobJson('web') });
  await rig.until('evaluated', () => rig.store.snapshot().evaluation(registered.body.EvalID)?.status === 'complete');
  const evaluation = (await rig.call('GET', `/v1/evaluation/${registered.body.EvalID}`)).body;
  t.is(evaluation.QueuedAllocations.web, 1);
  t.is(rig.store.snapshot().evaluation(evaluation.BlockedEval)?.status, 'blocked');

  const node = fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now });
  await rig.until('placed', () => node.desired.size === 1);
  await rig.until('done', () => rig.store.snapshot().evaluation(evaluation.BlockedEval)?.status === 'complete');
  const summary = (await rig.call('GET', '/v1/job/web/summary')).body.Summary.web;
  t.is(summary.Queued, 0);
});

test('freed room wakes what was blocked on a full node', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const node = fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now });
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('big', { cpu: 3_000 }) });
  await rig.until('first is placed', () => node.desired.size === 1);
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('other', { cpu: 3_000 }) });
  await turns(50);
  t.is(node.desired.size, 1);
  await rig.call('DELETE', '/v1/job/big');
  await rig.until('second is placed', () => [...node.desired.values()].some((item) => item.jobId === 'other'));
});

test('a silent node is down after its time to live and its allocation is placed elsewhere', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const first = fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now });
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('web') });
  await rig.until('placed', () => first.desired.size === 1);
  await rig.until('running', () => [...rig.store.snapshot().allocations()][0]?.clientStatus === 'running');
  const second = fakeNode(rig.server, makeNode('n2'), { now: rig.clock.now });
  await rig.until('second node', () => rig.store.snapshot().node('n2')?.status === 'ready');
  first.disconnect();
  await turns();
  t.is(rig.store.snapshot().node('n1')?.status, 'ready');
  for (let beat = 0; beat < 5; beat += 1) {
    second.send({ type: 'heartbeat' });
    await turns();
    await rig.clock.advance(5_000);
  }
  t.is(rig.store.snapshot().node('n1')?.status, 'down');
  await rig.until('replaced', () => second.desired.size === 1);
  const lost = rig.store.snapshot().nodeAllocations('n1')[0];
  t.is(lost?.clientStatus, 'lost');
});

test('a restart on the same journal keeps jobs and allocations, and the node is told only what it must run', async (t) => {
  const rig = await startRig();
  const node = fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now });
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('web') });
  await rig.until('running', () => [...rig.store.snapshot().allocations()][0]?.clientStatus === 'running');
  const [id] = [...node.desired.keys()];
  await rig.close();

  const next = await startRig({ medium: rig.medium });
  t.teardown(next.close);
  const again = fakeNode(next.server, makeNode('n1'), { now: next.clock.now, known: { [id ?? '']: 1, ghost: 5 } });
  await next.until('told', () => again.desired.size === 1);
  t.deepEqual([...again.desired.keys()], [id]);
  const told = again.received.find((message) => message.type === 'desired');
  t.true(told?.type === 'desired' && told.full && told.removed.includes('ghost'));
  await turns(50);
  t.is(next.store.snapshot().jobAllocations('default', 'web').length, 1);
});

test('a node with a known id and another secret is refused', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now });
  await rig.until('ready', () => rig.store.snapshot().node('n1')?.status === 'ready');
  const thief = fakeNode(rig.server, makeNode('n1'), { secret: 'guessed', now: rig.clock.now });
  await rig.until('refused', () => thief.closed !== undefined);
  t.true(thief.received.some((message) => message.type === 'refused' && message.code === 'wrong-secret'));
  const shown = await rig.call('GET', '/v1/node/n1');
  t.false(shown.text.includes(rig.store.snapshot().node('n1')?.secretHash ?? 'absent'));
});

test('a failed allocation is replaced after its reschedule delay', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const node = fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now });
  const reschedule = { Delay: 5_000_000_000, DelayFunction: 'constant', Unlimited: true };
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('web', { group: { ReschedulePolicy: reschedule } }) });
  await rig.until('placed', () => node.desired.size === 1);
  const [id = ''] = [...node.desired.keys()];
  await rig.until('running', () => rig.store.snapshot().allocation(id)?.clientStatus === 'running');
  node.report(id, 'failed');
  await rig.until('failed', () => rig.store.snapshot().allocation(id)?.followupEvaluationId !== undefined);
  t.is(node.desired.size, 1);
  await rig.clock.advance(6_000);
  await rig.until('replaced', () => node.desired.size === 2);
  const replacement = [...node.desired.values()].find((allocation) => allocation.id !== id);
  t.is(replacement?.previousAllocation, id);
});
