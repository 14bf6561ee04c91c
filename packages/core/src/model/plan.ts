// A plan: everything one evaluation decided. It leaves no choices to whoever applies it.

import type { Allocation, ClientStatus } from './allocation.ts';
import type { Deployment, DeploymentStatus } from './deployment.ts';
import type { Evaluation } from './evaluation.ts';
import type { AllocationId, DeploymentId, EvaluationId } from './ids.ts';

export interface Plan {
  readonly evaluationId: EvaluationId;
  readonly priority: number;
  readonly snapshotIndex: number;
  readonly namespace: string;
  readonly jobId: string;
  readonly stops: readonly PlannedStop[];
  /** New allocations, and existing ones updated in place (same id). Resources and ports are final. */
  readonly placements: readonly Allocation[];
  readonly deployment?: Deployment;
  readonly deploymentUpdates: readonly DeploymentUpdate[];
}

export interface PlannedStop {
  readonly allocationId: AllocationId;
  readonly desiredStatus: 'stop' | 'evict';
  readonly description: string;
  /** Set when the node cannot say it any more: `lost`, `unknown`. */
  readonly clientStatus?: ClientStatus;
  readonly followupEvaluationId?: EvaluationId;
  readonly nextAllocation?: AllocationId;
}

export interface DeploymentUpdate {
  readonly deploymentId: DeploymentId;
  readonly status: DeploymentStatus;
  readonly statusDescription: string;
}

/** What the applier made of a plan after it re-checked every node. */
export interface PlanResult {
  readonly plan: Plan;
  /** Nodes whose placements no longer fit and were left out. */
  readonly rejectedNodes: readonly string[];
  /** The index at which the accepted part was applied. */
  readonly index: number;
}

/** What the scheduler hands back for one evaluation. */
export interface ScheduleResult {
  /** Absent when nothing has to change. */
  readonly plan?: Plan;
  /** The evaluation as it must be stored when the plan is committed whole. */
  readonly evaluation: Evaluation;
  /** New evaluations: blocked, follow-up. */
  readonly evaluations: readonly Evaluation[];
  /** Per group: what the plan will do, for `job plan` and the progress display. */
  readonly annotations: Readonly<Record<string, GroupAnnotation>>;
}

export interface GroupAnnotation {
  readonly place: number;
  readonly stop: number;
  readonly ignore: number;
  readonly migrate: number;
  readonly inPlaceUpdate: number;
  readonly destructiveUpdate: number;
  readonly canary: number;
  readonly preemptions: number;
  readonly rescheduleNow: number;
  readonly rescheduleLater: number;
}
