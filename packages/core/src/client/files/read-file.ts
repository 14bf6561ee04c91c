// Reading one file of an allocation from an offset, and going on at its end while it grows.

import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { OrchError } from '../../lib/errors.ts';
import { watchChanges } from './change-watch.ts';
import { openConfined, pathOf } from './confined.ts';

const pieceBytes = 65_536;

export interface ReadRequest {
  readonly root: string;
  readonly path: string;
  readonly offset: number;
  /** Negative = all. */
  readonly limit: number;
  readonly origin: 'start' | 'end';
  readonly follow: boolean;
  readonly refuse: (place: readonly string[]) => void;
}

export type Write = (bytes: Uint8Array) => Promise<void>;

/** Sends the bytes and resolves with their number. With `follow` it goes on until `signal` aborts or `limit` is reached. */
export async function readFileOut(
  request: ReadRequest,
  write: Write,
  clock: Clock,
  signal: AbortSignal,
): Promise<{ readonly bytes: number }> {
  const { root, path, refuse } = request;
  const { handle, stats } = await openConfined(root, path, refuse);
  try {
    if (!stats.isFile()) throw new OrchError('not-a-file', `${path} is a directory`);
    const from = startOffset(request.origin, request.offset, stats.size);
    const limit = request.limit < 0 ? Number.POSITIVE_INFINITY : request.limit;
    let sent = await copyOut(handle, from, limit, write, signal);
    if (!request.follow || sent >= limit) return { bytes: sent };
    const parent = await openConfined(root, dirname(path), refuse);
    const changes = watchChanges(pathOf(parent.handle), clock, signal);
    try {
      for (;;) {
        sent += await copyOut(handle, from + sent, limit - sent, write, signal);
        if (signal.aborted || sent >= limit) return { bytes: sent };
        await changes.next();
      }
    } finally {
      changes.close();
      await parent.handle.close();
    }
  } finally {
    await handle.close();
  }
}

/** From the end, the offset counts backwards; nothing starts before the beginning or behind the end. */
export function startOffset(origin: 'start' | 'end', offset: number, sizeBytes: number): number {
  const at = origin === 'start' ? offset : sizeBytes - offset;
  return Math.min(Math.max(0, at), sizeBytes);
}

/** Copies what is there now from `from` on. */
export async function copyOut(
  handle: FileHandle,
  from: number,
  limit: number,
  write: Write,
  signal: AbortSignal,
): Promise<number> {
  let sent = 0;
  while (sent < limit && !signal.aborted) {
    const buffer = new Uint8Array(Math.min(pieceBytes, limit - sent));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from + sent);
    if (bytesRead === 0) break;
    await write(buffer.subarray(0, bytesRead));
    sent += bytesRead;
  }
  return sent;
}
