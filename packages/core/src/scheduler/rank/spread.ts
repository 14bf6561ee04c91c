// Spreads instances over the values of an attribute, evenly or by percentages.

import type { Spread } from '../../model/constraint.ts';
import type { Node } from '../../model/node.ts';
import { compileTarget } from '../feasible/resolve-target.ts';

export interface CompiledSpread {
  readonly read: (node: Node) => string | undefined;
  readonly weight: number;
  /** Value → percent; empty = even. */
  readonly targets: ReadonlyMap<string, number>;
}

/** Instances of the group per value, those placed by the plan in the making counted in. Values without any are absent. */
export interface ValueCounts {
  readonly counts: Map<string, number>;
  /** Fewest and most instances over the values that have any; Infinity and 0 when none has. */
  min: number;
  max: number;
}

export function emptyCounts(): ValueCounts {
  return { counts: new Map(), min: Number.POSITIVE_INFINITY, max: 0 };
}

/** Counts one instance in (1) or out (−1). */
export function countValue(values: ValueCounts, value: string | undefined, change: 1 | -1): void {
  if (value === undefined) return;
  const count = (values.counts.get(value) ?? 0) + change;
  if (count > 0) values.counts.set(value, count);
  else values.counts.delete(value);
  values.min = Number.POSITIVE_INFINITY;
  values.max = 0;
  for (const other of values.counts.values()) {
    if (other < values.min) values.min = other;
    if (other > values.max) values.max = other;
  }
}

export function compileSpreads(spreads: readonly Spread[]): CompiledSpread[] {
  return spreads.map((spread) => ({
    read: compileTarget(spread.attribute),
    weight: spread.weight,
    targets: new Map(spread.targets.map((target) => [target.value, target.percent])),
  }));
}

/**
 * The sum over all spreads for a node with these values. 0 is not counted in the mean. The weight only applies to spreads
 * with targets, as in Nomad.
 */
export function spreadScore(
  spreads: readonly CompiledSpread[],
  values: readonly (string | undefined)[],
  counts: readonly ValueCounts[],
  groupCount: number,
): number {
  const weights = spreads.reduce((sum, spread) => sum + spread.weight, 0);
  let total = 0;
  spreads.forEach((spread, index) => {
    const value = values[index];
    const used = counts[index];
    if (used === undefined) return;
    total += spread.targets.size === 0 ? evenScore(value, used) : targetScore(spread, value, used, groupCount, weights);
  });
  return total;
}

/** ((desired − used) / desired) × weight / Σ weights; −1 for a value that is not wanted. */
function targetScore(
  spread: CompiledSpread,
  value: string | undefined,
  counts: ValueCounts,
  groupCount: number,
  weights: number,
): number {
  if (value === undefined) return -1;
  const desired = desiredCount(spread, value, groupCount);
  if (desired === undefined) return -1;
  const share = weights > 0 ? spread.weight / weights : 0;
  if (desired > 0) return boost(desired, (counts.counts.get(value) ?? 0) + 1, share);
  let lowest = -1;
  for (const [target, percent] of spread.targets) {
    const wanted = (percent / 100) * groupCount;
    if (wanted > 0) lowest = Math.min(lowest, boost(wanted, (counts.counts.get(target) ?? 0) + 1, share));
  }
  return lowest;
}

function boost(desired: number, used: number, share: number): number {
  return ((desired - used) / desired) * share;
}

/** What the percentages leave over belongs to every value that is not named; `undefined` when nothing is left over. */
function desiredCount(spread: CompiledSpread, value: string, groupCount: number): number | undefined {
  const percent = spread.targets.get(value);
  if (percent !== undefined) return (percent / 100) * groupCount;
  let named = 0;
  for (const other of spread.targets.values()) named += other;
  const rest = groupCount - (named / 100) * groupCount;
  return rest > 0 ? rest : undefined;
}

/** Positive for the values that have the fewest instances; see the table of even spreads in Nomad's scheduler. */
function evenScore(value: string | undefined, { counts, min, max }: ValueCounts): number {
  if (min === Number.POSITIVE_INFINITY) return 0;
  if (value === undefined) return -1;
  const current = counts.get(value) ?? 0;
  if (current !== min) return (min - current) / min;
  return min === max ? -1 : (max - min) / min;
}
