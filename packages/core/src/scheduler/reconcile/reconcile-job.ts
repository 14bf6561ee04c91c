// Desired against actual for a whole service or batch job.

import type { IdSource } from '../../lib/random.ts';
import { type Allocation, isClientTerminal, isServerTerminal, isTerminal } from '../../model/allocation.ts';
import type { Deployment, DeploymentGroup } from '../../model/deployment.ts';
import { isDeploymentActive } from '../../model/deployment.ts';
import type { Evaluation } from '../../model/evaluation.ts';
import type { JobVersion } from '../../model/job.ts';
import type { PlannedStop } from '../../model/plan.ts';
import type { StateSnapshot } from '../../model/snapshot.ts';
import type { TaskGroup } from '../../model/task-group.ts';
import { isOlder } from './classify.ts';
import { deploymentSituation, isDeploymentDone, newDeployment } from './deployments.ts';
import { followUps } from './follow-up.ts';
import { type GroupReconciliation, reconcileGroup, stop } from './reconcile-group.ts';
import type { GroupDecision, JobDecision } from './request.ts';
import type { ReplacesAllocations } from './updates.ts';
import { deploymentWording, stopWording } from './wording.ts';

export interface ReconcileInput {
  readonly snapshot: StateSnapshot;
  /** `undefined` = purged. */
  readonly job: JobVersion | undefined;
  readonly evaluation: Evaluation;
  readonly now: number;
  readonly ids: IdSource;
  readonly replacesAllocations: ReplacesAllocations;
  readonly staysFeasible: (group: TaskGroup, allocation: Allocation) => boolean;
}

export function reconcileJob(input: ReconcileInput): JobDecision {
  const { snapshot, job, evaluation } = input;
  const allocations = snapshot.jobAllocations(evaluation.namespace, evaluation.jobId);
  const latest = snapshot.latestDeployment(evaluation.namespace, evaluation.jobId);
  const situation = deploymentSituation(snapshot, job, latest);
  if (job === undefined || job.stop) return stopEverything(input, allocations, situation.ended);
  const groups = job.job.taskGroups.map((group) => {
    const own = allocations.filter((allocation) => allocation.taskGroup === group.name);
    const staysFeasible = (allocation: Allocation) => input.staysFeasible(group, allocation);
    return { group, result: reconcileGroup({ ...input, job, group, current: situation.current, staysFeasible }, own) };
  });
  const deployment = chooseDeployment(input, job, situation.current, groups, allocations);
  const names = new Set(job.job.taskGroups.map((group) => group.name));
  const removed = allocations.filter((allocation) => !names.has(allocation.taskGroup) && !isTerminal(allocation));
  const later = followUps(
    evaluation,
    groups.flatMap(({ result }) => result.failedLater),
    input.now,
    input.ids,
  );
  const active = deployment.value !== undefined && isDeploymentActive(deployment.value) ? deployment.value : undefined;
  const inPlace = groups.flatMap(({ group, result }) =>
    result.inPlace.map((allocation) => updateInPlace(input, job, group, allocation, active)),
  );
  const isDone = active !== undefined && !deployment.isChanged && isFinished(active, groups, allocations);
  return {
    groups: groups.map(
      ({ group, result }): GroupDecision => ({
        group,
        requests: result.requests,
        annotation: result.annotation,
        inDeployment: active?.taskGroups[group.name] !== undefined,
      }),
    ),
    stops: [
      ...removed.map((allocation) => stopAs(input, allocation, stopWording.groupRemoved)),
      ...groups.flatMap(({ result }) => result.stops),
      ...lostOnTheWayOut(snapshot, allocations),
    ],
    updates: [...inPlace, ...later.updates],
    ...(active === undefined ? {} : { deployment: active }),
    deploymentChanged: deployment.isChanged,
    deploymentUpdates: isDone
      ? [
          ...situation.ended,
          { deploymentId: active.id, status: 'successful', statusDescription: deploymentWording.successful },
        ]
      : situation.ended,
    followUps: later.evaluations,
  };
}

interface ReconciledGroup {
  readonly group: TaskGroup;
  readonly result: GroupReconciliation;
}

function stopEverything(
  input: ReconcileInput,
  allocations: readonly Allocation[],
  ended: JobDecision['deploymentUpdates'],
): JobDecision {
  const live = allocations.filter((allocation) => !isTerminal(allocation));
  return {
    groups: [],
    stops: [
      ...live.map((allocation) => stopAs(input, allocation, stopWording.jobStopped)),
      ...lostOnTheWayOut(input.snapshot, allocations),
    ],
    updates: [],
    deploymentChanged: false,
    deploymentUpdates: ended,
    followUps: [],
  };
}

