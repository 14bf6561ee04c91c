import { execFileSync } from 'node:child_process';
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Logger, silentLogger } from '../../lib/logger.ts';
import { allocLayout } from '../alloc-dir/layout.ts';
import { until, VirtualClock } from '../testing/virtual-clock.ts';
import { adoptLogs, buildLogDirs, logFileAt, logsOf } from './log-places.ts';
import { LogView } from './log-view.ts';
import { LogViewKeeper } from './log-view-keeper.ts';
import { LogWriter } from './log-writer.ts';

async function place(t: ExecutionContext) {
  const base = await mkdtemp(join(tmpdir(), 'orch-log-view-'));
  t.teardown(() => rm(base, { recursive: true, force: true }));
  const layout = allocLayout(base, 'a1');
  await mkdir(layout.shared, { recursive: true });
  await buildLogDirs(layout, ['web']);
  const victim = join(base, 'victim');
  await writeFile(victim, 'untouched');
  return { base, layout, victim, view: layout.logsView, dir: layout.task('web').logs };
}
type Place = Awaited<ReturnType<typeof place>>;

const bytes = (text: string) => new TextEncoder().encode(text);

async function open(at: Place, changes: { maxFiles?: number; log?: Logger } = {}): Promise<LogWriter> {
  const logs = { dir: at.dir, disabled: false, maxFiles: changes.maxFiles ?? 100, maxFileBytes: 10 };
  const view = new LogView(at.layout.root, changes.log ?? silentLogger);
  const { writer } = await LogWriter.open({ task: 'web', logs, cursorPath: join(at.base, 'cursor'), attempt: 1, view });
  return writer;
}

async function writeLines(writer: LogWriter, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index += 1)
    await writer.write({ stream: 'stdout', data: bytes(`line${index}\n`), cursor: `${index}` });
}

async function numbered(dir: string): Promise<string[]> {
  const names = (await readdir(dir)).filter((name) => name.startsWith('web.stdout.'));
  return names.sort((left, right) => Number(left.slice(11)) - Number(right.slice(11)));
}

const logged = async (at: Place) =>
  (await Promise.all((await numbered(at.dir)).map((name) => readFile(join(at.dir, name), 'utf8')))).join('');
const inode = async (path: string) => (await lstat(path)).ino;
const lines = (count: number) => Array.from({ length: count }, (_, index) => `line${index}\n`).join('');

test('the directory of log files is root’s alone, and tasks of any user write where they are shown', async (t) => {
  const { layout, view } = await place(t);
  t.is((await lstat(layout.logs)).mode & 0o7777, 0o700);
  t.is((await lstat(view)).mode & 0o7777, 0o1777);
  t.deepEqual(await readdir(layout.shared), ['logs']);
});

test('no task can be called as the directory of log files is', (t) => {
  t.throws(() => allocLayout('/data', 'a1').task('@logs'), { code: 'invalid-name' });
});

test('each file of a writer is shown, itself, as long as it is kept', async (t) => {
  const at = await place(t);
  const writer = await open(at, { maxFiles: 3 });
  await writeLines(writer, 0, 20);
  await writer.close();
  t.is((await numbered(at.dir)).length, 3);
  t.deepEqual(await numbered(at.view), await numbered(at.dir));
  for (const name of await numbered(at.dir)) t.is(await inode(join(at.view, name)), await inode(join(at.dir, name)));
});

test('a writer that was killed has a successor whose view is complete', async (t) => {
  const at = await place(t);
  const killed = await open(at, { maxFiles: 3 });
  await writeLines(killed, 0, 9);
  // It had linked the next file, but not remembered it yet.
  await writeFile(join(at.dir, 'web.stdout.99'), 'more');
  const next = await open(at, { maxFiles: 3 });
  await writeLines(next, 9, 20);
  await next.close();
  await killed.close();
  t.true(lines(20).endsWith(await logged(at)));
  t.deepEqual(await numbered(at.view), await numbered(at.dir));
});

const trapped = [
  ['view', 'what lies in the place of a file in the view is neither written nor waited for'],
  ['dir', 'what lies in the place of a file in the log directory is neither written nor waited for'],
] as const;
for (const [where, title] of trapped)
  test(title, async (t) => {
    t.timeout(20_000);
    const at = await place(t);
    await symlink(at.victim, join(at[where], 'web.stdout.1'));
    await symlink(join(at.base, 'new'), join(at[where], 'web.stdout.2'));
    execFileSync('mkfifo', [join(at[where], 'web.stdout.3'), join(at[where], 'web.stderr.0')]);
    await mkdir(join(at[where], 'web.stdout.4'));
    // The newest number is gone on with, so that it is left to what lies behind it.
    const writer = where === 'view' ? await open(at) : await openBehind(at, 5);
    await writeLines(writer, 0, 12);
    await writer.close();
    t.is(await readFile(at.victim, 'utf8'), 'untouched');
    t.deepEqual(
      (await readdir(at.base)).filter((name) => name === 'new'),
      [],
    );
    t.is(await readlink(join(at[where], 'web.stdout.1')), at.victim);
    const plain: string[] = [];
    for (const name of await numbered(at.dir))
      if ((await lstat(join(at.dir, name))).isFile()) plain.push(await readFile(join(at.dir, name), 'utf8'));
    t.is(plain.join(''), lines(12));
  });

/** A writer that meets the numbers before `number` one by one. */
async function openBehind(at: Place, number: number): Promise<LogWriter> {
  const aside = join(at.base, 'aside');
  await mkdir(aside);
  const names = Array.from({ length: number }, (_, index) => `web.stdout.${index}`).filter(
    (name) => name !== 'web.stdout.0',
  );
  for (const name of names) await rename(join(at.dir, name), join(aside, name));
  const writer = await open(at);
  for (const name of names) await rename(join(aside, name), join(at.dir, name));
  return writer;
}

