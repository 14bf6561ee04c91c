// Evaluations that come back when a delayed reschedule is due.

import type { IdSource } from '../../lib/random.ts';
import type { Allocation } from '../../model/allocation.ts';
import type { Evaluation } from '../../model/evaluation.ts';

/** Failures due within this time of each other share an evaluation. */
const followUpWindowMs = 5_000;

export interface FollowUps {
  readonly evaluations: readonly Evaluation[];
  /** The failed allocations, each with the evaluation that will replace it. */
  readonly updates: readonly Allocation[];
}

export function followUps(
  evaluation: Evaluation,
  failures: readonly { readonly allocation: Allocation; readonly atMs: number }[],
  now: number,
  ids: IdSource,
): FollowUps {
  const sorted = [...failures].sort((one, other) => one.atMs - other.atMs);
  const evaluations: Evaluation[] = [];
  const updates: Allocation[] = [];
  let open: Evaluation | undefined;
  for (const { allocation, atMs } of sorted) {
    if (open?.waitUntilMs === undefined || atMs - open.waitUntilMs >= followUpWindowMs) {
      open = followUp(evaluation, atMs, now, ids);
      evaluations.push(open);
    }
    updates.push({ ...allocation, followupEvaluationId: open.id, modifiedAtMs: now });
  }
  return { evaluations, updates };
}

function followUp(evaluation: Evaluation, waitUntilMs: number, now: number, ids: IdSource): Evaluation {
  return {
    id: ids(),
    namespace: evaluation.namespace,
    jobId: evaluation.jobId,
    jobModifyIndex: evaluation.jobModifyIndex,
    type: evaluation.type,
    priority: evaluation.priority,
    triggeredBy: 'alloc-failure',
    status: 'pending',
    statusDescription: 'waits for the reschedule delay of failed allocations',
    waitUntilMs,
    previousEvaluation: evaluation.id,
    failedTaskGroups: {},
    queuedAllocations: {},
    classEligibility: {},
    escapedComputedClass: false,
    snapshotIndex: 0,
    createIndex: 0,
    modifyIndex: 0,
    createdAtMs: now,
    modifiedAtMs: now,
  };
}
