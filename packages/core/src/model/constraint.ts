// Constraint, affinity and spread: what a job asks of the nodes it runs on.

export const constraintOperators = [
  '=',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'version',
  'semver',
  'regexp',
  'set_contains',
  'set_contains_any',
  'is_set',
  'is_not_set',
  'distinct_hosts',
  'distinct_property',
] as const;
export type ConstraintOperator = (typeof constraintOperators)[number];

export interface Constraint {
  /** Left side, usually `${attr…}`, `${meta…}` or `${node…}`; empty where the operator takes none. */
  readonly attribute: string;
  readonly operator: ConstraintOperator;
  readonly value: string;
}

export interface Affinity {
  readonly attribute: string;
  readonly operator: ConstraintOperator;
  readonly value: string;
  /** −100…100, not 0. @default 50 */
  readonly weight: number;
}

export interface Spread {
  readonly attribute: string;
  /** 1…100. @default 50 */
  readonly weight: number;
  readonly targets: readonly { readonly value: string; readonly percent: number }[];
}
