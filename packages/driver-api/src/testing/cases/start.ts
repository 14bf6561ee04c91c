// Cases about start: accepted, idempotent, and nothing left behind when it fails or is aborted.
import { isDriverError } from '../../errors.ts';
import { type Bench, type ConformanceCase, defineCase } from '../case.ts';
import { ensure, ensureEqual, ensureJsonSafe, ensureRejects, pause } from '../expect.ts';

async function startAndAbort(bench: Bench, delayMs: number): Promise<void> {
  const task = await bench.task('sleep');
  const stop = new AbortController();
  const starting = bench.driver.start(task, { signal: stop.signal }).then(
    () => 'started' as const,
    (error: unknown) => error,
  );
  await pause(delayMs);
  stop.abort();
  const outcome = await bench.step(`start aborted after ${delayMs} ms`, starting);
  if (outcome === 'started') {
    await bench.driver.destroy(task.id, { force: true });
    return;
  }
  ensure(isDriverError(outcome) && outcome.code === 'canceled', `an aborted start rejected with ${String(outcome)}`);
  ensureEqual(await bench.harness.listLeftovers(), [], `after a start aborted after ${delayMs} ms, left behind`);
  await ensureRejects(bench.driver.inspect(task.id), ['unknown-task'], 'inspect after an aborted start');
}

export const startCases: readonly ConformanceCase[] = [
  defineCase('start answers a versioned handle that survives JSON', async (bench) => {
    const task = await bench.task('sleep');
    const result = await bench.step('start', bench.driver.start(task, {}));
    ensureJsonSafe(result, 'start');
    ensureEqual(result.handle.driver, bench.driver.info.name, 'handle.driver');
    ensureEqual(result.handle.taskId, task.id, 'handle.taskId');
    ensure(Number.isInteger(result.handle.version), 'handle.version is not an integer');
  }),
  defineCase('start with the id of a running task answers the same handle', async (bench) => {
    const task = await bench.task('sleep');
    const [first, second] = await bench.step(
      'two starts at once',
      Promise.all([bench.driver.start(task, {}), bench.driver.start(task, {})]),
    );
    ensureEqual(second.handle, first.handle, 'handle of the concurrent start');
    const third = await bench.step('third start', bench.driver.start(task, {}));
    ensureEqual(third.handle, first.handle, 'handle of the later start');
  }),
  defineCase('start by a new driver object with the id of a running task answers the same handle', async (bench) => {
    const task = await bench.task('sleep');
    const first = await bench.step('start', bench.driver.start(task, {}));
    const another = await bench.anotherDriver();
    const second = await bench.step('start by another driver object', another.start(task, {}));
    ensureEqual(second.handle, first.handle, 'handle');
  }),
  defineCase('a start with a wrong config is refused and leaves nothing behind', async (bench) => {
    const task = await bench.task('bad-config');
    await ensureRejects(bench.step('start', bench.driver.start(task, {})), ['invalid-config', 'denied'], 'start');
    ensureEqual(await bench.harness.listLeftovers(), [], 'left behind');
    await ensureRejects(bench.driver.inspect(task.id), ['unknown-task'], 'inspect after the failed start');
  }),
  defineCase('a start of something that does not exist says so and leaves nothing behind', async (bench) => {
    const task = await bench.task('missing');
    await ensureRejects(bench.step('start', bench.driver.start(task, {})), ['not-found', 'fetch-failed'], 'start');
    ensureEqual(await bench.harness.listLeftovers(), [], 'left behind');
    await ensureRejects(bench.driver.inspect(task.id), ['unknown-task'], 'inspect after the failed start');
  }),
  defineCase('a start with an aborted signal is canceled and leaves nothing behind', async (bench) => {
    const task = await bench.task('sleep');
    const starting = bench.driver.start(task, { signal: AbortSignal.abort() });
    await ensureRejects(bench.step('start', starting), ['canceled'], 'start');
    ensureEqual(await bench.harness.listLeftovers(), [], 'left behind');
  }),
  defineCase('a start aborted half-way is canceled and leaves nothing behind, or has started', async (bench) => {
    for (const delayMs of [0, 5, 25, 100]) await startAndAbort(bench, delayMs);
  }),
];
