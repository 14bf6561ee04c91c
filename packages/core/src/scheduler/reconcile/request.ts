// What the reconciler asks of placement, and what it decided without it.

import type { Allocation, RescheduleEvent } from '../../model/allocation.ts';
import type { Deployment } from '../../model/deployment.ts';
import type { Evaluation } from '../../model/evaluation.ts';
import type { NodeId } from '../../model/ids.ts';
import type { DeploymentUpdate, GroupAnnotation, PlannedStop } from '../../model/plan.ts';
import type { TaskGroup } from '../../model/task-group.ts';

/** One instance to be placed. */
export interface PlacementRequest {
  readonly name: string;
  readonly canary: boolean;
  /** The allocation it replaces. */
  readonly previous?: Allocation;
  /** Stop `previous` with this description if, and only if, the new one finds a place. What it holds may be reused. */
  readonly stopPrevious?: string;
  readonly rescheduleEvents: readonly RescheduleEvent[];
  /** Nodes on which earlier attempts failed. */
  readonly penalizedNodes: readonly NodeId[];
  /** Taken before all others when it can: where a sticky disk is. */
  readonly preferredNode?: NodeId;
}

export interface GroupDecision {
  readonly group: TaskGroup;
  readonly requests: readonly PlacementRequest[];
  readonly annotation: GroupAnnotation;
  /** New instances count towards this deployment. */
  readonly inDeployment: boolean;
}

export interface JobDecision {
  readonly groups: readonly GroupDecision[];
  /** Stops that are carried out whatever placement finds. */
  readonly stops: readonly PlannedStop[];
  /** Existing allocations with changed desires: updated in place, or waiting for a follow-up evaluation. */
  readonly updates: readonly Allocation[];
  /** The deployment new instances belong to. */
  readonly deployment?: Deployment;
  /** `deployment` is new, or changed by this decision. */
  readonly deploymentChanged: boolean;
  readonly deploymentUpdates: readonly DeploymentUpdate[];
  readonly followUps: readonly Evaluation[];
}
