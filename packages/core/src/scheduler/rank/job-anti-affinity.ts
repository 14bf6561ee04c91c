// Keeps instances of one group apart.

/** −(collisions + 1) / count, `undefined` (not counted in the mean) when no instance of the group is on the node. */
export function jobAntiAffinityScore(collisions: number, count: number): number | undefined {
  return collisions > 0 ? -(collisions + 1) / Math.max(1, count) : undefined;
}
