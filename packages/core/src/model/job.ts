// A job: what a user submitted, with the server's own facts beside it.

import type { Affinity, Constraint, Spread } from './constraint.ts';
import type { JobId } from './ids.ts';
import type { ReschedulePolicy, UpdateStrategy } from './policy.ts';
import type { Json } from './task.ts';
import type { TaskGroup } from './task-group.ts';

export const jobTypes = ['service', 'batch', 'system', 'sysbatch'] as const;
export type JobType = (typeof jobTypes)[number];

export interface Job {
  readonly id: JobId;
  readonly name: string;
  readonly namespace: string;
  readonly region: string;
  readonly type: JobType;
  /** 1…100. @default 50 */
  readonly priority: number;
  /** Globs. @default ["*"] */
  readonly datacenters: readonly string[];
  /** @default 'default' */
  readonly nodePool: string;
  readonly allAtOnce: boolean;
  readonly constraints: readonly Constraint[];
  readonly affinities: readonly Affinity[];
  readonly spreads: readonly Spread[];
  /** What groups take over where they say nothing themselves. */
  readonly update?: UpdateStrategy;
  readonly reschedule?: ReschedulePolicy;
  readonly taskGroups: readonly TaskGroup[];
  readonly meta: Readonly<Record<string, string>>;
  readonly kept: Readonly<Record<string, Json>>;
}

/** A registered version of a job. A job's older versions are kept for plans, rollbacks and running allocations. */
export interface JobVersion {
  readonly job: Job;
  readonly version: number;
  /** Stopped by the user: desired count is 0 for every group. */
  readonly stop: boolean;
  readonly status: JobStatus;
  readonly statusDescription: string;
  readonly stable: boolean;
  readonly submittedAtMs: number;
  readonly createIndex: number;
  readonly modifyIndex: number;
  /** Moves only when the specification changes, not with the status. */
  readonly jobModifyIndex: number;
  /** The text the job came from, for `job inspect` and the UI. */
  readonly submission?: { readonly source: string; readonly format: 'hcl2' | 'json'; readonly variables: string };
}

export type JobStatus = 'pending' | 'running' | 'dead';

/** Job versions kept per job, the running one included. */
export const jobVersionsKept = 6;
