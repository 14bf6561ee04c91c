// A full disk under the journal: writes are refused by name, nothing acknowledged is lost, and writing goes on with room.

import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeError, OrchError } from '@orch/core/lib/errors';
import { silentLogger } from '@orch/core/lib/logger';
import type { Evaluation } from '@orch/core/model/evaluation';
import type { Entry } from '@orch/core/state/entry';
import { anEvaluation } from '@orch/core/state/testing/rows';
import { openEmbeddedJournal } from '@orch/server/journal/embedded/open-embedded';
import { openStore } from '@orch/server/store/open-store';
import test, { type ExecutionContext } from 'ava';

const clock = { now: () => 0, after: () => () => {} };
const mebibyte = 1024 * 1024;

/** A file system of its own, with a file that can be taken away to make room. */
async function smallDisk(t: ExecutionContext): Promise<{ readonly dir: string; readonly ballast: string }> {
  const mount = await mkdtemp(join(tmpdir(), 'orch-full-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', mount]);
  t.teardown(async () => {
    execFileSync('umount', ['-l', mount]);
    await rm(mount, { recursive: true, force: true });
  });
  const ballast = join(mount, 'ballast');
  await writeFile(ballast, Buffer.alloc(3 * mebibyte));
  return { dir: join(mount, 'server'), ballast };
}

function entry(id: string): Entry {
  const evaluation: Evaluation = anEvaluation(id, 'web', { statusDescription: 'x'.repeat(20_000), status: 'complete' });
  return { kind: 'evaluation-upsert', evaluations: [evaluation] };
}

test('a full disk refuses writes with journal-full, loses nothing, and recovers when there is room', async (t) => {
  t.timeout(60_000);
  const { dir, ballast } = await smallDisk(t);
  const journal = await openEmbeddedJournal({ dir, log: silentLogger });
  const store = await openStore({ journal, clock, log: silentLogger });
  const acknowledged: string[] = [];
  const refused: string[] = [];
  for (let round = 0; round < 80; round += 1) {
    const ids = Array.from({ length: 8 }, (_, at) => `${round}-${at}`);
    for (const [at, outcome] of (await Promise.allSettled(ids.map((id) => store.submit(entry(id))))).entries()) {
      const id = ids[at] ?? '';
      if (outcome.status === 'fulfilled') {
        acknowledged.push(id);
        continue;
      }
      refused.push(id);
      t.true(outcome.reason instanceof OrchError);
      t.is(outcome.reason.code, 'journal-full');
      t.false(describeError(outcome.reason).includes(dir), 'the API does not say where the data is');
      t.true(String(outcome.reason.details['where']).startsWith(dir));
    }
  }
  t.true(
    acknowledged.length > 8 && refused.length > 8,
    `${acknowledged.length} acknowledged, ${refused.length} refused`,
  );
  t.is((await t.throwsAsync(store.saveSnapshot(), { instanceOf: OrchError })).code, 'journal-full');
  t.deepEqual(await readdir(join(dir, 'snapshots')), []);
  for (const id of refused) t.is(store.snapshot().evaluation(id), undefined);

  await rm(ballast);
  for (let count = 0; count < 20; count += 1) {
    await store.submit(entry(`after-${count}`));
    acknowledged.push(`after-${count}`);
  }
  const hash = store.hash();
  await store.close();
  await journal.close();

  const again = await openEmbeddedJournal({ dir, log: silentLogger });
  const reopened = await openStore({ journal: again, clock, log: silentLogger });
  t.is(reopened.hash(), hash);
  for (const id of acknowledged) t.is(reopened.snapshot().evaluation(id)?.id, id);
  for (const id of refused) t.is(reopened.snapshot().evaluation(id), undefined);
  await reopened.close();
  await again.close();
});

test('a journal on a disk that is full from the beginning is refused by name', async (t) => {
  t.timeout(60_000);
  const { dir, ballast } = await smallDisk(t);
  await writeFile(ballast, Buffer.alloc(6 * mebibyte)).catch(() => {});
  const error = await t.throwsAsync(openEmbeddedJournal({ dir, log: silentLogger }), { instanceOf: OrchError });
  t.is(error.code, 'journal-full');
  await rm(ballast);
  const journal = await openEmbeddedJournal({ dir, log: silentLogger });
  t.is(journal.lastIndex, 0);
  await journal.close();
});
