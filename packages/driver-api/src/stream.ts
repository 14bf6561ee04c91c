// What flows out of and into running tasks: usage, messages, output, sessions.
import type { ExitResult } from './task.ts';

/** Resource usage of one task at one moment. */
export interface TaskStats {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** CPU time used since the start, nanoseconds. */
  readonly cpuTotalNs: number;
  readonly cpuUserNs?: number;
  readonly cpuSystemNs?: number;
  /** Times the CPU quota stopped the task, since the start. */
  readonly throttledPeriods?: number;
  readonly throttledNs?: number;
  /** Bytes of memory in use, page cache included where the runtime cannot tell. */
  readonly memoryBytes: number;
  readonly memoryRssBytes?: number;
  readonly memoryCacheBytes?: number;
  readonly memoryMaxBytes?: number;
  readonly pids?: number;
}

/** A message for people about a task: image being pulled, VM asked to power down. */
export interface TaskEvent {
  readonly taskId: string;
  readonly atMs: number;
  readonly message: string;
  readonly details?: Readonly<Record<string, string>>;
}

/** A piece of a task's output, for drivers whose runtime keeps the logs. */
export interface LogChunk {
  readonly stream: 'stdout' | 'stderr';
  readonly data: Uint8Array;
  /** Give it back as `after` to go on behind this chunk, also from a later process. */
  readonly cursor: string;
}

/** A command run inside a running task. Byte channels stand beside the JSON-safe data. */
export interface ExecRequest {
  readonly command: readonly string[];
  readonly tty: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly size?: TerminalSize;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface ExecSession {
  /** Writes to the command's standard input; resolves when accepted. */
  write(data: Uint8Array): Promise<void>;
  /** Closes standard input. */
  end(): void;
  /** Only with a terminal; otherwise no effect. */
  resize(size: TerminalSize): void;
  /** Output until the command ends; then the iterable ends. May be consumed once. */
  readonly output: AsyncIterable<{ readonly stream: 'stdout' | 'stderr'; readonly data: Uint8Array }>;
  /** Resolves after the command ended and all output was delivered. */
  readonly exited: Promise<ExitResult>;
  /** Ends the command if it still runs and frees the session. */
  close(): Promise<void>;
}
