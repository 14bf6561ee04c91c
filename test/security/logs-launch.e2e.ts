// What a task can do to its log files from the directory that shows them: nothing but to its own view. As root.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { LaunchHandle, LaunchSpec } from '@orch/executor';
import test from 'ava';
import { type LaunchBench, launcherUnderTest, makeLaunchBench, until } from '../e2e/exec/launch-bench.ts';
import { type Exchanger, makeExchanger, raceMs } from './exchange.ts';

const COUNT = 'i=0; while [ $i -lt 5000 ]; do echo "line $i"; i=$((i+1)); done';
const COUNTED = Array.from({ length: 5_000 }, (_, index) => `line ${index}\n`).join('');

interface Place {
  readonly root: string;
  readonly logs: string;
  readonly view: string;
  /** A directory and a file of the host that no task may reach. */
  readonly foreign: string;
  readonly victim: string;
}

let bench: LaunchBench;
let exchanger: Exchanger;
let places = 0;
/** Launches that a failed test has left. */
const running = new Set<string>();
test.before(async () => {
  bench = await makeLaunchBench();
  exchanger = makeExchanger();
});
test.after.always(async () => {
  for (const id of running) {
    await bench.executor.stop(id, { signal: 'SIGKILL', timeoutMs: 0 });
    await bench.executor.destroy(id);
  }
  await bench.close();
  exchanger.remove();
});

function place(): Place {
  places += 1;
  const root = join(bench.base, `alloc${places}`);
  const made = {
    root,
    logs: join(root, '@logs/main'),
    view: join(root, 'alloc/logs'),
    foreign: join(root, 'foreign'),
    victim: join(root, 'victim'),
  };
  for (const dir of [made.logs, made.view, made.foreign]) mkdirSync(dir, { recursive: true });
  chmodSync(made.view, 0o1777);
  writeFileSync(made.victim, 'untouched');
  return made;
}

function limits(at: Place): NonNullable<LaunchSpec['logs']> {
  const view = { root: at.root, path: 'alloc/logs' };
  return { dir: at.logs, name: 'main', maxFiles: 1_000, maxFileBytes: 4_000, view };
}

function spec(script: string, at: Place, more: Partial<LaunchSpec['logs']> = {}, kind?: 'host'): LaunchSpec {
  return bench.spec(script, { logs: { ...limits(at), ...more } }, kind);
}

async function run(script: string, at: Place, more: Partial<LaunchSpec['logs']> = {}): Promise<void> {
  await ended(await launch(spec(script, at, more)));
}

async function launch(what: LaunchSpec): Promise<LaunchHandle> {
  const handle = await bench.executor.launch(what);
  running.add(handle.id);
  return handle;
}

async function ended(handle: LaunchHandle): Promise<void> {
  await bench.executor.wait(handle.id);
  await bench.executor.destroy(handle.id);
  running.delete(handle.id);
}

function files(dir: string, stream = 'stdout'): string[] {
  const prefix = `main.${stream}.`;
  return readdirSync(dir)
    .filter((name) => name.startsWith(prefix))
    .sort((left, right) => Number(left.slice(prefix.length)) - Number(right.slice(prefix.length)));
}

const logged = ({ logs }: Place) =>
  files(logs)
    .map((name) => readFileSync(join(logs, name), 'utf8'))
    .join('');
const isShown = ({ logs, view }: Place, name: string) =>
  existsSync(join(view, name)) && lstatSync(join(view, name)).ino === lstatSync(join(logs, name)).ino;
const isUntouched = ({ foreign, victim }: Place) =>
  readdirSync(foreign).length === 0 && readFileSync(victim, 'utf8') === 'untouched';

test.serial('each log file is shown to the group, itself, and only as long as it is kept', async (t) => {
  const at = place();
  await run(`${COUNT}; echo oops >&2`, at, { maxFiles: 3 });
  t.is(files(at.logs).length, 3);
  t.true(logged(at).endsWith('line 4999\n'));
  for (const stream of ['stdout', 'stderr']) {
    t.deepEqual(files(at.view, stream), files(at.logs, stream));
    for (const name of files(at.logs, stream)) t.true(isShown(at, name));
  }
});

test.serial('a later attempt goes on in the file that is shown', async (t) => {
  const at = place();
  for (const attempt of [1, 2]) await run(`echo attempt ${attempt}`, at);
  t.is(readFileSync(join(at.view, 'main.stdout.0'), 'utf8'), 'attempt 1\nattempt 2\n');
});

