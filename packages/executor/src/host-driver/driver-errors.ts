// The executor's errors as drivers report them.
import type { DriverErrorCode } from '@orch/driver-api';
import { DriverError, isDriverError } from '@orch/driver-api';
import type { ExecutorErrorCode } from '../errors.ts';
import { ExecutorError } from '../errors.ts';

const CODES: Readonly<Record<ExecutorErrorCode, DriverErrorCode>> = {
  'not-found': 'not-found',
  'no-such-user': 'invalid-config',
  invalid: 'invalid-config',
  'start-failed': 'start-failed',
  'unsafe-directory': 'start-failed',
  lost: 'task-lost',
  'unknown-launch': 'unknown-task',
  'not-running': 'denied',
  canceled: 'canceled',
  'timed-out': 'internal',
};

/** A `DriverError` for whatever was thrown. Trying again can help only where the machine, not the job, was at fault. */
export function toDriverError(error: unknown, what: string): DriverError {
  if (isDriverError(error)) return error;
  if (!(error instanceof ExecutorError)) return new DriverError('internal', what, { cause: error });
  return new DriverError(CODES[error.code], error.message, {
    recoverable: error.code === 'start-failed' || error.code === 'timed-out',
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  });
}

/** Runs `act` and turns its rejection into a `DriverError`. */
export async function asDriverError<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw toDriverError(error, what);
  }
}
