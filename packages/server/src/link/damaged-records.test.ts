// Records of nodes and words of nodes that no node could have: refused at the door; and those that an older server let in
// stop neither scheduling nor lists.

import type { AllocationUpdate } from '@orch/core/model/allocation';
import type { Node } from '@orch/core/model/node';
import { createState } from '@orch/core/state';
import type { Entry } from '@orch/core/state/entry';
import test from 'ava';
import fc from 'fast-check';
import { createMemoryMedium } from '../journal/memory/memory-journal.ts';
import { fakeNode } from '../testing/fake-node.ts';
import { jobJson, makeNode } from '../testing/fixtures.ts';
import { type Rig, startRig } from '../testing/rig.ts';

/** What a hostile or broken node may send in place of a value. */
const junk = fc.constantFrom<unknown>(
  ...[
    null,
    undefined,
    '',
    'x',
    '\u001b[2J',
    '..',
    'a/b',
    -1,
    0,
    1.5,
    1e300,
    true,
    [],
    [null],
    {},
    { a: null },
    { '': 1 },
  ],
);

/** The record with some of its values, however deep, taken out or replaced. */
const damaged = fc.array(fc.tuple(fc.nat(), junk), { minLength: 1, maxLength: 4 }).map((changes) => {
  const record = JSON.parse(JSON.stringify(makeNode('bad', { meta: { a: 'b' } }))) as Record<string, unknown>;
  for (const [pick, value] of changes) {
    const places: (readonly [object: Record<string, unknown>, key: string])[] = [];
    const walk = (at: unknown) => {
      if (typeof at !== 'object' || at === null) return;
      for (const key of Object.keys(at)) {
        places.push([at as Record<string, unknown>, key]);
        walk((at as Record<string, unknown>)[key]);
      }
    };
    walk(record);
    const place = places[pick % Math.max(1, places.length)];
    if (place !== undefined) place[0][place[1]] = value;
  }
  return { ...record, id: 'bad' } as unknown as Node;
});

const poison = [
  { id: 'bad' },
  { ...makeNode('bad'), attributes: null },
  { ...makeNode('bad'), resources: undefined },
  { ...makeNode('bad'), drivers: { exec: null } },
] as unknown as readonly Node[];

/** The entry that a server wrote which took what a node said as it came. */
function keptBefore(node: Node): Entry {
  const own = { status: 'ready', statusDescription: '', statusUpdatedAtMs: 1, createIndex: 0, modifyIndex: 0 } as const;
  return { kind: 'node-register', node: { ...node, ...own }, atMs: 1, evaluations: [] };
}

/** Every list and every view that reads nodes; and a job finds its place. */
async function stillWorks(rig: Rig): Promise<string[]> {
  const failures: string[] = [];
  const good = fakeNode(rig.server, makeNode('good'), { now: rig.clock.now });
  await rig.until('the good node', () => rig.store.snapshot().node('good')?.status === 'ready');
  const registered = await rig.call('PUT', '/v1/jobs', { Job: jobJson('web', { count: 3 }) });
  if (registered.status !== 200) failures.push(`register: ${registered.text}`);
  await rig
    .until('three allocations on the good node', () => good.desired.size === 3)
    .catch((error: Error) => {
      failures.push(
        `${error.message}: ${[...rig.store.snapshot().evaluations()].map((item) => item.statusDescription)}`,
      );
    });
  const reads = ['/v1/nodes?resources=true&os=true', '/v1/node/bad', '/v1/node/bad/allocations', '/v1/job/web/explain'];
  for (const path of [...reads, '/v1/allocations', '/v1/job/web/allocations', '/v1/metrics', '/v1/evaluations']) {
    const answer = await rig.call('GET', path);
    if (answer.status >= 500) failures.push(`${path}: ${answer.status} ${answer.text}`);
  }
  const plan = await rig.call('PUT', '/v1/job/web/plan', { Job: jobJson('web', { count: 5 }), Diff: true });
  const search = await rig.call('PUT', '/v1/search', { Prefix: 'b', Context: 'all' });
  for (const answer of [plan, search]) if (answer.status !== 200) failures.push(answer.text);
  const gc = await rig.call('PUT', '/v1/system/gc');
  if (gc.status !== 200) failures.push(gc.text);
  return failures;
}

