// Assertions of the conformance suite: they throw plain errors, so that any test runner can report them.
import { type DriverErrorCode, isDriverError } from '../errors.ts';

const KNOWN_CODES: Readonly<Record<DriverErrorCode, true>> = {
  'invalid-config': true,
  'not-found': true,
  'runtime-unavailable': true,
  denied: true,
  exhausted: true,
  'fetch-failed': true,
  'start-failed': true,
  'task-lost': true,
  'unknown-task': true,
  canceled: true,
  'bad-handle': true,
  internal: true,
};

/** Every code a driver may use. */
export const DRIVER_ERROR_CODES = Object.keys(KNOWN_CODES) as readonly DriverErrorCode[];

/** Thrown by a case that cannot be run with this driver or harness. */
export class SkipCase extends Error {
  override readonly name = 'SkipCase';
}

export function ensure(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

export function ensureEqual(actual: unknown, expected: unknown, what: string): void {
  const left = JSON.stringify(actual);
  const right = JSON.stringify(expected);
  ensure(left === right, `${what}: expected ${right}, got ${left}`);
}

/** The value must come back unchanged from JSON; absent and undefined properties are the same. */
export function ensureJsonSafe(value: unknown, what: string): void {
  const problem = findUnsafe(value, what);
  ensure(problem === undefined, `${problem} does not survive JSON`);
}

function findUnsafe(value: unknown, path: string): string | undefined {
  if (value === undefined || value === null || typeof value === 'string' || typeof value === 'boolean')
    return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path} (${value})`;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const found = item === undefined ? `${path}[${index}] (undefined)` : findUnsafe(item, `${path}[${index}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (typeof value !== 'object') return `${path} (${typeof value})`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return `${path} (${value.constructor.name})`;
  for (const [key, item] of Object.entries(value)) {
    const found = findUnsafe(item, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The promise must reject with a `DriverError` of one of `codes`, with a message and a boolean `recoverable`. */
export async function ensureRejects(
  promise: Promise<unknown>,
  codes: readonly DriverErrorCode[],
  what: string,
): Promise<void> {
  let error: unknown;
  try {
    await promise;
  } catch (caught) {
    error = caught;
  }
  ensure(error !== undefined, `${what}: expected a rejection with ${codes.join(' or ')}, but it resolved`);
  ensure(isDriverError(error), `${what}: expected a DriverError, got ${String(error)}`);
  ensure(KNOWN_CODES[error.code] === true, `${what}: the code ${error.code} is not of the closed set`);
  ensure(codes.includes(error.code), `${what}: expected ${codes.join(' or ')}, got ${error.code}: ${error.message}`);
  ensure(error.message.length > 0, `${what}: the error has no message`);
  ensure(typeof error.recoverable === 'boolean', `${what}: recoverable is not a boolean`);
}

/** Rejects when `promise` has not settled in time. The promise itself goes on. */
export async function within<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expiry = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing after ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, expiry]);
  } finally {
    clearTimeout(timer);
  }
}

export function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

/** Asks again until `ask` answers true, or fails after `timeoutMs`. */
export async function eventually(ask: () => Promise<boolean>, timeoutMs: number, what: string): Promise<void> {
  const endMs = Date.now() + timeoutMs;
  for (;;) {
    if (await ask()) return;
    ensure(Date.now() < endMs, `${what}: not so after ${timeoutMs} ms`);
    await pause(50);
  }
}
