// The writes of one entry: rows go into the tables through here, so that indexes, totals, counts and changes always agree.

import { type Allocation, isTerminal } from '../model/allocation.ts';
import { allocationStandIn } from '../model/allocation-record.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Evaluation } from '../model/evaluation.ts';
import { jobKey } from '../model/ids.ts';
import type { Node } from '../model/node.ts';
import { nodeStandIn } from '../model/node-record.ts';
import type { Changes, EntryKind } from './entry.ts';
import { dropEmptyTally, type JobRow, jobKeyOf, type Tables, tallyOf } from './tables.ts';

export interface Draft {
  readonly index: number;
  readonly tables: Tables;
  readonly jobs: Set<string>;
  readonly nodes: Set<string>;
  readonly allocations: Set<string>;
  readonly evaluations: Set<string>;
  readonly deployments: Set<string>;
  /** Keys of jobs whose allocations, evaluations, deployments changed; nodes whose allocations did. */
  readonly allocationJobs: Set<string>;
  readonly allocationNodes: Set<string>;
  readonly evaluationJobs: Set<string>;
  readonly deploymentJobs: Set<string>;
}

export function createDraft(tables: Tables, index: number): Draft {
  return {
    index,
    tables,
    jobs: new Set(),
    nodes: new Set(),
    allocations: new Set(),
    evaluations: new Set(),
    deployments: new Set(),
    allocationJobs: new Set(),
    allocationNodes: new Set(),
    evaluationJobs: new Set(),
    deploymentJobs: new Set(),
  };
}

export function changesOf(draft: Draft, kind: EntryKind): Changes {
  return {
    index: draft.index,
    kind,
    jobs: [...draft.jobs],
    nodes: [...draft.nodes],
    allocations: [...draft.allocations],
    evaluations: [...draft.evaluations],
    deployments: [...draft.deployments],
    allocationJobs: [...draft.allocationJobs],
    allocationNodes: [...draft.allocationNodes],
    evaluationJobs: [...draft.evaluationJobs],
    deploymentJobs: [...draft.deploymentJobs],
  };
}

export function putJob(draft: Draft, row: JobRow): void {
  const { tables } = draft;
  tables.jobs.set(Object.freeze(row));
  if (row.purged) tables.prefixes.jobs.remove(row.key);
  else tables.prefixes.jobs.add(row.key);
  draft.jobs.add(row.key);
}

export function removeJob(draft: Draft, key: string): void {
  if (draft.tables.jobs.remove(key) === undefined) return;
  draft.tables.prefixes.jobs.remove(key);
  draft.jobs.add(key);
}

export function putNode(draft: Draft, node: Node): void {
  storeNode(draft.tables, node);
  draft.nodes.add(node.id);
}

export function storeNode(tables: Tables, node: Node, at?: number): void {
  const row = Object.freeze(node);
  if (at === undefined) tables.nodes.set(row);
  else tables.nodes.restore(at, row);
  tables.nodeStandIns.note(node.id, nodeStandIn(row));
  tables.prefixes.nodes.add(node.id);
}

export function removeNode(draft: Draft, id: string): void {
  if (draft.tables.nodes.remove(id) === undefined) return;
  draft.tables.nodeStandIns.note(id, undefined);
  draft.tables.prefixes.nodes.remove(id);
  draft.nodes.add(id);
}

/** Also moves node totals and job counts. Deployment counts are the caller's (`apply/deployment-count.ts`). */
export function putAllocation(draft: Draft, allocation: Allocation): void {
  const before = draft.tables.allocations.get(allocation.id);
  storeAllocation(draft.tables, before, allocation);
  noteAllocation(draft, allocation);
}

export function removeAllocation(draft: Draft, allocation: Allocation): void {
  const { tables } = draft;
  const key = jobKeyOf(allocation);
  const slot = tables.allocations.remove(allocation.id);
  if (slot === undefined) return;
  tables.prefixes.allocations.remove(allocation.id);
  tables.allocationStandIns.note(allocation.id, undefined);
  tables.allocationsByJob.remove(key, slot);
  tables.allocationsByEvaluation.remove(allocation.evaluationId, slot);
  if (allocation.deploymentId !== undefined) tables.allocationsByDeployment.remove(allocation.deploymentId, slot);
  tables.nodeLoads.change(slot, allocation, undefined);
  const tally = tallyOf(tables, key);
  tally.allocations -= 1;
  if (!isTerminal(allocation)) tally.liveAllocations -= 1;
  dropEmptyTally(tables, key);
  noteAllocation(draft, allocation);
}

