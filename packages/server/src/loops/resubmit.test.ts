// Writes that nobody waits for survive a full disk.

import { silentLogger } from '@orch/core/lib/logger';
import { seededIds, seededRandom } from '@orch/core/lib/random';
import type { Entry } from '@orch/core/state/entry';
import test from 'ava';
import { defaultServerConfig, type ServerContext } from '../config.ts';
import { type CommitFate, openMemoryJournal } from '../journal/memory/memory-journal.ts';
import { openStore } from '../store/open-store.ts';
import { turns, virtualClock } from '../testing/virtual-clock.ts';
import { resubmit } from './resubmit.ts';

async function contextWith(fate: () => CommitFate) {
  const clock = virtualClock();
  const store = await openStore({ journal: openMemoryJournal({ fate }), clock, log: silentLogger });
  const random = seededRandom(1);
  const context: ServerContext = {
    store,
    clock,
    ids: seededIds(random),
    random,
    log: silentLogger,
    config: defaultServerConfig,
    yieldTurn: () => Promise.resolve(),
  };
  return { context, clock };
}

const entry: Entry = {
  kind: 'scheduler-config',
  config: { algorithm: 'spread', memoryOversubscription: false, modifyIndex: 0 },
};

test('a write is made anew until the disk has room, and then never again', async (t) => {
  let isFull = true;
  const { context, clock } = await contextWith(() => (isFull ? 'full' : 'ok'));
  let made = 0;
  resubmit(context, 'a test', () => {
    made += 1;
    return entry;
  });
  await turns();
  await clock.advance(2_500);
  t.is(made, 3);
  t.is(context.store.snapshot().schedulerConfig().algorithm, 'binpack');
  isFull = false;
  await clock.advance(1_000);
  t.is(context.store.snapshot().schedulerConfig().algorithm, 'spread');
  await clock.advance(10_000);
  t.is(made, 4);
});

test('it ends when the write is not needed any more, or the store is closed', async (t) => {
  const { context, clock } = await contextWith(() => 'full');
  let made = 0;
  const thrice = () => {
    made += 1;
    return made < 3 ? entry : undefined;
  };
  resubmit(context, 'a test', thrice);
  await turns();
  await clock.advance(10_000);
  t.is(made, 3);
  await context.store.close();
  made = 0;
  resubmit(context, 'a test', thrice);
  await turns();
  await clock.advance(10_000);
  t.is(made, 1);
});
