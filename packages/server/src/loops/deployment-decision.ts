// What a running deployment needs next, from the state alone. Pure.

import type { Allocation } from '@orch/core/model/allocation';
import { type Deployment, type DeploymentGroup, isDeploymentActive } from '@orch/core/model/deployment';

export type DeploymentDecision =
  | { readonly kind: 'wait'; readonly untilMs?: number }
  | { readonly kind: 'promote' }
  | { readonly kind: 'succeed' }
  | { readonly kind: 'fail'; readonly description: string; readonly revert: boolean };

/**
 * @param now milliseconds since the epoch
 * @param allocations of the deployment
 */
export function decideDeployment(
  deployment: Deployment,
  allocations: readonly Allocation[],
  now: number,
): DeploymentDecision {
  if (!isDeploymentActive(deployment) || deployment.status === 'paused') return { kind: 'wait' };
  const groups = Object.entries(deployment.taskGroups);
  const failure = firstFailure(groups, now);
  if (failure !== undefined) return failure;

  const unpromoted = groups.filter(([, group]) => group.desiredCanaries > 0 && !group.promoted);
  if (unpromoted.length > 0) {
    const ready = unpromoted.every(([name, group]) => group.autoPromote && canariesHealthy(name, group, allocations));
    return ready ? { kind: 'promote' } : { kind: 'wait', ...nextDeadline(groups, now) };
  }
  if (groups.every(([, group]) => group.healthyAllocs >= group.desiredTotal)) return { kind: 'succeed' };
  return { kind: 'wait', ...nextDeadline(groups, now) };
}

/** An unhealthy allocation fails the deployment at once when there is no deadline; else the missed deadline does. */
function firstFailure(groups: readonly (readonly [string, DeploymentGroup])[], now: number) {
  for (const [name, group] of groups) {
    if (group.healthyAllocs >= group.desiredTotal && !isWaitingForPromotion(group)) continue;
    if (group.progressDeadlineMs === 0) {
      if (group.unhealthyAllocs === 0) continue;
      return failed(group, `Failed due to unhealthy allocations in group "${name}"`);
    }
    if (isWaitingForPromotion(group) && group.healthyAllocs >= group.desiredCanaries) continue;
    if (group.requireProgressByMs > 0 && group.requireProgressByMs <= now) {
      return failed(group, `Failed due to progress deadline in group "${name}"`);
    }
  }
  return undefined;
}

function failed(group: DeploymentGroup, description: string): DeploymentDecision {
  return { kind: 'fail', description, revert: group.autoRevert };
}

function isWaitingForPromotion(group: DeploymentGroup): boolean {
  return group.desiredCanaries > 0 && !group.promoted;
}

/** Whether every canary of a group was placed and reported healthy. */
export function canariesHealthy(name: string, group: DeploymentGroup, allocations: readonly Allocation[]): boolean {
  const placed = new Set<string>(group.placedCanaries);
  const healthy = allocations.filter(
    (allocation) =>
      allocation.taskGroup === name && placed.has(allocation.id) && allocation.deploymentStatus?.healthy === true,
  );
  return healthy.length >= group.desiredCanaries;
}

function nextDeadline(groups: readonly (readonly [string, DeploymentGroup])[], now: number): { untilMs?: number } {
  const deadlines = groups
    .filter(([, group]) => group.progressDeadlineMs > 0 && group.requireProgressByMs > now)
    .map(([, group]) => group.requireProgressByMs);
  return deadlines.length === 0 ? {} : { untilMs: Math.min(...deadlines) };
}
