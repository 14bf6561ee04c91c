// Whether and when a task that ended starts again. Formula: NOMAD restart block, client side.

import type { RestartPolicy } from '../../model/policy.ts';
import type { RestartWindow } from './task-run.ts';

export type RestartDecision =
  | { readonly kind: 'restart'; readonly delayMs: number; readonly window: RestartWindow; readonly reason: string }
  | { readonly kind: 'give-up'; readonly reason: string };

/** Most of the extra random wait, as a share of the policy's delay. */
const jitterShare = 0.25;

/**
 * Counts one ending against the policy. `jitter` is a number in [0, 1). The count starts anew when the interval since
 * its beginning is over. Mode `delay` waits for the end of the interval once the attempts are used up, `fail` gives up;
 * no attempts at all means never, in both modes.
 */
export function decideRestart(
  policy: RestartPolicy,
  window: RestartWindow,
  nowMs: number,
  jitter: number,
): RestartDecision {
  if (policy.attempts === 0) return { kind: 'give-up', reason: 'Policy allows no restarts' };
  const over = window.count === 0 || nowMs > window.startedAtMs + policy.intervalMs;
  const startedAtMs = over ? nowMs : window.startedAtMs;
  const count = (over ? 0 : window.count) + 1;
  if (count > policy.attempts) {
    if (policy.mode === 'fail') {
      return {
        kind: 'give-up',
        reason: `Exceeded allowed attempts ${policy.attempts} in interval ${policy.intervalMs / 1000}s and mode is "fail"`,
      };
    }
    return {
      kind: 'restart',
      delayMs: Math.max(0, startedAtMs + policy.intervalMs - nowMs),
      window: { startedAtMs, count: 0 },
      reason: 'Exceeded allowed attempts, applying a delay',
    };
  }
  return {
    kind: 'restart',
    delayMs: policy.delayMs + Math.floor(jitter * jitterShare * policy.delayMs),
    window: { startedAtMs, count },
    reason: 'Restart within policy',
  };
}
