import test from 'ava';
import { makeNode } from '../testing/fixtures.ts';
import { binpackScore, freePower, spreadAlgorithmScore } from './binpack.ts';
import { jobAntiAffinityScore } from './job-anti-affinity.ts';
import { compileAffinities, nodeAffinityScore } from './node-affinity.ts';
import { compileSpreads, countValue, emptyCounts, spreadScore } from './spread.ts';

const near = (actual: number, expected: number) => Math.abs(actual - expected) < 1e-9;

test('binpackScore is 1 on a full node, 0 on an empty one, and by the formula between', (t) => {
  t.is(binpackScore(freePower(4_000, 4_000), freePower(8_192, 8_192)), 1);
  t.is(binpackScore(freePower(0, 4_000), freePower(0, 8_192)), 0);
  // Half used: 20 − 2·√10 = 13.675…, ÷ 18.
  t.true(near(binpackScore(freePower(2_000, 4_000), freePower(4_096, 8_192)), (20 - 2 * Math.sqrt(10)) / 18));
  // CPU full, memory empty: 20 − (1 + 10) = 9, ÷ 18.
  t.is(binpackScore(freePower(10, 10), freePower(0, 10)), 0.5);
});

test('spreadAlgorithmScore is the opposite', (t) => {
  t.is(spreadAlgorithmScore(freePower(0, 4_000), freePower(0, 8_192)), 1);
  t.is(spreadAlgorithmScore(freePower(4_000, 4_000), freePower(8_192, 8_192)), 0);
  t.is(spreadAlgorithmScore(freePower(10, 10), freePower(0, 10)), 0.5);
});

test('jobAntiAffinityScore is −(collisions + 1) / count, and absent without a collision', (t) => {
  t.is(jobAntiAffinityScore(0, 4), undefined);
  t.is(jobAntiAffinityScore(1, 4), -0.5);
  t.is(jobAntiAffinityScore(3, 4), -1);
});

test('nodeAffinityScore divides the matching weights by all absolute weights', (t) => {
  const affinity = (value: string, weight: number) =>
    ({ attribute: '${meta.rack}', operator: '=', value, weight }) as const;
  const node = makeNode('a', { meta: { rack: 'r1' } });
  t.is(nodeAffinityScore(compileAffinities([affinity('r1', 50), affinity('r2', 50)]), node), 0.5);
  t.is(nodeAffinityScore(compileAffinities([affinity('r1', -30), affinity('r2', 10)]), node), -0.75);
  t.is(nodeAffinityScore(compileAffinities([affinity('r2', 50)]), node), undefined);
});

const rack = (targets: readonly { value: string; percent: number }[], weight = 50) =>
  ({ attribute: '${meta.rack}', weight, targets }) as const;

function counts(values: Readonly<Record<string, number>>) {
  const result = emptyCounts();
  for (const [value, count] of Object.entries(values)) {
    for (let added = 0; added < count; added += 1) countValue(result, value, 1);
  }
  return result;
}

const targeted = compileSpreads([
  rack([
    { value: 'r1', percent: 70 },
    { value: 'r2', percent: 30 },
  ]),
]);

const targetRows: readonly (readonly [string | undefined, Record<string, number>, number])[] = [
  // 7 of 10 desired in r1: (7 − 1) / 7.
  ['r1', {}, 6 / 7],
  ['r2', {}, 2 / 3],
  ['r1', { r1: 6 }, 0],
  ['r1', { r1: 7 }, -1 / 7],
  ['r3', {}, -1],
  [undefined, {}, -1],
];

for (const [value, used, expected] of targetRows) {
  test(`spreadScore with targets gives ${expected.toFixed(3)} to ${value ?? 'nothing'} with ${JSON.stringify(used)}`, (t) => {
    t.true(near(spreadScore(targeted, [value], [counts(used)], 10), expected));
  });
}

test('spreadScore gives what the percentages leave over to the values without a name', (t) => {
  const spreads = compileSpreads([rack([{ value: 'r1', percent: 60 }])]);
  t.true(near(spreadScore(spreads, ['other'], [emptyCounts()], 10), 3 / 4));
});

test('spreadScore weighs several spreads by their share', (t) => {
  const spreads = compileSpreads([
    rack([{ value: 'r1', percent: 100 }], 75),
    { attribute: '${node.datacenter}', weight: 25, targets: [{ value: 'dc1', percent: 100 }] },
  ]);
  // (9/10)·0.75 + (8/10)·0.25
  t.true(near(spreadScore(spreads, ['r1', 'dc1'], [emptyCounts(), counts({ dc1: 1 })], 10), 0.675 + 0.2));
});

const evenRows: readonly (readonly [string | undefined, Record<string, number>, number])[] = [
  ['r1', {}, 0],
  [undefined, { r1: 1 }, -1],
  ['r1', { r1: 1 }, -1],
  ['r2', { r1: 1 }, 1],
  ['r1', { r1: 3, r2: 1 }, -2],
  ['r2', { r1: 3, r2: 1 }, 2],
  ['r1', { r1: 2, r2: 2 }, -1],
  ['r2', { r1: 3, r2: 2 }, 0.5],
];

for (const [value, used, expected] of evenRows) {
  test(`spreadScore without targets gives ${expected} to ${value ?? 'nothing'} with ${JSON.stringify(used)}`, (t) => {
    t.is(spreadScore(compileSpreads([rack([])]), [value], [counts(used)], 10), expected);
  });
}

test('countValue forgets a value when its last instance goes', (t) => {
  const values = counts({ r1: 2, r2: 1 });
  countValue(values, 'r2', -1);
  t.deepEqual([values.min, values.max, values.counts.size], [2, 2, 1]);
});