test('a damaged record is refused at the link with its reason, and nothing of it is kept', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  for (const node of [...poison, null, 'x', [], { ...makeNode('bad'), id: '../x' }] as Node[]) {
    const bad = fakeNode(rig.server, { ...node } as Node, { now: rig.clock.now });
    await rig.until('refused', () => bad.closed !== undefined);
    const refusal = bad.received.find((message) => message.type === 'refused');
    t.like(refusal, { code: 'bad-node' });
    t.regex(bad.closed ?? '', /^the record of the node is not valid: \w+/);
  }
  t.deepEqual([...rig.store.snapshot().nodes()], []);
});

test('whatever a node says it is, it is refused, or is a node: jobs are placed and lists answer', async (t) => {
  await fc.assert(
    fc.asyncProperty(damaged, async (node) => {
      const rig = await startRig();
      try {
        const bad = fakeNode(rig.server, node, { now: rig.clock.now, obedient: false });
        await rig.until('an answer', () => bad.closed !== undefined || rig.store.snapshot().node('bad') !== undefined);
        // Where it was let in, it must not take the job, which only this test's other node runs.
        if (bad.closed === undefined) await rig.call('PUT', '/v1/node/bad/eligibility', { Eligibility: 'ineligible' });
        t.deepEqual(await stillWorks(rig), [], JSON.stringify(node));
      } finally {
        await rig.close();
      }
    }),
    { numRuns: 60 },
  );
});

test('a damaged record in the journal of an older server stops neither scheduling nor lists', async (t) => {
  for (const node of [...poison, ...fc.sample(damaged, { numRuns: 60, seed: 7 })]) {
    const rig = await startRig();
    try {
      await rig.store.submit(keptBefore(node));
      if (rig.store.snapshot().node('bad')?.status === 'ready')
        await rig.call('PUT', '/v1/node/bad/eligibility', { Eligibility: 'ineligible' });
      t.deepEqual(await stillWorks(rig), [], JSON.stringify(node));
    } finally {
      await rig.close();
    }
  }
});

test('a damaged record is still there after a restart, shown as such, and can be purged', async (t) => {
  const medium = createMemoryMedium();
  const first = await startRig({ medium });
  try {
    for (const node of poison) await first.store.submit(keptBefore(node));
  } finally {
    await first.close();
  }
  const rig = await startRig({ medium });
  t.teardown(rig.close);
  const { body } = await rig.call('GET', '/v1/nodes');
  t.like(body[0], { ID: 'bad', Status: 'down', SchedulingEligibility: 'ineligible' });
  t.regex(body[0].StatusDescription, /^its record is damaged: drivers\["exec"\] is no record/);
  const purged = await rig.call('PUT', '/v1/node/bad/purge');
  t.is(purged.status, 200);
  t.deepEqual((await rig.call('GET', '/v1/nodes')).body, []);
  t.is((await rig.call('PUT', '/v1/node/bad/purge')).status, 404);
});

test('stand-ins are for readers: the state, and so its hash, is what the journal says', (t) => {
  const [node] = poison;
  const state = createState();
  state.apply(1, keptBefore(node as Node));
  const before = state.snapshot();
  t.is(before.node('bad')?.status, 'down');
  t.true([...state.serialize()].some((line) => line.includes('"id":"bad"') && !line.includes('damaged')));
  state.apply(2, { kind: 'node-register', node: makeNode('bad'), atMs: 2, evaluations: [] });
  t.is(state.snapshot().node('bad')?.name, 'name-of-bad', 'a good record takes its place');
  t.is(before.node('bad')?.name, '', 'and an older view stays as it was');
});

