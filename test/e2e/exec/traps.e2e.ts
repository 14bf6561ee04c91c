// What a task finds around it: every trap of starting processes by a shell, as root.
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ExecutorError, LaunchHandle } from '@orch/executor';
import test, { type ExecutionContext } from 'ava';
import {
  kindsUnderTest,
  type LaunchBench,
  launcherUnderTest,
  makeLaunchBench,
  statusOf,
  until,
  usualKind,
} from './launch-bench.ts';

let bench: LaunchBench;
test.before(async () => {
  bench = await makeLaunchBench();
});
test.after.always(() => bench.close());

/** A test of what only the native launcher does. */
function isolated(title: string, run: (t: ExecutionContext) => Promise<void>): void {
  if (usualKind === 'chroot') test.serial(title, run);
}

if (launcherUnderTest === 'shell')
  test.serial('a shell isolates nothing: an isolated launch is refused with the mend', async (t) => {
    t.false(bench.executor.isolation.root);
    const error = await t.throwsAsync(bench.sh('true', {}, 'chroot'), { message: /cannot be isolated/ });
    t.regex((error as { hint?: string }).hint ?? '', /build the native launcher/);
  });

test.serial('a task ignores no signal it did not ask to ignore, and an early SIGINT is not lost', async (t) => {
  for (const kind of kindsUnderTest) {
    const handle = await bench.sh('exec sleep 1000', {}, kind);
    const stopping = performance.now();
    await bench.executor.stop(handle.id, { signal: 'SIGINT', timeoutMs: 10_000 });
    t.true(performance.now() - stopping < 5_000);
    t.like(await bench.executor.wait(handle.id), { exitCode: 130, signal: 2 });
    const other = await bench.sh('exec sleep 1000', {}, kind);
    await bench.executor.signal(other.id, 'SIGCONT', 'main');
    t.is(BigInt(`0x${statusOf(other.pid, 'SigIgn')}`), 0n);
    t.is(BigInt(`0x${statusOf(other.pid, 'SigBlk')}`), 0n);
  }
});

test.serial('a task that does not handle SIGTERM dies of it, though its init is PID 1', async (t) => {
  const handle = await bench.sh('exec sleep 1000');
  await bench.executor.stop(handle.id, { signal: 'SIGTERM', timeoutMs: 10_000 });
  t.like(await bench.executor.wait(handle.id), { exitCode: 143, signal: 15 });
});

test.serial('an exit code above 128 is no signal', async (t) => {
  const handle = await bench.sh('exit 143');
  const exit = await bench.executor.wait(handle.id);
  t.is(exit.exitCode, 143);
  t.is(exit.signal, undefined);
});

isolated('an isolated task is nobody, without capabilities or new privileges, in a read-only system', async (t) => {
  const script = `id -u; grep -E '^(Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs)' /proc/self/status; touch /usr/x /etc/x 2>&1
    ls -d /proc/[0-9]* | wc -l; cat /dev/null; head -c 4 /dev/urandom | wc -c; mount | grep -c ${bench.base}; ls /root 2>&1`;
  const handle = await bench.sh(script);
  await bench.executor.wait(handle.id);
  const log = bench.log(handle);
  t.regex(log, /^65534\n/);
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) t.regex(log, new RegExp(`${set}:\\s+0+\\n`));
  t.regex(log, /NoNewPrivs:\s+1/);
  t.is(log.match(/Read-only file system/g)?.length, 2);
  t.regex(log, /\n4\n/, 'random device');
  t.regex(log, /No such file or directory/);
});

isolated('an isolated root cannot look into what runs beside it', async (t) => {
  const handle = await bench.sh('id -u; cat /proc/1/exe; cat /proc/1/environ; cat /proc/1/maps', { user: 'root' });
  await bench.executor.wait(handle.id);
  t.is(bench.log(handle), '0\n');
  t.is(bench.log(handle, 'stderr').match(/Permission denied/g)?.length, 3);
});

isolated('a named capability is kept and usable', async (t) => {
  const spec = bench.spec('grep CapEff /proc/self/status');
  if (spec.isolation.kind !== 'chroot') throw new Error('not isolated');
  const handle = await bench.executor.launch({
    ...spec,
    isolation: { ...spec.isolation, capabilities: ['net_bind_service'] },
  });
  await bench.executor.wait(handle.id);
  t.regex(bench.log(handle), /CapEff:\s+0000000000000400/);
  await bench.executor.destroy(handle.id);
});

