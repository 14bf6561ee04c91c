// Canaries: instances of a new version beside the old ones, until somebody promotes them.

import type { Allocation } from '../../model/allocation.ts';
import type { Deployment } from '../../model/deployment.ts';
import type { StateSnapshot } from '../../model/snapshot.ts';
import type { Classified, Failed } from './classify.ts';

export interface CanarySplit {
  /** Canaries of the current deployment, not promoted, that hold their place: running, or waiting after they failed. */
  readonly live: readonly Allocation[];
  /** Canaries of the current deployment whose node is lost, or that are to move: they stop, others take their place. */
  readonly lost: readonly Allocation[];
  readonly migrating: readonly Allocation[];
  /** Failed canaries of the current deployment, to be replaced by other canaries now. */
  readonly failedNow: readonly Failed[];
  /** Canaries of a deployment that is over: they go. */
  readonly abandoned: readonly Allocation[];
}

/** Takes the unpromoted canaries out of all lists: they fill no place of the group's count. */
export function splitCanaries(
  snapshot: StateSnapshot,
  current: Deployment | undefined,
  groupName: string,
  members: Classified,
): CanarySplit {
  const abandoned: Allocation[] = [];
  const kindOf = (allocation: Allocation): 'member' | 'current' | 'abandoned' => {
    if (allocation.deploymentStatus?.canary !== true || allocation.deploymentId === undefined) return 'member';
    const own = snapshot.deployment(allocation.deploymentId);
    if (own === undefined || own.taskGroups[groupName]?.promoted === true) return 'member';
    return own.id === current?.id && current.status !== 'failed' ? 'current' : 'abandoned';
  };
  const split = <Item>(list: Item[], read: (item: Item) => Allocation): Item[] => {
    const groups = Map.groupBy(list, (item) => kindOf(read(item)));
    list.splice(0, list.length, ...(groups.get('member') ?? []));
    for (const item of groups.get('abandoned') ?? []) abandoned.push(read(item));
    return groups.get('current') ?? [];
  };
  const own = (allocation: Allocation) => allocation;
  const later = members.failedLater.filter(({ allocation }) => kindOf(allocation) !== 'abandoned');
  members.failedLater.splice(0, members.failedLater.length, ...later);
  return {
    live: split(members.kept, own),
    lost: split(members.lost, own),
    migrating: split(members.migrating, own),
    failedNow: split(members.failedNow, ({ allocation }) => allocation),
    abandoned,
  };
}
