// Names of allocations: `job.group[index]`, the lowest free index first.

import { type Allocation, allocationIndex } from '../../model/allocation.ts';

export function allocationName(jobId: string, group: string, index: number): string {
  return `${jobId}.${group}[${index}]`;
}

/** The lowest `wanted` indexes that none of the names has. */
export function freeIndexes(taken: Iterable<Pick<Allocation, 'name'>>, wanted: number): number[] {
  const used = new Set<number>();
  for (const allocation of taken) used.add(allocationIndex(allocation.name));
  const free: number[] = [];
  for (let index = 0; free.length < wanted; index += 1) {
    if (!used.has(index)) free.push(index);
  }
  return free;
}

export function byIndex(one: Allocation, other: Allocation): number {
  const order = allocationIndex(one.name) - allocationIndex(other.name);
  return order !== 0 ? order : one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}
