// Which finished allocations lose their directories now: a pure decision.

export interface CollectLimits {
  /** Finished allocations kept for people to look at. @default 50 */
  readonly maxFinished: number;
  /** Share of the disk in use above which finished allocations go, percent. @default 80 */
  readonly diskUsedPercent: number;
  /** Longest a finished allocation's files are kept, milliseconds. @default one day */
  readonly maxAgeMs: number;
  /** Between two looks at what can be freed, milliseconds. @default one minute */
  readonly intervalMs: number;
}

export const defaultCollectLimits: CollectLimits = {
  maxFinished: 50,
  diskUsedPercent: 80,
  maxAgeMs: 86_400_000,
  intervalMs: 60_000,
};

export interface FinishedAlloc {
  readonly id: string;
  readonly finishedAtMs: number;
}

/** Oldest first. On a full disk half of what is left goes, at least one; the next look decides about the rest. */
export function chooseCollectable(
  finished: readonly FinishedAlloc[],
  limits: CollectLimits,
  diskUsedPercent: number,
  nowMs: number,
): readonly string[] {
  const oldestFirst = [...finished].sort((left, right) => left.finishedAtMs - right.finishedAtMs);
  const tooMany = Math.max(0, oldestFirst.length - limits.maxFinished);
  const forDisk = diskUsedPercent > limits.diskUsedPercent ? Math.ceil(oldestFirst.length / 2) : 0;
  const count = Math.max(tooMany, forDisk);
  return oldestFirst
    .filter(({ finishedAtMs }, index) => index < count || nowMs - finishedAtMs > limits.maxAgeMs)
    .map(({ id }) => id);
}
