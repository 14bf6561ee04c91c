// Damaged files: each gives one clear error, or is passed over where another copy exists.

import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrchError } from '@orch/core/lib/errors';
import { silentLogger } from '@orch/core/lib/logger';
import test, { type ExecutionContext } from 'ava';
import type { Journal } from '../journal.ts';
import { openEmbeddedJournal } from './open-embedded.ts';

const record = (number: number) => JSON.stringify({ number, filler: 'f'.repeat(900) });

async function directory(t: ExecutionContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'orch-damage-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function filled(t: ExecutionContext, dir: string, count = 200): Promise<Journal> {
  const journal = await openEmbeddedJournal({ dir, log: silentLogger });
  t.teardown(() => journal.close().catch(() => {}));
  await journal.lead('test', new AbortController().signal);
  for (let number = 1; number <= count; number += 1) await journal.append([record(number)]);
  return journal;
}

async function flip(file: string, position: number): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const bytes = Buffer.alloc(1);
    await handle.read(bytes, 0, 1, position);
    bytes[0] = (bytes[0] ?? 0) ^ 0xff;
    await handle.write(bytes, 0, 1, position);
  } finally {
    await handle.close();
  }
}

async function readAll(dir: string, log = silentLogger): Promise<number> {
  const journal = await openEmbeddedJournal({ dir, log });
  try {
    let count = 0;
    for await (const { index, data } of journal.replay((await journal.loadSnapshot())?.index ?? 0)) {
      if (JSON.parse(data).number !== index) throw new Error(`record ${index} holds ${data}`);
      count += 1;
    }
    return count;
  } finally {
    await journal.close();
  }
}

test('a changed byte inside a record is found by its sum and named with file, index and a mend', async (t) => {
  const dir = await directory(t);
  await (await filled(t, dir)).close();
  const file = join(dir, 'journal.db');
  const at = (await readFile(file)).indexOf('{"number":77,');
  await flip(file, at + 200);
  const error = await t.throwsAsync(readAll(dir), { instanceOf: OrchError });
  t.is(error.code, 'journal-corrupt');
  t.deepEqual(error.details, { file, index: 77 });
  t.true(error.message.includes(file) && error.message.includes('77'));
  t.regex(error.hint ?? '', /backup/);
});

test('a changed page of the file’s structure is the same error', async (t) => {
  const dir = await directory(t);
  await (await filled(t, dir)).close();
  const file = join(dir, 'journal.db');
  const { size } = await stat(file);
  const handle = await open(file, 'r+');
  for (let at = 16_384; at < size; at += 16_384) await handle.write(Buffer.alloc(64, 0xa5), 0, 64, at);
  await handle.close();
  t.is((await t.throwsAsync(readAll(dir), { instanceOf: OrchError })).code, 'journal-corrupt');
});

test('a file that is no database is the same error', async (t) => {
  const dir = await directory(t);
  await writeFile(join(dir, 'journal.db'), 'x'.repeat(20_000));
  t.is((await t.throwsAsync(readAll(dir), { instanceOf: OrchError })).code, 'journal-corrupt');
});

/** The directory as it is while the journal runs: what kill -9 leaves behind, the write-ahead log included. */
async function leftBehind(t: ExecutionContext): Promise<string> {
  const dir = await directory(t);
  const copy = await directory(t);
  const journal = await filled(t, dir, 40);
  for (const name of ['journal.db', 'journal.db-wal'])
    await writeFile(join(copy, name), await readFile(join(dir, name)));
  await journal.close();
  return copy;
}

test('a database that was there and is empty or gone is damage, not a first start', async (t) => {
  const dir = await directory(t);
  const file = join(dir, 'journal.db');
  await (await filled(t, dir, 0)).close();
  t.true((await stat(file)).size > 0, 'even without any record');
  t.is(await readAll(dir), 0);
  await writeFile(file, '');
  await t.throwsAsync(readAll(dir), { code: 'journal-corrupt', message: /the file is empty, and it was not$/ });
  t.is((await stat(file)).size, 0, 'it is left as it is');
  await rm(file);
  await t.throwsAsync(readAll(dir), { code: 'journal-corrupt', message: /the file is gone, and it was not$/ });
});

test('damage in the middle of the write-ahead log is not taken for its end', async (t) => {
  const dir = await leftBehind(t);
  const file = join(dir, 'journal.db-wal');
  await flip(file, Math.floor((await stat(file)).size / 2));
  const error = await t.throwsAsync(readAll(dir), { instanceOf: OrchError });
  t.is(error.code, 'journal-corrupt');
  t.true(error.message.includes('journal.db-wal'));
});

test('a torn end of the write-ahead log costs only the commit that was never acknowledged', async (t) => {
  const dir = await leftBehind(t);
  const file = join(dir, 'journal.db-wal');
  const { size } = await stat(file);
  const handle = await open(file, 'r+');
  await handle.truncate(size - 5_000);
  await handle.close();
  t.is(await readAll(dir), 39);
});

test('a write-ahead log as kill -9 leaves it is read whole', async (t) => {
  t.is(await readAll(await leftBehind(t)), 40);
});

async function withSnapshots(t: ExecutionContext): Promise<string> {
  const dir = await directory(t);
  const journal = await filled(t, dir, 30);
  for (const index of [10, 20]) {
    const chunks = (async function* () {
      yield Buffer.from(`state at ${index}`);
    })();
    await journal.saveSnapshot({ index, chunks });
  }
  await journal.close();
  return dir;
}

test('a damaged snapshot is logged and passed over; the older one and the records behind it serve', async (t) => {
  const dir = await withSnapshots(t);
  t.is(await readAll(dir), 10);
  const names = (await readdir(join(dir, 'snapshots'))).sort();
  t.is(names.length, 2);
  await flip(join(dir, 'snapshots', names[1] ?? ''), 30);
  const logged: string[] = [];
  t.is(await readAll(dir, { ...silentLogger, error: (message) => void logged.push(message) }), 20);
  t.deepEqual(logged, ['a damaged snapshot is passed over']);
});

test('with every snapshot damaged and records dropped the journal is corrupt from its beginning', async (t) => {
  const dir = await withSnapshots(t);
  for (const name of await readdir(join(dir, 'snapshots'))) await flip(join(dir, 'snapshots', name), 30);
  const error = await t.throwsAsync(readAll(dir), { instanceOf: OrchError });
  t.is(error.code, 'journal-corrupt');
  t.is(error.details['index'], 1);
});

test('a journal that ends before its snapshot has lost acknowledged records and says so', async (t) => {
  const dir = await withSnapshots(t);
  await rm(join(dir, 'journal.db'));
  const error = await t.throwsAsync(readAll(dir), { instanceOf: OrchError });
  t.is(error.code, 'journal-corrupt');
  t.is(error.details['index'], 1);
});

test('a second opener of the directory is refused with the holder’s process, until the first closes', async (t) => {
  const dir = await directory(t);
  const journal = await filled(t, dir, 1);
  const error = await t.throwsAsync(openEmbeddedJournal({ dir, log: silentLogger }), { instanceOf: OrchError });
  t.is(error.code, 'journal-in-use');
  t.true(error.message.includes(dir) && error.message.includes(`process ${process.pid}`), error.message);
  await journal.append(['still mine']);
  await journal.close();
  const next = await openEmbeddedJournal({ dir, log: silentLogger });
  t.is(next.lastIndex, 2);
  await next.close();
});
