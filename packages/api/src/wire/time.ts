// Times as the field writes them: RFC 3339 text or nanoseconds.

import { zeroTime } from '../types/allocation.ts';

/** Nanoseconds of milliseconds. Exact in text: a double's shortest form keeps the zeros. */
export function nanoseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1_000_000);
}

/** RFC 3339 in UTC; the zero time for nothing. */
export function timeText(atMs: number | undefined): string {
  return atMs === undefined || atMs <= 0 ? zeroTime : new Date(atMs).toISOString();
}
