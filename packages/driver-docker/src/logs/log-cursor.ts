// A place in a container's log. Both streams are written by the engine at the same time, so each has its own place: the
// time stamp of its last entry and how many entries of just that stamp were read.
import { DriverError } from '@orch/driver-api';
import type { LogEntry } from './log-frames.ts';

export interface StreamPlace {
  readonly at: string;
  readonly count: number;
}

export interface LogCursor {
  readonly stdout?: StreamPlace;
  readonly stderr?: StreamPlace;
}

/** Entries of the two streams may be written this much out of order, milliseconds. */
const SKEW_MS = 10_000;

/** `<stdout place>,<stderr place>`; a place is `<stamp>#<count>` or empty. */
export function formatCursor(cursor: LogCursor): string {
  const place = (each: StreamPlace | undefined) => (each === undefined ? '' : `${each.at}#${each.count}`);
  return `${place(cursor.stdout)},${place(cursor.stderr)}`;
}

/** @throws DriverError `invalid-config` */
export function parseCursor(text: string): LogCursor {
  const match = /^(?:([^#,]+)#(\d+))?,(?:([^#,]+)#(\d+))?$/.exec(text);
  if (match === null) throw new DriverError('invalid-config', `"${text}" is not a place in a docker log`);
  const place = (at: string | undefined, count: string | undefined) => ({ at: at ?? '', count: Number(count) });
  return {
    ...(match[1] === undefined ? {} : { stdout: place(match[1], match[2]) }),
    ...(match[3] === undefined ? {} : { stderr: place(match[3], match[4]) }),
  };
}

/** The `since` to ask the engine for, in seconds: nothing that was not read is older. Absent = from the beginning. */
export function sinceOf(cursor: LogCursor): string | undefined {
  const newest = [cursor.stdout?.at, cursor.stderr?.at]
    .filter((at) => at !== undefined)
    .sort()
    .at(-1);
  if (newest === undefined) return undefined;
  return (Math.max(0, Date.parse(newest) - SKEW_MS) / 1000).toFixed(3);
}

/** Counts entries and tells which of them were read before `start`. */
export class CursorFilter {
  readonly #start: LogCursor;
  #now: LogCursor;
  readonly #seenAtStart = { stdout: 0, stderr: 0 };
  readonly #past = { stdout: false, stderr: false };

  constructor(start: LogCursor) {
    this.#start = start;
    this.#now = start;
    this.#past = { stdout: start.stdout === undefined, stderr: start.stderr === undefined };
  }

  get cursor(): LogCursor {
    return this.#now;
  }

  /** True when the entry is new; the cursor then stands behind it. */
  accept(entry: LogEntry): boolean {
    const { stream, at } = entry;
    const start = this.#start[stream];
    if (!this.#past[stream] && start !== undefined) {
      if (at < start.at) return false;
      if (at === start.at) {
        this.#seenAtStart[stream] += 1;
        if (this.#seenAtStart[stream] <= start.count) return false;
      }
      this.#past[stream] = true;
    }
    const last = this.#now[stream];
    this.#now = { ...this.#now, [stream]: { at, count: last?.at === at ? last.count + 1 : 1 } };
    return true;
  }
}
