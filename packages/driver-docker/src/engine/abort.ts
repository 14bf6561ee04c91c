// Waiting that an AbortSignal can end.
import { DriverError } from '@orch/driver-api';

export function canceled(doing: string): DriverError {
  return new DriverError('canceled', `${doing}: canceled`);
}

/** @throws DriverError `canceled` */
export function throwIfAborted(signal: AbortSignal | undefined, doing: string): void {
  if (signal?.aborted === true) throw canceled(doing);
}

/** The promise, or a rejection with `canceled` when `signal` aborts first. The promise itself goes on. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined, doing: string): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(canceled(doing));
    if (signal.aborted) {
      promise.catch(() => undefined);
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Resolves true after `delayMs`, false at once when `signal` aborts. */
export function sleep(delayMs: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted === true) return Promise.resolve(false);
  return new Promise((resolve) => {
    const finish = (slept: boolean) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      resolve(slept);
    };
    const abort = () => finish(false);
    const timer = setTimeout(() => finish(true), delayMs);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
