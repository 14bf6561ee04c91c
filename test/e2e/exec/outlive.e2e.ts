// Tasks outlive what started them: kill -9 of the agent, the launcher and every kind of supervisor, as root.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createExecutor, type LaunchHandle, type LaunchSpec } from '@orch/executor';
import test from 'ava';
import { type LaunchBench, launcherUnderTest, makeLaunchBench, statusOf, until, usualKind } from './launch-bench.ts';

/** Counts lines to stdout as fast as it can be read, ends by itself. */
const COUNT = 'i=0; while [ $i -lt 60000 ]; do echo "line $i"; i=$((i+1)); done; exit 9';
const COUNTED = Array.from({ length: 60_000 }, (_, index) => `line ${index}\n`).join('');
const LOGS = { maxFiles: 100, maxFileBytes: 50_000 };

let bench: LaunchBench;
test.before(async () => {
  bench = await makeLaunchBench();
});
test.after.always(() => bench.close());

async function startAgent(specs: readonly LaunchSpec[], parent = bench.cgroupParent) {
  const script = new URL('agent-process.ts', import.meta.url).pathname;
  const args = [script, bench.stateDir, parent, JSON.stringify(specs)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new Error('no pipe');
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, handles: JSON.parse(line) as LaunchHandle[] };
  }
  throw new Error('the agent ended without a word');
}

function killed(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

function counting(kind: 'host' | 'chroot', script = COUNT): LaunchSpec {
  const spec = bench.spec(script, {}, kind);
  return { ...spec, logs: { dir: spec.logs?.dir ?? '', name: 'main', ...LOGS } };
}

/** Pids of a launch's init, or of the processes that copy its output and tell its end. */
function supervisorsOf(handle: LaunchHandle, kind: 'init' | 'copiers'): number[] {
  return bench.supervisors().filter((pid) => {
    if (kind === 'init') return Number(statusOf(handle.pid, 'PPid')) === pid;
    const isPiece = statusOf(pid, 'Name') === 'head';
    return !isPiece && [5, 6].some((fd) => linkOf(`/proc/${pid}/fd/${fd}`).startsWith(`${handle.stateDir}/`));
  });
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // no such descriptor, or the process has ended
  }
}

/** The launcher alone is a child of this process. */
const isLauncher = (pid: number) => Number(statusOf(pid, 'PPid')) === process.pid;

test.serial(
  'kill -9 of the agent: tasks run on, logs are complete and rotated, the exit is known to the next',
  async (t) => {
    const specs = [counting(usualKind), counting('host'), counting(usualKind, 'exec sleep 1000')];
    const { child, handles } = await startAgent(specs);
    await killed(child);
    const executor = bench.executor;
    for (const handle of handles) await executor.recover(JSON.parse(JSON.stringify(handle)));
    for (const handle of handles.slice(0, 2)) {
      t.is((await executor.wait(handle.id)).exitCode, 9);
      t.is(bench.log(handle), COUNTED);
      t.true(bench.logFiles(handle).length > 5);
      for (const file of bench.logFiles(handle)) t.true(readFileSync(file).length <= LOGS.maxFileBytes);
    }
    const sleeper = handles[2];
    if (sleeper === undefined) throw new Error('no third launch');
    t.true(await executor.alive(sleeper.id));
    await executor.stop(sleeper.id, { signal: 'SIGTERM', timeoutMs: 5_000 });
    t.is((await executor.wait(sleeper.id)).exitCode, 143);
    for (const handle of handles) await executor.destroy(handle.id);
  },
);

test.serial('a task that ended while no agent was there keeps its exit status', async (t) => {
  const { child, handles } = await startAgent([counting(usualKind, 'sleep 0.5; exit 7')]);
  await killed(child);
  const handle = handles[0];
  if (handle === undefined) throw new Error('not launched');
  await until(() => !existsSync(`/proc/${handle.pid}`), 'the task has ended');
  await new Promise((resolve) => setTimeout(resolve, 200));
  await bench.executor.recover(handle);
  t.is((await bench.executor.wait(handle.id)).exitCode, 7);
  await bench.executor.destroy(handle.id);
});

