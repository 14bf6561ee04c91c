// Writes a task's output, read from its runtime, into rotated files, and remembers how far it got.

import type { FileHandle } from 'node:fs/promises';
import type { LogChunk, TaskLogs } from '@orch/driver-api';
import { OrchError } from '../../lib/errors.ts';
import { ConfinedDirectory } from '../files/confined-directory.ts';
import { readPrivateFile, replacePrivateFile } from '../files/private-files.ts';
import { type LogStream, logFileIndex, logFileName } from './log-files.ts';
import type { LogView } from './log-view.ts';

const logMode = 0o644;

/** The log goes on with the next number where a name leads to something that is no file to write to. */
const mostTaken = 16;

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

export interface LogWriterOptions {
  readonly task: string;
  readonly logs: TaskLogs;
  /** A file that remembers how far the runtime's output was read. */
  readonly cursorPath: string;
  readonly attempt: number;
  /** Where the files are shown; absent = nowhere. */
  readonly view?: LogView;
}

/** One writer per task. Chunks are written one after another, in the order given. */
export class LogWriter {
  readonly #task: string;
  readonly #logs: TaskLogs;
  readonly #cursorPath: string;
  readonly #attempt: number;
  readonly #directory: ConfinedDirectory;
  readonly #view: LogView | undefined;
  readonly #streams: Record<LogStream, StreamState> = {
    stdout: { index: 0, sizeBytes: 0, file: undefined },
    stderr: { index: 0, sizeBytes: 0, file: undefined },
  };

  private constructor(options: LogWriterOptions, directory: ConfinedDirectory) {
    this.#task = options.task;
    this.#logs = options.logs;
    this.#cursorPath = options.cursorPath;
    this.#attempt = options.attempt;
    this.#view = options.view;
    this.#directory = directory;
  }

  /**
   * Goes on where an earlier writer of the same attempt stopped; a later attempt goes on behind its predecessor's
   * output. `after` is the cursor to read from, absent = from the beginning of the attempt.
   */
  static async open(options: LogWriterOptions): Promise<{ readonly writer: LogWriter; readonly after?: string }> {
    const saved = await readCursor(options.cursorPath);
    const same = saved !== undefined && saved.attempt === options.attempt ? saved : undefined;
    const writer = new LogWriter(options, await ConfinedDirectory.open(options.logs.dir));
    try {
      for (const stream of ['stdout', 'stderr'] as const) await writer.#take(stream, same?.[stream]);
    } catch (error) {
      await writer.close();
      throw error;
    }
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
    await this.#directory.close();
  }

  async #take(
    stream: LogStream,
    saved: { readonly index: number; readonly sizeBytes: number } | undefined,
  ): Promise<void> {
    const state = this.#streams[stream];
    const indexes = await this.#indexes(stream);
    state.index = saved?.index ?? Math.max(0, ...indexes);
    for (const index of indexes) if (index > state.index) await this.#remove(stream, index);
    state.file = await this.#openFile(stream);
    const { size } = await state.file.stat();
    const isCutBack = saved !== undefined && saved.index === state.index && saved.sizeBytes < size;
    if (isCutBack) await state.file.truncate(saved.sizeBytes);
    state.sizeBytes = isCutBack ? saved.sizeBytes : size;
  }

  async #rotate(stream: LogStream): Promise<void> {
    const state = this.#streams[stream];
    await state.file?.close();
    state.file = undefined;
    state.index += 1;
    state.sizeBytes = 0;
    state.file = await this.#openFile(stream);
    const old = (await this.#indexes(stream)).filter((index) => index <= state.index - this.#logs.maxFiles);
    // One that cannot be removed now is tried again at the next rotation.
    for (const index of old) await this.#remove(stream, index).catch(() => {});
  }

  /** The file of the stream's number, or of the first behind it whose name leads to a plain file of this user's. */
  async #openFile(stream: LogStream): Promise<FileHandle> {
    const state = this.#streams[stream];
    for (let taken = 0; taken < mostTaken; taken += 1) {
      const name = logFileName(this.#task, stream, state.index);
      const file = await this.#directory.openToAppend(name, logMode);
      if (file !== undefined) {
        await this.#view?.show(this.#directory, name);
        return file;
      }
      state.index += 1;
      state.sizeBytes = 0;
    }
    throw new OrchError(
      'log-files-taken',
      `the next ${mostTaken} log files of ${stream} of "${this.#task}" are taken`,
      {
        hint: 'something other than log files lies in the log directory of the task',
      },
    );
  }

  async #remove(stream: LogStream, index: number): Promise<void> {
    const name = logFileName(this.#task, stream, index);
    await this.#view?.hide(name, await this.#directory.lstat(name));
    await this.#directory.unlink(name);
  }

  async #indexes(stream: LogStream): Promise<readonly number[]> {
    return (await this.#directory.names()).flatMap((name) => logFileIndex(name, this.#task, stream) ?? []);
  }

  async #saveCursor(cursor: string): Promise<void> {
    const place = ({ index, sizeBytes }: StreamState) => ({ index, sizeBytes });
    const { stdout, stderr } = this.#streams;
    const saved: LogCursor = { attempt: this.#attempt, cursor, stdout: place(stdout), stderr: place(stderr) };
    await replacePrivateFile(this.#cursorPath, JSON.stringify(saved));
  }
}

async function readCursor(path: string): Promise<LogCursor | undefined> {
  const text = await readPrivateFile(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as LogCursor;
  } catch {
    // Cut short by a crash: it costs a repeated chunk, never a lost one.
    return undefined;
  }
}
