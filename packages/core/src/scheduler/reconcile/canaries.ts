// Canaries: instances of a new version beside the old ones, until somebody promotes them.

import type { Allocation } from '../../model/allocation.ts';
import type { Deployment } from '../../model/deployment.ts';
import type { StateSnapshot } from '../../model/snapshot.ts';
import type { Classified } from './classify.ts';

export interface CanarySplit {
  /** Canaries of the current deployment, not promoted. */
  readonly live: readonly Allocation[];
  /** Canaries of a deployment that is over: they go. */
  readonly abandoned: readonly Allocation[];
}

/** Takes the unpromoted canaries out of the kept and migrating allocations. */
export function splitCanaries(
  snapshot: StateSnapshot,
  current: Deployment | undefined,
  groupName: string,
  members: Classified,
): CanarySplit {
  const live: Allocation[] = [];
  const abandoned: Allocation[] = [];
  const isMember = (allocation: Allocation) => {
    if (allocation.deploymentStatus?.canary !== true || allocation.deploymentId === undefined) return true;
    const own = snapshot.deployment(allocation.deploymentId);
    if (own === undefined || own.taskGroups[groupName]?.promoted === true) return true;
    const isCurrent = own.id === current?.id && current.status !== 'failed';
    (isCurrent ? live : abandoned).push(allocation);
    return false;
  };
  members.kept.splice(0, members.kept.length, ...members.kept.filter(isMember));
  members.migrating.splice(0, members.migrating.length, ...members.migrating.filter(isMember));
  return { live, abandoned };
}
