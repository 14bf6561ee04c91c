// Makes evaluations: every request to the scheduler that the server itself creates.

import type { Evaluation, EvaluationTrigger } from '@orch/core/model/evaluation';
import type { JobVersion } from '@orch/core/model/job';

export interface EvaluationRequest {
  readonly id: string;
  readonly atMs: number;
  readonly triggeredBy: EvaluationTrigger;
  readonly nodeId?: string;
  readonly deploymentId?: string;
  readonly previousEvaluation?: string;
  readonly waitUntilMs?: number;
  readonly priority?: number;
}

/** The parts of a job an evaluation names. */
export type EvaluatedJob = Pick<JobVersion['job'], 'namespace' | 'id' | 'type' | 'priority'>;

/** A pending evaluation of a job. Indexes are 0: the state gives them. */
export function newEvaluation(job: EvaluatedJob, jobModifyIndex: number, request: EvaluationRequest): Evaluation {
  const { id, atMs, triggeredBy, priority, ...links } = request;
  return {
    id,
    namespace: job.namespace,
    jobId: job.id,
    jobModifyIndex,
    type: job.type,
    priority: priority ?? job.priority,
    triggeredBy,
    status: 'pending',
    statusDescription: '',
    ...links,
    failedTaskGroups: {},
    queuedAllocations: {},
    classEligibility: {},
    escapedComputedClass: false,
    snapshotIndex: 0,
    createIndex: 0,
    modifyIndex: 0,
    createdAtMs: atMs,
    modifiedAtMs: atMs,
  };
}
