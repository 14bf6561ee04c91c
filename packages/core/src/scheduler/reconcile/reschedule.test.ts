import test from 'ava';
import type { RescheduleEvent } from '../../model/allocation.ts';
import type { ReschedulePolicy } from '../../model/policy.ts';
import { nextReschedule } from './reschedule.ts';

const second = 1_000;
const base: ReschedulePolicy = {
  attempts: 0,
  intervalMs: 0,
  delayMs: 30 * second,
  delayFunction: 'exponential',
  maxDelayMs: 120 * second,
  unlimited: true,
};
const event = (atS: number, delayS: number): RescheduleEvent => ({
  atMs: atS * second,
  previousAllocation: 'a',
  previousNode: 'n',
  delayMs: delayS * second,
});

type Row = readonly [string, Partial<ReschedulePolicy>, readonly RescheduleEvent[], number, number];

const rows: readonly Row[] = [
  ['the first delay', {}, [], 100, 30],
  ['constant', { delayFunction: 'constant' }, [event(1, 30), event(50, 30)], 100, 30],
  ['exponential doubles the last', {}, [event(50, 60)], 100, 120],
  ['exponential stops at max_delay', {}, [event(50, 120)], 100, 120],
  ['exponential starts again after a long life', {}, [event(50, 120)], 171, 30],
  ['fibonacci second', { delayFunction: 'fibonacci' }, [event(50, 30)], 100, 30],
  ['fibonacci adds the last two', { delayFunction: 'fibonacci' }, [event(20, 30), event(50, 60)], 100, 90],
  ['fibonacci after a new start', { delayFunction: 'fibonacci' }, [event(20, 120), event(50, 30)], 100, 30],
];

for (const [title, changes, events, failedAtS, delayS] of rows) {
  test(`nextReschedule, ${title}: ${delayS} s`, (t) => {
    const decision = nextReschedule({ ...base, ...changes }, events, failedAtS * second, failedAtS * second);
    t.deepEqual(decision, { kind: 'later', atMs: (failedAtS + delayS) * second, delayMs: delayS * second });
  });
}

test('nextReschedule is now once the delay is over, or nearly', (t) => {
  t.deepEqual(nextReschedule(base, [], 100 * second, 130 * second), { kind: 'now', delayMs: 30 * second });
  t.is(nextReschedule(base, [], 100 * second, 129 * second).kind, 'now');
  t.is(nextReschedule(base, [], 100 * second, 128.9 * second).kind, 'later');
});

test('nextReschedule with limited attempts counts those within the interval', (t) => {
  const limited = {
    ...base,
    unlimited: false,
    attempts: 1,
    intervalMs: 200 * second,
    delayFunction: 'constant',
  } as const;
  t.is(nextReschedule(limited, [], 100 * second, 200 * second).kind, 'now');
  t.is(nextReschedule(limited, [event(50, 30)], 100 * second, 200 * second).kind, 'never');
  t.is(nextReschedule(limited, [event(50, 30)], 250 * second, 300 * second).kind, 'now');
  t.is(nextReschedule({ ...limited, delayMs: 200 * second }, [], 100 * second, 900 * second).kind, 'never');
  t.is(nextReschedule({ ...limited, attempts: 0 }, [], 100 * second, 200 * second).kind, 'never');
  t.is(nextReschedule(undefined, [], 0, 0).kind, 'never');
});
