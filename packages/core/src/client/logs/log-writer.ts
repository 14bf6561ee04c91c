// Writes a task's output, read from its runtime, into rotated files, and remembers how far it got.

import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogChunk, TaskLogs } from '@orch/driver-api';
import { type LogStream, logFileIndex, logFileName } from './log-files.ts';

const { O_WRONLY, O_CREAT, O_NOFOLLOW, O_APPEND } = constants;

interface StreamState {
  index: number;
  sizeBytes: number;
  file: FileHandle | undefined;
}

/** Written beside the task after each chunk; exact, because files are cut back to it when reading goes on. */
interface LogCursor {
  readonly attempt: number;
  readonly cursor: string;
  readonly stdout: { readonly index: number; readonly sizeBytes: number };
  readonly stderr: { readonly index: number; readonly sizeBytes: number };
}

/** One writer per task. Chunks are written one after another, in the order given. */
export class LogWriter {
  readonly #task: string;
  readonly #logs: TaskLogs;
  readonly #cursorPath: string;
  readonly #attempt: number;
  readonly #streams: Record<LogStream, StreamState> = {
    stdout: { index: 0, sizeBytes: 0, file: undefined },
    stderr: { index: 0, sizeBytes: 0, file: undefined },
  };

  private constructor(task: string, logs: TaskLogs, cursorPath: string, attempt: number) {
    this.#task = task;
    this.#logs = logs;
    this.#cursorPath = cursorPath;
    this.#attempt = attempt;
  }

  /**
   * Goes on where an earlier writer of the same attempt stopped; a later attempt goes on behind its predecessor's
   * output. `after` is the cursor to read from, absent = from the beginning of the attempt.
   */
  static async open(
    task: string,
    logs: TaskLogs,
    cursorPath: string,
    attempt: number,
  ): Promise<{ readonly writer: LogWriter; readonly after?: string }> {
    const writer = new LogWriter(task, logs, cursorPath, attempt);
    const saved = await readCursor(cursorPath);
    const same = saved !== undefined && saved.attempt === attempt ? saved : undefined;
    for (const stream of ['stdout', 'stderr'] as const) await writer.#take(stream, same?.[stream]);
    return same === undefined || same.cursor === '' ? { writer } : { writer, after: same.cursor };
  }

  async write(chunk: LogChunk): Promise<void> {
    const state = this.#streams[chunk.stream];
    for (let offset = 0; offset < chunk.data.length; ) {
      if (state.sizeBytes >= this.#logs.maxFileBytes) await this.#rotate(chunk.stream);
      const piece = chunk.data.subarray(offset, offset + this.#logs.maxFileBytes - state.sizeBytes);
      if (state.file === undefined) state.file = await this.#openFile(chunk.stream);
      await state.file.write(piece);
      state.sizeBytes += piece.length;
      offset += piece.length;
    }
    await this.#saveCursor(chunk.cursor);
  }

  async close(): Promise<void> {
    for (const state of Object.values(this.#streams)) {
      await state.file?.close();
      state.file = undefined;
    }
  }

  async #take(
    stream: LogStream,
    saved: { readonly index: number; readonly sizeBytes: number } | undefined,
  ): Promise<void> {
    const state = this.#streams[stream];
    const newest = Math.max(-1, ...(await this.#indexes(stream)));
    state.index = saved?.index ?? Math.max(0, newest);
    for (const index of await this.#indexes(stream)) if (index > state.index) await unlink(this.#path(stream, index));
    state.file = await this.#openFile(stream);
    if (saved !== undefined) await state.file.truncate(saved.sizeBytes);
    state.sizeBytes = (await state.file.stat()).size;
  }

  async #rotate(stream: LogStream): Promise<void> {
    const state = this.#streams[stream];
    await state.file?.close();
    state.index += 1;
    state.sizeBytes = 0;
    state.file = await this.#openFile(stream);
    const old = (await this.#indexes(stream)).filter((index) => index <= state.index - this.#logs.maxFiles);
    for (const index of old) await unlink(this.#path(stream, index)).catch(() => {});
  }

  #openFile(stream: LogStream): Promise<FileHandle> {
    return open(this.#path(stream, this.#streams[stream].index), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o644);
  }

  #path(stream: LogStream, index: number): string {
    return join(this.#logs.dir, logFileName(this.#task, stream, index));
  }

  async #indexes(stream: LogStream): Promise<readonly number[]> {
    const names = await readdir(this.#logs.dir);
    return names.flatMap((name) => logFileIndex(name, this.#task, stream) ?? []);
  }

  async #saveCursor(cursor: string): Promise<void> {
    const place = ({ index, sizeBytes }: StreamState) => ({ index, sizeBytes });
    const { stdout, stderr } = this.#streams;
    const saved: LogCursor = { attempt: this.#attempt, cursor, stdout: place(stdout), stderr: place(stderr) };
    await writeFile(`${this.#cursorPath}.new`, JSON.stringify(saved), { mode: 0o600 });
    await rename(`${this.#cursorPath}.new`, this.#cursorPath);
  }
}

async function readCursor(path: string): Promise<LogCursor | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LogCursor;
  } catch (error) {
    // A first start has none; a file cut short by a crash costs a repeated chunk, never a lost one.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