test.serial('killing every process of the agent’s own cgroups leaves tasks alive', async (t) => {
  const group = `/sys/fs/cgroup/unified/${bench.cgroupParent}/agent`;
  mkdirSync(group);
  const { child, handles } = await startAgent([]);
  writeFileSync(join(group, 'cgroup.procs'), String(child.pid));
  await killed(child);
  const script = new URL('agent-process.ts', import.meta.url).pathname;
  const specs = JSON.stringify([counting(usualKind, 'exec sleep 1000'), counting('host', 'exec sleep 1000')]);
  const inGroup = `echo 0 > ${group}/cgroup.procs; exec "$@"`;
  const agent = spawn(
    '/bin/sh',
    ['-c', inGroup, 'sh', process.execPath, script, bench.stateDir, bench.cgroupParent, specs],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (agent.stdout === null) throw new Error('no pipe');
  let started: LaunchHandle[] = handles;
  for await (const line of createInterface({ input: agent.stdout })) {
    started = JSON.parse(line) as LaunchHandle[];
    break;
  }
  const ended = new Promise((resolve) => agent.once('exit', resolve));
  writeFileSync(join(group, 'cgroup.kill'), '1');
  await ended;
  t.is(started.length, 2);
  for (const handle of started) {
    await bench.executor.recover(handle);
    t.true(await bench.executor.alive(handle.id));
    await bench.executor.stop(handle.id, { signal: 'SIGKILL', timeoutMs: 0 });
    await bench.executor.destroy(handle.id);
  }
  await bench.executor.run({ argv: ['rmdir', group] });
});

test.serial('kill -9 of the launcher: running tasks are untouched, the next launches go on', async (t) => {
  const before = await bench.sh(COUNT, { logs: { ...(counting(usualKind).logs ?? { dir: '', name: '' }), ...LOGS } });
  const launcher = bench.supervisors().find(isLauncher);
  if (launcher === undefined) throw new Error('no launcher');
  process.kill(launcher, 'SIGKILL');
  const launches = await Promise.all(Array.from({ length: 8 }, (_, index) => bench.sh(`exit ${index}`)));
  for (const [index, handle] of launches.entries()) t.is((await bench.executor.wait(handle.id)).exitCode, index);
  t.is((await bench.executor.wait(before.id)).exitCode, 9);
  t.false(bench.supervisors().includes(launcher));
});

test.serial('kill -9 of the copiers: the task runs on, nothing of its output is lost', async (t) => {
  const script =
    'i=0; while [ $i -lt 60000 ]; do echo "line $i"; i=$((i+1)); [ $((i % 5000)) -eq 0 ] && sleep 0.2; done; exit 9';
  const handle = await bench.executor.launch(counting(usualKind, script));
  await until(() => bench.log(handle).length > 1_000, 'output comes');
  const copiers = supervisorsOf(handle, 'copiers');
  t.true(copiers.length > 0);
  for (const pid of copiers) process.kill(pid, 'SIGKILL');
  t.is((await bench.executor.wait(handle.id)).exitCode, 9);
  t.is(bench.log(handle), COUNTED);
  await bench.executor.destroy(handle.id);
});

// Without a pid namespace of its own a task outlives its init: see the next.
if (usualKind === 'chroot')
  test.serial('kill -9 of an isolated task’s init ends the task with a known status', async (t) => {
    const handle = await bench.sh('echo begun; sleep 1000');
    await until(() => bench.log(handle) === 'begun\n', 'the task runs');
    for (const pid of supervisorsOf(handle, 'init')) process.kill(pid, 'SIGKILL');
    t.like(await bench.executor.wait(handle.id), { exitCode: 137, signal: 9 });
    t.false(existsSync(`/proc/${handle.pid}`));
  });

test.serial(
  'kill -9 of a raw task’s init: the task lives, its end is seen, its status is unknown and never 0',
  async (t) => {
    const handle = await bench.sh('echo begun; sleep 1; echo more; exit 0', {}, 'host');
    await until(() => bench.log(handle) === 'begun\n', 'the task runs');
    for (const pid of supervisorsOf(handle, 'init')) process.kill(pid, 'SIGKILL');
    t.true(await bench.executor.alive(handle.id));
    const exit = await bench.executor.wait(handle.id);
    t.is(exit.error, 'exit-status-unknown');
    t.is(exit.exitCode, undefined);
    t.is(bench.log(handle), 'begun\nmore\n');
  },
);

test.serial('kill -9 of agent and copiers together: the next agent takes over without loss', async (t) => {
  const script =
    'i=0; while [ $i -lt 60000 ]; do echo "line $i"; i=$((i+1)); [ $((i % 5000)) -eq 0 ] && sleep 0.2; done; exit 9';
  const { child, handles } = await startAgent([counting(usualKind, script)]);
  const handle = handles[0];
  if (handle === undefined) throw new Error('not launched');
  await killed(child);
  for (const pid of supervisorsOf(handle, 'copiers')) process.kill(pid, 'SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, 500));
  await bench.executor.recover(handle);
  t.is((await bench.executor.wait(handle.id)).exitCode, 9);
  t.is(bench.log(handle), COUNTED);
  await bench.executor.destroy(handle.id);
});

test.serial('rotation keeps maxFiles files', async (t) => {
  const logs = { ...(counting(usualKind).logs ?? { dir: '', name: '' }), maxFiles: 3, maxFileBytes: 10_000 };
  const spec = counting(usualKind, 'i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i+1)); done');
  const handle = await bench.executor.launch({ ...spec, logs: { ...logs, dir: spec.logs?.dir ?? '' } });
  await bench.executor.wait(handle.id);
  const files = bench.logFiles(handle);
  t.is(files.length, 3);
  t.true(bench.log(handle).endsWith('line 19999\n'));
  for (const file of files) t.true(readFileSync(file).length <= 10_000);
  await bench.executor.destroy(handle.id);
});

test.serial('a handle of an earlier boot is lost, and what it held can be freed', async (t) => {
  const handle = await bench.sh('sleep 1000');
  await bench.executor.stop(handle.id, { signal: 'SIGKILL', timeoutMs: 0 });
  const record = join(handle.stateDir, 'launch.json');
  const saved = JSON.parse(readFileSync(record, 'utf8')) as { handle: LaunchHandle; plan: { exitFile: string } };
  writeFileSync(saved.plan.exitFile, `running${'\n'.repeat(57)}`);
  const next = await createExecutor({
    stateDir: bench.stateDir,
    cgroupParent: bench.cgroupParent,
    launcher: launcherUnderTest,
  });
  const old = { ...handle, bootId: 'another-boot' };
  await t.throwsAsync(next.recover(old), { message: /before the machine was started again/ });
  t.is((await next.wait(handle.id)).error, 'lost-in-reboot');
  await next.destroy(handle.id);
  await next.close();
});

test.serial('eight launches overlap', async (t) => {
  const time = async (count: number) => {
    const from = performance.now();
    await Promise.all(Array.from({ length: count }, () => bench.sh('exit 0', { networkNamespace: 'none' })));
    return performance.now() - from;
  };
  await time(2);
  const one = await time(1);
  t.true((await time(8)) < 8 * one + 200);
});

test.serial('nothing but the launcher is left when all launches are freed', async (t) => {
  await bench.freeAll();
  await until(() => bench.supervisors().length <= 1, 'only the launcher runs', 10_000);
  t.deepEqual(
    bench.supervisors().filter((pid) => !isLauncher(pid)),
    [],
  );
});