const badFields: readonly Record<string, unknown>[] = [
  ...[null, { server: null }, { server: { state: 'running' } }, { server: { events: null } }].map((taskStates) => ({
    taskStates,
  })),
  { clientStatus: 'gone' },
  { networkStatus: { interfaces: null } },
  { atMs: 'now' },
];
const goodUpdate = (id: string): AllocationUpdate => {
  return { id, clientStatus: 'running', clientDescription: '', taskStates: {}, atMs: 1 };
};

test('a word about an allocation that makes no sense is left out; the others, and the link, go on', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const node = fakeNode(rig.server, makeNode('good'), { now: rig.clock.now, obedient: false });
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('web', { count: 2 }) });
  await rig.until('two allocations', () => node.desired.size === 2);
  const [first = '', second = ''] = node.desired.keys();
  const bad = badFields.map((fields) => ({ ...goodUpdate(first), ...fields }));
  const updates = [null, {}, { ...goodUpdate(first), id: 7 }, ...bad, goodUpdate(second)] as AllocationUpdate[];
  node.send({ type: 'status', sequence: 1, updates });
  await rig.until('an acknowledgement', () => node.received.some((message) => message.type === 'status-ack'));
  t.is(rig.store.snapshot().allocation(second)?.clientStatus, 'running');
  t.is(rig.store.snapshot().allocation(first)?.clientStatus, 'pending');
  t.is(node.closed, undefined);
  t.is((await rig.call('GET', '/v1/allocations')).status, 200);
  node.send({ type: 'status', sequence: 2, updates: null } as never);
  await rig.until('the link ends', () => node.closed !== undefined);
});

test('what an older server kept of a node’s words is read without what makes no sense', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const node = fakeNode(rig.server, makeNode('good'), { now: rig.clock.now, obedient: false });
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('web') });
  await rig.until('an allocation', () => node.desired.size === 1);
  const [id = ''] = node.desired.keys();
  for (const fields of badFields) {
    const updates = [{ ...goodUpdate(id), ...fields } as AllocationUpdate];
    await rig.store.submit({ kind: 'alloc-client-update', nodeId: 'good', updates, evaluations: [] });
    for (const path of [
      '/v1/allocations?task_states=true',
      `/v1/allocation/${id}`,
      '/v1/job/web/allocations',
      '/v1/job/web/summary',
    ])
      t.is((await rig.call('GET', path)).status, 200, `${path} ${JSON.stringify(fields)}`);
  }
});

test('a purged node is forgotten with its secret, what it ran is replaced, and it comes back as a new one', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const old = fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now });
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('web') });
  await rig.until('it runs', () => [...rig.store.snapshot().allocations()][0]?.clientStatus === 'running');
  const other = fakeNode(rig.server, makeNode('n2'), { now: rig.clock.now });
  await rig.until('the other node', () => rig.store.snapshot().node('n2')?.status === 'ready');
  const { status, body } = await rig.call('POST', '/v1/node/n1/purge');
  t.is(status, 200);
  t.is(body.EvalIDs.length, 1);
  t.true(body.NodeModifyIndex > 0 && body.EvalCreateIndex > 0);
  await rig.until('the replacement', () => other.desired.size === 1);
  t.is(old.closed, 'the node was purged');
  t.is(rig.store.snapshot().node('n1'), undefined);
  const [lost] = rig.store
    .snapshot()
    .jobAllocations('default', 'web')
    .filter((item) => item.nodeId === 'n1');
  t.like(lost, { clientStatus: 'lost', desiredStatus: 'stop' });
  const again = fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now, secret: 'another one' });
  await rig.until('it is back', () => rig.store.snapshot().node('n1')?.status === 'ready');
  t.is(again.closed, undefined);
});
