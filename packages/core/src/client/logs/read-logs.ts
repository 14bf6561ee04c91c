// Reading a task's output across its rotated files, from either end, following it while the task runs.

import type { Clock } from '../../lib/clock.ts';
import { watchChanges } from '../files/change-watch.ts';
import { type ConfinedEntry, openConfined, pathOf } from '../files/confined.ts';
import { copyOut, type Write } from '../files/read-file.ts';
import { type LogFile, type LogStream, listLogFiles, logFileName } from './log-files.ts';
import type { LogPlace } from './log-places.ts';

export interface LogRequest {
  /** Where the task's log files lie. */
  readonly place: LogPlace;
  readonly task: string;
  readonly stream: LogStream;
  readonly offset: number;
  readonly origin: 'start' | 'end';
  readonly follow: boolean;
}

export interface LogSink {
  readonly write: Write;
  /** The following bytes come from this file, from this offset. */
  file(name: string, offset: number): void;
}

/**
 * Sends the output and resolves with its number of bytes. Following ends when `signal` aborts, or when `ended` aborts,
 * which says that the task will write no more, and everything was sent. A file rotated away before it was read is skipped.
 */
export async function readLogsOut(
  request: LogRequest,
  sink: LogSink,
  options: { readonly clock: Clock; readonly signal: AbortSignal; readonly ended: AbortSignal },
): Promise<{ readonly bytes: number }> {
  const { signal } = options;
  const directory = (await openConfined(request.place.root, request.place.path)).handle;
  const changes = request.follow ? watchChanges(pathOf(directory), options.clock, signal) : undefined;
  try {
    const first = startPosition(await listLogFiles(directory, request.task, request.stream), request);
    const reader = new RotationReader(request, sink, first);
    for (;;) {
      const ended = options.ended.aborted;
      await reader.readAvailable(directory, signal);
      if (changes === undefined || signal.aborted || ended) return { bytes: reader.sentBytes };
      await Promise.race([changes.next(), aborted(options.ended)]);
    }
  } finally {
    changes?.close();
    await directory.close();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

interface Position {
  readonly index: number;
  readonly offset: number;
}

/** The file and offset that lie `offset` bytes from the beginning of the oldest or before the end of the newest file. */
export function startPosition(files: readonly LogFile[], request: Pick<LogRequest, 'offset' | 'origin'>): Position {
  const total = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const wanted = request.origin === 'start' ? request.offset : total - request.offset;
  let left = Math.min(Math.max(0, wanted), total);
  for (const file of files) {
    if (left < file.sizeBytes) return { index: file.index, offset: left };
    left -= file.sizeBytes;
  }
  const newest = files.at(-1);
  return newest === undefined ? { index: 0, offset: 0 } : { index: newest.index, offset: newest.sizeBytes };
}

class RotationReader {
  sentBytes = 0;
  readonly #request: LogRequest;
  readonly #sink: LogSink;
  #at: Position;
  #announced = -1;

  constructor(request: LogRequest, sink: LogSink, from: Position) {
    this.#request = request;
    this.#sink = sink;
    this.#at = from;
  }

  /** Sends everything written so far, from the current position to the end of the newest file. */
  async readAvailable(directory: ConfinedEntry['handle'], signal: AbortSignal): Promise<void> {
    const { task, stream } = this.#request;
    while (!signal.aborted) {
      // Listed before reading: a newer file in the list means that the current one is complete.
      const files = await listLogFiles(directory, task, stream);
      const present = files.some((file) => file.index === this.#at.index);
      if (present) await this.#readFile(signal);
      const newer = files.find((file) => file.index > this.#at.index);
      if (newer === undefined) return;
      this.#at = { index: newer.index, offset: 0 };
    }
  }

  async #readFile(signal: AbortSignal): Promise<void> {
    const { place, task, stream } = this.#request;
    const name = logFileName(task, stream, this.#at.index);
    const opened = await openConfined(place.root, `${place.path}/${name}`).catch((error) => {
      if ((error as { code?: unknown }).code === 'not-found') return undefined;
      throw error;
    });
    if (opened === undefined) return;
    try {
      // A file that shrank was begun anew.
      const from = opened.stats.size < this.#at.offset ? 0 : this.#at.offset;
      const write: Write = (bytes) => {
        if (this.#announced !== this.#at.index) this.#sink.file(name, from);
        this.#announced = this.#at.index;
        return this.#sink.write(bytes);
      };
      const sent = await copyOut(opened.handle, from, Number.POSITIVE_INFINITY, write, signal);
      this.#at = { index: this.#at.index, offset: from + sent };
      this.sentBytes += sent;
    } finally {
      await opened.handle.close();
    }
  }
}
