// Ways out of an isolated task that take more than one step: what the launcher holds open, its own program, sessions, floods.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { LaunchHandle } from '@orch/executor';
import test from 'ava';
import { until } from '../e2e/exec/launch-bench.ts';
import { type Cell, type IsolationRig, makeIsolationRig, outputOf, parseFindings } from './isolation-rig.ts';

let rig: IsolationRig;
/** As an operator keeps a key beside a program of his own. */
const key = `/usr/local/etc/orch-test-${process.pid}/key`;
test.before(async () => {
  mkdirSync(dirname(key), { recursive: true });
  for (const name of [key, `${key}.public`]) writeFileSync(name, 'of the host', { mode: name === key ? 0o600 : 0o644 });
  rig = await makeIsolationRig();
});
test.after.always(() => rig?.close());
test.after.always(() => rmSync(dirname(key), { recursive: true, force: true }));

const nobody: Cell = { user: 'nobody', capabilities: [], pidMode: 'private' };
const root: Cell = { user: 'root', capabilities: [], pidMode: 'private' };
/** Numbers that something of the launcher may have. */
const descriptors = Array.from({ length: 18 }, (_, index) => index + 3);

async function finish(handle: LaunchHandle): Promise<string> {
  await rig.bench.executor.wait(handle.id);
  await rig.bench.executor.destroy(handle.id);
  return rig.bench.log(handle);
}

const command = async (handle: LaunchHandle, words: readonly string[], tty = false) =>
  outputOf(await rig.bench.executor.exec(handle.id, { command: words, tty }));

/** Prints `host` where its working directory, or what lies above it, is a part of the host. */
const look = `test -e ./${process.pid}/stat && echo host; test -e ..${'/..'.repeat(20)}/var && echo above`;

test.serial(
  'a working directory that leads to a handle of the launcher’s does not lead a task to the host',
  async (t) => {
    for (const pidMode of ['private', 'host'] as const)
      for (const descriptor of descriptors) {
        const cwd = `/proc/self/fd/${descriptor}`;
        const spec = rig.spec({ ...nobody, pidMode }, ['sh', '-c', look], { cwd });
        if (spec.isolation.kind !== 'chroot') throw new Error('not isolated');
        // As an artifact would: the executor, which looks whether it is there, finds it.
        mkdirSync(join(spec.isolation.root, cwd), { recursive: true });
        const launched = await rig.bench.executor.launch(spec).then(
          (handle) => finish(handle),
          (error: unknown) => String(error),
        );
        t.regex(launched, /working directory|^$/, `${cwd}, ${pidMode}`);
      }
  },
);

/** Which of the texts are in memory that a process can write to. */
function textsIn(pid: number, texts: readonly string[]): readonly string[] {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    const pieces = readFileSync(`/proc/${pid}/maps`, 'utf8')
      .split('\n')
      .filter((line) => line.includes(' rw'))
      .map((line) => {
        const [from = 0, to = 0] = (line.split(' ')[0] ?? '').split('-').map((text) => Number.parseInt(text, 16));
        const bytes = Buffer.alloc(to - from);
        return bytes.subarray(0, readSync(memory, bytes, 0, bytes.length, from));
      });
    return texts.filter((text) => pieces.some((piece) => piece.includes(text)));
  } finally {
    closeSync(memory);
  }
}

test.serial('what stays beside a task has its environment in memory, and that of no other', async (t) => {
  const marks = Array.from({ length: 6 }, (_, index) => `secret-of-task-${index}-${process.pid}`);
  // In one go, so that their plans come to the launcher together.
  const handles = await Promise.all(
    marks.map((mark) => rig.bench.executor.launch(rig.spec(nobody, ['sleep', '1000'], { env: { MARK: mark } }))),
  );
  const found = rig.bench.supervisors().map((pid) => textsIn(pid, marks).length);
  t.is(found.filter((count) => count > 1).length, 0, found.join(' '));
  t.is(found.filter((count) => count === 0).length, 1, 'the launcher has none');
  t.is(found.filter((count) => count === 1).length, 2 * marks.length, 'init and keeper of each have one: it is seen');
  for (const { id } of handles) {
    await rig.bench.executor.stop(id, { signal: 'SIGKILL', timeoutMs: 0 });
    await rig.bench.executor.destroy(id);
  }
});

