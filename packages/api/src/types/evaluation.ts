// Evaluations on the wire.

import type { PlacementMetricsWire } from './allocation.ts';

export interface EvaluationWire {
  readonly ID: string;
  readonly Priority: number;
  readonly Type: string;
  readonly TriggeredBy: string;
  readonly Namespace: string;
  readonly JobID: string;
  readonly JobModifyIndex: number;
  readonly NodeID: string;
  readonly DeploymentID: string;
  readonly Status: string;
  readonly StatusDescription: string;
  /** RFC 3339; the zero time when it does not wait. */
  readonly WaitUntil: string;
  readonly NextEval: string;
  readonly PreviousEval: string;
  readonly BlockedEval: string;
  readonly FailedTGAllocs: Readonly<Record<string, PlacementMetricsWire>> | null;
  readonly ClassEligibility: Readonly<Record<string, boolean>> | null;
  readonly EscapedComputedClass: boolean;
  readonly QuotaLimitReached: string;
  readonly AnnotatePlan: boolean;
  readonly QueuedAllocations: Readonly<Record<string, number>>;
  readonly SnapshotIndex: number;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
  /** Nanoseconds since the epoch. */
  readonly CreateTime: number;
  readonly ModifyTime: number;
}
