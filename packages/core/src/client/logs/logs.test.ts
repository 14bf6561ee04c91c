import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { until, VirtualClock } from '../testing/virtual-clock.ts';
import { LogWriter } from './log-writer.ts';
import { type LogRequest, readLogsOut, startPosition } from './read-logs.ts';

interface Place {
  readonly root: string;
  readonly dir: string;
  readonly cursor: string;
}

async function place(t: ExecutionContext): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), 'orch-logs-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  const dir = join(root, 'alloc', 'logs');
  await mkdir(dir, { recursive: true });
  return { root, dir, cursor: join(root, 'cursor.json') };
}

const bytes = (text: string) => new TextEncoder().encode(text);
const limits = (dir: string, maxFileBytes = 10, maxFiles = 3) => ({ dir, disabled: false, maxFiles, maxFileBytes });
const request = (root: string, changes: Partial<LogRequest> = {}): LogRequest => ({
  place: { root, path: 'alloc/logs' },
  task: 'web',
  stream: 'stdout',
  offset: 0,
  origin: 'start',
  follow: false,
  ...changes,
});

function collector() {
  const state = { text: '', files: [] as string[] };
  const sink = {
    write: async (piece: Uint8Array) => {
      state.text += new TextDecoder().decode(piece);
    },
    file: (name: string, offset: number) => state.files.push(`${name}@${offset}`),
  };
  return { state, sink };
}

const never = () => new AbortController().signal;

test('a writer rotates its files and keeps only so many of them', async (t) => {
  const { dir, cursor } = await place(t);
  const { writer } = await LogWriter.open({ task: 'web', logs: limits(dir), cursorPath: cursor, attempt: 1 });
  for (let index = 0; index < 8; index += 1)
    await writer.write({ stream: 'stdout', data: bytes(`line${index}\n`), cursor: `${index}` });
  await writer.close();
  const names = (await readdir(dir)).filter((name) => name.includes('stdout')).sort();
  t.deepEqual(names, ['web.stdout.2', 'web.stdout.3', 'web.stdout.4']);
  const kept = await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8')));
  t.is(kept.join(''), 'line0\nline1\nline2\nline3\nline4\nline5\nline6\nline7\n'.slice(20));
});

test('a writer goes on exactly where the last one stopped, even when a piece was written without its cursor', async (t) => {
  const { dir, cursor } = await place(t);
  const first = await LogWriter.open({ task: 'web', logs: limits(dir, 1000), cursorPath: cursor, attempt: 1 });
  t.is(first.after, undefined);
  await first.writer.write({ stream: 'stdout', data: bytes('one\n'), cursor: '1' });
  await first.writer.close();
  await writeFile(join(dir, 'web.stdout.0'), 'one\ntw');
  const second = await LogWriter.open({ task: 'web', logs: limits(dir, 1000), cursorPath: cursor, attempt: 1 });
  t.is(second.after, '1');
  await second.writer.write({ stream: 'stdout', data: bytes('two\n'), cursor: '2' });
  await second.writer.close();
  t.is(await readFile(join(dir, 'web.stdout.0'), 'utf8'), 'one\ntwo\n');
});

test("a later attempt's output follows its predecessor's", async (t) => {
  const { dir, cursor } = await place(t);
  for (const attempt of [1, 2]) {
    const { writer, after } = await LogWriter.open({
      task: 'web',
      logs: limits(dir, 1000),
      cursorPath: cursor,
      attempt,
    });
    t.is(after, undefined);
    await writer.write({ stream: 'stdout', data: bytes(`attempt ${attempt}\n`), cursor: '1' });
    await writer.close();
  }
  t.is(await readFile(join(dir, 'web.stdout.0'), 'utf8'), 'attempt 1\nattempt 2\n');
});

test('startPosition counts from the oldest file and back from the newest end', (t) => {
  const files = [
    { index: 4, name: '', sizeBytes: 10 },
    { index: 5, name: '', sizeBytes: 4 },
  ];
  t.deepEqual(startPosition(files, { offset: 12, origin: 'start' }), { index: 5, offset: 2 });
  t.deepEqual(startPosition(files, { offset: 6, origin: 'end' }), { index: 4, offset: 8 });
  t.deepEqual(startPosition(files, { offset: 0, origin: 'end' }), { index: 5, offset: 4 });
  t.deepEqual(startPosition(files, { offset: 99, origin: 'end' }), { index: 4, offset: 0 });
  t.deepEqual(startPosition([], { offset: 5, origin: 'start' }), { index: 0, offset: 0 });
});

test('reading goes across rotated files and names each', async (t) => {
  const { root, dir } = await place(t);
  await writeFile(join(dir, 'web.stdout.9'), 'nine ');
  await writeFile(join(dir, 'web.stdout.10'), 'ten');
  await writeFile(join(dir, 'web.stderr.0'), 'no');
  await writeFile(join(dir, 'web.stdout.0.stdout.1'), 'of another task');
  const { state, sink } = collector();
  const options = { clock: new VirtualClock(), signal: never(), ended: never() };
  t.deepEqual(await readLogsOut(request(root, { offset: 2 }), sink, options), { bytes: 6 });
  t.is(state.text, 'ne ten');
  t.deepEqual(state.files, ['web.stdout.9@2', 'web.stdout.10@0']);
});

test('following loses nothing over rotations and ends when the task has', async (t) => {
  const { root, dir, cursor } = await place(t);
  const { state, sink } = collector();
  const ended = new AbortController();
  const reading = readLogsOut(request(root, { follow: true }), sink, {
    clock: new VirtualClock(),
    signal: never(),
    ended: ended.signal,
  });
  const { writer } = await LogWriter.open({ task: 'web', logs: limits(dir, 50, 50), cursorPath: cursor, attempt: 1 });
  let expected = '';
  for (let index = 0; index < 100; index += 1) {
    const line = `line ${index}\n`;
    expected += line;
    await writer.write({ stream: 'stdout', data: bytes(line), cursor: `${index}` });
  }
  await until(() => state.text === expected, 'all lines have arrived');
  await writer.write({ stream: 'stdout', data: bytes('last\n'), cursor: 'last' });
  await writer.close();
  ended.abort();
  t.deepEqual(await reading, { bytes: expected.length + 5 });
  t.is(state.text, `${expected}last\n`);
});

test('following ends when the reader goes away', async (t) => {
  const { root } = await place(t);
  const { sink } = collector();
  const gone = new AbortController();
  const reading = readLogsOut(request(root, { follow: true }), sink, {
    clock: new VirtualClock(),
    signal: gone.signal,
    ended: never(),
  });
  setImmediate(() => gone.abort());
  t.deepEqual(await reading, { bytes: 0 });
});