test.serial(
  'nothing is mounted where a task is but what makes up its root: not even below what covers it',
  async (t) => {
    const own = /^\/(usr|etc|dev|tmp|local|secrets|alloc|probe|proc|lib\w*|bin|sbin|opt\/java)?(\/|$)/;
    for (const cell of [nobody, { ...root, pidMode: 'host' as const }]) {
      const handle = await rig.bench.executor.launch(rig.spec(cell, ['cat', '/proc/self/mountinfo']));
      const places = (await finish(handle))
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[4] ?? '');
      t.true(places.includes('/usr') && places.includes('/dev/pts'));
      t.deepEqual(
        places.filter((place) => !own.test(place)),
        [],
      );
      // The namespace began with one empty file system, which /proc covers.
      t.deepEqual(
        places.filter((place) => place.startsWith('/proc/empty')),
        ['/proc/empty'],
      );
    }
  },
);

test.serial('what the root of a task was made of is open in nothing that stays beside the task', async (t) => {
  const { id } = await rig.bench.executor.launch(rig.spec(nobody, ['sleep', '1000']));
  const inits = rig.bench.supervisors().filter((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'orch-init\n');
  t.is(inits.length, 1);
  const open = readdirSync(`/proc/${inits[0]}/fd`).map((number) => `/proc/${inits[0]}/fd/${number}`);
  t.true(open.length > 3);
  t.deepEqual(
    open.filter((file) => statSync(file).isDirectory()).map((file) => readlinkSync(file)),
    [],
  );
  await rig.bench.executor.stop(id, { signal: 'SIGKILL', timeoutMs: 0 });
  await rig.bench.executor.destroy(id);
});

test.serial('a part of /proc that a container’s root has opened for everybody stays closed to a task', async (t) => {
  const part = '/proc/kpagecount';
  // In a /proc and a pid namespace of its own, as a container's root has them.
  const apart = (...words: string[]) =>
    execFileSync('unshare', ['--mount', '--pid', '--fork', '--mount-proc', ...words], { encoding: 'utf8' });
  const read = `head -c 8 ${part} | wc -c`;
  apart('chmod', '0444', part);
  try {
    t.is(apart('setpriv', '--reuid=65534', '--clear-groups', 'sh', '-c', read), '8\n', 'it is open');
    t.is(await finish(await rig.bench.executor.launch(rig.spec(nobody, ['sh', '-c', read]))), '0\n');
  } finally {
    chmodSync(part, 0o400);
  }
});

test.serial('nor does one that a task has replaced by such a link lead a command inside it there', async (t) => {
  const place = join(rig.host, 'alloc/place');
  const replaceBy = (target: string) => {
    rmSync(place, { recursive: true });
    symlinkSync(target, place);
  };
  mkdirSync(place);
  // What makes the command is in no pid namespace of the task's: it finds itself in /proc where the task has the host's.
  for (const pidMode of ['private', 'host'] as const)
    for (const tty of [false, true]) {
      const cell = { ...nobody, pidMode };
      const handle = await rig.bench.executor.launch(rig.spec(cell, ['sleep', '1000'], { cwd: '/alloc/place' }));
      t.is(await command(handle, ['pwd'], false), '/alloc/place\n');
      for (const descriptor of descriptors) {
        replaceBy(`/proc/self/fd/${descriptor}`);
        const seen = await command(handle, ['sh', '-c', look], tty);
        t.regex(seen, /working directory|^$/, `${descriptor}, ${pidMode}`);
      }
      replaceBy('/proc/self/cwd');
      t.regex(await command(handle, ['pwd'], tty), /working directory/, pidMode);
      await rig.bench.executor.stop(handle.id, { signal: 'SIGKILL', timeoutMs: 0 });
      await rig.bench.executor.destroy(handle.id);
      rmSync(place);
      mkdirSync(place);
    }
});

test.serial(
  'a task’s root that runs the launcher by /proc/self/exe gets no handle to write the host’s file',
  async (t) => {
    const script = join(rig.host, 'alloc/self');
    writeFileSync(script, '#!/proc/self/exe\n', { mode: 0o755 });
    const handle = await rig.bench.executor.launch(rig.spec(root, ['/probe/probe', 'only=launcher_program']));
    // The task looks for five seconds at most.
    let ended = false;
    const printed = finish(handle).then((text) => {
      ended = true;
      return text;
    });
    for (let count = 0; count < 400 && !ended; count += 1)
      await command(handle, ['/alloc/self']).catch(() => 'the task has ended');
    const [finding] = parseFindings(await printed);
    t.like(finding, { open: false, errno: 'EROFS', detail: 'seen' });
  },
);

test.serial('a fork bomb ends at the limit of processes', async (t) => {
  const limits = { memoryBytes: 128 * 1_048_576, pidsMax: 50 };
  const handle = await rig.bench.executor.launch(rig.spec(nobody, ['/probe/probe', 'only=fork_bomb'], { limits }));
  const [finding] = parseFindings(await finish(handle));
  t.like(finding, { open: false, errno: 'EAGAIN' });
  t.true(Number(finding?.detail) < 50);
});

test.serial('/tmp and /dev/shm of a task hold 64 MiB, both together', async (t) => {
  const handle = await rig.bench.executor.launch(rig.spec(nobody, ['/probe/probe', 'only=fill_tmp']));
  t.like(parseFindings(await finish(handle))[0], { open: false, errno: 'ENOSPC' });
});

test.serial('each task has a session keyring of its own, and so has each command inside it', async (t) => {
  const argv = ['/probe/probe', 'only=session_keyring'];
  const serials: (string | undefined)[] = [];
  const keyring = (text: string) => serials.push(parseFindings(text)[0]?.detail);
  for (let count = 0; count < 2; count += 1) {
    const spec = rig.spec(nobody, ['sh', '-c', `${argv.join(' ')}; exec sleep 1000`]);
    if (spec.isolation.kind !== 'chroot') throw new Error('not isolated');
    // The filter would refuse the question.
    const handle = await rig.bench.executor.launch({
      ...spec,
      isolation: { ...spec.isolation, seccomp: 'unconfined' },
    });
    keyring(await command(handle, argv));
    await rig.bench.executor.stop(handle.id, { signal: 'SIGKILL', timeoutMs: 0 });
    keyring(await finish(handle));
  }
  t.is(serials.length, 4);
  t.is(new Set(serials).size, 4, serials.join(' '));
  for (const serial of serials) t.regex(serial ?? '', /^[1-9]\d*$/);
});

test.serial('a task whose arguments and environment have no end is entered and stopped as any other', async (t) => {
  const handle = await rig.bench.executor.launch(rig.spec(nobody, ['/probe/probe', 'only=endless_words']));
  await until(() => rig.bench.log(handle) === 'set\n', 'the task has told the kernel');
  // The most there ever was: what was read for nothing is free again at once.
  const before = process.resourceUsage().maxRSS;
  const began = performance.now();
  t.is(await command(handle, ['echo', 'entered']), 'entered\n');
  await rig.bench.executor.stop(handle.id, { signal: 'SIGTERM', timeoutMs: 2_000 });
  t.true(performance.now() - began < 5_000, 'neither waits for all of it to be read');
  t.true(process.resourceUsage().maxRSS - before < 256 * 1_024, 'in KiB');
  await rig.bench.executor.destroy(handle.id);
});

test.serial('a task does not take all terminals that the machine can have', async (t) => {
  const script = 'for ((count = 0; count < 1000; count += 1)); do exec {file}<>/dev/ptmx || break; echo $count; done';
  const handle = await rig.bench.executor.launch(rig.spec(nobody, ['bash', '-c', `ulimit -n 2000; ${script}`]));
  const opened = (await finish(handle)).trim().split('\n').length;
  t.true(opened > 50 && opened <= 256, `${opened}`);
});

test.serial('all tasks together do not take all processes that the machine can have', (t) => {
  const { cgroupParent } = rig.bench;
  const limit = ['pids/', 'unified/', '']
    .map((mount) => `/sys/fs/cgroup/${mount}${cgroupParent}/launches/pids.max`)
    .find((file) => existsSync(file));
  const most = Number(readFileSync(limit ?? '', 'utf8'));
  t.true(most > 4_096 && most < Number(readFileSync('/proc/sys/kernel/pid_max', 'utf8')), `${most}`);
});

test.serial('what the host keeps from its users among the settings below /usr is kept from tasks', async (t) => {
  for (const user of ['nobody', 'root'] as const) {
    const cell: Cell = { user, capabilities: ['dac_override'], pidMode: 'private' };
    const handle = await rig.bench.executor.launch(rig.spec(cell, ['sh', '-c', `cat ${key}.public; cat ${key}`]));
    t.is(await finish(handle), 'of the host', user);
  }
});

test.serial('a task that looks as if it were still being launched is stopped like any other', async (t) => {
  const spec = rig.spec(nobody, ['sleep', '1000']);
  const handle = await rig.bench.executor.launch({ ...spec, env: { ...spec.env, _ORCH_LAUNCHING: '1' } });
  const began = performance.now();
  await rig.bench.executor.stop(handle.id, { signal: 'SIGTERM', timeoutMs: 20_000 });
  t.true(performance.now() - began < 2_000);
  await rig.bench.executor.destroy(handle.id);
});
