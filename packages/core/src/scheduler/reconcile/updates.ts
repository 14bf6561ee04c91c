// Sorts running allocations of older job versions into those updated in place and those that have to be replaced.

import { type Allocation, isClientTerminal } from '../../model/allocation.ts';
import type { Job, JobVersion } from '../../model/job.ts';
import type { StateSnapshot } from '../../model/snapshot.ts';
import { isOlder } from './classify.ts';

/** Whether the change of a job from one version to another needs new allocations of a group, or is told to what runs. */
export type ReplacesAllocations = (before: Job, after: Job, groupName: string) => boolean;

export interface Updates {
  readonly unchanged: readonly Allocation[];
  readonly inPlace: readonly Allocation[];
  readonly destructive: readonly Allocation[];
}

export interface UpdatesInput {
  readonly snapshot: StateSnapshot;
  readonly job: JobVersion;
  readonly groupName: string;
  readonly replacesAllocations: ReplacesAllocations;
  /** The allocation's node still meets what the new version asks of a node. */
  readonly staysFeasible: (allocation: Allocation) => boolean;
}

/** Finished allocations are left as they are. A version that is no longer known counts as different. */
export function sortUpdates(input: UpdatesInput, kept: readonly Allocation[]): Updates {
  const unchanged: Allocation[] = [];
  const inPlace: Allocation[] = [];
  const destructive: Allocation[] = [];
  const needsNew = memoizeByVersion(input);
  for (const allocation of kept) {
    if (isClientTerminal(allocation) || !isOlder(input.job, allocation)) unchanged.push(allocation);
    else if (needsNew(allocation) || !input.staysFeasible(allocation)) destructive.push(allocation);
    else inPlace.push(allocation);
  }
  return { unchanged, inPlace, destructive };
}

function memoizeByVersion(input: UpdatesInput): (allocation: Allocation) => boolean {
  const { snapshot, job } = input;
  const known = new Map<number, boolean>();
  return (allocation) => {
    if (allocation.createIndex < job.createIndex) return true;
    const version = allocation.jobVersion;
    let answer = known.get(version);
    if (answer === undefined) {
      const old = snapshot.jobVersion(job.job.namespace, job.job.id, version);
      answer = old === undefined || input.replacesAllocations(old.job, job.job, input.groupName);
      known.set(version, answer);
    }
    return answer;
  };
}
