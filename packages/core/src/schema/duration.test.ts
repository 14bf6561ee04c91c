// Durations as text.

import test from 'ava';
import fc from 'fast-check';
import { formatDuration, isDuration, parseDuration } from './duration.ts';

test('parseDuration reads what Go reads', (t) => {
  const cases: [string, number | undefined][] = [
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1_500],
    ['10ms', 10],
    ['250us', 0.25],
    ['1ns', 1e-6],
    ['0', 0],
    ['-2m', -120_000],
    ['30', undefined],
    ['', undefined],
    ['1d', undefined],
    ['s', undefined],
    ['.s', undefined],
    ['1h 2m', undefined],
    ['1constructor', undefined],
  ];
  for (const [text, ms] of cases) t.is(parseDuration(text), ms, text);
});

test('formatDuration writes what parseDuration reads', (t) => {
  t.deepEqual([0, 15_000, 90_000, 5_400_000, 1_500, 10, 0.25].map(formatDuration), [
    '0s',
    '15s',
    '1m30s',
    '1h30m0s',
    '1.5s',
    '10ms',
    '250µs',
  ]);
  fc.assert(fc.property(fc.integer({ min: -1e10, max: 1e10 }), (ms) => parseDuration(formatDuration(ms)) === ms));
});

test('parseDuration and isDuration end where 64 bits of nanoseconds end', (t) => {
  t.is(parseDuration('2562047h'), 2_562_047 * 3_600_000);
  for (const text of ['2562048h', '-2562048h', '99999999999999999999h', `1${'0'.repeat(400)}s`])
    t.is(parseDuration(text), undefined, text);
  t.true(isDuration(-1));
  t.false(isDuration(Number.POSITIVE_INFINITY));
  t.false(isDuration(Number.NaN));
});
