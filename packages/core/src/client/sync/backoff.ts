// How long to wait before dialing again.

const firstMs = 200;
const mostMs = 15_000;

/** Doubles with each failure up to the maximum; `jitter` in [0, 1) takes up to half of it away, so that nodes do not return in step. */
export function reconnectDelayMs(failures: number, jitter: number): number {
  const full = Math.min(mostMs, firstMs * 2 ** Math.min(failures, 16));
  return Math.round(full * (1 - jitter / 2));
}