isolated('mounts of a task are seen by nobody else', async (t) => {
  const handle = await bench.sh('sleep 1000');
  await until(() => statusOf(handle.pid, 'Uid').startsWith('65534'), 'the task runs');
  t.false(readFileSync('/proc/self/mountinfo', 'utf8').includes(bench.base));
  t.pass();
});

test.serial('only the three standard descriptors are inherited', async (t) => {
  for (const kind of kindsUnderTest) {
    // By then the shell has closed what it made the pipe of.
    const handle = await bench.sh('(sleep 0.2; ls /proc/$$/fd) | tr "\\n" " "', {}, kind);
    await bench.executor.wait(handle.id);
    t.is(bench.log(handle), '0 1 2 ');
  }
});

test.serial('a task can open its own /dev/stdout and /dev/stderr', async (t) => {
  const handle = await bench.sh('echo out > /dev/stdout; echo err > /dev/stderr; echo more >> /proc/self/fd/1');
  await bench.executor.wait(handle.id);
  t.is(bench.log(handle), 'out\nmore\n');
  t.is(bench.log(handle, 'stderr'), 'err\n');
});

test.serial('each write is in the log at once', async (t) => {
  const handle = await bench.sh('printf no-newline; sleep 1000');
  await until(() => bench.log(handle) === 'no-newline', 'the write is visible', 3_000);
  t.pass();
});

test.serial('arguments and variables arrive byte for byte', async (t) => {
  const nasty = `a'b"c$(touch x)\`id\` \\ \n\t*?[é✓]\u0081\u0088${randomBytes(64).toString('latin1').replaceAll('\0', '')}`;
  const handle = await bench.sh('', {
    argv: ['sh', '-c', 'printf "%s|%s|%s" "$1" "$NASTY" "$#"', 'sh', nasty, ''],
    env: { PATH: '/usr/bin:/bin', NASTY: nasty, 'not-a-name.x': '1', LD_PRELOAD: '/no/such.so' },
  });
  await bench.executor.wait(handle.id);
  t.is(bench.log(handle), `${nasty}|${nasty}|2`);
});

isolated('orphans are reaped and a kill of the group does not leave the task', async (t) => {
  const handle = await bench.sh(
    '(sleep 0.05 & ) ; (sleep 0.06 & ); sleep 0.4; grep -l "State:.Z" /proc/[0-9]*/status; kill 0; sleep 5',
  );
  const exit = await bench.executor.wait(handle.id);
  t.is(bench.log(handle), '');
  t.like(exit, { signal: 15 });
});

/** A group may be gone with its last process. */
function membersOf({ cgroups }: LaunchHandle): string {
  const lists = cgroups.map((dir) => join(dir, 'cgroup.procs')).filter((file) => existsSync(file));
  return lists.map((file) => readFileSync(file, 'utf8')).join('');
}

test.serial('stopping kills a tree that changed its user and ignores everything', async (t) => {
  const script = `setpriv --reuid=1234 --clear-groups sh -c "trap '' TERM INT HUP; while :; do sleep 1; done" &
    setsid sh -c "trap '' TERM INT HUP; while :; do sleep 1; done" & sleep 0.2; echo ready; wait`;
  const handle = await bench.sh(script, {}, 'host');
  await until(() => bench.log(handle) === 'ready\n', 'the tree stands');
  await bench.executor.stop(handle.id, { signal: 'SIGTERM', timeoutMs: 200 });
  t.is(membersOf(handle), '');
});

test.serial('what a task leaves behind ends with it', async (t) => {
  const handle = await bench.sh('setsid sleep 1000 & exit 5', {}, 'host');
  t.is((await bench.executor.wait(handle.id)).exitCode, 5);
  // The kernel closes a killed process's files, which is what is waited for, a moment before it leaves its groups.
  await until(() => membersOf(handle) === '', 'the groups are empty', 2_000);
  t.is(membersOf(handle), '');
});

