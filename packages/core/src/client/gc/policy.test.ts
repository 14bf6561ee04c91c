import test from 'ava';
import { type CollectLimits, chooseCollectable } from './policy.ts';

const limits: CollectLimits = { maxFinished: 3, diskUsedPercent: 80, maxAgeMs: 1_000_000, intervalMs: 60_000 };
const finished = [5, 1, 4, 2, 3].map((order) => ({ id: `a${order}`, finishedAtMs: order * 1_000 }));

test('chooseCollectable takes the oldest beyond the number kept', (t) => {
  t.deepEqual(chooseCollectable(finished, limits, 10, 10_000), ['a1', 'a2']);
  t.deepEqual(chooseCollectable(finished.slice(0, 3), limits, 10, 10_000), []);
});

test('chooseCollectable takes half of them when the disk is full', (t) => {
  t.deepEqual(chooseCollectable(finished, limits, 81, 10_000), ['a1', 'a2', 'a3']);
});

test('chooseCollectable takes what is too old', (t) => {
  t.deepEqual(chooseCollectable(finished.slice(0, 2), limits, 10, 1_002_000), ['a1']);
});
