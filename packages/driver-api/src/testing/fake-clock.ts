// Time for the fake driver: handed in, so that a test or a simulation decides when a delay is over.

/** The same shape as orch's own clock: wall time in milliseconds, and a timer whose result cancels it. */
export interface FakeClock {
  now(): number;
  after(delayMs: number, run: () => void): () => void;
}

/** The machine's own time. */
export const systemClock: FakeClock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`, or at once when `signal` aborts. */
export function sleepOn(clock: FakeClock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(delayMs, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
