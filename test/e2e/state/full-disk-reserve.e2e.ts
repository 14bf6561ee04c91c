// The journal's room for a full disk: with every block of the file system taken, and a writer that takes each that gets
// free, what makes more is refused, what nodes report and what frees things is still written, and a restart has it all.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordLog } from '@orch/core/client/store/record-log';
import { OrchError } from '@orch/core/lib/errors';
import { silentLogger } from '@orch/core/lib/logger';
import { openEmbeddedJournal } from '@orch/server/journal/embedded/open-embedded';
import type { Journal, ReserveUse } from '@orch/server/journal/journal';
import test, { type ExecutionContext } from 'ava';

const mebibyte = 1024 * 1024;
/** A stop and the end of its allocation are about as long. */
const text = JSON.stringify({ kind: 'x', filler: 'f'.repeat(2_000) });

interface Disk {
  readonly dir: string;
  /** Fills it and goes on trying, as a hostile task does. */
  fill(): Promise<void>;
  empty(): Promise<void>;
}

async function smallDisk(t: ExecutionContext): Promise<Disk> {
  const work = await mkdtemp(join(tmpdir(), 'orch-reserve-'));
  const image = join(work, 'disk.img');
  const mount = join(work, 'disk');
  execFileSync('truncate', ['-s', '288M', image]);
  execFileSync('mkfs.ext4', ['-q', '-F', image]);
  execFileSync('mkdir', [mount]);
  execFileSync('mount', ['-o', 'loop', image, mount]);
  let filler: ChildProcess | undefined;
  const end = async () => {
    const own = filler;
    filler = undefined;
    if (own === undefined) return;
    const gone = new Promise((resolve) => own.once('exit', resolve));
    own.kill('SIGKILL');
    await gone;
  };
  t.teardown(async () => {
    await end();
    execFileSync('umount', ['-l', mount]);
    await rm(work, { recursive: true, force: true });
  });
  const file = join(mount, 'fill');
  return {
    dir: join(mount, 'server'),
    async fill() {
      const script = `cat /dev/zero > '${file}'; echo full; while :; do cat /dev/zero >> '${file}'; sleep 0.01; done`;
      filler = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
      await new Promise((resolve) => filler?.stdout?.once('data', resolve));
    },
    async empty() {
      await end();
      await rm(file);
    },
  };
}

async function opened(dir: string): Promise<Journal> {
  const journal = await openEmbeddedJournal({ dir, log: silentLogger });
  await journal.lead('test', new AbortController().signal);
  return journal;
}

/** Appends until it is refused; answers how many were not. */
async function appended(t: ExecutionContext, journal: Journal, use: ReserveUse, most: number): Promise<number> {
  for (let count = 0; count < most; count += 1) {
    try {
      await journal.append([text], use);
    } catch (error) {
      t.true(error instanceof OrchError && error.code === 'journal-full', String(error));
      return count;
    }
  }
  return most;
}

test('a journal whose disk is full to the last block takes reports, then only what frees things, and a restart has them', async (t) => {
  t.timeout(120_000);
  const disk = await smallDisk(t);
  let journal = await opened(disk.dir);
  t.is(await appended(t, journal, 'none', 20), 20);
  await disk.fill();
  const more = await appended(t, journal, 'none', 3_000);
  t.true(more < 3_000, 'what makes more is refused before the reserve is touched');
  const reports = await appended(t, journal, 'half', 5_000);
  t.true(reports >= 500 && reports < 5_000, `${reports} reports`);
  t.is(await appended(t, journal, 'none', 1), 0);
  t.is(await appended(t, journal, 'all', 200), 200);
  const [one, other] = await Promise.allSettled([journal.append([text], 'none'), journal.append([text], 'all')]);
  t.deepEqual([one.status, other.status], ['rejected', 'fulfilled'], 'in one turn they do not share a commit');
  let { lastIndex } = journal;
  await journal.close();

  journal = await opened(disk.dir);
  t.is(journal.lastIndex, lastIndex, 'opened on the full disk');
  let records = 0;
  for await (const _record of journal.replay(0)) records += 1;
  t.is(records, lastIndex);
  const left = await appended(t, journal, 'all', 5_000);
  t.true(left >= 300 && left < 5_000, `${left} more`);
  t.log(`${more} of none, ${reports} of half, ${201 + left} of all, each of ${text.length} bytes`);

  await disk.empty();
  t.is(await appended(t, journal, 'none', 20), 20, 'goes on by itself when there is room');
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await disk.fill();
  await appended(t, journal, 'none', 3_000);
  t.true((await appended(t, journal, 'half', 300)) === 300, 'and the reserve is filled again');
  ({ lastIndex } = journal);
  await journal.close();
  t.true((await stat(join(disk.dir, 'journal.db-wal'))).size >= 4 * mebibyte, 'the log keeps its blocks');
});

test('the records of a node are written, rewritten and opened on a full disk', async (t) => {
  t.timeout(60_000);
  const disk = await smallDisk(t);
  const path = join(disk.dir, 'client', 'state.log');
  const log = new RecordLog(path);
  await log.open();
  await log.put('task/1', 'begun');
  await disk.fill();
  // More than the room behind the records: they are rewritten in the file that is kept for it.
  for (let count = 0; count < 1_000; count += 1) await log.put(`task/${count % 10}`, `${count} ${'x'.repeat(2_000)}`);
  await log.remove('task/3');
  await log.close();
  for (let life = 0; life < 3; life += 1) {
    const again = new RecordLog(path);
    const { records, damaged } = await again.open();
    t.deepEqual(damaged, []);
    t.deepEqual(
      [...records.keys()].sort(),
      [0, 1, 2, 4, 5, 6, 7, 8, 9].map((number) => `task/${number}`),
    );
    t.is(records.get('task/9')?.slice(0, 4), `99${life === 0 ? 9 : life - 1} `.slice(0, 4));
    await again.put('task/9', `99${life} again`);
    await again.close();
  }
});
