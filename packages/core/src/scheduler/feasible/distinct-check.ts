// The checks that look at the other instances of the job: distinct_hosts and distinct_property.

import type { Node } from '../../model/node.ts';
import type { DistinctProperty } from '../placement/ask.ts';
import { type CheckFailure, filtered } from './check.ts';
import { constraintText } from './constraint-check.ts';

export function checkDistinctHosts(scope: 'job' | 'group', instances: number): CheckFailure | undefined {
  if (instances === 0) return undefined;
  return filtered(
    'distinct-hosts',
    'distinct_hosts',
    `distinct_hosts: the node already runs ${instances} of this ${scope}`,
    'add a node, or lower the count',
  );
}

/** @param instances how many of the job or group are on nodes with the same value of the property. */
export function checkDistinctProperty(
  property: DistinctProperty,
  node: Node,
  instances: number,
): CheckFailure | undefined {
  const text = constraintText(property.constraint);
  const value = property.read(node);
  if (value === undefined) {
    return filtered(
      'distinct-property',
      text,
      `distinct_property: the node has no ${property.constraint.attribute}`,
      'change the constraint, or add a node that has the property',
    );
  }
  if (instances < property.limit) return undefined;
  return filtered(
    'distinct-property',
    text,
    `distinct_property: ${instances} of ${property.limit} allowed instances already run where ${property.constraint.attribute} is ${JSON.stringify(value)}`,
    'raise the limit of the constraint, lower the count, or add a node with another value',
  );
}
