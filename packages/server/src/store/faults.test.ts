// No acknowledged write is lost, whatever the journal's medium does and whenever the server dies.

import type { Clock } from '@orch/core/lib/clock';
import { silentLogger } from '@orch/core/lib/logger';
import { seededRandom } from '@orch/core/lib/random';
import { createState } from '@orch/core/state';
import type { Entry } from '@orch/core/state/entry';
import { randomEntry } from '@orch/core/state/testing/random-entries';
import test from 'ava';
import { type CommitFate, createMemoryMedium, openMemoryJournal } from '../journal/memory/memory-journal.ts';
import { openStore } from './open-store.ts';

const clock: Clock = { now: () => 0, after: () => () => {} };

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('after any number of full disks and crashes the restarted store holds exactly the journal, with every acknowledged entry', async (t) => {
  for (let seed = 1; seed <= 25; seed += 1) {
    const random = seededRandom(seed);
    const medium = createMemoryMedium();
    const acknowledged = new Map<number, string>();
    for (let life = 0; life < 6; life += 1) {
      const fate = (): CommitFate => {
        const dice = random();
        if (dice < 0.1) return 'full';
        if (dice < 0.13) return 'crash-before';
        return dice < 0.16 ? 'crash-after' : 'ok';
      };
      const journal = openMemoryJournal({ medium, fate, delay: turn });
      const store = await openStore({
        journal,
        clock,
        log: silentLogger,
        snapshotEveryEntries: 15,
        hashEveryEntries: 10,
      });
      for (const index of acknowledged.keys()) t.true(store.index >= index, `entry ${index} is lost`);
      for (let round = 0; round < 12; round += 1) {
        for (let count = Math.floor(random() * 6); count >= 0; count -= 1) {
          const entry = randomEntry(random);
          const data = JSON.stringify(entry);
          store.submit(entry).then(
            (changes) => acknowledged.set(changes.index, data),
            (error: { code?: string }) => t.is(error.code, 'journal-full'),
          );
        }
        await turn();
        await turn();
      }
      journal.crash();
    }
    await turn();
    for (const [index, data] of acknowledged) {
      if (index < medium.firstIndex) continue;
      t.is(medium.records[index - medium.firstIndex], data);
    }
    const store = await openStore({ journal: openMemoryJournal({ medium }), clock, log: silentLogger });
    t.is(store.index, Math.max(1, medium.firstIndex + medium.records.length - 1));
  }
});

test('a store fed through crashes equals a state machine fed with its whole journal', async (t) => {
  const random = seededRandom(99);
  const medium = createMemoryMedium();
  const journal: string[] = [];
  for (let life = 0; life < 4; life += 1) {
    let commits = 0;
    const fate = (data: readonly string[]): CommitFate => {
      journal.push(...data);
      commits += 1;
      return commits === 25 ? 'crash-after' : 'ok';
    };
    const store = await openStore({
      journal: openMemoryJournal({ medium, fate }),
      clock,
      log: silentLogger,
      snapshotEveryEntries: 11,
    });
    for (let count = 0; count < 30; count += 1) {
      void store.submit(randomEntry(random));
      await turn();
    }
  }
  const reference = createState();
  for (const data of journal) reference.apply(reference.index + 1, JSON.parse(data) as Entry);
  const store = await openStore({ journal: openMemoryJournal({ medium }), clock, log: silentLogger });
  t.is(store.index, reference.index);
  t.is(store.hash(), reference.hash());
  t.true(medium.snapshots.length > 0);
});
