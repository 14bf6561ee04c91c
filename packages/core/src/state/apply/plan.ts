// The accepted part of a plan: deployment, stops, placements, and the outcome of its evaluation, in this order.

import { type Allocation, isClientTerminal, isServerTerminal } from '../../model/allocation.ts';
import type { PlannedStop } from '../../model/plan.ts';
import { type Draft, putAllocation } from '../draft.ts';
import type { Entry } from '../entry.ts';
import { setDeploymentStatus, upsertDeployment } from './deployment.ts';
import { putCounted } from './deployment-count.ts';
import { upsertEvaluations } from './evaluation.ts';

export function applyPlan(draft: Draft, entry: Extract<Entry, { readonly kind: 'plan-apply' }>): void {
  const { plan } = entry;
  for (const update of plan.deploymentUpdates) {
    setDeploymentStatus(draft, update.deploymentId, update.status, update.statusDescription);
  }
  if (plan.deployment !== undefined) upsertDeployment(draft, plan.deployment);
  for (const stop of plan.stops) applyStop(draft, stop, entry.atMs);
  for (const placement of plan.placements) applyPlacement(draft, placement, entry.atMs);
  upsertEvaluations(draft, entry.evaluations);
}

/** The one place where the server writes a client status: when the node cannot say it any more. */
function applyStop(draft: Draft, stop: PlannedStop, atMs: number): void {
  const allocation = draft.tables.allocations.get(stop.allocationId);
  if (allocation === undefined) return;
  const lost = stop.clientStatus !== undefined && !isClientTerminal(allocation);
  putCounted(draft, {
    ...allocation,
    desiredStatus: stop.desiredStatus,
    desiredDescription: stop.description,
    ...(lost && stop.clientStatus !== undefined ? { clientStatus: stop.clientStatus } : {}),
    ...(stop.followupEvaluationId === undefined ? {} : { followupEvaluationId: stop.followupEvaluationId }),
    ...(stop.nextAllocation === undefined ? {} : { nextAllocation: stop.nextAllocation }),
    modifyIndex: draft.index,
    allocModifyIndex: draft.index,
    modifiedAtMs: atMs,
  });
}

function applyPlacement(draft: Draft, placement: Allocation, atMs: number): void {
  const known = draft.tables.allocations.get(placement.id);
  if (known !== undefined) {
    applyInPlace(draft, known, placement, atMs);
    return;
  }
  putCounted(draft, {
    ...placement,
    createIndex: draft.index,
    modifyIndex: draft.index,
    allocModifyIndex: draft.index,
    modifiedAtMs: atMs,
  });
  linkPrevious(draft, placement, atMs);
}

/**
 * An update in place takes the plan's view of what is desired and keeps what the node wrote, also when the plan was
 * made from an older view. Wishes that arrived meanwhile stay. One that was stopped meanwhile stays stopped.
 */
function applyInPlace(draft: Draft, known: Allocation, placement: Allocation, atMs: number): void {
  if (isServerTerminal(known)) return;
  const { deploymentStatus: plannedStatus, networkStatus: _seen, nextAllocation: _next, ...planned } = placement;
  const sameDeployment = known.deploymentId === placement.deploymentId;
  const deploymentStatus = sameDeployment ? known.deploymentStatus : plannedStatus;
  putCounted(draft, {
    ...planned,
    nodeId: known.nodeId,
    nodeName: known.nodeName,
    namespace: known.namespace,
    jobId: known.jobId,
    taskGroup: known.taskGroup,
    desiredTransition: known.desiredTransition,
    clientStatus: known.clientStatus,
    clientDescription: known.clientDescription,
    taskStates: known.taskStates,
    ...(known.networkStatus === undefined ? {} : { networkStatus: known.networkStatus }),
    ...(deploymentStatus === undefined ? {} : { deploymentStatus }),
    ...(known.nextAllocation === undefined ? {} : { nextAllocation: known.nextAllocation }),
    createIndex: known.createIndex,
    createdAtMs: known.createdAtMs,
    modifyIndex: draft.index,
    allocModifyIndex: draft.index,
    modifiedAtMs: atMs,
  });
}

/** The replaced allocation points to its replacement; the node need not hear of it. */
function linkPrevious(draft: Draft, placement: Allocation, atMs: number): void {
  if (placement.previousAllocation === undefined) return;
  const previous = draft.tables.allocations.get(placement.previousAllocation);
  if (previous === undefined || previous.nextAllocation === placement.id) return;
  putAllocation(draft, {
    ...previous,
    nextAllocation: placement.id,
    modifyIndex: draft.index,
    modifiedAtMs: atMs,
  });
}
