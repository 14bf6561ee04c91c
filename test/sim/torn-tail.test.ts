// The history of a simulated cluster through the real journal, which is cut at any byte of its log: every acknowledged
// entry is there, the one being written is there whole or not at all, and the state is that of the journal.

import { copyFile, mkdtemp, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@orch/core/lib/clock';
import { silentLogger } from '@orch/core/lib/logger';
import { seededRandom } from '@orch/core/lib/random';
import { createState } from '@orch/core/state';
import type { Entry } from '@orch/core/state/entry';
import { openEmbeddedJournal } from '@orch/server/journal/embedded/open-embedded';
import { openStore } from '@orch/server/store/open-store';
import test from 'ava';
import { runCluster } from './cluster.ts';
import { between } from './world.ts';

const seed = Number(process.env['SIM_SEED'] ?? 1);
const entriesUsed = 150;
const cuts = 12;
const files = ['journal.db', 'journal.db-wal'] as const;
const clock: Clock = { now: () => 0, after: () => () => {} };

/** How long the log was when everything up to the index had been acknowledged. */
interface Mark {
  readonly index: number;
  readonly size: number;
}

test(`seed ${seed}: a journal torn anywhere holds every acknowledged entry and nothing by halves`, async (t) => {
  const work = await mkdtemp(join(tmpdir(), 'orch-torn-'));
  t.teardown(() => rm(work, { recursive: true, force: true }));
  const history: Entry[] = [];
  await runCluster(seed, { rounds: 1, spy: (_index, entry) => void history.push(entry) });
  const random = seededRandom(seed);

  const journal = await openEmbeddedJournal({ dir: join(work, 'whole'), log: silentLogger });
  t.teardown(() => journal.close());
  await journal.lead('sim', new AbortController().signal);
  const log = join(work, 'whole', files[1]);
  const marks: Mark[] = [{ index: 0, size: (await stat(log)).size }];
  for (let index = 0; index < entriesUsed; ) {
    const batch = history.slice(index, Math.min(entriesUsed, index + between(random, 1, 6)));
    index += batch.length;
    const { lastIndex } = await journal.append(batch.map((entry) => JSON.stringify(entry)));
    t.is(lastIndex, index);
    marks.push({ index, size: (await stat(log)).size });
  }

  const hashes = ['', ...hashesOf(history.slice(0, entriesUsed))];
  const found = new Set<number>();
  const [first, last] = [marks[0]?.size ?? 0, marks.at(-1)?.size ?? 0];
  for (let cut = 0; cut < cuts; cut += 1) {
    const size = cut === 0 ? last : between(random, first, last);
    const acknowledged = marks.findLast((mark) => mark.size <= size)?.index ?? 0;
    const store = await openTorn(join(work, 'whole'), join(work, `cut-${cut}`), size);
    t.is(store.index, Math.max(1, acknowledged), `the log was cut at ${size} of ${last}`);
    if (acknowledged > 0) t.is(store.hash, hashes[acknowledged] ?? 'no such entry');
    found.add(store.index);
  }
  t.true(found.size > 3, 'the cuts are at different entries');
});

async function openTorn(from: string, dir: string, size: number): Promise<{ index: number; hash: string }> {
  const made = await openEmbeddedJournal({ dir, log: silentLogger });
  await made.close();
  for (const file of files) await copyFile(join(from, file), join(dir, file));
  await truncate(join(dir, files[1]), size);
  const journal = await openEmbeddedJournal({ dir, log: silentLogger });
  const store = await openStore({ journal, clock, log: silentLogger });
  const { index } = store;
  const hash = store.hash();
  await store.close();
  await journal.close();
  return { index, hash };
}

function hashesOf(history: readonly Entry[]): string[] {
  const state = createState();
  return history.map((entry) => {
    state.apply(state.index + 1, entry);
    return state.hash();
  });
}
