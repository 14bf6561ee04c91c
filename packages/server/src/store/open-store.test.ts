// The store over an in-memory journal: order, grouping, waiting, restart.

import type { Clock } from '@orch/core/lib/clock';
import { OrchError } from '@orch/core/lib/errors';
import { silentLogger } from '@orch/core/lib/logger';
import { jobKey } from '@orch/core/model/ids';
import type { Entry } from '@orch/core/state/entry';
import { aJob, aNode, anAllocation, anEvaluation, aPlan } from '@orch/core/state/testing/rows';
import test from 'ava';
import { createMemoryMedium, type MemoryJournalOptions, openMemoryJournal } from '../journal/memory/memory-journal.ts';
import { openStore, type StoreOptions } from './open-store.ts';

const clock: Clock = {
  now: () => 1_000,
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

async function open(journal: MemoryJournalOptions = {}, options: Partial<StoreOptions> = {}) {
  return openStore({ journal: openMemoryJournal(journal), clock, log: silentLogger, ...options });
}

function register(id: string): Entry {
  return { kind: 'job-register', job: aJob(id), atMs: 5, evaluations: [anEvaluation(`evaluation-of-${id}`, id)] };
}

test('an empty store answers index 1 for itself and for every scope', async (t) => {
  const store = await open();
  t.is(store.index, 1);
  t.is(store.scopeIndex([{ table: 'jobs' }]), 1);
  await store.close();
});

test('submit answers with the changes once they can be read', async (t) => {
  const store = await open();
  const changes = await store.submit(register('web'));
  t.is(changes.index, 1);
  t.deepEqual(changes.jobs, [jobKey('default', 'web')]);
  t.is(store.snapshot().job('default', 'web')?.status, 'pending');
  t.is(store.snapshot().evaluation('evaluation-of-web')?.jobModifyIndex, 1);
  await store.close();
});

test('entries submitted together share commits and are applied in the order of their submission', async (t) => {
  const commits: number[] = [];
  const store = await open({
    fate(data) {
      commits.push(data.length);
      return 'ok';
    },
  });
  const applied: number[] = [];
  store.onApplied((changes) => applied.push(changes.index));
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, (_, number) => store.submit(register(`job-${number}`))),
  );
  t.deepEqual(
    answers.map((changes) => changes.index),
    Array.from({ length: 1_000 }, (_, number) => number + 1),
  );
  t.deepEqual(
    applied.slice(0, 1_000),
    answers.map((changes) => changes.index),
  );
  t.true(commits.length <= 5, `${commits.length} commits`);
  await store.close();
});

test('a full journal refuses the write, applies nothing, and takes the next one when there is room', async (t) => {
  let full = true;
  const store = await open({ fate: () => (full ? 'full' : 'ok') });
  const error = await t.throwsAsync(store.submit(register('web')), { instanceOf: OrchError });
  t.is(error.code, 'journal-full');
  t.is(store.snapshot().job('default', 'web'), undefined);
  full = false;
  t.is((await store.submit(register('web'))).index, 1);
  await store.close();
});

test('a restart gives the same state from records alone and from a snapshot with records', async (t) => {
  for (const snapshotEveryEntries of [1_000_000, 7]) {
    const medium = createMemoryMedium();
    const first = await open({ medium }, { snapshotEveryEntries });
    for (let number = 0; number < 20; number += 1) await first.submit(register(`job-${number}`));
    await first.close();
    t.is(medium.snapshots.length > 0, snapshotEveryEntries === 7);
    const second = await open({ medium });
    t.is(second.index, 20);
    t.is(second.hash(), first.hash());
    await second.close();
  }
});

test('the leader writes its hash every so many entries and a restart verifies it', async (t) => {
  const medium = createMemoryMedium();
  const store = await open({ medium }, { hashEveryEntries: 10 });
  for (let number = 0; number < 25; number += 1) await store.submit(register(`job-${number}`));
  await store.close();
  const hashes = medium.records.flatMap((data, at) => (data.includes('"state-hash"') ? [at] : []));
  t.is(hashes.length, 2);
  await (await open({ medium }, { hashEveryEntries: 10 })).close();
  const [at = 0] = hashes;
  const entry = JSON.parse(medium.records[at] ?? '') as Extract<Entry, { kind: 'state-hash' }>;
  medium.records[at] = JSON.stringify({ ...entry, hash: '0000000000000000' });
  const error = await t.throwsAsync(open({ medium }, { hashEveryEntries: 10 }), { instanceOf: OrchError });
  t.is(error.code, 'state-diverged');
});

test('waitAbove wakes on the object, the job and the node it names, and on nothing else', async (t) => {
  const store = await open();
  await store.submit({ kind: 'node-register', node: aNode('n1'), atMs: 1, evaluations: [] });
  await store.submit(register('web'));
  const { index } = store;
  const wait = (scope: Parameters<typeof store.waitAbove>[0][number], timeoutMs: number) =>
    store.waitAbove([scope], index, { timeoutMs });
  const web = jobKey('default', 'web');
  const woken = [
    wait({ table: 'allocations' }, 5_000),
    wait({ table: 'allocations', key: 'a1' }, 5_000),
    wait({ table: 'allocations', job: web }, 5_000),
    wait({ table: 'allocations', node: 'n1' }, 5_000),
    wait({ table: 'jobs', key: web }, 5_000),
  ];
  const others = [
    wait({ table: 'allocations', node: 'n2' }, 40),
    wait({ table: 'allocations', job: jobKey('default', 'other') }, 40),
    wait({ table: 'nodes' }, 40),
    wait({ table: 'deployments' }, 40),
  ];
  const plan = aPlan('web', { placements: [anAllocation('a1', 'web', 'n1')] });
  const changes = await store.submit({ kind: 'plan-apply', plan, atMs: 9, evaluations: [] });
  for (const answer of await Promise.all(woken)) t.is(answer, changes.index);
  for (const answer of await Promise.all(others)) t.true(answer <= index);
  await store.close();
});

test('waitAbove answers at once when the scope is already above, and lets go on abort and on close', async (t) => {
  const store = await open();
  await store.submit(register('web'));
  t.is(await store.waitAbove([{ table: 'jobs' }], 0, { timeoutMs: 5_000 }), 1);
  const abort = new AbortController();
  const aborted = store.waitAbove([{ table: 'jobs' }], 1, { timeoutMs: 5_000, signal: abort.signal });
  abort.abort();
  t.is(await aborted, 1);
  const closed = store.waitAbove([{ table: 'jobs' }], 1, { timeoutMs: 60_000 });
  await store.close();
  t.is(await closed, 1);
});

test('a listener that throws is logged and does not disturb the write', async (t) => {
  const errors: string[] = [];
  const log = { ...silentLogger, error: (message: string) => void errors.push(message) };
  const store = await open({}, { log });
  store.onApplied(() => {
    throw new Error('no');
  });
  t.is((await store.submit(register('web'))).index, 1);
  t.is(errors.length, 1);
  await store.close();
});
