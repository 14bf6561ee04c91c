// The one error the client throws.

import type { ProblemWire } from '../types/problem.ts';

export interface ApiErrorOptions {
  readonly hint?: string;
  readonly code?: string;
  readonly problems?: readonly ProblemWire[];
  readonly cause?: unknown;
}

/** What the server said, or why it could not be asked. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly hint: string | undefined;
  /** The server's word for the kind of refusal, where it has one. */
  readonly code: string | undefined;
  /** What is wrong with the job that was sent; empty where the refusal is about something else. */
  readonly problems: readonly ProblemWire[];

  constructor(status: number, message: string, options: ApiErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.hint = options.hint;
    this.code = options.code;
    this.problems = options.problems ?? [];
  }
}
