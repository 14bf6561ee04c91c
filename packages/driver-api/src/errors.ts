/** The closed set of reasons for which a driver may fail. The caller acts on the code, people read the message. */
export type DriverErrorCode =
  /** The task's `config` block is wrong in a way the schema could not say. Not recoverable by trying again. */
  | 'invalid-config'
  /** An image, jar, kernel, file or emulator the task names does not exist. */
  | 'not-found'
  /** The runtime (Docker engine, JVM, QEMU) is absent or does not answer. */
  | 'runtime-unavailable'
  /** Policy of this node forbids what the task asks for. */
  | 'denied'
  /** The machine has no room: memory, disk, pids, ports. */
  | 'exhausted'
  /** A fetch (image pull) failed or timed out. */
  | 'fetch-failed'
  /** The runtime refused or broke. */
  | 'start-failed'
  /** `recover` was handed a handle whose task is gone. */
  | 'task-lost'
  /** A task id the driver does not know. */
  | 'unknown-task'
  /** The caller's signal was aborted. */
  | 'canceled'
  /** A handle of a version this driver cannot read. */
  | 'bad-handle'
  /** Anything else: a bug or a broken environment. */
  | 'internal';

export interface DriverErrorOptions {
  /** Whether trying the same thing again later can help. The restart policy reads this. @default false */
  readonly recoverable?: boolean;
  /** What the person should do, one sentence. */
  readonly hint?: string;
  /** Path inside the task's `config` that is at fault, for example `["mounts", "0", "source"]`. */
  readonly path?: readonly string[];
  readonly cause?: unknown;
}

/** Thrown (or sent) by a driver. The message holds the context, not the text of its cause. */
export class DriverError extends Error {
  override readonly name = 'DriverError';
  readonly code: DriverErrorCode;
  readonly recoverable: boolean;
  readonly hint: string | undefined;
  readonly path: readonly string[] | undefined;

  constructor(code: DriverErrorCode, message: string, options: DriverErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.recoverable = options.recoverable ?? false;
    this.hint = options.hint;
    this.path = options.path;
  }
}

/** True also for an error made by another copy of this package, which `instanceof` would miss. */
export function isDriverError(error: unknown): error is DriverError {
  return (
    error instanceof Error && error.name === 'DriverError' && typeof (error as { code?: unknown }).code === 'string'
  );
}
