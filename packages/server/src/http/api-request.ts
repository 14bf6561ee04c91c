// A request as endpoints see it: parameters by name, a body read once within its limit.

import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { hexByte, wrongUtf8At } from '@orch/core/lib/utf8';
import { parseDuration } from '@orch/core/schema/duration';
import { HttpError } from './http-error.ts';
import type { Principal } from './policy.ts';

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  /** Captured parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Namespace asked for, `default` when none; `*` = all. */
  readonly namespace: string;
  readonly principal: Principal;
  /** Aborts when the caller went away. */
  readonly signal: AbortSignal;
  /** The body as JSON; `undefined` when there is none. @throws HttpError 400, 413 */
  json(limitBytes?: number): Promise<unknown>;
  /** A path parameter. The route must have it. */
  param(name: string): string;
  /** Whether a flag is set: `?all`, `?all=true`. @throws HttpError 400 */
  flag(name: string): boolean;
  /** A whole number of the query, or the fallback. @throws HttpError 400 */
  integer(name: string, fallback: number): number;
  /** A Go duration of the query in milliseconds, or the fallback. @throws HttpError 400 */
  durationMs(name: string, fallback: number): number;
}

export interface ApiRequestParts {
  readonly message: IncomingMessage;
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  readonly principal: Principal;
  readonly signal: AbortSignal;
  readonly bodyBytes: number;
}

export function apiRequest(parts: ApiRequestParts): ApiRequest {
  const { message, url, params } = parts;
  const query = url.searchParams;
  const namespace = query.get('namespace');
  return {
    method: message.method ?? 'GET',
    path: url.pathname,
    params,
    query,
    namespace: namespace === null || namespace === '' ? 'default' : namespace,
    principal: parts.principal,
    signal: parts.signal,
    json: (limitBytes = parts.bodyBytes) => readJson(message, limitBytes),
    param: (name) => params[name] ?? '',
    flag(name) {
      const value = query.get(name);
      if (value === null || value === 'false') return false;
      if (value === '' || value === 'true') return true;
      throw new HttpError(400, `query parameter ${name} must be true or false, not "${value}"`);
    },
    integer(name, fallback) {
      const value = query.get(name);
      if (value === null || value === '') return fallback;
      const number = Number(value);
      if (/^-?\d+$/.test(value) && Number.isSafeInteger(number)) return number;
      throw new HttpError(400, `query parameter ${name} must be a whole number, not "${value}"`);
    },
    durationMs(name, fallback) {
      const value = query.get(name);
      if (value === null || value === '') return fallback;
      const duration = parseDuration(value);
      if (duration !== undefined && duration >= 0) return duration;
      throw new HttpError(400, `query parameter ${name} must be a duration like "30s", not "${value}"`);
    },
  };
}

async function readJson(message: IncomingMessage, limitBytes: number): Promise<unknown> {
  const tooLarge = () => new HttpError(413, `the body is larger than ${limitBytes} bytes`);
  if (Number(message.headers['content-length'] ?? 0) > limitBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) throw tooLarge();
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  const bytes = Buffer.concat(chunks);
  // Decoding would put other characters in the place of such bytes, without a word.
  if (!isUtf8(bytes)) {
    const at = wrongUtf8At(bytes) ?? 0;
    throw new HttpError(400, `the body is no UTF-8 text: the byte ${hexByte(bytes[at])} at offset ${at}`);
  }
  try {
    return parseJson(bytes.toString('utf8'));
  } catch (error) {
    throw new HttpError(400, `the body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Digits enough for a number beyond what 64 bits hold; also inside of texts, which costs only the second way to parse. */
const mayOverflow = /\d{300}|e\+?\d{3}/i;

/** A number such as 1e999 would be infinite here and null in the journal: another thing after the next start. */
function parseJson(text: string): unknown {
  if (!mayOverflow.test(text)) return JSON.parse(text);
  return JSON.parse(text, (key, value: unknown) => {
    if (value === Infinity || value === -Infinity) throw new Error(`the number at ${JSON.stringify(key)} is too large`);
    return value;
  });
}

/** The body as an object. @throws HttpError 400 */
export function asObject(body: unknown, what = 'the body'): Readonly<Record<string, unknown>> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  throw new HttpError(400, `${what} must be a JSON object`);
}