test.serial('what a task puts in the place of a log file is neither written nor waited for', async (t) => {
  const at = place();
  symlinkSync(at.victim, join(at.view, 'main.stdout.0'));
  execFileSync('mkfifo', [join(at.view, 'main.stdout.1')]);
  mkdirSync(join(at.view, 'main.stdout.2'));
  symlinkSync(join(at.foreign, 'new'), join(at.view, 'main.stdout.3'));
  symlinkSync(join(at.foreign, 'new'), join(at.view, 'main.stderr.0'));
  await run(`${COUNT}; echo oops >&2`, at);
  t.is(logged(at), COUNTED);
  t.is(readFileSync(join(at.logs, 'main.stderr.0'), 'utf8'), 'oops\n');
  t.true(isUntouched(at));
  t.is(readlinkSync(join(at.view, 'main.stdout.0')), at.victim);
  t.true(isShown(at, 'main.stdout.4'));
});

test.serial('a directory of the host in the place of the view gets nothing', async (t) => {
  const at = place();
  rmSync(at.view, { recursive: true });
  symlinkSync(at.foreign, at.view);
  await run(COUNT, at);
  t.is(logged(at), COUNTED);
  t.true(isUntouched(at));
});

test.serial('when a file rotates away, what a task has put in its place stays', async (t) => {
  const at = place();
  const go = join(at.root, 'go');
  const script = `echo first; while [ ! -e ${go} ]; do sleep 0.05; done; ${COUNT}`;
  const handle = await launch(spec(script, at, { maxFiles: 2 }, 'host'));
  await until(() => existsSync(join(at.view, 'main.stdout.0')), 'the first file is shown');
  unlinkSync(join(at.view, 'main.stdout.0'));
  writeFileSync(join(at.view, 'main.stdout.0'), 'my own');
  writeFileSync(go, '');
  await ended(handle);
  t.is(readFileSync(join(at.view, 'main.stdout.0'), 'utf8'), 'my own');
  t.deepEqual(files(at.view), ['main.stdout.0', ...files(at.logs)]);
});

test.serial(
  'a view raced against a link to the host and a directory of traps loses no line and leads nowhere',
  async (t) => {
    const at = place();
    const link = join(at.root, 'alloc/link');
    const traps = join(at.root, 'alloc/traps');
    symlinkSync(at.foreign, link);
    mkdirSync(traps);
    for (let number = 0; number < 40; number += 2) {
      symlinkSync(at.victim, join(traps, `main.stdout.${number}`));
      symlinkSync(join(at.foreign, 'new'), join(traps, `main.stdout.${number + 1}`));
    }
    execFileSync(
      'mkfifo',
      [20, 22, 24].map((number) => join(traps, `main.stderr.${number}`)),
    );
    const races = [exchanger.start(at.view, link), exchanger.start(at.view, traps)];
    const end = Date.now() + raceMs;
    let rounds = 0;
    try {
      while (Date.now() < end) {
        const own = { ...at, logs: join(at.root, '@logs', `round${rounds}`) };
        await run(COUNT, own, { maxFiles: 8 });
        t.true(logged(own).endsWith('line 4998\nline 4999\n'));
        t.is(files(own.logs).length, 8);
        rounds += 1;
      }
    } finally {
      for (const race of races) await race.stop();
    }
    t.log(`${rounds} launches of ${Math.ceil(COUNTED.length / 4_000)} files`);
    t.true(rounds > 3);
    t.true(isUntouched(at));
  },
);

test.serial(
  'a copier killed in the middle of rotations has a successor that loses no line and shows no file too many',
  async (t) => {
    const at = place();
    const script =
      'i=0; while [ $i -lt 40 ]; do j=0; while [ $j -lt 500 ]; do echo "line $i.$j"; j=$((j+1)); done; sleep 0.05; i=$((i+1)); done';
    const handle = await launch(spec(script, at, { maxFiles: 50 }));
    for (let kills = 0; kills < 3; kills += 1) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      for (const pid of copiersOf(handle)) process.kill(pid, 'SIGKILL');
    }
    await ended(handle);
    const expected = Array.from(
      { length: 20_000 },
      (_, index) => `line ${Math.floor(index / 500)}.${index % 500}\n`,
    ).join('');
    t.true(expected.endsWith(logged(at)));
    t.true(logged(at).length > 150_000);
    t.deepEqual(files(at.view), files(at.logs));
    for (const name of files(at.logs)) t.true(isShown(at, name));
  },
);

