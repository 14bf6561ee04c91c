// Jobs on the wire: the specification in the job language's JSON names, the server's facts beside it.

import type { PlacementMetricsWire } from './allocation.ts';
import type { ProblemWire } from './problem.ts';

/** A job as JSON. The fields of the specification are described by `@orch/core/schema`. */
export interface JobWire {
  readonly ID: string;
  readonly Name: string;
  readonly Namespace: string;
  readonly Region: string;
  readonly Type: string;
  readonly Priority: number;
  readonly Datacenters: readonly string[];
  readonly TaskGroups: readonly TaskGroupWire[];
  readonly [field: string]: unknown;
}

export interface TaskGroupWire {
  readonly Name: string;
  readonly Count: number;
  readonly Tasks: readonly TaskWire[];
  readonly [field: string]: unknown;
}

export interface TaskWire {
  readonly Name: string;
  readonly Driver: string;
  readonly [field: string]: unknown;
}

/** A registered version. Times in nanoseconds since the epoch. */
export interface JobVersionWire extends JobWire {
  readonly Stop: boolean;
  readonly Status: string;
  readonly StatusDescription: string;
  readonly Stable: boolean;
  readonly Version: number;
  readonly SubmitTime: number;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
  readonly JobModifyIndex: number;
}

export interface TaskGroupSummaryWire {
  readonly Queued: number;
  readonly Complete: number;
  readonly Failed: number;
  readonly Running: number;
  readonly Starting: number;
  readonly Lost: number;
  readonly Unknown: number;
}

export interface JobSummaryWire {
  readonly JobID: string;
  readonly Namespace: string;
  readonly Summary: Readonly<Record<string, TaskGroupSummaryWire>>;
  readonly Children: { readonly Pending: number; readonly Running: number; readonly Dead: number };
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export interface JobStubWire {
  readonly ID: string;
  readonly ParentID: string;
  readonly Name: string;
  readonly Namespace: string;
  readonly Datacenters: readonly string[];
  readonly NodePool: string;
  readonly Type: string;
  readonly Priority: number;
  readonly Periodic: boolean;
  readonly ParameterizedJob: boolean;
  readonly Stop: boolean;
  readonly Status: string;
  readonly StatusDescription: string;
  readonly JobSummary: JobSummaryWire;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
  readonly JobModifyIndex: number;
  readonly SubmitTime: number;
  readonly Version: number;
  readonly Meta?: Readonly<Record<string, string>>;
}

export interface SubmissionWire {
  readonly Source: string;
  readonly Format: 'hcl2' | 'json';
  readonly Variables?: string;
  readonly VariableFlags?: Readonly<Record<string, string>>;
}

export interface JobRegisterRequest {
  readonly Job: Readonly<Record<string, unknown>>;
  readonly EnforceIndex?: boolean;
  readonly JobModifyIndex?: number;
  readonly PreserveCounts?: boolean;
  readonly PreserveResources?: boolean;
  readonly EvalPriority?: number;
  readonly Submission?: SubmissionWire | null;
}

export interface JobRegisterResponse {
  readonly EvalID: string;
  readonly EvalCreateIndex: number;
  readonly JobModifyIndex: number;
  readonly Warnings: string;
  /** Ours: the warnings as data; absent where the server is another one. */
  readonly Problems?: readonly ProblemWire[];
  readonly Index: number;
}

export interface JobDeregisterResponse {
  readonly EvalID: string;
  readonly EvalCreateIndex: number;
  readonly JobModifyIndex: number;
  readonly Index: number;
}

export interface JobValidateResponse {
  readonly DriverConfigValidated: boolean;
  readonly ValidationErrors: readonly string[];
  readonly Warnings: string;
  /** All errors joined; empty when the job is valid. */
  readonly Error: string;
  /** Ours: errors and warnings as data; absent where the server is another one. */
  readonly Problems?: readonly ProblemWire[];
}

export interface DesiredUpdatesWire {
  readonly Ignore: number;
  readonly Place: number;
  readonly Migrate: number;
  readonly Stop: number;
  readonly InPlaceUpdate: number;
  readonly DestructiveUpdate: number;
  readonly Canary: number;
  readonly Preemptions: number;
  readonly RescheduleNow: number;
  readonly RescheduleLater: number;
}

export interface JobPlanResponse {
  readonly JobModifyIndex: number;
  readonly Diff: unknown;
  readonly Annotations: {
    readonly DesiredTGUpdates: Readonly<Record<string, DesiredUpdatesWire>>;
    readonly PreemptedAllocs: readonly unknown[];
  };
  readonly FailedTGAllocs: Readonly<Record<string, PlacementMetricsWire>> | null;
  readonly Warnings: string;
  /** Ours: the warnings as data; absent where the server is another one. */
  readonly Problems?: readonly ProblemWire[];
  readonly Index: number;
}

/** Ours: why each node can or cannot take each group. */
export interface JobExplainResponse {
  readonly JobID: string;
  readonly Namespace: string;
  readonly Groups: Readonly<Record<string, unknown>>;
}

export interface JobScaleRequest {
  readonly Count: number;
  readonly Target: { readonly Group: string };
  readonly Message?: string;
  readonly Error?: boolean;
}

export interface JobScaleStatus {
  readonly JobID: string;
  readonly Namespace: string;
  readonly JobCreateIndex: number;
  readonly JobModifyIndex: number;
  readonly JobStopped: boolean;
  readonly TaskGroups: Readonly<
    Record<
      string,
      {
        readonly Desired: number;
        readonly Placed: number;
        readonly Running: number;
        readonly Healthy: number;
        readonly Unhealthy: number;
        readonly Events: readonly unknown[];
      }
    >
  >;
}
