// When a failed allocation is replaced on another node, by its group's reschedule policy.

import { assertNever } from '../../lib/assert.ts';
import type { Allocation, RescheduleEvent } from '../../model/allocation.ts';
import type { ReschedulePolicy } from '../../model/policy.ts';

export type RescheduleDecision =
  /** No policy, or its attempts are used up. */
  | { readonly kind: 'never' }
  | { readonly kind: 'now'; readonly delayMs: number }
  | { readonly kind: 'later'; readonly atMs: number; readonly delayMs: number };

/** A time this near is now: it is not worth an evaluation of its own. */
const nowWindowMs = 1_000;
/** Events kept of an unlimited policy: enough to compute the next delay. */
const unlimitedEventsKept = 5;

/**
 * Decides about one failed allocation. `events` are its own, oldest first.
 *
 * The delay is `delay` at first; then, constant: the same; exponential: twice the last; fibonacci: the sum of the last two.
 * Above `maxDelay` it stays there, and starts again at `delay` once an instance held out longer than that. A limited policy
 * allows an attempt while fewer than `attempts` lie within `interval` before the failure and the delay is shorter than it.
 */
export function nextReschedule(
  policy: ReschedulePolicy | undefined,
  events: readonly RescheduleEvent[],
  failedAtMs: number,
  now: number,
): RescheduleDecision {
  if (policy === undefined) return { kind: 'never' };
  const delayMs = nextDelay(policy, events, failedAtMs);
  if (!policy.unlimited) {
    const used = events.filter((event) => failedAtMs - event.atMs < policy.intervalMs).length;
    if (used >= policy.attempts || delayMs >= policy.intervalMs) return { kind: 'never' };
  }
  const atMs = failedAtMs + delayMs;
  return atMs <= now + nowWindowMs ? { kind: 'now', delayMs } : { kind: 'later', atMs, delayMs };
}

function nextDelay(policy: ReschedulePolicy, events: readonly RescheduleEvent[], failedAtMs: number): number {
  const last = events[events.length - 1];
  if (last === undefined) return policy.delayMs;
  const grown = grownDelay(policy, events, last);
  if (policy.delayFunction === 'constant' || policy.maxDelayMs <= 0 || grown <= policy.maxDelayMs) return grown;
  return failedAtMs - last.atMs > policy.maxDelayMs ? policy.delayMs : policy.maxDelayMs;
}

function grownDelay(policy: ReschedulePolicy, events: readonly RescheduleEvent[], last: RescheduleEvent): number {
  switch (policy.delayFunction) {
    case 'constant':
      return policy.delayMs;
    case 'exponential':
      return 2 * last.delayMs;
    case 'fibonacci': {
      const before = events[events.length - 2];
      if (before === undefined) return policy.delayMs;
      const hasStartedAgain = before.delayMs === policy.maxDelayMs && last.delayMs === policy.delayMs;
      return hasStartedAgain ? last.delayMs : before.delayMs + last.delayMs;
    }
    default:
      return assertNever(policy.delayFunction, 'delay function');
  }
}

/** The events a replacement carries: those that still matter, and this one. */
export function rescheduleEventsAfter(
  policy: ReschedulePolicy,
  failed: Allocation,
  delayMs: number,
  now: number,
): RescheduleEvent[] {
  const kept = policy.unlimited
    ? failed.rescheduleEvents.slice(1 - unlimitedEventsKept)
    : failed.rescheduleEvents.filter((event) => now - event.atMs <= policy.intervalMs);
  return [...kept, { atMs: now, previousAllocation: failed.id, previousNode: failed.nodeId, delayMs }];
}

/** When it failed: the end of its last task, else the last change. */
export function failedAt(allocation: Allocation): number {
  let latest = 0;
  for (const state of Object.values(allocation.taskStates)) latest = Math.max(latest, state.finishedAtMs ?? 0);
  return latest > 0 ? latest : allocation.modifiedAtMs;
}