function noteAllocation(draft: Draft, allocation: Allocation): void {
  draft.allocations.add(allocation.id);
  draft.allocationJobs.add(jobKeyOf(allocation));
  draft.allocationNodes.add(allocation.nodeId);
}

/** The row and everything derived from it. */
export function storeAllocation(tables: Tables, before: Allocation | undefined, after: Allocation, at?: number): void {
  const key = jobKeyOf(after);
  const row = Object.freeze(after);
  if (at !== undefined) tables.allocations.restore(at, row);
  const slot = at ?? tables.allocations.set(row);
  tables.allocationStandIns.note(after.id, allocationStandIn(row));
  tables.nodeLoads.change(slot, before, after);
  if (before?.evaluationId !== after.evaluationId) {
    if (before !== undefined) tables.allocationsByEvaluation.remove(before.evaluationId, slot);
    tables.allocationsByEvaluation.add(after.evaluationId, slot);
  }
  if (before?.deploymentId !== after.deploymentId) {
    if (before?.deploymentId !== undefined) tables.allocationsByDeployment.remove(before.deploymentId, slot);
    if (after.deploymentId !== undefined) tables.allocationsByDeployment.add(after.deploymentId, slot);
  }
  const tally = tallyOf(tables, key);
  if (before === undefined) {
    tables.allocationsByJob.add(key, slot);
    tables.prefixes.allocations.add(after.id);
    tally.allocations += 1;
  } else if (!isTerminal(before)) {
    tally.liveAllocations -= 1;
  }
  if (!isTerminal(after)) tally.liveAllocations += 1;
}

export function putEvaluation(draft: Draft, evaluation: Evaluation): void {
  storeEvaluation(draft.tables, draft.tables.evaluations.get(evaluation.id), evaluation);
  draft.evaluations.add(evaluation.id);
  draft.evaluationJobs.add(jobKeyOf(evaluation));
}

export function storeEvaluation(tables: Tables, before: Evaluation | undefined, after: Evaluation, at?: number): void {
  const key = jobKeyOf(after);
  const row = Object.freeze(after);
  if (at !== undefined) tables.evaluations.restore(at, row);
  const slot = at ?? tables.evaluations.set(row);
  const tally = tallyOf(tables, key);
  if (before === undefined) {
    tables.evaluationsByJob.add(key, slot);
    tables.prefixes.evaluations.add(after.id);
    tally.evaluations += 1;
  } else if (isOpen(before)) {
    tally.openEvaluations -= 1;
  }
  if (isOpen(after)) tally.openEvaluations += 1;
}

export function removeEvaluation(draft: Draft, evaluation: Evaluation): void {
  const { tables } = draft;
  const key = jobKeyOf(evaluation);
  const slot = tables.evaluations.remove(evaluation.id);
  if (slot === undefined) return;
  tables.prefixes.evaluations.remove(evaluation.id);
  tables.evaluationsByJob.remove(key, slot);
  const tally = tallyOf(tables, key);
  tally.evaluations -= 1;
  if (isOpen(evaluation)) tally.openEvaluations -= 1;
  dropEmptyTally(tables, key);
  draft.evaluations.add(evaluation.id);
  draft.evaluationJobs.add(key);
}

/** The scheduler still owes an answer. */
export function isOpen(evaluation: Evaluation): boolean {
  return evaluation.status === 'pending' || evaluation.status === 'blocked';
}

export function putDeployment(draft: Draft, deployment: Deployment): void {
  storeDeployment(draft.tables, deployment);
  draft.deployments.add(deployment.id);
  draft.deploymentJobs.add(jobKeyOf(deployment));
}

export function storeDeployment(tables: Tables, deployment: Deployment, at?: number): void {
  const row = Object.freeze(deployment);
  if (at !== undefined) tables.deployments.restore(at, row);
  const slot = at ?? tables.deployments.set(row);
  tables.deploymentsByJob.add(jobKeyOf(deployment), slot);
  tables.prefixes.deployments.add(deployment.id);
}

export function removeDeployment(draft: Draft, deployment: Deployment): void {
  const { tables } = draft;
  const slot = tables.deployments.remove(deployment.id);
  if (slot === undefined) return;
  tables.prefixes.deployments.remove(deployment.id);
  tables.deploymentsByJob.remove(jobKeyOf(deployment), slot);
  draft.deployments.add(deployment.id);
  draft.deploymentJobs.add(jobKeyOf(deployment));
}

/** The current version of a job that readers see. */
export function currentVersion(tables: Tables, namespace: string, jobId: string) {
  const row = tables.jobs.get(jobKey(namespace, jobId));
  return row === undefined || row.purged ? undefined : row.versions[0];
}
