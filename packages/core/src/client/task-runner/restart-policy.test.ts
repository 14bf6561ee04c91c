import test from 'ava';
import type { RestartPolicy } from '../../model/policy.ts';
import { decideRestart } from './restart-policy.ts';

const policy: RestartPolicy = { attempts: 2, intervalMs: 60_000, delayMs: 1_000, mode: 'fail', renderTemplates: false };
const fresh = { startedAtMs: 0, count: 0 };

test('decideRestart waits the delay and up to a quarter more', (t) => {
  const none = decideRestart(policy, fresh, 5_000, 0);
  const most = decideRestart(policy, fresh, 5_000, 0.999);
  t.is(none.kind === 'restart' && none.delayMs, 1_000);
  t.is(most.kind === 'restart' && most.delayMs, 1_249);
});

test('decideRestart counts within the interval and begins anew after it', (t) => {
  const window = { startedAtMs: 1_000, count: 2 };
  t.is(decideRestart(policy, window, 50_000, 0).kind, 'give-up');
  const later = decideRestart(policy, window, 61_001, 0);
  t.deepEqual(later.kind === 'restart' && later.window, { startedAtMs: 61_001, count: 1 });
});

test('decideRestart in mode "delay" waits for the end of the interval', (t) => {
  const decision = decideRestart({ ...policy, mode: 'delay' }, { startedAtMs: 1_000, count: 2 }, 21_000, 0.5);
  t.is(decision.kind === 'restart' && decision.delayMs, 40_000);
});

test('decideRestart never restarts without attempts, in both modes', (t) => {
  for (const mode of ['fail', 'delay'] as const) {
    t.is(decideRestart({ ...policy, attempts: 0, mode }, fresh, 1, 0).kind, 'give-up');
  }
});
