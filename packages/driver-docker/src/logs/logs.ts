// A container's output, followed until it ended and everything was read, across restarts of the engine.
import type { LogChunk } from '@orch/driver-api';
import type { TrackedTask } from '../container/tracked-task.ts';
import type { DockerContext } from '../context.ts';
import { sleep } from '../engine/abort.ts';
import { engineError, isConnectionFault, statusOf } from '../engine/errors.ts';
import { CursorFilter, formatCursor, type LogCursor, parseCursor, sinceOf } from './log-cursor.ts';
import { concat, type LogEntry, LogFrames } from './log-frames.ts';

const RETRY_MS = 200;

export async function* readLogs(
  context: DockerContext,
  taskId: string,
  after: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<LogChunk> {
  const task = context.tasks.get(taskId);
  let cursor: LogCursor = after === undefined ? {} : parseCursor(after);
  const aborted = () => signal?.aborted === true;
  while (!aborted()) {
    // What was asked for after the end is complete; what was followed until the end may lack the last entries.
    const complete = task.exit !== undefined;
    try {
      for await (const { chunk, behind } of readOnce(context, task, cursor, !complete, signal)) {
        yield chunk;
        cursor = behind;
      }
      if (complete) return;
    } catch (error) {
      if (aborted() || statusOf(error) === 404) return;
      // The container was removed, or its log is switched off.
      if (statusOf(error) === 409 || statusOf(error) === 501) return;
      if (!isConnectionFault(error) && !isBrokenStream(error))
        throw engineError(error, `reading the output of ${taskId}`);
      await sleep(RETRY_MS, signal);
    }
    if (!(await context.link.whenConnected(signal))) return;
    if (task.exit === undefined) await context.tasks.look(task);
    if (task.exit === undefined) await sleep(RETRY_MS, signal);
  }
}

interface Piece {
  readonly chunk: LogChunk;
  readonly behind: LogCursor;
}

async function* readOnce(
  context: DockerContext,
  task: TrackedTask,
  from: LogCursor,
  follow: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<Piece> {
  const container = (await context.engine.streams()).getContainer(task.containerId);
  const since = sinceOf(from);
  const stop = new AbortController();
  const abortSignal = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  // One call with a stream in either case; without `follow` the client would gather the whole log in memory.
  const options = { follow: true, stdout: true, stderr: true, timestamps: true, abortSignal };
  const stream = await container.logs({ ...options, ...(since === undefined ? {} : { since }) } as never);
  const frames = new LogFrames(task.tty);
  const filter = new CursorFilter(from);
  try {
    for await (const bytes of stream as unknown as AsyncIterable<Uint8Array>) {
      yield* piecesOf(frames.push(bytes), filter);
    }
    if (!follow) yield* piecesOf(frames.finish(), filter);
  } catch (error) {
    if (!abortSignal.aborted) throw error;
  } finally {
    stop.abort();
  }
}

/** One chunk per stream for all entries that came together; each carries the place of its own stream. */
function* piecesOf(entries: readonly LogEntry[], filter: CursorFilter): Generator<Piece> {
  let cursor = filter.cursor;
  const parts: Record<'stdout' | 'stderr', Uint8Array[]> = { stdout: [], stderr: [] };
  for (const entry of entries) if (filter.accept(entry)) parts[entry.stream].push(entry.data);
  for (const stream of ['stdout', 'stderr'] as const) {
    if (parts[stream].length === 0) continue;
    const place = filter.cursor[stream];
    cursor = place === undefined ? cursor : { ...cursor, [stream]: place };
    yield { chunk: { stream, data: concat(parts[stream]), cursor: formatCursor(cursor) }, behind: cursor };
  }
}

function isBrokenStream(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || message === 'aborted';
}
