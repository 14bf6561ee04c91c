// Cases about wait: how a task ended, told to everybody who asks, also after the agent's restart.
import { type ConformanceCase, defineCase } from '../case.ts';
import { ensure, ensureEqual, ensureJsonSafe, ensureRejects } from '../expect.ts';

export const waitCases: readonly ConformanceCase[] = [
  defineCase('wait answers the exit code', async (bench) => {
    const zero = await bench.started('exit0');
    const three = await bench.started('exit3');
    const [first, second] = await bench.step(
      'wait',
      Promise.all([bench.driver.wait(zero.id, {}), bench.driver.wait(three.id, {})]),
    );
    ensureJsonSafe(first, 'exit');
    ensureEqual(first.exitCode, 0, 'exit code');
    ensureEqual(second.exitCode, 3, 'exit code');
    ensure(first.error === undefined, `error is ${first.error}`);
    ensure(first.oomKilled !== true, 'oomKilled is true');
  }),
  defineCase('many callers may wait, before and after the exit, until destroy', async (bench) => {
    const task = await bench.started('sleep');
    const early = [bench.driver.wait(task.id, {}), bench.driver.wait(task.id, {}), bench.driver.wait(task.id, {})];
    await bench.step('stop', bench.driver.stop(task.id, { timeoutMs: 5000 }));
    const results = await bench.step('wait', Promise.all(early));
    const late = await bench.step('wait after the exit', bench.driver.wait(task.id, {}));
    for (const result of results) ensureEqual(result, late, 'exit');
    await bench.step('destroy', bench.driver.destroy(task.id, { force: false }));
    await ensureRejects(bench.driver.wait(task.id, {}), ['unknown-task'], 'wait after destroy');
  }),
  defineCase('aborting a wait stops the waiting, never the task', async (bench) => {
    const task = await bench.started('sleep');
    const stop = new AbortController();
    const waiting = bench.driver.wait(task.id, { signal: stop.signal });
    const other = bench.driver.wait(task.id, {});
    stop.abort();
    await ensureRejects(bench.step('aborted wait', waiting), ['canceled'], 'wait');
    ensureEqual((await bench.driver.inspect(task.id)).state, 'running', 'state');
    await bench.step('stop', bench.driver.stop(task.id, { timeoutMs: 5000 }));
    await bench.step('the other wait', other);
  }),
  defineCase('wait for an unknown task is refused', async (bench) => {
    const task = await bench.task('sleep');
    await ensureRejects(bench.driver.wait(task.id, {}), ['unknown-task'], 'wait');
  }),
];
