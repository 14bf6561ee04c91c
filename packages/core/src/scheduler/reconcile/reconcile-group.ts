// Desired against actual for one group: who stays, who stops, who is to be placed.

import type { Allocation } from '../../model/allocation.ts';
import type { Deployment } from '../../model/deployment.ts';
import type { GroupAnnotation, PlannedStop } from '../../model/plan.ts';
import type { UpdateStrategy } from '../../model/policy.ts';
import type { TaskGroup } from '../../model/task-group.ts';
import { type CanarySplit, splitCanaries } from './canaries.ts';
import { type Classified, type ClassifyInput, classify, type Failed } from './classify.ts';
import { rolloutLimit, rolloutStrategy } from './deployments.ts';
import { allocationName, byIndex, freeIndexes } from './names.ts';
import type { PlacementRequest } from './request.ts';
import { rescheduleEventsAfter } from './reschedule.ts';
import { dropDuplicates, needsStop, shrink } from './shrink.ts';
import { type ReplacesAllocations, sortUpdates, type Updates } from './updates.ts';
import { stopWording } from './wording.ts';

export interface GroupInput extends ClassifyInput {
  readonly current: Deployment | undefined;
  readonly replacesAllocations: ReplacesAllocations;
  readonly staysFeasible: (allocation: Allocation) => boolean;
}

export interface GroupReconciliation {
  readonly requests: readonly PlacementRequest[];
  readonly stops: readonly PlannedStop[];
  readonly inPlace: readonly Allocation[];
  readonly failedLater: readonly (Failed & { readonly atMs: number })[];
  readonly annotation: GroupAnnotation;
  /** Canaries the deployment of this version has to have. */
  readonly desiredCanaries: number;
  /** Running instances still of an older version, after this evaluation's replacements. */
  readonly remainingUpdates: number;
}

export function reconcileGroup(input: GroupInput, allocations: readonly Allocation[]): GroupReconciliation {
  const { job, group, snapshot, current } = input;
  const members = classify(input, allocations);
  const canaries = splitCanaries(snapshot, current, group.name, members);
  const duplicates = dropDuplicates(members);
  const surplus = placesOf(members).length - group.count;
  const shrunk = [...duplicates, ...(surplus > 0 ? shrink(members, surplus) : [])];
  const updates = sortUpdates({ ...input, groupName: group.name }, members.kept);
  const strategy = rolloutStrategy(job, group);
  const isPaused = current?.status === 'paused';
  const canary = canaryPlan(input, strategy, updates, members, canaries);
  const canaryNames = [...canaries.live, ...canaries.failedNow.map(({ allocation }) => allocation), ...canary.requests];
  const replacements = replacementRequests(input, members, canaryNames);
  const taken = [...placesOf(members), ...canaryNames, ...replacements];
  const missing = isPaused ? [] : missingRequests(input, taken, Math.max(0, -surplus));
  const limit =
    strategy === undefined
      ? updates.destructive.length
      : rolloutLimit(strategy, current, updates.unchanged) - missing.length - replacements.length;
  const replaced = [...updates.destructive].sort(byIndex).slice(0, canary.isWaiting ? 0 : Math.max(0, limit));
  const destructive = replaced.map((allocation) => destructiveRequest(group, allocation));
  const stops = [
    ...canaries.abandoned.filter(needsStop).map((gone) => stopSurplus(input, gone, stopWording.canaryAbandoned)),
    ...shrunk.filter(needsStop).map((gone) => stopSurplus(input, gone, stopWording.countLowered)),
    ...[...canaries.lost, ...members.lost].map(stopLost),
    ...canaries.migrating.map((allocation) => stop(allocation, stopWording.migrating)),
    ...members.migrating.map((allocation) => stop(allocation, stopWording.migrating)),
  ];
  return {
    requests: [
      ...replacements,
      ...canaries.failedNow.map((failed) => failedRequest(input, failed)),
      ...destructive,
      ...canary.requests,
      ...missing,
    ],
    stops,
    inPlace: updates.inPlace,
    failedLater: members.failedLater,
    desiredCanaries: canary.desired,
    remainingUpdates: updates.destructive.length - replaced.length,
    annotation: {
      place: missing.length + members.lost.length,
      stop: stops.length - members.migrating.length,
      ignore: updates.unchanged.length + updates.destructive.length - replaced.length + canaries.live.length,
      migrate: members.migrating.length,
      inPlaceUpdate: updates.inPlace.length,
      destructiveUpdate: replaced.length,
      canary: canary.requests.length,
      preemptions: 0,
      rescheduleNow: members.failedNow.length,
      rescheduleLater: members.failedLater.length,
    },
  };
}

