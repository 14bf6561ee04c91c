// Entries about allocations: what nodes report, what operators wish, what the health watcher decides.

import {
  type Allocation,
  type AllocationDeploymentStatus,
  type AllocationUpdate,
  isClientTerminal,
} from '../../model/allocation.ts';
import type { Draft } from '../draft.ts';
import type { Entry } from '../entry.ts';
import { setDeploymentStatus } from './deployment.ts';
import { putCounted } from './deployment-count.ts';
import { upsertEvaluations } from './evaluation.ts';

type Of<Kind extends Entry['kind']> = Extract<Entry, { readonly kind: Kind }>;

/** Writes `client…` fields and the health verdict only. Updates from another node than the allocation's are ignored. */
export function applyAllocClientUpdate(draft: Draft, entry: Of<'alloc-client-update'>): void {
  for (const update of entry.updates) {
    const allocation = draft.tables.allocations.get(update.id);
    if (allocation === undefined || allocation.nodeId !== entry.nodeId) continue;
    const next = withUpdate(draft, allocation, update);
    if (next !== undefined) putCounted(draft, next);
  }
  upsertEvaluations(draft, entry.evaluations);
}

/**
 * Terminal is final: a late report cannot bring an allocation back to life, nor change a verdict (`lost` stays `lost`).
 * A further terminal report still brings its task states, which say when and how the tasks ended.
 */
function withUpdate(draft: Draft, allocation: Allocation, update: AllocationUpdate): Allocation | undefined {
  const ended = isClientTerminal(allocation);
  if (ended && !isClientTerminal({ ...allocation, clientStatus: update.clientStatus })) return undefined;
  return {
    ...allocation,
    clientStatus: ended ? allocation.clientStatus : update.clientStatus,
    clientDescription: ended ? allocation.clientDescription : update.clientDescription,
    taskStates: update.taskStates,
    ...(update.networkStatus === undefined ? {} : { networkStatus: update.networkStatus }),
    ...(update.healthy === undefined
      ? {}
      : { deploymentStatus: verdict(draft, allocation, update.healthy, update.atMs) }),
    modifyIndex: draft.index,
    modifiedAtMs: update.atMs,
  };
}

/** An equal verdict keeps its first time, so that a repeated report does not push a deployment's deadline. */
function verdict(draft: Draft, allocation: Allocation, healthy: boolean, atMs: number): AllocationDeploymentStatus {
  const known = allocation.deploymentStatus;
  if (known !== undefined && known.healthy === healthy) return known;
  return { healthy, atMs, canary: known?.canary ?? false, modifyIndex: draft.index };
}

export function applyAllocTransition(draft: Draft, entry: Of<'alloc-transition'>): void {
  for (const [id, transition] of Object.entries(entry.transitions)) {
    const allocation = draft.tables.allocations.get(id);
    if (allocation === undefined) continue;
    putCounted(draft, {
      ...allocation,
      desiredTransition: { ...allocation.desiredTransition, ...transition },
      modifyIndex: draft.index,
      allocModifyIndex: draft.index,
      modifiedAtMs: entry.atMs,
    });
  }
  upsertEvaluations(draft, entry.evaluations);
}

/** Health set by the server for allocations of one deployment, with the deployment's new status when it has one. */
export function applyAllocationHealth(draft: Draft, entry: Of<'allocation-health'>): void {
  for (const [ids, healthy] of [
    [entry.healthy, true],
    [entry.unhealthy, false],
  ] as const) {
    for (const id of ids) {
      const allocation = draft.tables.allocations.get(id);
      if (allocation === undefined || allocation.deploymentId !== entry.deploymentId) continue;
      putCounted(draft, {
        ...allocation,
        deploymentStatus: verdict(draft, allocation, healthy, entry.atMs),
        modifyIndex: draft.index,
        modifiedAtMs: entry.atMs,
      });
    }
  }
  if (entry.deployment !== undefined) {
    setDeploymentStatus(draft, entry.deploymentId, entry.deployment.status, entry.deployment.statusDescription);
  }
  upsertEvaluations(draft, entry.evaluations);
}