test.serial('exceeding the memory limit is told as such', async (t) => {
  const handle = await bench.sh('exec tail /dev/zero', { limits: { memoryBytes: 16 * 1_048_576 } });
  t.like(await bench.executor.wait(handle.id), { exitCode: 137, signal: 9, oomKilled: true });
  const killed = await bench.sh('exec sleep 1000', { limits: { memoryBytes: 16 * 1_048_576 } });
  await bench.executor.stop(killed.id, { signal: 'SIGKILL', timeoutMs: 1_000 });
  t.is((await bench.executor.wait(killed.id)).oomKilled, undefined);
});

test.serial('limits stand in the cgroups, and supervisors stay outside of them', async (t) => {
  const handle = await bench.sh('sleep 1000', {
    limits: { memoryBytes: 32 * 1_048_576, cpuShares: 512, cpuQuotaCores: 0.5, cpusetCores: [0], pidsMax: 20 },
  });
  const read = (file: string) =>
    readFileSync(handle.cgroups.map((dir) => join(dir, file)).find(exists) ?? '', 'utf8').trim();
  t.is(read('memory.limit_in_bytes'), String(32 * 1_048_576));
  t.is(read('cpu.shares'), '512');
  t.is(read('cpu.cfs_quota_us'), '50000');
  t.is(read('cpuset.cpus'), '0');
  t.is(read('pids.max'), '20');
  const inside = new Set(handle.cgroups.flatMap((dir) => readFileSync(join(dir, 'cgroup.procs'), 'utf8').split('\n')));
  for (const pid of bench.supervisors()) t.false(inside.has(String(pid)));
});

test.serial('a task joins a network namespace, and cgroups stay visible there', async (t) => {
  const name = `orch-t-${randomBytes(4).toString('hex')}`;
  await bench.executor.run({ argv: ['ip', 'netns', 'add', name] });
  try {
    const path = `/run/netns/${name}`;
    const handle = await bench.sh(
      'readlink /proc/self/ns/net; ls /sys/fs/cgroup | wc -l',
      { networkNamespace: path },
      'host',
    );
    await bench.executor.wait(handle.id);
    const inside = await bench.executor.run({ argv: ['nsenter', `--net=${path}`, 'readlink', '/proc/self/ns/net'] });
    const [namespace, groups] = bench.log(handle).split('\n');
    t.is(namespace, inside.stdout.trim());
    t.true(Number(groups) > 2);
  } finally {
    await bench.executor.run({ argv: ['ip', 'netns', 'del', name] });
  }
});

test.serial('an empty network namespace has its loopback up', async (t) => {
  const handle = await bench.sh('ip -br link', { networkNamespace: 'none' });
  await bench.executor.wait(handle.id);
  t.regex(bench.log(handle), /^lo +UNKNOWN .*UP/);
  t.is(bench.log(handle).trim().split('\n').length, 1);
});

isolated('a mount over the system directories, and one through a planted symlink, are refused', async (t) => {
  const spec = bench.spec('true');
  if (spec.isolation.kind !== 'chroot') throw new Error('not isolated');
  const { isolation } = spec;
  const shown = join(bench.base, 'shown');
  mkdirSync(join(shown, 'inside'), { recursive: true });
  chmodSync(shown, 0o755);
  const withMount = (path: string) => ({
    ...spec,
    isolation: { ...isolation, mounts: [...isolation.mounts, { hostPath: shown, path, readOnly: false }] },
  });
  await t.throwsAsync(bench.executor.launch(withMount('/usr/bin')), {
    message: /nothing can be mounted at \/usr\/bin/,
  });
  await bench.executor.run({ argv: ['ln', '-s', '/etc', join(isolation.root, 'data')] });
  // Where the task's directory is seen there is the mount; what was planted stands aside.
  const handle = await bench.executor.launch({
    ...withMount('/data'),
    argv: ['sh', '-c', 'ls /data; ls -ld /data'],
  });
  await bench.executor.wait(handle.id);
  t.regex(bench.log(handle), /^inside\nd/);
  await bench.executor.destroy(handle.id);
  mkdirSync(join(isolation.root, 'inner'));
  await bench.executor.run({ argv: ['ln', '-s', '/etc', join(isolation.root, 'inner', 'link')] });
  const inner = { hostPath: join(isolation.root, 'inner'), path: '/inner', readOnly: false };
  const through = { hostPath: shown, path: '/inner/link', readOnly: false };
  await t.throwsAsync(
    bench.executor.launch({ ...spec, isolation: { ...isolation, mounts: [...isolation.mounts, inner, through] } }),
    { message: /could not set up \/inner\/link: .*(symbolic links|Symbolic link)/ },
  );
});

