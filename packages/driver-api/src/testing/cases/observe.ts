// Cases about what can be seen of a task: inspect, stats, events.
import type { TaskEvent, TaskStats } from '../../stream.ts';
import { type ConformanceCase, defineCase, firstOf } from '../case.ts';
import { ensure, ensureEqual, ensureJsonSafe, ensureRejects } from '../expect.ts';

export const observeCases: readonly ConformanceCase[] = [
  defineCase('inspect tells running and exited apart', async (bench) => {
    const task = await bench.started('sleep');
    const running = await bench.step('inspect', bench.driver.inspect(task.id));
    ensureJsonSafe(running, 'inspect');
    ensureEqual([running.taskId, running.state], [task.id, 'running'], 'id and state');
    ensure(running.exit === undefined, 'a running task has an exit');
    await bench.step('stop', bench.driver.stop(task.id, { timeoutMs: 5000 }));
    const exited = await bench.step('inspect', bench.driver.inspect(task.id));
    ensureEqual(exited.state, 'exited', 'state');
    ensure(exited.exit !== undefined, 'an exited task has no exit');
  }),
  defineCase('inspect of an unknown task is refused', async (bench) => {
    const task = await bench.task('sleep');
    await ensureRejects(bench.driver.inspect(task.id), ['unknown-task'], 'inspect');
  }),
  defineCase('stats give their first item at once, with plausible numbers', async (bench) => {
    const task = await bench.started('sleep');
    const stats = bench.driver.stats(task.id, { intervalMs: 3_600_000 });
    const first = await bench.step('first stats', firstOf(stats, 'stats'));
    ensureJsonSafe(first, 'stats');
    ensure(Math.abs(first.atMs - Date.now()) < 60_000, `atMs ${first.atMs} is not now`);
    ensure(first.cpuTotalNs >= 0 && first.memoryBytes >= 0, `negative usage ${JSON.stringify(first)}`);
  }),
  defineCase('stats repeat, and end when the task ends', async (bench) => {
    const task = await bench.started('sleep');
    const seen: TaskStats[] = [];
    let stopping: Promise<void> | undefined;
    const reading = (async () => {
      for await (const item of bench.driver.stats(task.id, { intervalMs: 100 })) {
        seen.push(item);
        if (seen.length === 2) stopping = bench.driver.stop(task.id, { timeoutMs: 5000 });
      }
    })();
    await bench.step('stats until the end', reading);
    await stopping;
    ensure(seen.length >= 2, `only ${seen.length} items`);
  }),
  defineCase('aborting ends stats and events without an error', async (bench) => {
    const task = await bench.started('sleep');
    const stop = new AbortController();
    const events = (async () => {
      for await (const _event of bench.driver.events({ signal: stop.signal }));
    })();
    const stats = (async () => {
      for await (const _item of bench.driver.stats(task.id, { intervalMs: 50, signal: stop.signal })) stop.abort();
    })();
    await bench.step('abort', Promise.all([events, stats]));
    ensureEqual((await bench.driver.inspect(task.id)).state, 'running', 'state');
  }),
  defineCase('events are messages about tasks of this driver', async (bench) => {
    const stop = new AbortController();
    const seen: TaskEvent[] = [];
    const reading = (async () => {
      for await (const event of bench.driver.events({ signal: stop.signal })) seen.push(event);
    })();
    const task = await bench.started('exit0');
    await bench.step('wait', bench.driver.wait(task.id, {}));
    stop.abort();
    await bench.step('events', reading);
    for (const event of seen) {
      ensureJsonSafe(event, 'event');
      ensure(event.message !== '' && event.taskId !== '', `empty event ${JSON.stringify(event)}`);
    }
  }),
];
