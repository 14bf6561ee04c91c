import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { CallMux, CallStream } from '../../link/mux.ts';
import { AgentHarness } from '../testing/agent-harness.ts';
import { makeAllocation, makeGroup, makeJob, makeTask } from '../testing/make-job.ts';
import { until } from '../testing/virtual-clock.ts';

/** A node with one running allocation `a1` of task `web`, and the server's end of the calls. */
async function running(t: ExecutionContext): Promise<{ harness: AgentHarness; mux: CallMux }> {
  const harness = await AgentHarness.make();
  t.teardown(() => harness.close());
  await harness.startAgent();
  await until(() => harness.server.hellos.length === 1, 'the node says hello');
  const group = makeGroup([makeTask('web', { config: { print_lines: 3 } })]);
  harness.server.desire(makeJob(group), makeAllocation('a1', group));
  await harness.untilStatus('a1', 'running');
  return { harness, mux: harness.server.mux as CallMux };
}

async function text(stream: Pick<CallStream<'fs.read'>, 'events'>, channel = 0): Promise<string> {
  const decoder = new TextDecoder();
  let all = '';
  for await (const event of stream.events()) {
    if (event.type === 'data' && event.channel === channel) all += decoder.decode(event.bytes, { stream: true });
  }
  return all;
}

test('files are listed, described and read over the link', async (t) => {
  const { harness, mux } = await running(t);
  const local = join(harness.dataDir, 'allocations/a1/web/local');
  await mkdir(local, { recursive: true });
  await writeFile(join(local, 'note.txt'), 'hello world');
  const names = await mux.open('fs.list', { allocationId: 'a1', path: '/' }).result;
  t.deepEqual(
    names.map(({ name }) => name),
    ['alloc', 'web'],
  );
  t.like(await mux.open('fs.stat', { allocationId: 'a1', path: 'web/local/note.txt' }).result, { sizeBytes: 11 });
  const read = mux.open('fs.read', {
    allocationId: 'a1',
    path: 'web/local/note.txt',
    offset: 5,
    limit: 3,
    origin: 'end',
    follow: false,
  });
  t.is(await text(read), 'wor');
  t.deepEqual(await read.result, { bytes: 3 });
  await t.throwsAsync(mux.open('fs.list', { allocationId: 'a1', path: 'web/secrets' }).result, { message: /secrets/ });
  await t.throwsAsync(mux.open('fs.list', { allocationId: 'zz', path: '/' }).result, { message: /not on this node/ });
});

test('log files are told from where only root can write, whatever lies where they are shown', async (t) => {
  const { harness, mux } = await running(t);
  const root = join(harness.dataDir, 'allocations/a1');
  const linesOf = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0);
  const [log, errors] = ['stdout', 'stderr'].map((stream) => join(root, `@logs/web/web.${stream}.0`)) as [
    string,
    string,
  ];
  await until(() => linesOf(log) === 3 && linesOf(errors) === 3, 'its lines are written');
  const printed = readFileSync(log, 'utf8');
  await rm(join(root, 'alloc/logs/web.stdout.0'));
  await writeFile(join(root, 'alloc/logs/web.stdout.0'), 'forged');
  await writeFile(join(root, 'alloc/logs/side.own'), 'mine');
  const fs = (path: string) => ({ allocationId: 'a1', path });
  const read = (path: string) =>
    text(mux.open('fs.read', { ...fs(path), offset: 0, limit: -1, origin: 'start', follow: false }));
  t.is(await read('alloc/logs/web.stdout.0'), printed);
  t.is(await read('alloc/logs/side.own'), 'mine');
  t.like(await mux.open('fs.stat', fs('alloc/logs/web.stdout.0')).result, { sizeBytes: printed.length });
  const listed = await mux.open('fs.list', fs('/alloc/logs/')).result;
  t.deepEqual(
    listed.map(({ name, sizeBytes }) => [name, sizeBytes]),
    [
      ['side.own', 4],
      ['web.stderr.0', printed.length],
      ['web.stdout.0', printed.length],
    ],
  );
  for (const path of ['@logs', '@logs/web/web.stdout.0', 'alloc/../@logs/web'])
    await t.throwsAsync(mux.open('fs.list', fs(path)).result, { message: /there is no file/ });
  await Promise.all(Array.from({ length: 10_001 }, (_, index) => symlink('x', join(root, 'alloc/logs', `${index}`))));
  await t.throwsAsync(mux.open('fs.list', fs('alloc/logs')).result, { message: /more entries than are listed/ });
  await rm(join(root, 'alloc/logs'), { recursive: true });
  await symlink('/etc', join(root, 'alloc/logs'));
  t.is(await read('alloc/logs/web.stdout.0'), printed);
  t.like(await mux.open('fs.stat', fs('alloc/logs')).result, { name: 'logs', isDirectory: true });
  t.is((await mux.open('fs.list', fs('alloc/logs')).result).length, 2);
  await t.throwsAsync(mux.open('fs.stat', fs('alloc/logs/passwd')).result, { message: /leads out of the allocation/ });
});

test("logs of a driver that streams arrive complete and can be followed to the task's end", async (t) => {
  const { harness, mux } = await running(t);
  const params = { allocationId: 'a1', task: 'web', stream: 'stdout' as const, offset: 0, origin: 'start' as const };
  const following = mux.open('logs.read', { ...params, follow: true });
  const all = text(following);
  harness.runtime.print('a1/web/1', 'stdout', 'more\n');
  const group = makeGroup([makeTask('web')]);
  const stop = makeAllocation('a1', group, { desiredStatus: 'stop', allocModifyIndex: 2 });
  harness.server.desire(makeJob(group), stop);
  await harness.untilStatus('a1', 'complete');
  const seen = await all;
  t.regex(seen, /more\n$/);
  const again = mux.open('logs.read', { ...params, follow: false });
  t.is(await text(again), seen);
});

