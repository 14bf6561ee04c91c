// A clock that stands still until a test moves it.

import type { Clock } from '@orch/core/lib/clock';

export interface VirtualClock extends Clock {
  /** Moves time on and runs what is due, in order, with turns in between for what it caused. */
  advance(byMs: number): Promise<void>;
}

export function virtualClock(startMs = 1_700_000_000_000): VirtualClock {
  let now = startMs;
  let order = 0;
  const timers = new Set<{ readonly atMs: number; readonly order: number; readonly run: () => void }>();
  return {
    now: () => now,
    after(delayMs, run) {
      const timer = { atMs: now + Math.max(0, delayMs), order: order++, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(byMs) {
      const end = now + byMs;
      for (;;) {
        const due = [...timers]
          .filter((timer) => timer.atMs <= end)
          .sort((left, right) => left.atMs - right.atMs || left.order - right.order)[0];
        if (due === undefined) break;
        timers.delete(due);
        now = Math.max(now, due.atMs);
        due.run();
        await turns();
      }
      now = end;
      await turns();
    },
  };
}

/** Lets promises and immediates settle. */
export async function turns(count = 10): Promise<void> {
  for (let index = 0; index < count; index += 1) await new Promise((resolve) => setImmediate(resolve));
}
