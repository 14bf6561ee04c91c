import test from 'ava';
import type { TaskState } from '../../model/allocation.ts';
import type { UpdateStrategy } from '../../model/policy.ts';
import { makeGroup, makeTask } from '../testing/make-job.ts';
import { groupRules } from './alloc-run.ts';
import { judgeHealth, newHealthWatch } from './health.ts';

const strategy: UpdateStrategy = {
  maxParallel: 1,
  canary: 0,
  healthCheck: 'task_states',
  minHealthyTimeMs: 10_000,
  healthyDeadlineMs: 60_000,
  progressDeadlineMs: 600_000,
  autoRevert: false,
  autoPromote: false,
  staggerMs: 0,
};
const rules = groupRules(
  makeGroup([makeTask('web'), makeTask('init', { lifecycle: { hook: 'prestart', sidecar: false } })]),
);
const state = (changes: Partial<TaskState> = {}): TaskState => ({
  state: 'running',
  failed: false,
  restarts: 0,
  events: [],
  ...changes,
});
const good = { web: state(), init: state({ state: 'dead' }) };

test('judgeHealth says healthy after all tasks were up for the minimum time', (t) => {
  const begun = judgeHealth(newHealthWatch(strategy, 0), strategy, rules, good, 1_000);
  t.like(begun, { kind: 'wait', untilMs: 11_000 });
  if (begun.kind !== 'wait') return;
  t.is(judgeHealth(begun.watch, strategy, rules, good, 10_999).kind, 'wait');
  t.is(judgeHealth(begun.watch, strategy, rules, good, 11_000).kind, 'healthy');
});

test('judgeHealth begins the time anew after a restart', (t) => {
  const begun = judgeHealth(newHealthWatch(strategy, 0), strategy, rules, good, 1_000);
  if (begun.kind !== 'wait') return t.fail();
  const restarted = judgeHealth(begun.watch, strategy, rules, { ...good, web: state({ restarts: 1 }) }, 9_000);
  t.like(restarted, { kind: 'wait', untilMs: 19_000 });
});

test('judgeHealth says unhealthy for a failed task and at the deadline', (t) => {
  const watch = newHealthWatch(strategy, 0);
  t.is(
    judgeHealth(watch, strategy, rules, { ...good, web: state({ failed: true, state: 'dead' }) }, 5).kind,
    'unhealthy',
  );
  const pending = { ...good, web: state({ state: 'pending' }) };
  t.like(judgeHealth(watch, strategy, rules, pending, 5), { kind: 'wait', untilMs: 60_000 });
  t.is(judgeHealth(watch, strategy, rules, pending, 60_000).kind, 'unhealthy');
});
