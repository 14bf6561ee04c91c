// The one error class of orch outside the driver door.

export interface OrchErrorOptions {
  /** What the person should do, one sentence. */
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An error with a code the caller can act on. The message holds the context, never the text of its cause. */
export class OrchError extends Error {
  override readonly name = 'OrchError';
  readonly code: string;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: OrchErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }
}

/** The message of an error and of its causes, joined by ": ", with the hint last. */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  let hint: string | undefined;
  let current: unknown = error;
  for (let depth = 0; depth < 8 && current !== undefined && current !== null; depth += 1) {
    if (!(current instanceof Error)) {
      parts.push(String(current));
      break;
    }
    if (current.message && !parts.includes(current.message)) parts.push(current.message);
    const own = (current as { hint?: unknown }).hint;
    if (hint === undefined && typeof own === 'string') hint = own;
    current = current.cause;
  }
  const text = parts.join(': ');
  return hint === undefined ? text : `${text} (${hint})`;
}
