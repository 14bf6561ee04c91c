// The engine's log stream as entries. Pure: bytes in, entries out, the rest kept for the next bytes.

export interface LogEntry {
  readonly stream: 'stdout' | 'stderr';
  /** The engine's time stamp: RFC 3339 with nine digits, so that text order is time order. */
  readonly at: string;
  readonly data: Uint8Array;
}

/** "2026-01-02T15:04:05.000000000Z " before every entry. */
const STAMP_BYTES = 31;
const HEADER_BYTES = 8;
/** The engine cuts longer lines into entries of this size. */
const LONGEST_ENTRY = 16_384;
const NEWLINE = 10;

const decoder = new TextDecoder();

/** One decoder per stream of a container; `tty` streams have no frames. */
export class LogFrames {
  readonly #tty: boolean;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(tty: boolean) {
    this.#tty = tty;
  }

  push(bytes: Uint8Array): readonly LogEntry[] {
    this.#rest = this.#rest.length === 0 ? bytes : concat([this.#rest, bytes]);
    const entries: LogEntry[] = [];
    let position = 0;
    for (;;) {
      const taken = this.#tty ? this.#line(position) : this.#frame(position);
      if (taken === undefined) break;
      entries.push(taken.entry);
      position = taken.next;
    }
    this.#rest = this.#rest.subarray(position);
    return entries;
  }

  /** What a terminal wrote behind its last newline, when the stream has ended. */
  finish(): readonly LogEntry[] {
    const rest = this.#rest;
    this.#rest = new Uint8Array(0);
    return this.#tty && rest.length > STAMP_BYTES ? [entryOf('stdout', rest)] : [];
  }

  #frame(start: number): { entry: LogEntry; next: number } | undefined {
    const rest = this.#rest;
    if (rest.length < start + HEADER_BYTES) return undefined;
    const length = new DataView(rest.buffer, rest.byteOffset + start, HEADER_BYTES).getUint32(4);
    const next = start + HEADER_BYTES + length;
    if (rest.length < next) return undefined;
    const stream = rest[start] === 2 ? 'stderr' : 'stdout';
    return { entry: entryOf(stream, rest.subarray(start + HEADER_BYTES, next)), next };
  }

  #line(start: number): { entry: LogEntry; next: number } | undefined {
    const newline = this.#rest.indexOf(NEWLINE, start + STAMP_BYTES - 1);
    const longest = start + STAMP_BYTES + LONGEST_ENTRY;
    const next = newline >= 0 && newline < longest ? newline + 1 : longest;
    if (newline < 0 && this.#rest.length < longest) return undefined;
    return { entry: entryOf('stdout', this.#rest.subarray(start, next)), next };
  }
}

function entryOf(stream: 'stdout' | 'stderr', bytes: Uint8Array): LogEntry {
  return { stream, at: decoder.decode(bytes.subarray(0, STAMP_BYTES - 1)), data: bytes.subarray(STAMP_BYTES) };
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    result.set(part, position);
    position += part.length;
  }
  return result;
}
