// Scores of the fill of a node: Nomad's bin-pack and its opposite. CPU and memory only.

/** 10 to the power of the free share, 1 − used/total; a dimension the node has none of counts as full. */
export function freePower(used: number, total: number): number {
  return total > 0 ? 10 ** (1 - used / total) : 1;
}

/** clamp(20 − (10^freeCpu + 10^freeMemory), 0, 18) / 18: 1 is a full node. The arguments are the two powers. */
export function binpackScore(cpuPower: number, memoryPower: number): number {
  return clamp(20 - (cpuPower + memoryPower)) / 18;
}

/** clamp((10^freeCpu + 10^freeMemory) − 2, 0, 18) / 18: 1 is an empty node. */
export function spreadAlgorithmScore(cpuPower: number, memoryPower: number): number {
  return clamp(cpuPower + memoryPower - 2) / 18;
}

function clamp(score: number): number {
  return Math.max(0, Math.min(score, 18));
}
