// A deployment's counters follow from its allocations: every write of an allocation by an entry comes through here.

import type { Allocation } from '../../model/allocation.ts';
import type { Deployment, DeploymentGroup } from '../../model/deployment.ts';
import { type Draft, putAllocation, putDeployment } from '../draft.ts';

/** Stores the allocation and moves placed, healthy and unhealthy of its deployment's group. */
export function putCounted(draft: Draft, after: Allocation): void {
  const before = draft.tables.allocations.get(after.id);
  putAllocation(draft, after);
  if (after.deploymentId === undefined) return;
  const deployment = draft.tables.deployments.get(after.deploymentId);
  const group = deployment?.taskGroups[after.taskGroup];
  if (deployment === undefined || group === undefined) return;
  const counted = countedGroup(group, before, after);
  if (counted === group) return;
  const taskGroups: Deployment['taskGroups'] = { ...deployment.taskGroups, [after.taskGroup]: counted };
  putDeployment(draft, { ...deployment, taskGroups, modifyIndex: draft.index });
}

function countedGroup(group: DeploymentGroup, before: Allocation | undefined, after: Allocation): DeploymentGroup {
  const joined = before?.deploymentId !== after.deploymentId;
  const was = joined ? undefined : before?.deploymentStatus?.healthy;
  const is = after.deploymentStatus?.healthy;
  if (!joined && was === is) return group;
  const canary = after.deploymentStatus?.canary === true && !group.placedCanaries.includes(after.id);
  return {
    ...group,
    placedAllocs: group.placedAllocs + (joined ? 1 : 0),
    placedCanaries: joined && canary ? [...group.placedCanaries, after.id] : group.placedCanaries,
    healthyAllocs: group.healthyAllocs + Number(is === true) - Number(was === true),
    unhealthyAllocs: group.unhealthyAllocs + Number(is === false) - Number(was === false),
    requireProgressByMs: progressDeadline(group, joined, was !== true && is === true, after),
  };
}

/** The deadline starts with the first placement and moves with each allocation that became healthy. */
function progressDeadline(group: DeploymentGroup, joined: boolean, becameHealthy: boolean, after: Allocation): number {
  if (group.progressDeadlineMs <= 0) return group.requireProgressByMs;
  if (becameHealthy && after.deploymentStatus !== undefined) {
    return Math.max(group.requireProgressByMs, after.deploymentStatus.atMs + group.progressDeadlineMs);
  }
  if (joined && group.requireProgressByMs === 0) return after.modifiedAtMs + group.progressDeadlineMs;
  return group.requireProgressByMs;
}
