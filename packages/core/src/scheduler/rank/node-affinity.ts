// Draws instances to nodes, or keeps them away, by weighted conditions.

import type { Affinity } from '../../model/constraint.ts';
import type { Node } from '../../model/node.ts';
import { compileOperator, isNodeOperator } from '../feasible/operators.ts';
import { compileTarget } from '../feasible/resolve-target.ts';

export interface CompiledAffinity {
  readonly weight: number;
  readonly matches: (node: Node) => boolean;
}

export function compileAffinities(affinities: readonly Affinity[]): CompiledAffinity[] {
  return affinities.flatMap((affinity) => {
    if (!isNodeOperator(affinity.operator)) return [];
    const test = compileOperator(affinity.operator);
    const left = compileTarget(affinity.attribute);
    const right = compileTarget(affinity.value);
    return [{ weight: affinity.weight, matches: (node: Node) => test(left(node), right(node)) }];
  });
}

/** Sum of the matching weights ÷ sum of all absolute weights; `undefined` when it is 0. */
export function nodeAffinityScore(affinities: readonly CompiledAffinity[], node: Node): number | undefined {
  let matched = 0;
  let total = 0;
  for (const affinity of affinities) {
    total += Math.abs(affinity.weight);
    if (affinity.matches(node)) matched += affinity.weight;
  }
  return matched === 0 || total === 0 ? undefined : matched / total;
}
