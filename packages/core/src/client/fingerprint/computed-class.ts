// The class of a node: equal for nodes between which no constraint can tell a difference.

import type { Node } from '../../model/node.ts';

export type ClassInput = Pick<Node, 'datacenter' | 'nodePool' | 'nodeClass' | 'attributes' | 'meta' | 'cniNetworks'> & {
  readonly drivers: Node['drivers'];
};

/**
 * A hash over everything placement looks at, without names beginning with `unique.`. @param hash gives a short text for a text.
 */
export function computedClass(node: ClassInput, hash: (text: string) => string): string {
  const shared = (facts: Readonly<Record<string, string>>) =>
    Object.entries(facts)
      .filter(([name]) => !name.startsWith('unique.'))
      .sort(([left], [right]) => (left < right ? -1 : 1));
  const drivers = Object.entries(node.drivers)
    .map(([name, { detected, healthy }]) => [name, detected, healthy])
    .sort();
  const text = JSON.stringify([
    node.datacenter,
    node.nodePool,
    node.nodeClass,
    shared(node.attributes),
    shared(node.meta),
    drivers,
    [...node.cniNetworks].sort(),
  ]);
  return `v1:${hash(text)}`;
}
