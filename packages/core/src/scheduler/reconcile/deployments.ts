// The deployment of the present job version: which one counts, what it allows, when it is new, when it is done.

import { type Allocation, isTerminal } from '../../model/allocation.ts';
import { type Deployment, type DeploymentGroup, isDeploymentActive } from '../../model/deployment.ts';
import type { DeploymentId } from '../../model/ids.ts';
import type { JobVersion } from '../../model/job.ts';
import type { DeploymentUpdate } from '../../model/plan.ts';
import type { UpdateStrategy } from '../../model/policy.ts';
import type { StateSnapshot } from '../../model/snapshot.ts';
import type { TaskGroup } from '../../model/task-group.ts';
import { deploymentWording } from './wording.ts';

export interface DeploymentSituation {
  /** The job version's own deployment, active or failed. */
  readonly current: Deployment | undefined;
  /** Deployments this evaluation ends. */
  readonly ended: readonly DeploymentUpdate[];
}

/** The update strategy a group is rolled out by; `undefined` = all at once, without a deployment. */
export function rolloutStrategy(job: JobVersion, group: TaskGroup): UpdateStrategy | undefined {
  if (job.job.type !== 'service') return undefined;
  const strategy = group.update ?? job.job.update;
  return strategy !== undefined && strategy.maxParallel > 0 ? strategy : undefined;
}

export function deploymentSituation(
  snapshot: StateSnapshot,
  job: JobVersion | undefined,
  latest: Deployment | undefined,
): DeploymentSituation {
  if (latest === undefined) return { current: undefined, ended: [] };
  const isActive = isDeploymentActive(latest);
  if (job === undefined || job.stop) {
    return { current: undefined, ended: isActive ? [ending(latest, deploymentWording.jobStopped)] : [] };
  }
  if (latest.jobVersion !== job.version || latest.jobCreateIndex !== job.createIndex) {
    return { current: undefined, ended: isActive ? [ending(latest, deploymentWording.newerJob)] : [] };
  }
  const counts = isActive || latest.status === 'failed';
  return { current: counts ? (snapshot.deployment(latest.id) ?? latest) : undefined, ended: [] };
}

function ending(deployment: Deployment, statusDescription: string): DeploymentUpdate {
  return { deploymentId: deployment.id, status: 'canceled', statusDescription };
}

/** How many instances of a group may be replaced now: max_parallel, less those of the deployment that are not healthy yet. */
export function rolloutLimit(
  strategy: UpdateStrategy,
  current: Deployment | undefined,
  members: readonly Allocation[],
): number {
  if (current === undefined) return strategy.maxParallel;
  if (current.status === 'failed' || current.status === 'paused') return 0;
  let waiting = 0;
  for (const member of members) {
    if (member.deploymentId !== current.id || isTerminal(member)) continue;
    if (member.deploymentStatus?.healthy === false) return 0;
    if (member.deploymentStatus?.healthy === undefined) waiting += 1;
  }
  return Math.max(0, strategy.maxParallel - waiting);
}

/** A deployment over those of the groups that are rolled out. Counts of allocations are kept by the state. */
export function newDeployment(
  id: DeploymentId,
  job: JobVersion,
  groups: readonly TaskGroup[],
  now: number,
): Deployment {
  const taskGroups: Record<string, DeploymentGroup> = {};
  for (const group of groups) {
    const strategy = rolloutStrategy(job, group);
    if (strategy === undefined || group.count === 0) continue;
    taskGroups[group.name] = {
      autoRevert: strategy.autoRevert,
      autoPromote: strategy.autoPromote,
      promoted: false,
      progressDeadlineMs: strategy.progressDeadlineMs,
      requireProgressByMs: now + strategy.progressDeadlineMs,
      desiredCanaries: 0,
      desiredTotal: group.count,
      placedCanaries: [],
      placedAllocs: 0,
      healthyAllocs: 0,
      unhealthyAllocs: 0,
    };
  }
  return {
    id,
    namespace: job.job.namespace,
    jobId: job.job.id,
    jobVersion: job.version,
    jobModifyIndex: job.jobModifyIndex,
    jobCreateIndex: job.createIndex,
    status: 'running',
    statusDescription: deploymentWording.running,
    taskGroups,
    createIndex: 0,
    modifyIndex: 0,
    createdAtMs: now,
  };
}

/** Every group has as many healthy instances of the deployment as it wants, and its canaries are promoted. */
export function isDeploymentDone(deployment: Deployment, allocations: readonly Allocation[]): boolean {
  const healthy = new Map<string, number>();
  for (const allocation of allocations) {
    if (allocation.deploymentId !== deployment.id || isTerminal(allocation)) continue;
    if (allocation.deploymentStatus?.healthy !== true) continue;
    healthy.set(allocation.taskGroup, (healthy.get(allocation.taskGroup) ?? 0) + 1);
  }
  return Object.entries(deployment.taskGroups).every(
    ([name, group]) =>
      (healthy.get(name) ?? 0) >= group.desiredTotal && (group.desiredCanaries === 0 || group.promoted),
  );
}
