// An evaluation: a request to the scheduler to bring one job's actual state to its desired one.

import type { PlacementMetrics } from './allocation.ts';
import type { DeploymentId, EvaluationId, JobId, NodeId } from './ids.ts';
import type { JobType } from './job.ts';

export type EvaluationStatus = 'blocked' | 'pending' | 'complete' | 'failed' | 'canceled';

export const evaluationTriggers = [
  'job-register',
  'job-deregister',
  'periodic-job',
  'node-drain',
  'node-update',
  'alloc-stop',
  'scheduled',
  'rolling-update',
  'deployment-watcher',
  'failed-follow-up',
  'max-plan-attempts',
  'alloc-failure',
  'queued-allocs',
  'preemption',
  'job-scaling',
  'max-disconnect-timeout',
  'reconnect',
  'alloc-reschedule',
] as const;
export type EvaluationTrigger = (typeof evaluationTriggers)[number];

export interface Evaluation {
  readonly id: EvaluationId;
  readonly namespace: string;
  readonly jobId: JobId;
  readonly jobModifyIndex: number;
  readonly type: JobType;
  readonly priority: number;
  readonly triggeredBy: EvaluationTrigger;
  readonly nodeId?: NodeId;
  readonly deploymentId?: DeploymentId;
  readonly status: EvaluationStatus;
  readonly statusDescription: string;
  /** Not before this time (follow-up evaluations of delayed reschedules). */
  readonly waitUntilMs?: number;
  readonly nextEvaluation?: EvaluationId;
  readonly previousEvaluation?: EvaluationId;
  /** Holds what could not be placed and wakes by itself. */
  readonly blockedEvaluation?: EvaluationId;
  /** Group → why its placements failed. */
  readonly failedTaskGroups: Readonly<Record<string, PlacementMetrics>>;
  /** Group → instances not placed. */
  readonly queuedAllocations: Readonly<Record<string, number>>;
  /** Blocked: which computed classes were looked at and could (true) or could not (false) ever hold it. */
  readonly classEligibility: Readonly<Record<string, boolean>>;
  /** Blocked: constraints name unique facts, so any node change may help. */
  readonly escapedComputedClass: boolean;
  /** State index the scheduler saw. */
  readonly snapshotIndex: number;
  readonly createIndex: number;
  readonly modifyIndex: number;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
}
