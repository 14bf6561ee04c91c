// Errors as the API says them: a status and one plain text; for callers that ask for it, also as data.

import { STATUS_CODES } from 'node:http';
import { type ProblemDetailsWire, type ProblemWire, problemMediaType } from '@orch/api/types/problem';
import { OrchError } from '@orch/core/lib/errors';
import { presentable } from '@orch/core/lib/presentable';
import type { Reply } from './reply.ts';

/** Ends a request with a status and a text for people. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  /** What is wrong with the job that was sent, where that is the reason. */
  readonly problems: readonly ProblemWire[] | undefined;

  constructor(status: number, message: string, problems?: readonly ProblemWire[]) {
    super(message);
    this.status = status;
    this.problems = problems;
  }
}

export function notFound(what: string): HttpError {
  return new HttpError(404, `${what} not found`);
}

/** Codes of our own rooms whose status is not 500. */
const statusOfCode: Readonly<Record<string, number>> = {
  'job-invalid': 400,
  'unknown-allocation': 404,
  'unknown-task': 404,
  'file-not-found': 404,
  'not-found': 404,
  'path-outside': 403,
  'invalid-argument': 400,
  unsupported: 400,
  'too-many-streams': 429,
  'journal-busy': 503,
  'not-leader': 503,
  'journal-broken': 503,
  'journal-full': 507,
  'node-unreachable': 502,
  'link-lost': 502,
};

export function statusOf(error: unknown): number {
  if (error instanceof HttpError) return error.status;
  if (error instanceof OrchError) return statusOfCode[error.code] ?? 500;
  return 500;
}

/** What the caller may read. Bugs are logged, not shown. */
export function textOf(error: unknown): string {
  if (error instanceof HttpError) return error.message;
  if (error instanceof OrchError) return presentable(error);
  return 'internal error; see the log of the agent';
}

/** A refusal: plain text, as the field's clients read it, or RFC 9457's form for callers whose `Accept` names that. */
export function refusal(error: unknown, accept: string | undefined): Reply {
  const status = statusOf(error);
  const text = textOf(error);
  if (accept?.toLowerCase().includes(problemMediaType) !== true) return { kind: 'text', status, text };
  const problems = error instanceof HttpError ? error.problems : undefined;
  const body: ProblemDetailsWire = {
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: text,
    ...(error instanceof OrchError && status !== 500 ? { code: error.code } : {}),
    ...(problems === undefined ? {} : { problems }),
  };
  return { kind: 'problem', status, body };
}