/** What was told to stop on a node that went down before it could say that it has: nobody else will ever end it. */
function lostOnTheWayOut(snapshot: StateSnapshot, allocations: readonly Allocation[]): PlannedStop[] {
  return allocations
    .filter((allocation) => isServerTerminal(allocation) && !isClientTerminal(allocation))
    .filter((allocation) => isNodeGone(snapshot, allocation))
    .map(
      ({ id, desiredStatus, desiredDescription }): PlannedStop => ({
        allocationId: id,
        desiredStatus: desiredStatus === 'evict' ? 'evict' : 'stop',
        description: desiredDescription,
        clientStatus: 'lost',
      }),
    );
}

function isNodeGone(snapshot: StateSnapshot, allocation: Allocation): boolean {
  const node = snapshot.node(allocation.nodeId);
  return node === undefined || node.status === 'down';
}

function stopAs({ snapshot }: ReconcileInput, allocation: Allocation, description: string): PlannedStop {
  const isGone = isNodeGone(snapshot, allocation);
  return isGone ? { ...stop(allocation, description), clientStatus: 'lost' } : stop(allocation, description);
}

/**
 * A job version gets its deployment with its first instances, or when it changes running ones. Later losses and failures of
 * a version that is rolled out are replaced without one.
 */
function chooseDeployment(
  input: ReconcileInput,
  job: JobVersion,
  current: Deployment | undefined,
  groups: readonly ReconciledGroup[],
  allocations: readonly Allocation[],
): { value: Deployment | undefined; isChanged: boolean } {
  const canaries = groups.filter(({ result }) => result.desiredCanaries > 0);
  if (current !== undefined) return withCanaries(current, canaries);
  const rolledOut = groups.filter((each) => needsDeployment(job, each, allocations)).map(({ group }) => group);
  const fresh = newDeployment('', job, rolledOut, input.now);
  if (Object.keys(fresh.taskGroups).length === 0) return { value: undefined, isChanged: false };
  return { value: withCanaries({ ...fresh, id: input.ids() }, canaries).value, isChanged: true };
}

/** The group gets its first instances of this version, or running ones are changed. */
function needsDeployment(
  job: JobVersion,
  { group, result }: ReconciledGroup,
  allocations: readonly Allocation[],
): boolean {
  const { inPlaceUpdate, destructiveUpdate, canary } = result.annotation;
  if (inPlaceUpdate + destructiveUpdate + canary + result.remainingUpdates > 0) return true;
  const hadInstances = allocations.some((each) => each.taskGroup === group.name && !isOlder(job, each));
  return result.requests.length > 0 && !hadInstances;
}

function withCanaries(
  deployment: Deployment,
  groups: readonly ReconciledGroup[],
): { value: Deployment; isChanged: boolean } {
  const raised = groups.filter(({ group, result }) => {
    const state = deployment.taskGroups[group.name];
    return state !== undefined && state.desiredCanaries !== result.desiredCanaries;
  });
  if (raised.length === 0) return { value: deployment, isChanged: false };
  const taskGroups: Record<string, DeploymentGroup> = { ...deployment.taskGroups };
  for (const { group, result } of raised) {
    const state = taskGroups[group.name];
    if (state !== undefined) taskGroups[group.name] = { ...state, desiredCanaries: result.desiredCanaries };
  }
  return {
    value: { ...deployment, taskGroups, statusDescription: deploymentWording.needsPromotion },
    isChanged: true,
  };
}

function isFinished(
  active: Deployment,
  groups: readonly ReconciledGroup[],
  allocations: readonly Allocation[],
): boolean {
  const isQuiet = groups.every(
    ({ result }) => result.requests.length + result.inPlace.length + result.remainingUpdates === 0,
  );
  return isQuiet && isDeploymentDone(active, allocations);
}

/** Same id, same node, same resources, new job version. A known good health stays: its tasks are not touched. */
function updateInPlace(
  { evaluation, now }: ReconcileInput,
  job: JobVersion,
  group: TaskGroup,
  allocation: Allocation,
  deployment: Deployment | undefined,
): Allocation {
  const { deploymentId: _id, deploymentStatus, ...rest } = allocation;
  const updated = { ...rest, jobVersion: job.version, evaluationId: evaluation.id, modifiedAtMs: now };
  if (deployment?.taskGroups[group.name] === undefined) {
    return deploymentStatus === undefined
      ? updated
      : { ...updated, deploymentStatus: { ...deploymentStatus, canary: false } };
  }
  const isHealthy = deploymentStatus?.healthy === true;
  return {
    ...updated,
    deploymentId: deployment.id,
    deploymentStatus: { ...(isHealthy ? { healthy: true } : {}), atMs: now, canary: false, modifyIndex: 0 },
  };
}
