// Which record of a repeated block of the new version is which of the old one.

import type { Pairing } from './diff-shape.ts';
import type { ModelRecord } from './field.ts';
import { sameData } from './same-data.ts';

export type Pair = readonly [before: ModelRecord | undefined, after: ModelRecord | undefined];

/** Pairs all records; what is equal may be missing from the answer. Order: pairs, what is gone, what is new. */
export function pairRecords(
  before: readonly ModelRecord[],
  after: readonly ModelRecord[],
  pairing: Pairing,
): readonly Pair[] {
  if (pairing === 'place') return byPlace(before, after);
  if (pairing === 'whole') return byMatch(before, after, (left, right) => sameData(left, right));
  const alone = before.length === 1 && after.length === 1;
  if (pairing === 'likeness') return alone ? byPlace(before, after) : byLikeness(before, after);
  if (pairing.onlyOnesPair === true && alone) return byPlace(before, after);
  return byMatch(before, after, (left, right) => left[pairing.by] === right[pairing.by]);
}

function byPlace(before: readonly ModelRecord[], after: readonly ModelRecord[]): readonly Pair[] {
  return Array.from({ length: Math.max(before.length, after.length) }, (_, index) => [before[index], after[index]]);
}

function byMatch(
  before: readonly ModelRecord[],
  after: readonly ModelRecord[],
  matches: (left: ModelRecord, right: ModelRecord) => boolean,
): readonly Pair[] {
  const rest = [...after];
  const pairs: Pair[] = before.map((record) => {
    const index = rest.findIndex((other) => matches(record, other));
    return [record, index < 0 ? undefined : rest.splice(index, 1)[0]];
  });
  return [...pairs, ...rest.map((record): Pair => [undefined, record])];
}

/**
 * Services have no key of their own: the name counts most, then the port, then the place; place alone is too little.
 * So a service that moved or was renamed is edited, not one gone and another new.
 */
function byLikeness(before: readonly ModelRecord[], after: readonly ModelRecord[]): readonly Pair[] {
  const taken = new Set<number>();
  const pairs: Pair[] = before.map((record, place) => {
    let best = -1;
    let bestScore = 2;
    after.forEach((other, index) => {
      if (taken.has(index)) return;
      const score =
        (index === place ? 1 : 0) +
        ((record['port'] ?? '') === (other['port'] ?? '') ? 2 : 0) +
        (record['name'] === other['name'] ? 3 : 0);
      if (score > bestScore) [best, bestScore] = [index, score];
    });
    if (best >= 0) taken.add(best);
    return [record, after[best]];
  });
  return [...pairs, ...after.flatMap((record, index): Pair[] => (taken.has(index) ? [] : [[undefined, record]]))];
}