test.serial('a program that is not there, or not executable, is named', async (t) => {
  const spec = bench.spec('');
  await t.throwsAsync(bench.executor.launch({ ...spec, argv: ['/local/nothing'] }), {
    message: '/local/nothing does not exist',
  });
  await t.throwsAsync(bench.executor.launch({ ...spec, argv: ['no-such-program'] }), {
    message: /is not in \/usr\/bin:\/bin/,
  });
  const unmarked = await t.throwsAsync(bench.executor.launch({ ...spec, argv: ['/etc/passwd'] }), {
    message: '/etc/passwd is not executable',
  });
  t.regex((unmarked as ExecutorError).hint ?? '', /chmod \+x/);
  await t.throwsAsync(bench.executor.launch({ ...spec, user: 'no-such-user' }), { message: /no user "no-such-user"/ });
});

test.serial('a full disk loses output, says so, and leaves the task and its exit status alone', async (t) => {
  const small = join(bench.base, 'small');
  mkdirSync(small);
  await bench.executor.run({ argv: ['mount', '-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', small] });
  try {
    writeFileSync(join(small, 'ballast'), Buffer.alloc(200 * 1024));
    const script =
      'i=0; while [ $i -lt 20000 ]; do echo "line $i 0123456789012345678901234567890123456789"; i=$((i+1)); done; echo done >&2; sleep 1000';
    const logs = { dir: join(small, 'logs'), name: 'main', maxFiles: 5, maxFileBytes: 1_048_576 };
    const handle = await bench.sh(script, { logs });
    const stderr = join(small, 'logs', 'main.stderr.0');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    t.true(await bench.executor.alive(handle.id));
    await bench.executor.run({ argv: ['rm', join(small, 'ballast')] });
    await bench.executor.run({ argv: ['mount', '-o', 'remount,size=8m', small] });
    await until(
      () => exists(stderr) && readFileSync(join(small, 'logs', 'main.stdout.0'), 'utf8').includes('output was lost'),
      'the loss is told',
    );
    t.true(await bench.executor.alive(handle.id));
    await bench.executor.stop(handle.id, { signal: 'SIGTERM', timeoutMs: 5_000 });
    t.is((await bench.executor.wait(handle.id)).exitCode, 143);
  } finally {
    await bench.executor.run({ argv: ['umount', '-l', small] });
  }
});

test.serial('a task that ends while its logs cannot be written is seen to end, and no copier stays', async (t) => {
  const dir = join(bench.base, 'gone-logs');
  const logs = { dir, name: 'main', maxFiles: 2, maxFileBytes: 100 };
  const script =
    'sleep 0.5; i=0; while [ $i -lt 100 ]; do echo "line $i"; echo "line $i" >&2; i=$((i+1)); done; exit 4';
  const handle = await bench.executor.launch(bench.spec(script, { logs }));
  await new Promise((resolve) => setTimeout(resolve, 200));
  await bench.executor.run({ argv: ['rm', '-r', dir] });
  t.is((await bench.executor.wait(handle.id)).exitCode, 4);
  await bench.executor.destroy(handle.id);
  await until(() => copiersOf(handle).length === 0, 'the copiers have ended', 5_000);
});

test.serial('a freed launch leaves no copier, although something else holds its pipe', async (t) => {
  const handle = await bench.sh('sleep 1000');
  const pipe = openSync(join(handle.stateDir, 'out'), constants.O_RDWR | constants.O_NONBLOCK);
  try {
    await bench.executor.stop(handle.id, { signal: 'SIGKILL', timeoutMs: 0 });
    t.true(copiersOf(handle).length > 0);
    await bench.executor.destroy(handle.id);
    await until(() => copiersOf(handle).length === 0, 'the copiers have ended', 5_000);
  } finally {
    closeSync(pipe);
  }
});

function copiersOf(handle: LaunchHandle): number[] {
  return bench.supervisors().filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/5`).includes(handle.stateDir);
    } catch {
      return false; // no such descriptor, or ended
    }
  });
}

function exists(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}
