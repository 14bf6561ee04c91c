// Which allocations go when a group has more than its count.

import { type Allocation, isClientTerminal } from '../../model/allocation.ts';
import type { Classified } from './classify.ts';
import { byIndex } from './names.ts';

/**
 * Takes the allocations that share their name with one of a newer version (a promoted canary) out of the lists and returns
 * them: the name is taken, also when the group has not reached its count.
 */
export function dropDuplicates(members: Classified): Allocation[] {
  const gone: Allocation[] = [];
  const newest = new Map<string, Allocation>();
  for (const member of [...members.kept, ...members.migrating]) {
    const other = newest.get(member.name);
    if (other === undefined || isNewer(member, other)) newest.set(member.name, member);
  }
  const isDuplicate = (member: Allocation) => {
    const other = newest.get(member.name);
    return other !== undefined && other.jobVersion > member.jobVersion;
  };
  for (const list of [members.lost, members.kept, members.migrating]) {
    take(list, (member) => member, gone, Number.POSITIVE_INFINITY, isDuplicate);
  }
  return gone;
}

function isNewer(one: Allocation, other: Allocation): boolean {
  return one.jobVersion !== other.jobVersion ? one.jobVersion > other.jobVersion : one.createIndex > other.createIndex;
}

/**
 * Takes `surplus` allocations out of the lists and returns them. First the lost, then failed, then migrating ones, then
 * those of the highest index.
 */
export function shrink(members: Classified, surplus: number): Allocation[] {
  const gone: Allocation[] = [];
  take(members.lost, (lost) => lost, gone, surplus);
  take(members.failedNow, (failed) => failed.allocation, gone, surplus);
  take(members.migrating, (migrating) => migrating, gone, surplus);
  take(members.kept, (kept) => kept, gone, surplus);
  const names = new Set(gone.map((allocation) => allocation.id));
  const later = members.failedLater.filter((failed) => !names.has(failed.allocation.id));
  members.failedLater.splice(0, members.failedLater.length, ...later);
  return gone;
}

/** Moves from the list to `gone`, highest index first, until `limit` are gone. */
function take<Item>(
  list: Item[],
  read: (item: Item) => Allocation,
  gone: Allocation[],
  limit: number,
  isWanted: (allocation: Allocation) => boolean = () => true,
): void {
  const wanted = limit - gone.length;
  if (wanted <= 0) return;
  const chosen = new Set(
    list
      .filter((item) => isWanted(read(item)))
      .sort((one, other) => byIndex(read(other), read(one)))
      .slice(0, wanted),
  );
  for (const item of chosen) gone.push(read(item));
  list.splice(0, list.length, ...list.filter((item) => !chosen.has(item)));
}

/** It has a process to be stopped, or may have one. */
export function needsStop(allocation: Allocation): boolean {
  return !isClientTerminal(allocation);
}
