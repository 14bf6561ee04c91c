// The executor's error and its closed set of codes.

export type ExecutorErrorCode =
  /** The program, its working directory or a mount source does not exist. */
  | 'not-found'
  /** The user or group is not known on this machine. */
  | 'no-such-user'
  /** The request contradicts itself or a rule of the executor. */
  | 'invalid'
  /** A namespace, mount, cgroup or the launcher refused. */
  | 'start-failed'
  /** A directory that only root may change is, or could be, another user's. */
  | 'unsafe-directory'
  /** Nothing of the launch is left. */
  | 'lost'
  | 'unknown-launch'
  /** The launch has ended and what was asked needs a running one. */
  | 'not-running'
  | 'canceled'
  | 'timed-out';

/** Thrown by an executor. The message holds the context, never the text of its cause. */
export class ExecutorError extends Error {
  override readonly name = 'ExecutorError';
  readonly code: ExecutorErrorCode;
  /** What the person should do, one sentence. */
  readonly hint: string | undefined;

  constructor(code: ExecutorErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** The code of a Node system error (`ENOENT`), else undefined. */
export function systemErrorCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
