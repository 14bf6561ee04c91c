import test from 'ava';
import { ExecFrames } from '../container/exec-frames.ts';
import { CursorFilter, formatCursor, parseCursor, sinceOf } from './log-cursor.ts';
import { type LogEntry, LogFrames } from './log-frames.ts';

const stamp = (nanoseconds: number) => `2026-01-02T15:04:05.${String(nanoseconds).padStart(9, '0')}Z`;
const text = new TextDecoder();

function frame(stream: 1 | 2, payload: string): Uint8Array {
  const bytes = new TextEncoder().encode(payload);
  const result = new Uint8Array(8 + bytes.length);
  result[0] = stream;
  new DataView(result.buffer).setUint32(4, bytes.length);
  result.set(bytes, 8);
  return result;
}

test('frames cut anywhere come out whole', (t) => {
  const bytes = Buffer.concat([
    frame(1, `${stamp(1)} one\n`),
    frame(2, `${stamp(2)} two\n`),
    frame(1, `${stamp(3)} \n`),
  ]);
  for (const size of [1, 3, 8, 39, 1000]) {
    const frames = new LogFrames(false);
    const entries: LogEntry[] = [];
    for (let at = 0; at < bytes.length; at += size) entries.push(...frames.push(bytes.subarray(at, at + size)));
    t.deepEqual(
      entries.map(({ stream, at, data }) => [stream, at, text.decode(data)]),
      [
        ['stdout', stamp(1), 'one\n'],
        ['stderr', stamp(2), 'two\n'],
        ['stdout', stamp(3), '\n'],
      ],
    );
  }
});

test('a terminal has no frames: lines, and what stands behind the last one', (t) => {
  const frames = new LogFrames(true);
  const bytes = new TextEncoder().encode(`${stamp(1)} one\r\n${stamp(2)} prompt>`);
  t.deepEqual(
    frames.push(bytes).map(({ data }) => text.decode(data)),
    ['one\r\n'],
  );
  t.deepEqual(
    frames.finish().map(({ data }) => text.decode(data)),
    ['prompt>'],
  );
});

test('a line of a terminal longer than the engine keeps in one piece is taken apart where the engine did', (t) => {
  const frames = new LogFrames(true);
  const long = 'x'.repeat(16_384);
  const bytes = new TextEncoder().encode(`${stamp(1)} ${long}${stamp(1)} rest\n`);
  t.deepEqual(
    frames.push(bytes).map(({ data }) => data.length),
    [16_384, 5],
  );
});

const entry = (stream: 'stdout' | 'stderr', at: number, data: string): LogEntry => ({
  stream,
  at: stamp(at),
  data: new TextEncoder().encode(data),
});

test('wherever reading stops, going on from the cursor gives each entry once', (t) => {
  // Written out of order between the streams, with equal stamps within one.
  const all = [
    entry('stdout', 5, 'a'),
    entry('stderr', 4, 'b'),
    entry('stdout', 5, 'c'),
    entry('stdout', 5, 'd'),
    entry('stderr', 4, 'e'),
    entry('stderr', 9, 'f'),
    entry('stdout', 8, 'g'),
  ];
  for (let cut = 0; cut <= all.length; cut += 1) {
    const first = new CursorFilter({});
    const before = all.slice(0, cut).filter((each) => first.accept(each));
    const second = new CursorFilter(parseCursor(formatCursor(first.cursor)));
    const after = all.filter((each) => second.accept(each));
    t.deepEqual([...before, ...after].map(({ data }) => text.decode(data)).sort(), ['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  }
});

test('the engine is asked for a little more than is needed, and for everything at first', (t) => {
  t.is(sinceOf({}), undefined);
  const place = { at: '2026-01-02T15:04:05.500000000Z', count: 1 };
  t.is(sinceOf({ stdout: place }), ((Date.UTC(2026, 0, 2, 15, 4, 5, 500) - 10_000) / 1000).toFixed(3));
  t.throws(() => parseCursor('nonsense'), { message: /"nonsense" is not a place/ });
});

test('output of a command is taken apart into its streams', (t) => {
  const frames = new ExecFrames(false);
  const bytes = Buffer.concat([frame(1, 'out'), frame(2, 'err')]);
  const pieces = [...frames.push(bytes.subarray(0, 10)), ...frames.push(bytes.subarray(10))];
  t.deepEqual(
    pieces.map(({ stream, data }) => [stream, text.decode(data)]),
    [
      ['stdout', 'out'],
      ['stderr', 'err'],
    ],
  );
});
