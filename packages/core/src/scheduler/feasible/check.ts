// What a feasibility check answers: nothing when the node is fine, otherwise one failure with numbers and the mend.

/** One reason why a node cannot take a group. */
export interface CheckFailure {
  /** The check that failed: `constraint`, `driver`, `memory`, `port`, … */
  readonly check: string;
  /** With numbers: "needs 512 MiB, has 200 free of 2048". */
  readonly reason: string;
  /** The change that would let the node take the group. */
  readonly mend?: string;
  /** `filtered`: the node is of the wrong kind. `exhausted`: it is of the right kind, and full. */
  readonly kind: 'filtered' | 'exhausted';
  /** The key it is counted under in the metrics. */
  readonly countedAs: string;
  /** How far from fitting, in parts of what was asked; 1 for a plain no. Orders the nearest nodes. */
  readonly distance: number;
}

export function filtered(check: string, countedAs: string, reason: string, mend?: string): CheckFailure {
  const base = { check, reason, kind: 'filtered', countedAs, distance: 1 } as const;
  return mend === undefined ? base : { ...base, mend };
}

export function exhausted(
  check: string,
  countedAs: string,
  distance: number,
  reason: string,
  mend?: string,
): CheckFailure {
  const base = { check, reason, kind: 'exhausted', countedAs, distance } as const;
  return mend === undefined ? base : { ...base, mend };
}
