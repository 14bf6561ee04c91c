// Cases about stop: signal, patience, hard kill, whole tree.
import { type ConformanceCase, defineCase } from '../case.ts';
import { ensure, ensureEqual, ensureRejects, eventually, pause } from '../expect.ts';

export const stopCases: readonly ConformanceCase[] = [
  defineCase('stop resolves when the task has exited, long before the time-out when it obeys', async (bench) => {
    const task = await bench.started('sleep');
    const startMs = Date.now();
    await bench.step('stop', bench.driver.stop(task.id, { timeoutMs: 60_000 }));
    ensure(Date.now() - startMs < 50_000, 'stop waited for the whole time-out');
    ensureEqual((await bench.driver.inspect(task.id)).state, 'exited', 'state after stop');
  }),
  defineCase('stop of a task that has exited is success', async (bench) => {
    const task = await bench.started('exit3');
    await bench.step('wait', bench.driver.wait(task.id, {}));
    await bench.step('stop', bench.driver.stop(task.id, { timeoutMs: 5000 }));
    await bench.step('stop again', bench.driver.stop(task.id, { timeoutMs: 0 }));
    ensureEqual((await bench.driver.wait(task.id, {})).exitCode, 3, 'exit code after stop');
  }),
  defineCase('a task that ignores the kill signal is killed hard after timeoutMs, not before', async (bench) => {
    const task = await bench.started('ignore-term');
    await pause(300);
    const startMs = Date.now();
    await bench.step('stop', bench.driver.stop(task.id, { timeoutMs: 1500 }));
    const tookMs = Date.now() - startMs;
    ensure(tookMs >= 1400, `killed after ${tookMs} ms, timeoutMs is 1500`);
    const exit = await bench.step('wait', bench.driver.wait(task.id, {}));
    ensure(exit.exitCode !== 0, 'a killed task reports exit code 0');
  }),
  defineCase('a second stop with less patience is not held up by the first', async (bench) => {
    const task = await bench.started('ignore-term');
    await pause(300);
    const patient = bench.driver.stop(task.id, { timeoutMs: 600_000 });
    await bench.step('impatient stop', bench.driver.stop(task.id, { timeoutMs: 100 }));
    await bench.step('patient stop', patient);
  }),
  defineCase('stop sends the kill signal it is given', async (bench) => {
    const task = await bench.started('exit42-on-usr1');
    await pause(500);
    await bench.step('stop', bench.driver.stop(task.id, { timeoutMs: 20_000, killSignal: 'SIGUSR1' }));
    ensureEqual((await bench.driver.wait(task.id, {})).exitCode, 42, 'exit code');
  }),
  defineCase("stop without a signal sends the task's own kill signal", async (bench) => {
    const task = await bench.started('exit42-on-usr1', { killSignal: 'SIGUSR1' });
    await pause(500);
    await bench.step('stop', bench.driver.stop(task.id, { timeoutMs: 20_000 }));
    ensureEqual((await bench.driver.wait(task.id, {})).exitCode, 42, 'exit code');
  }),
  defineCase('stop ends the whole process tree', async (bench) => {
    const task = await bench.started('tree');
    const { countProcesses } = bench.harness;
    if (countProcesses !== undefined) {
      await eventually(async () => (await countProcesses(task)) >= 2, 10_000, 'the tree has two processes');
    }
    await bench.step('stop', bench.driver.stop(task.id, { timeoutMs: 500 }));
    if (countProcesses !== undefined) ensureEqual(await countProcesses(task), 0, 'processes after stop');
    ensureEqual((await bench.driver.inspect(task.id)).state, 'exited', 'state after stop');
  }),
  defineCase('stop of an unknown task is refused', async (bench) => {
    const task = await bench.task('sleep');
    await ensureRejects(bench.driver.stop(task.id, { timeoutMs: 100 }), ['unknown-task'], 'stop');
  }),
];
