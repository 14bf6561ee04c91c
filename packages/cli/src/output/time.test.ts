import test from 'ava';
import { formatAgo, formatDuration, nanosToMs } from './time.ts';

test('formatDuration shows the two largest units', (t) => {
  t.deepEqual([0, 120, 999, 1000, 61_000, 3_600_000, 3_725_000, 90_061_000].map(formatDuration), [
    '0ms',
    '120ms',
    '999ms',
    '1s',
    '1m1s',
    '1h',
    '1h2m',
    '1d1h',
  ]);
});

test('formatAgo is empty for an unknown time', (t) => {
  t.is(formatAgo(undefined, 5000), '');
  t.is(formatAgo(0, 5000), '');
  t.is(formatAgo(3000, 5000), '2s ago');
});

test('nanosToMs keeps unknown times unknown', (t) => {
  t.is(nanosToMs(0), undefined);
  t.is(nanosToMs(1_500_000_000), 1500);
});
