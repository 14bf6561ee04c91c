// What is old and finished enough to be forgotten. Pure: state, thresholds and the time in; names out.

import { type Allocation, isClientTerminal, isTerminal } from '@orch/core/model/allocation';
import { isDeploymentActive } from '@orch/core/model/deployment';
import type { Evaluation } from '@orch/core/model/evaluation';
import { jobKey } from '@orch/core/model/ids';
import type { JobVersion } from '@orch/core/model/job';
import type { StateSnapshot } from '@orch/core/model/snapshot';
import type { Entry } from '@orch/core/state/entry';
import type { GcConfig } from '../config.ts';

export type CollectEntry = Extract<Entry, { readonly kind: 'collect' }>;

/** Thresholds of 0: everything finished, whatever its age. */
export function forcedGc(gc: GcConfig): GcConfig {
  return { ...gc, evaluationMs: 0, batchEvaluationMs: 0, jobMs: 0, nodeMs: 0, deploymentMs: 0 };
}

export function decideGc(snapshot: StateSnapshot, gc: GcConfig, now: number): CollectEntry {
  const allocations = new Set<string>();
  const evaluations = new Set<string>();
  const jobs: { namespace: string; jobId: string }[] = [];
  const deployments = new Set<string>();

  for (const version of snapshot.jobs()) {
    if (!isJobForgettable(snapshot, version, gc, now)) continue;
    const { namespace, id: jobId } = version.job;
    jobs.push({ namespace, jobId });
    for (const allocation of snapshot.jobAllocations(namespace, jobId)) allocations.add(allocation.id);
    for (const evaluation of snapshot.jobEvaluations(namespace, jobId)) evaluations.add(evaluation.id);
  }
  const goneJobs = new Set(jobs.map((job) => jobKey(job.namespace, job.jobId)));
  for (const evaluation of snapshot.evaluations()) {
    if (!isEvaluationForgettable(snapshot, evaluation, gc, now)) continue;
    evaluations.add(evaluation.id);
    for (const allocation of snapshot.evaluationAllocations(evaluation.id)) allocations.add(allocation.id);
  }
  for (const deployment of snapshot.deployments()) {
    if (goneJobs.has(jobKey(deployment.namespace, deployment.jobId))) deployments.add(deployment.id);
    if (isDeploymentActive(deployment) || deployment.createdAtMs > now - gc.deploymentMs) continue;
    const latest = snapshot.latestDeployment(deployment.namespace, deployment.jobId);
    const used = snapshot
      .deploymentAllocations(deployment.id)
      .some((allocation) => !allocations.has(allocation.id) && !isTerminal(allocation));
    if (!used && latest?.id !== deployment.id) deployments.add(deployment.id);
  }
  const nodes: string[] = [];
  for (const node of snapshot.nodes()) {
    if (node.status !== 'down' || node.statusUpdatedAtMs > now - gc.nodeMs) continue;
    if (snapshot.nodeAllocations(node.id).every((allocation) => allocations.has(allocation.id))) nodes.push(node.id);
  }
  return {
    kind: 'collect',
    asOf: snapshot.index,
    jobs: jobs.slice(0, gc.batch),
    evaluations: [...evaluations].slice(0, gc.batch),
    allocations: [...allocations].slice(0, gc.batch),
    deployments: [...deployments].slice(0, gc.batch),
    nodes: nodes.slice(0, gc.batch),
  };
}

export function isEmpty(entry: CollectEntry): boolean {
  const { jobs, evaluations, allocations, deployments, nodes } = entry;
  return [jobs, evaluations, allocations, deployments, nodes].every((list) => list.length === 0);
}

/** A stopped job, or a batch job that ended, with nothing left that runs or waits. */
function isJobForgettable(snapshot: StateSnapshot, version: JobVersion, gc: GcConfig, now: number): boolean {
  const { namespace, id, type } = version.job;
  if (version.status !== 'dead' || !(version.stop || type === 'batch' || type === 'sysbatch')) return false;
  const before = now - gc.jobMs;
  if (version.submittedAtMs > before) return false;
  const allocations = snapshot.jobAllocations(namespace, id);
  const evaluations = snapshot.jobEvaluations(namespace, id);
  return (
    allocations.every((allocation) => isGone(allocation) && allocation.modifiedAtMs <= before) &&
    evaluations.every((evaluation) => isFinished(evaluation) && evaluation.modifiedAtMs <= before)
  );
}

/** A finished evaluation whose allocations are all gone for good and not waiting to be replaced. */
function isEvaluationForgettable(snapshot: StateSnapshot, evaluation: Evaluation, gc: GcConfig, now: number): boolean {
  const isBatch = evaluation.type === 'batch' || evaluation.type === 'sysbatch';
  const before = now - (isBatch ? gc.batchEvaluationMs : gc.evaluationMs);
  if (!isFinished(evaluation) || evaluation.modifiedAtMs > before) return false;
  const version = snapshot.job(evaluation.namespace, evaluation.jobId);
  const stillCounts = version !== undefined && !version.stop && (isBatch || version.status !== 'dead');
  return snapshot.evaluationAllocations(evaluation.id).every((allocation) => {
    if (!isGone(allocation) || allocation.modifiedAtMs > before) return false;
    // A batch job's results and a failed allocation's history decide what runs next.
    if (stillCounts && isBatch) return false;
    return !stillCounts || allocation.desiredStatus !== 'run' || allocation.nextAllocation !== undefined;
  });
}

function isGone(allocation: Allocation): boolean {
  return isClientTerminal(allocation);
}

function isFinished(evaluation: Evaluation): boolean {
  return evaluation.status === 'complete' || evaluation.status === 'failed' || evaluation.status === 'canceled';
}