test('when a file rotates away, what a task has put in its place stays', async (t) => {
  const at = await place(t);
  const writer = await open(at, { maxFiles: 2 });
  await writeLines(writer, 0, 1);
  await unlink(join(at.view, 'web.stdout.0'));
  await writeFile(join(at.view, 'web.stdout.0'), 'my own');
  await writeLines(writer, 1, 12);
  await writer.close();
  t.is(await readFile(join(at.view, 'web.stdout.0'), 'utf8'), 'my own');
  t.deepEqual(await numbered(at.view), ['web.stdout.0', ...(await numbered(at.dir))]);
});

test('a directory of the host in the place of the view gets nothing, and one warning tells of it', async (t) => {
  const at = await place(t);
  await mkdir(join(at.base, 'foreign'));
  await rename(at.view, `${at.view}.away`);
  await symlink(join(at.base, 'foreign'), at.view);
  const warnings: string[] = [];
  const log = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
  const writer = await open(at, { log });
  await writeLines(writer, 0, 12);
  await writer.close();
  t.is(await logged(at), lines(12));
  t.deepEqual(await readdir(join(at.base, 'foreign')), []);
  t.is(warnings.length, 1);
});

test('a view that is there is not made again, whatever a task has made of it', async (t) => {
  const at = await place(t);
  await mkdir(join(at.base, 'foreign'), { mode: 0o700 });
  await rename(at.view, `${at.view}.away`);
  await symlink(join(at.base, 'foreign'), at.view);
  await buildLogDirs(at.layout, ['web']);
  t.is((await lstat(join(at.base, 'foreign'))).mode & 0o7777, 0o700);
});

async function oldPlace(t: ExecutionContext): Promise<Place> {
  const at = await place(t);
  await rm(at.layout.logs, { recursive: true });
  await rm(at.view, { recursive: true });
  await mkdir(at.view, { mode: 0o755 });
  await writeFile(join(at.view, 'web.stdout.3'), 'three');
  await writeFile(join(at.view, 'web.stdout.4'), 'four');
  await writeFile(join(at.view, 'other.stdout.0'), 'of another task');
  await symlink(at.victim, join(at.view, 'web.stderr.0'));
  return at;
}

test('an allocation of an agent before keeps its logs where copiers that run write them', async (t) => {
  const at = await oldPlace(t);
  await buildLogDirs(at.layout, ['web']);
  t.is((await lstat(at.view)).mode & 0o7777, 0o755);
  t.deepEqual(await logsOf(at.layout, 'web'), { root: at.layout.root, path: 'alloc/logs' });
});

test('a task of an allocation of an agent before goes on behind its old log files', async (t) => {
  const at = await oldPlace(t);
  await adoptLogs(at.layout, 'web');
  t.deepEqual((await readdir(at.dir)).sort(), ['web.stdout.3', 'web.stdout.4']);
  t.is(await inode(join(at.dir, 'web.stdout.4')), await inode(join(at.view, 'web.stdout.4')));
  t.deepEqual(await logsOf(at.layout, 'web'), { root: at.dir, path: '' });
  const writer = await open(at);
  await writeLines(writer, 0, 2);
  await writer.close();
  t.is(await logged(at), `threefour${lines(2)}`);
  t.deepEqual(await numbered(at.view), await numbered(at.dir));
});

test('a task of an allocation of this agent takes nothing over', async (t) => {
  const at = await place(t);
  await writeFile(join(at.view, 'web.stdout.3'), 'forged');
  await adoptLogs(at.layout, 'web');
  t.deepEqual(await readdir(at.dir), []);
});

test('the log file of a path is the one only root can write', async (t) => {
  const at = await place(t);
  await writeFile(join(at.dir, 'web.stdout.0'), 'real');
  await writeFile(join(at.view, 'web.stdout.1'), 'forged');
  const found = { root: at.dir, path: 'web.stdout.0' };
  for (const path of ['alloc/logs/web.stdout.0', '/alloc/./logs//web.stdout.0'])
    t.deepEqual(await logFileAt(at.layout, ['web'], path), found);
  for (const path of ['alloc/logs', 'alloc/logs/web.stdout.1', 'alloc/logs/web.stdout.0/x', 'alloc/web.stdout.0'])
    t.is(await logFileAt(at.layout, ['web'], path), undefined, path);
});

test('files of a driver that does not show them are shown within a second, and no longer than they are kept', async (t) => {
  const at = await place(t);
  const clock = new VirtualClock();
  await writeFile(join(at.dir, 'web.stdout.0'), 'zero');
  const view = new LogView(at.layout.root, silentLogger);
  const keeper = new LogViewKeeper({ dir: at.dir, task: 'web', view, clock, log: silentLogger });
  const shows = async (...names: string[]) => {
    let seen: string[] = [];
    await until(() => {
      clock.advance(1_000);
      void numbered(at.view).then((found) => {
        seen = found;
      });
      return seen.join() === names.join();
    }, `the view shows ${names.join()}`);
  };
  await shows('web.stdout.0');
  await writeFile(join(at.dir, 'web.stdout.1'), 'one');
  await writeFile(join(at.dir, 'passwords'), 'not a log file');
  await shows('web.stdout.0', 'web.stdout.1');
  await unlink(join(at.dir, 'web.stdout.0'));
  await shows('web.stdout.1');
  await writeFile(join(at.dir, 'web.stdout.2'), 'two');
  await keeper.end();
  t.deepEqual((await readdir(at.view)).sort(), ['web.stdout.1', 'web.stdout.2']);
});