/** Who fills a place of the group's count. */
function placesOf({ kept, migrating, lost, failedNow }: Classified): Allocation[] {
  return [...kept, ...migrating, ...lost, ...failedNow.map(({ allocation }) => allocation)];
}

export function stop(allocation: Allocation, description: string): PlannedStop {
  return { allocationId: allocation.id, desiredStatus: 'stop', description };
}

/** Its node cannot say it any more, so the server says that it is lost. */
function stopLost(allocation: Allocation): PlannedStop {
  return { ...stop(allocation, stopWording.lost), clientStatus: 'lost' };
}

function stopSurplus({ snapshot }: GroupInput, gone: Allocation, description: string): PlannedStop {
  const node = snapshot.node(gone.nodeId);
  return node === undefined || node.status === 'down' ? stopLost(gone) : stop(gone, description);
}

type Named = Pick<Allocation, 'name'>;

function missingRequests({ job, group }: GroupInput, taken: readonly Named[], wanted: number): PlacementRequest[] {
  return freeIndexes(taken, wanted).map((index) => ({
    name: allocationName(job.job.id, group.name, index),
    canary: false,
    rescheduleEvents: [],
    penalizedNodes: [],
  }));
}

/**
 * Lost, failed and migrating instances keep their names, unless a canary has it: the replacement is of the canary's version,
 * and both are members once it is promoted. The lost and migrating stop in any case, the failed once replaced.
 */
function replacementRequests(input: GroupInput, members: Classified, canaries: readonly Named[]): PlacementRequest[] {
  const { job, group } = input;
  const given = new Set(canaries.map(({ name }) => name));
  const taken = [...placesOf(members), ...canaries];
  const renamed = [...members.lost, ...members.migrating].filter(({ name }) => given.has(name));
  const free = freeIndexes(taken, renamed.length).map((index) => allocationName(job.job.id, group.name, index));
  const nameOf = ({ name }: Allocation) => (given.has(name) ? (free.shift() ?? name) : name);
  const moved = [...members.lost, ...members.migrating].map(
    (previous): PlacementRequest => ({
      ...successor(previous),
      name: nameOf(previous),
      rescheduleEvents: previous.rescheduleEvents,
    }),
  );
  return [...moved, ...members.failedNow.map((failed) => failedRequest(input, failed))];
}

function failedRequest({ group, now }: GroupInput, { allocation, delayMs }: Failed): PlacementRequest {
  const policy = group.reschedule;
  const earlier = allocation.rescheduleEvents.map((event) => event.previousNode);
  return {
    ...successor(allocation),
    stopPrevious: stopWording.rescheduled,
    rescheduleEvents: policy === undefined ? [] : rescheduleEventsAfter(policy, allocation, delayMs, now),
    penalizedNodes: [...new Set([allocation.nodeId, ...earlier])],
  };
}

function successor(previous: Allocation): PlacementRequest {
  const canary = previous.deploymentStatus?.canary === true;
  return { name: previous.name, canary, previous, rescheduleEvents: [], penalizedNodes: [] };
}

function destructiveRequest(group: TaskGroup, previous: Allocation): PlacementRequest {
  const request = { ...successor(previous), canary: false, stopPrevious: stopWording.updating };
  return group.ephemeralDisk.sticky ? { ...request, preferredNode: previous.nodeId } : request;
}

interface CanaryPlan {
  readonly requests: readonly PlacementRequest[];
  readonly desired: number;
  /** No old instance is replaced before the canaries are promoted. */
  readonly isWaiting: boolean;
}

function canaryPlan(
  { job, group, current }: GroupInput,
  strategy: UpdateStrategy | undefined,
  updates: Updates,
  members: Classified,
  canaries: CanarySplit,
): CanaryPlan {
  const isPromoted = current?.taskGroups[group.name]?.promoted === true;
  if (strategy === undefined || strategy.canary === 0 || isPromoted || updates.destructive.length === 0) {
    return { requests: [], desired: 0, isWaiting: false };
  }
  const isHalted = current?.status === 'failed' || current?.status === 'paused';
  const live = [...canaries.live, ...canaries.failedNow.map(({ allocation }) => allocation)];
  const wanted = isHalted ? 0 : Math.max(0, strategy.canary - live.length);
  const used = new Set(live.map((allocation) => allocation.name));
  const names = [...updates.destructive].sort(byIndex).map((allocation) => allocation.name);
  const shared = names.filter((name) => !used.has(name)).slice(0, wanted);
  const further = freeIndexes([...placesOf(members), ...live], wanted - shared.length).map((index) =>
    allocationName(job.job.id, group.name, index),
  );
  const requests = [...shared, ...further].map((name) => ({
    name,
    canary: true,
    rescheduleEvents: [],
    penalizedNodes: [],
  }));
  return { requests, desired: strategy.canary, isWaiting: true };
}
