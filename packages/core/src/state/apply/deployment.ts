// Entries about deployments, and the deployment part of a plan.

import { type Deployment, type DeploymentStatus, isDeploymentActive } from '../../model/deployment.ts';
import { type Draft, putAllocation, putDeployment } from '../draft.ts';
import type { Entry } from '../entry.ts';
import { jobKeyOf } from '../tables.ts';
import { upsertEvaluations } from './evaluation.ts';
import { registerJob, setStability } from './job.ts';

type Of<Kind extends Entry['kind']> = Extract<Entry, { readonly kind: Kind }>;

/** Adds a plan's deployment. A known one keeps its counts and its status; only the wished totals are taken over. */
export function upsertDeployment(draft: Draft, deployment: Deployment): void {
  const known = draft.tables.deployments.get(deployment.id);
  if (known === undefined) {
    putDeployment(draft, { ...deployment, createIndex: draft.index, modifyIndex: draft.index });
    return;
  }
  const taskGroups: Record<string, Deployment['taskGroups'][string]> = { ...known.taskGroups };
  for (const [name, group] of Object.entries(deployment.taskGroups)) {
    const held = known.taskGroups[name];
    taskGroups[name] =
      held === undefined
        ? group
        : { ...held, desiredTotal: group.desiredTotal, desiredCanaries: group.desiredCanaries };
  }
  putDeployment(draft, { ...known, taskGroups, modifyIndex: draft.index });
}

/** An ended deployment stays ended. Success makes the job version a stable one. */
export function setDeploymentStatus(draft: Draft, id: string, status: DeploymentStatus, description: string): void {
  const deployment = draft.tables.deployments.get(id);
  if (deployment === undefined || !isDeploymentActive(deployment)) return;
  putDeployment(draft, { ...deployment, status, statusDescription: description, modifyIndex: draft.index });
  if (status === 'successful') setStability(draft, jobKeyOf(deployment), deployment.jobVersion, true);
}

/** `job` is the stable version to go back to. */
export function applyDeploymentStatus(draft: Draft, entry: Of<'deployment-status'>): void {
  setDeploymentStatus(draft, entry.deploymentId, entry.status, entry.description);
  if (entry.job !== undefined) registerJob(draft, entry.job, entry.atMs);
  upsertEvaluations(draft, entry.evaluations);
}

/** Canaries of the promoted groups become ordinary allocations. */
export function applyDeploymentPromote(draft: Draft, entry: Of<'deployment-promote'>): void {
  const deployment = draft.tables.deployments.get(entry.deploymentId);
  if (deployment !== undefined) {
    const promoted = new Set<string>();
    const taskGroups = { ...deployment.taskGroups };
    for (const [name, group] of Object.entries(deployment.taskGroups)) {
      if (group.desiredCanaries === 0 || group.promoted) continue;
      if (entry.groups !== null && !entry.groups.includes(name)) continue;
      taskGroups[name] = { ...group, promoted: true };
      promoted.add(name);
    }
    if (promoted.size > 0) putDeployment(draft, { ...deployment, taskGroups, modifyIndex: draft.index });
    for (const slot of [...draft.tables.allocationsByDeployment.get(entry.deploymentId)]) {
      const allocation = draft.tables.allocations.at(slot);
      const status = allocation?.deploymentStatus;
      if (allocation === undefined || status?.canary !== true || !promoted.has(allocation.taskGroup)) continue;
      putAllocation(draft, {
        ...allocation,
        deploymentStatus: { ...status, canary: false, modifyIndex: draft.index },
        modifyIndex: draft.index,
        allocModifyIndex: draft.index,
        modifiedAtMs: entry.atMs,
      });
    }
  }
  upsertEvaluations(draft, entry.evaluations);
}
