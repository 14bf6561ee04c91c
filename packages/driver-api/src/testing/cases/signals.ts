// Cases about the optional group `signals`.
import { type ConformanceCase, defineCase } from '../case.ts';
import { ensure, ensureEqual, ensureRejects, pause } from '../expect.ts';

export const signalCases: readonly ConformanceCase[] = [
  defineCase(
    'a signal reaches the task',
    async (bench) => {
      const { signals } = bench.driver;
      ensure(signals !== undefined, 'signals is absent');
      const task = await bench.started('exit42-on-usr1');
      await pause(500);
      await bench.step('signal', signals.send(task.id, 'SIGUSR1'));
      ensureEqual((await bench.step('wait', bench.driver.wait(task.id, {}))).exitCode, 42, 'exit code');
    },
    (capabilities) => capabilities.signals,
  ),
  defineCase(
    'a signal that does not exist, or for an unknown task, is refused',
    async (bench) => {
      const { signals } = bench.driver;
      ensure(signals !== undefined, 'signals is absent');
      const task = await bench.started('sleep');
      const unknown = await bench.task('sleep');
      await ensureRejects(signals.send(task.id, 'SIGNONSENSE'), ['invalid-config', 'denied'], 'wrong signal');
      await ensureRejects(signals.send(unknown.id, 'SIGHUP'), ['unknown-task'], 'unknown task');
      ensureEqual((await bench.driver.inspect(task.id)).state, 'running', 'state');
    },
    (capabilities) => capabilities.signals,
  ),
];
