// An agent killed between the launcher's answer and the record of the launch: no task runs twice, none runs on unknown.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { LaunchHandle, LaunchSpec } from '@orch/executor';
import test from 'ava';
import { type LaunchBench, makeLaunchBench, statusOf, until } from './launch-bench.ts';

let bench: LaunchBench;
test.before(async () => {
  bench = await makeLaunchBench();
});
test.after.always(() => bench.close());

const exits = (handle: LaunchHandle) => join(bench.stateDir, 'exits', handle.stateDir.split('/').at(-1) ?? '');

/** What is on the disk when an agent was killed in the middle of a launch: everything but the agent's own record. */
async function unrecorded(spec: LaunchSpec, before: (handle: LaunchHandle) => Promise<void>): Promise<LaunchHandle> {
  const script = new URL('agent-process.ts', import.meta.url).pathname;
  const args = [script, bench.stateDir, bench.cgroupParent, JSON.stringify([spec])];
  const agent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const handle = await firstHandle(agent);
  const ended = new Promise((resolve) => agent.once('exit', resolve));
  agent.kill('SIGKILL');
  await ended;
  await before(handle);
  rmSync(join(handle.stateDir, 'launch.json'));
  return handle;
}

async function firstHandle(agent: ChildProcess): Promise<LaunchHandle> {
  if (agent.stdout === null) throw new Error('no pipe');
  for await (const line of createInterface({ input: agent.stdout })) {
    const [handle] = JSON.parse(line) as LaunchHandle[];
    if (handle !== undefined) return handle;
  }
  throw new Error('the agent ended without a word');
}

for (const kind of ['chroot', 'host'] as const) {
  test.serial(
    `a ${kind} task that runs is taken up: not a second time, its output and its end are known`,
    async (t) => {
      const script = 'i=0; while [ $i -lt 40 ]; do echo line $i; i=$((i+1)); sleep 0.05; done; exit 9';
      const spec = bench.spec(script, {}, kind);
      const before = await unrecorded(spec, async () => {});
      const handle = await bench.executor.launch(spec);
      t.is(handle.pid, before.pid);
      t.is(handle.startTicks, before.startTicks);
      t.is((await bench.executor.wait(handle.id)).exitCode, 9);
      t.is(bench.log(handle), Array.from({ length: 40 }, (_, index) => `line ${index}\n`).join(''));
      await bench.executor.destroy(handle.id);
      t.false(existsSync(handle.stateDir));
    },
  );
}

test.serial('a task whose copier was killed, too, is taken up with a new one', async (t) => {
  const spec = bench.spec('i=0; while [ $i -lt 40 ]; do echo line $i; i=$((i+1)); sleep 0.05; done; exit 9');
  const before = await unrecorded(spec, async ({ pid }) => {
    const init = Number(statusOf(pid, 'PPid'));
    process.kill(Number(statusOf(init, 'PPid')), 'SIGKILL');
  });
  const handle = await bench.executor.launch(spec);
  t.is(handle.pid, before.pid);
  t.is((await bench.executor.wait(handle.id)).exitCode, 9);
  t.is(bench.log(handle), Array.from({ length: 40 }, (_, index) => `line ${index}\n`).join(''));
  await bench.executor.destroy(handle.id);
});

test.serial('a task that has ended meanwhile is not begun again, and its exit is known', async (t) => {
  const spec = bench.spec('echo ran; exit 7');
  await unrecorded(spec, (before) =>
    until(() => readFileSync(exits(before), 'utf8').startsWith('exit 7'), 'its exit is recorded'),
  );
  const handle = await bench.executor.launch(spec);
  t.is((await bench.executor.wait(handle.id)).exitCode, 7);
  t.is(bench.log(handle), 'ran\n');
  await bench.executor.destroy(handle.id);
});

test.serial('a raw task that lost its init, too, is ended before it begins anew', async (t) => {
  const spec = bench.spec('echo begun; exec sleep 1000', {}, 'host');
  const before = await unrecorded(spec, async ({ pid }) => {
    const init = Number(statusOf(pid, 'PPid'));
    process.kill(init, 'SIGKILL');
    await until(() => Number(statusOf(pid, 'PPid')) !== init, 'init has ended');
  });
  const handle = await bench.executor.launch(spec);
  t.not(handle.pid, before.pid);
  await until(() => !existsSync(`/proc/${before.pid}`), 'the first one has ended and was reaped');
  t.true(await bench.executor.alive(handle.id));
  await bench.executor.stop(handle.id, { signal: 'SIGKILL', timeoutMs: 0 });
  await bench.executor.destroy(handle.id);
});

test.serial('a launch is abandoned with all its processes and files', async (t) => {
  const spec = bench.spec('exec sleep 1000');
  const before = await unrecorded(spec, async () => {});
  await bench.executor.abandon(spec.id);
  t.false(existsSync(`/proc/${before.pid}`));
  t.false(existsSync(before.stateDir));
  t.false(existsSync(exits(before)));
  t.deepEqual(
    before.cgroups.filter((group) => existsSync(group)),
    [],
  );
  await bench.executor.abandon(spec.id);
});

test.serial('a task whose directory was removed under it does not run on when it is called lost', async (t) => {
  const spec = bench.spec('exec sleep 1000');
  const before = await unrecorded(spec, async () => {});
  rmSync(before.stateDir, { recursive: true });
  const error = await t.throwsAsync(bench.executor.recover(before));
  t.is((error as { code?: unknown }).code, 'lost');
  t.false(existsSync(`/proc/${before.pid}`));
  t.deepEqual(
    before.cgroups.filter((group) => existsSync(group)),
    [],
  );
});