function copiersOf(handle: LaunchHandle): number[] {
  return bench.supervisors().filter((pid) => {
    try {
      return [5, 6].some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith(`${handle.stateDir}/`));
    } catch {
      return false; // no such descriptor, or ended
    }
  });
}

test.serial('a file whose owner a container’s root has changed through the view is not gone on with', async (t) => {
  const at = place();
  await run('echo one', at);
  chownSync(join(at.view, 'main.stdout.0'), 12_345, 12_345);
  await run('echo two', at);
  t.is(readFileSync(join(at.logs, 'main.stdout.1'), 'utf8'), 'two\n');
});

/**
 * Agents before this one had the logs in the shared directory itself. A copier that such an agent started and that is
 * killed has a successor of this agent's, which meets what a container's root has put there.
 */
test.serial(
  'the successor of a copier whose logs lie where tasks can write meets links, FIFOs and changed owners',
  async (t) => {
    t.timeout(30_000);
    const at = place();
    const go = join(at.root, 'go');
    chmodSync(at.view, 0o755);
    chmodSync(join(at.root, 'alloc'), 0o1777);
    const script = `echo first; while [ ! -e ${go} ]; do sleep 0.05; done; ${COUNT}; exit 5`;
    const { view: _none, ...old } = limits(at);
    const handle = await launch(bench.spec(script, { logs: { ...old, dir: at.view } }, 'host'));
    const first = join(at.view, 'main.stdout.0');
    await until(() => existsSync(first) && readFileSync(first, 'utf8') === 'first\n', 'the first line is there');
    chownSync(first, 12_345, 12_345);
    const killed = copiersOf(handle);
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    await until(() => copiersOf(handle).some((pid) => !killed.includes(pid)), 'a successor is there');
    if (launcherUnderTest === 'native') await until(() => existsSync(join(at.view, 'main.stdout.1')), 'it has begun');
    symlinkSync(at.victim, join(at.view, 'main.stdout.2'));
    symlinkSync(join(at.foreign, 'new'), join(at.view, 'main.stdout.3'));
    for (const number of [4, 5]) execFileSync('mkfifo', [join(at.view, `main.stdout.${number}`)]);
    mkdirSync(join(at.view, 'main.stdout.6'));
    // With a reader a FIFO opens for writing, and would take the log.
    const reader = openSync(join(at.view, 'main.stdout.5'), constants.O_RDONLY | constants.O_NONBLOCK);
    writeFileSync(go, '');
    const exit = await bench.executor.wait(handle.id);
    closeSync(reader);
    t.is(exit.exitCode, 5);
    t.true(isUntouched(at));
    t.is(readFileSync(first, 'utf8'), 'first\n');
    const plain = files(at.view).filter((name) => lstatSync(join(at.view, name)).isFile());
    const text = plain.slice(1).map((name) => readFileSync(join(at.view, name), 'utf8'));
    // The shell cannot open without following: it drops what comes rather than write it anywhere.
    t.is(text.join(''), launcherUnderTest === 'native' ? COUNTED : '');
    await ended(handle);
  },
);

test.serial('a log directory that others can write, or that is a link, is refused', async (t) => {
  const open = place();
  chmodSync(open.logs, 0o1777);
  await t.throwsAsync(run('true', open), { message: /not one that only this user can write/ });
  const linked = place();
  rmSync(linked.logs, { recursive: true });
  symlinkSync(linked.foreign, linked.logs);
  await t.throwsAsync(run('true', linked), { message: /not one that only this user can write/ });
  t.true(isUntouched(linked));
});

/** A container's root owns the shown file: it may hold a lease, and who opens the file then waits for 45 seconds. */
const LEASE = `import fcntl, os, signal, sys, time
signal.signal(signal.SIGIO, signal.SIG_IGN)
file = os.open(sys.argv[1], os.O_RDWR)
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print("held", flush=True)
time.sleep(60)
`;
const whereNative = launcherUnderTest === 'native' ? test.serial : test.serial.skip;

whereNative('a lease on a shown log file holds nobody up: the log goes on in the next file', async (t) => {
  const at = place();
  await run('echo one', at);
  const holder: ChildProcess = spawn('python3', ['-c', LEASE, join(at.view, 'main.stdout.0')]);
  try {
    await new Promise((resolve) => holder.stdout?.once('data', resolve));
    const began = Date.now();
    await run('echo two', at);
    t.true(Date.now() - began < 5_000);
    t.is(readFileSync(join(at.logs, 'main.stdout.1'), 'utf8'), 'two\n');
  } finally {
    holder.kill('SIGKILL');
  }
});