test('a restart asked for by the server starts a new attempt', async (t) => {
  const { harness, mux } = await running(t);
  await mux.open('alloc.restart', { allocationId: 'a1', allTasks: false }).result;
  await until(() => harness.runtime.tasks.has('a1/web/2'), 'the second attempt runs');
  t.false(harness.runtime.tasks.has('a1/web/1'));
  await t.throwsAsync(mux.open('alloc.restart', { allocationId: 'a1', task: 'none', allTasks: false }).result, {
    message: /no task "none"/,
  });
});

test('a restart of all tasks runs them again in order, also the prestart task that had ended', async (t) => {
  const harness = await AgentHarness.make();
  t.teardown(() => harness.close());
  await harness.startAgent();
  await until(() => harness.server.hellos.length === 1, 'the node says hello');
  const init = makeTask('init', { lifecycle: { hook: 'prestart', sidecar: false }, config: { run_for_ms: 10 } });
  const group = makeGroup([makeTask('web'), init]);
  harness.server.desire(makeJob(group), makeAllocation('a1', group));
  const mux = harness.server.mux as CallMux;
  const restart = (task?: string) =>
    mux.open('alloc.restart', { allocationId: 'a1', allTasks: true, ...(task === undefined ? {} : { task }) }).result;
  const initThenWeb = async (attempt: number) => {
    await until(() => harness.runtime.tasks.has(`a1/init/${attempt}`), 'the prestart task runs');
    t.false(harness.runtime.tasks.has(`a1/web/${attempt}`));
    harness.clock.advance(10);
    await until(() => harness.runtime.tasks.has(`a1/web/${attempt}`), 'the main task runs');
  };
  await initThenWeb(1);
  await until(() => harness.server.last('a1')?.taskStates['init']?.state === 'dead', 'the prestart task has ended');
  await restart();
  await initThenWeb(2);
  t.false(harness.runtime.tasks.has('a1/web/1'));
  await harness.untilStatus('a1', 'running');
  t.like(harness.server.last('a1')?.taskStates, { init: { restarts: 1 }, web: { restarts: 1, failed: false } });
  await t.throwsAsync(restart('web'), { message: /one task or all/ });
  harness.server.desire(makeJob(group), makeAllocation('a1', group, { desiredStatus: 'stop', allocModifyIndex: 2 }));
  await harness.untilStatus('a1', 'complete');
  await t.throwsAsync(restart(), { message: 'the allocation is not running its tasks' });
});

test('a signal reaches the task', async (t) => {
  const { harness, mux } = await running(t);
  await mux.open('alloc.signal', { allocationId: 'a1', signal: 'SIGUSR1' }).result;
  t.deepEqual(harness.calls('signal'), ['a1/web/1']);
  await t.throwsAsync(mux.open('alloc.signal', { allocationId: 'a1', signal: 'SIGNONE' }).result);
});

test('a command runs inside the task with its input, output and exit code', async (t) => {
  const { mux } = await running(t);
  const session = mux.open('alloc.exec', { allocationId: 'a1', task: 'web', command: ['cat'], tty: false });
  await session.write(0, new TextEncoder().encode('typed'));
  session.finish(0);
  t.is(await text(session, 1), 'typed');
  t.is((await session.result).exitCode, 0);
  const empty = mux.open('alloc.exec', { allocationId: 'a1', task: 'web', command: [], tty: false });
  await t.throwsAsync(empty.result, { message: /command is empty/ });
});

test('usage of an allocation and of the node is told', async (t) => {
  const { harness, mux } = await running(t);
  const asked = mux.open('alloc.stats', { allocationId: 'a1' }).result;
  await until(() => harness.calls('stats').length > 0, 'the driver is asked');
  await new Promise((resolve) => setTimeout(resolve, 20));
  harness.clock.advance(1_000);
  const stats = await asked;
  t.is(stats.tasks['web']?.memoryBytes, 1_048_576);
  t.is(stats.total.memoryBytes, 1_048_576);
  const node = await mux.open('node.stats', {}).result;
  t.true(node.memory.totalBytes > 0);
  t.true(node.cpu.length > 0);
  t.true((node.disks[0]?.sizeBytes ?? 0) > 0);
});

test('a finished allocation is collected when asked, a running one is not', async (t) => {
  const { harness, mux } = await running(t);
  await t.throwsAsync(mux.open('alloc.collect', { allocationId: 'a1' }).result, { message: /has not ended/ });
  const group = makeGroup([makeTask('web')]);
  const stop = makeAllocation('a1', group, { desiredStatus: 'stop', allocModifyIndex: 2 });
  harness.server.desire(makeJob(group), stop);
  await harness.untilStatus('a1', 'complete');
  t.deepEqual(await mux.open('node.collect', {}).result, { collected: ['a1'] });
  await t.throwsAsync(mux.open('fs.list', { allocationId: 'a1', path: '/' }).result, { message: /there is no file/ });
});

test('a call this node does not know is refused by name', async (t) => {
  const { mux } = await running(t);
  await t.throwsAsync(mux.open('alloc.dance' as 'node.stats', {}).result, { message: /alloc\.dance/ });
});
