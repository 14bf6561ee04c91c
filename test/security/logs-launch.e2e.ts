// What a task can do to its log files from the directory that shows them: nothing but to its own view. As root.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
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
test.before(async () => {
  bench = await makeLaunchBench();
  exchanger = makeExchanger();
});
test.after.always(async () => {
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

function spec(script: string, at: Place, limits: Partial<NonNullable<LaunchSpec['logs']>> = {}): LaunchSpec {
  const logs = { dir: at.logs, name: 'main', maxFiles: 1_000, maxFileBytes: 4_000 };
  return bench.spec(script, { logs: { ...logs, view: { root: at.root, path: 'alloc/logs' }, ...limits } });
}

async function run(script: string, at: Place, limits: Partial<NonNullable<LaunchSpec['logs']>> = {}): Promise<void> {
  const handle = await bench.executor.launch(spec(script, at, limits));
  await ended(handle);
}

async function ended(handle: LaunchHandle): Promise<void> {
  await bench.executor.wait(handle.id);
  await bench.executor.destroy(handle.id);
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
  const inHost = bench.spec(script, { logs: { ...limitsOf(at), maxFiles: 2 } }, 'host');
  const handle = await bench.executor.launch(inHost);
  await until(() => existsSync(join(at.view, 'main.stdout.0')), 'the first file is shown');
  unlinkSync(join(at.view, 'main.stdout.0'));
  writeFileSync(join(at.view, 'main.stdout.0'), 'my own');
  writeFileSync(go, '');
  await ended(handle);
  t.is(readFileSync(join(at.view, 'main.stdout.0'), 'utf8'), 'my own');
  t.deepEqual(files(at.view), ['main.stdout.0', ...files(at.logs)]);
});

function limitsOf(at: Place): NonNullable<LaunchSpec['logs']> {
  const view = { root: at.root, path: 'alloc/logs' };
  return { dir: at.logs, name: 'main', maxFiles: 1_000, maxFileBytes: 4_000, view };
}

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
    const handle = await bench.executor.launch(spec(script, at, { maxFiles: 50 }));
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
