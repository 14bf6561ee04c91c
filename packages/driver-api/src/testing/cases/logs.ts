// Cases about a task's output: nothing lost, nothing doubled.
import type { Driver } from '../../driver.ts';
import type { TaskHandle } from '../../task.ts';
import { type Bench, type ConformanceCase, defineCase } from '../case.ts';
import { ensure, ensureEqual, eventually, pause, SkipCase } from '../expect.ts';
import { PRINT_LINES } from '../harness.ts';

interface Output {
  stdout: string;
  stderr: string;
  cursor: string | undefined;
  chunks: number;
}

const expectedText = (word: string) =>
  Array.from({ length: PRINT_LINES }, (_unused, index) => `${word} ${index + 1}\n`).join('');

async function readAll(driver: Driver, taskId: string, after?: string, maxChunks = Infinity): Promise<Output> {
  ensure(driver.logs !== undefined, 'logs is absent');
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const output: Output = { stdout: '', stderr: '', cursor: after, chunks: 0 };
  for await (const chunk of driver.logs.read(taskId, after === undefined ? {} : { after })) {
    output[chunk.stream] += decoders[chunk.stream].decode(chunk.data, { stream: true });
    output.cursor = chunk.cursor;
    output.chunks += 1;
    if (output.chunks >= maxChunks) break;
  }
  return output;
}

function ensureComplete(actual: { stdout: string; stderr: string }, what: string): void {
  for (const [stream, word] of [
    ['stdout', 'out'],
    ['stderr', 'err'],
  ] as const) {
    const text = actual[stream];
    const lines = text.split('\n').length - 1;
    ensureEqual(lines, PRINT_LINES, `${what}: lines on ${stream}`);
    ensure(text === expectedText(word), `${what}: ${stream} has other bytes than were written`);
  }
}

/** Reads a few chunks at a time, each time by a driver object that knows the task from its handle alone. */
async function readInPieces(bench: Bench, handle: TaskHandle): Promise<{ stdout: string; stderr: string }> {
  const parts = { stdout: '', stderr: '' };
  let cursor: string | undefined;
  for (let round = 0; round <= 4 * PRINT_LINES; round += 1) {
    const another = await bench.harness.createDriver();
    await another.recover(handle);
    const part = await bench.step('piece of the logs', readAll(another, handle.taskId, cursor, 7 + 31 * round));
    await another.close();
    if (part.chunks === 0) break;
    parts.stdout += part.stdout;
    parts.stderr += part.stderr;
    cursor = part.cursor;
  }
  return parts;
}

export const logCases: readonly ConformanceCase[] = [
  defineCase(
    'logs read while the task runs end after its last byte and are complete',
    async (bench) => {
      const task = await bench.started('print');
      ensureComplete(await bench.step('logs', readAll(bench.driver, task.id)), 'followed');
      ensureComplete(await bench.step('logs again', readAll(bench.driver, task.id)), 'read again from the beginning');
    },
    (capabilities) => capabilities.logs === 'stream',
  ),
  defineCase(
    'a cursor goes on where another driver object stopped, without loss or repetition',
    async (bench) => {
      const task = await bench.task('print');
      const { handle } = await bench.step('start', bench.driver.start(task, {}));
      ensureComplete(await readInPieces(bench, handle), 'read in pieces');
    },
    (capabilities) => capabilities.logs === 'stream',
  ),
  defineCase(
    'aborting a log reader ends it without an error',
    async (bench) => {
      const { logs } = bench.driver;
      ensure(logs !== undefined, 'logs is absent');
      const task = await bench.started('sleep');
      const stop = new AbortController();
      const reading = (async () => {
        for await (const _chunk of logs.read(task.id, { signal: stop.signal }));
      })();
      await pause(100);
      stop.abort();
      await bench.step('logs', reading);
    },
    (capabilities) => capabilities.logs === 'stream',
  ),
  defineCase(
    'log files hold every byte of both streams',
    async (bench) => {
      const { readLog } = bench.harness;
      if (readLog === undefined) throw new SkipCase('the harness cannot read log files');
      const task = await bench.started('print');
      await bench.step('wait', bench.driver.wait(task.id, {}));
      const read = async () => ({ stdout: await readLog(task, 'stdout'), stderr: await readLog(task, 'stderr') });
      const full = expectedText('out').length + expectedText('err').length;
      await eventually(
        async () => {
          const { stdout, stderr } = await read();
          return stdout.length + stderr.length >= full;
        },
        10_000,
        'the log files are complete',
      );
      ensureComplete(await read(), 'log files');
    },
    (capabilities) => capabilities.logs === 'files',
  ),
];
