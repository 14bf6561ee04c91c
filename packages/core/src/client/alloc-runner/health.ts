// The node's verdict on an allocation of a deployment, as a pure function of its tasks.

import type { TaskState } from '../../model/allocation.ts';
import type { UpdateStrategy } from '../../model/policy.ts';
import type { GroupRules } from './alloc-run.ts';

export interface HealthWatch {
  /** Since when everything has been as it should be, without a break. */
  readonly goodSinceMs?: number;
  readonly deadlineMs: number;
  /** Restarts seen so far: one more breaks the good time. */
  readonly restarts: number;
}

export type HealthVerdict =
  | { readonly kind: 'healthy' }
  | { readonly kind: 'unhealthy'; readonly reason: string }
  /** Look again at this time, or when a task changes. */
  | { readonly kind: 'wait'; readonly untilMs: number; readonly watch: HealthWatch };

export function newHealthWatch(strategy: UpdateStrategy, nowMs: number): HealthWatch {
  return { deadlineMs: nowMs + strategy.healthyDeadlineMs, restarts: 0 };
}

/**
 * Healthy when all tasks have been up for `minHealthyTime`: main tasks and sidecars running, prestart and poststart
 * tasks that end by themselves ended well. Unhealthy when a task failed for good or the deadline has passed.
 */
export function judgeHealth(
  watch: HealthWatch,
  strategy: UpdateStrategy,
  rules: GroupRules,
  tasks: Readonly<Record<string, TaskState>>,
  nowMs: number,
): HealthVerdict {
  const states = Object.entries(tasks);
  const failed = states.find(([, state]) => state.failed);
  if (failed !== undefined) return { kind: 'unhealthy', reason: `task "${failed[0]}" failed` };
  const restarts = states.reduce((sum, [, state]) => sum + state.restarts, 0);
  const good = states.every(([name, state]) => isGood(rules, name, state));
  const unbroken = restarts === watch.restarts;
  const goodSinceMs = good ? (unbroken ? (watch.goodSinceMs ?? nowMs) : nowMs) : undefined;
  if (goodSinceMs !== undefined && nowMs >= goodSinceMs + strategy.minHealthyTimeMs) return { kind: 'healthy' };
  if (nowMs >= watch.deadlineMs) {
    return { kind: 'unhealthy', reason: `not healthy within the deadline of ${strategy.healthyDeadlineMs / 1000}s` };
  }
  const soon = goodSinceMs === undefined ? watch.deadlineMs : goodSinceMs + strategy.minHealthyTimeMs;
  return {
    kind: 'wait',
    untilMs: Math.min(soon, watch.deadlineMs),
    watch: { deadlineMs: watch.deadlineMs, restarts, ...(goodSinceMs === undefined ? {} : { goodSinceMs }) },
  };
}

function isGood(rules: GroupRules, name: string, state: TaskState): boolean {
  switch (rules.roles[name]) {
    case 'poststop':
      return true;
    case 'prestart':
    case 'poststart':
      return state.state === 'dead' && !state.failed;
    default:
      return state.state === 'running';
  }
}
