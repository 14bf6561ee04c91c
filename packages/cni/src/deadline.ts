// A signal that aborts after a time or with the caller's.

export interface Deadline {
  readonly signal: AbortSignal;
  /** True when the time was up before anything else aborted. */
  readonly isOver: () => boolean;
  /** Frees the timer. */
  clear(): void;
}

/** Unlike `AbortSignal.timeout` this keeps the process alive until it is cleared: somebody waits for the answer. */
export function deadline(timeoutMs: number, caller?: AbortSignal): Deadline {
  const controller = new AbortController();
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = !controller.signal.aborted;
    controller.abort();
  }, timeoutMs);
  const onAbort = () => controller.abort(caller?.reason);
  if (caller?.aborted) onAbort();
  caller?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    isOver: () => isOver,
    clear() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', onAbort);
    },
  };
}
