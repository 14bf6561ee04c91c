// The conformance suite against the journals there are.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@orch/core/lib/logger';
import test from 'ava';
import { journalCases } from './conformance.ts';
import { openEmbeddedJournal } from './embedded/open-embedded.ts';
import { createMemoryMedium, openMemoryJournal } from './memory/memory-journal.ts';

for (const { title, run } of journalCases) {
  test(`memory: ${title}`, async (t) => {
    const medium = createMemoryMedium();
    await t.notThrowsAsync(run({ open: async () => openMemoryJournal({ medium }) }));
  });

  test(`embedded: ${title}`, async (t) => {
    const dir = await mkdtemp(join(tmpdir(), 'orch-journal-'));
    t.teardown(() => rm(dir, { recursive: true, force: true }));
    await t.notThrowsAsync(run({ open: () => openEmbeddedJournal({ dir, log: silentLogger }) }));
  });
}
