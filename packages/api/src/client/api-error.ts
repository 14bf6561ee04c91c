// The one error the client throws.

export interface ApiErrorOptions {
  readonly hint?: string;
  readonly cause?: unknown;
}

/** What the server said, or why it could not be asked. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly hint: string | undefined;

  constructor(status: number, message: string, options: ApiErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.hint = options.hint;
  }
}
