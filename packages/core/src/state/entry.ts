// The journal's vocabulary: every change of state is one of these entries. The behaviour of an existing kind never
// changes; new behaviour is a new kind. Entries are JSON-safe and carry their own times and ids.

import type { AllocationUpdate, DesiredTransition } from '../model/allocation.ts';
import type { Deployment, DeploymentStatus } from '../model/deployment.ts';
import type { Evaluation } from '../model/evaluation.ts';
import type { AllocationId, DeploymentId, EvaluationId, NodeId } from '../model/ids.ts';
import type { Job, JobVersion } from '../model/job.ts';
import type { DrainStrategy, Node, NodeStatus } from '../model/node.ts';
import type { Plan } from '../model/plan.ts';
import type { SchedulerConfig } from '../model/snapshot.ts';

/** An entity as its writer knows it: indexes are given by the state when the entry is applied. */
export type WithoutIndexes<T> = Omit<
  T,
  'createIndex' | 'modifyIndex' | 'allocModifyIndex' | 'jobModifyIndex' | 'snapshotIndex'
>;

export type Entry =
  | {
      readonly kind: 'job-register';
      readonly job: Job;
      readonly submission?: JobVersion['submission'];
      readonly atMs: number;
      readonly evaluations: readonly Evaluation[];
    }
  | {
      readonly kind: 'job-deregister';
      readonly namespace: string;
      readonly jobId: string;
      readonly purge: boolean;
      readonly atMs: number;
      readonly evaluations: readonly Evaluation[];
    }
  | {
      readonly kind: 'job-stability';
      readonly namespace: string;
      readonly jobId: string;
      readonly version: number;
      readonly stable: boolean;
    }
  | {
      readonly kind: 'node-register';
      readonly node: Node;
      readonly atMs: number;
      readonly evaluations: readonly Evaluation[];
    }
  | {
      readonly kind: 'node-status';
      readonly nodeId: NodeId;
      readonly status: NodeStatus;
      readonly description: string;
      readonly atMs: number;
      readonly evaluations: readonly Evaluation[];
    }
  | {
      readonly kind: 'node-eligibility';
      readonly nodeId: NodeId;
      readonly eligibility: Node['schedulingEligibility'];
      readonly atMs: number;
      readonly evaluations: readonly Evaluation[];
    }
  | {
      readonly kind: 'node-drain';
      readonly nodeId: NodeId;
      readonly drain: DrainStrategy | null;
      readonly markEligible: boolean;
      readonly atMs: number;
      readonly evaluations: readonly Evaluation[];
    }
  /** An operator forgets a node; what it ran is for the evaluations. */
  | {
      readonly kind: 'node-purge';
      readonly nodeId: NodeId;
      readonly atMs: number;
      readonly evaluations: readonly Evaluation[];
    }
  | {
      readonly kind: 'alloc-client-update';
      readonly nodeId: NodeId;
      readonly updates: readonly AllocationUpdate[];
      readonly evaluations: readonly Evaluation[];
    }
  | {
      readonly kind: 'alloc-transition';
      readonly transitions: Readonly<Record<AllocationId, DesiredTransition>>;
      readonly atMs: number;
      readonly evaluations: readonly Evaluation[];
    }
  | { readonly kind: 'evaluation-upsert'; readonly evaluations: readonly Evaluation[] }
  /** The accepted part of a plan and the outcome of its evaluation, in one entry. */
  | {
      readonly kind: 'plan-apply';
      readonly plan: Plan;
      readonly atMs: number;
      readonly evaluations: readonly Evaluation[];
    }
  | {
      readonly kind: 'deployment-status';
      readonly deploymentId: DeploymentId;
      readonly status: DeploymentStatus;
      readonly description: string;
      readonly atMs: number;
      readonly evaluations: readonly Evaluation[];
      readonly job?: Job;
    }
  | {
      readonly kind: 'deployment-promote';
      readonly deploymentId: DeploymentId;
      readonly groups: readonly string[] | null;
      readonly atMs: number;
      readonly evaluations: readonly Evaluation[];
    }
  | {
      readonly kind: 'allocation-health';
      readonly deploymentId: DeploymentId;
      readonly healthy: readonly AllocationId[];
      readonly unhealthy: readonly AllocationId[];
      readonly atMs: number;
      readonly evaluations: readonly Evaluation[];
      readonly deployment?: Deployment;
    }
  | { readonly kind: 'scheduler-config'; readonly config: SchedulerConfig }
  /** Forgets finished things; the leader decided what, with its clock. */
  | {
      readonly kind: 'collect';
      /** Index of the state it was decided on: what was written since then stays. Older entries name none. */
      readonly asOf?: number;
      readonly jobs: readonly { readonly namespace: string; readonly jobId: string }[];
      readonly evaluations: readonly EvaluationId[];
      readonly allocations: readonly AllocationId[];
      readonly deployments: readonly DeploymentId[];
      readonly nodes: readonly NodeId[];
    }
  /** Hash of the leader's state at `atIndex`; a server that differs stops and says so. */
  | { readonly kind: 'state-hash'; readonly atIndex: number; readonly hash: string };

export type EntryKind = Entry['kind'];

/** What one applied entry touched: what watch sets and the event stream hang on. */
export interface Changes {
  readonly index: number;
  readonly kind: EntryKind;
  /** `jobKey(namespace, id)`. */
  readonly jobs: readonly string[];
  readonly nodes: readonly NodeId[];
  readonly allocations: readonly AllocationId[];
  readonly evaluations: readonly EvaluationId[];
  readonly deployments: readonly DeploymentId[];
  /** Keys of the jobs whose allocations changed, were added or forgotten; likewise for the next ones. */
  readonly allocationJobs: readonly string[];
  readonly allocationNodes: readonly NodeId[];
  readonly evaluationJobs: readonly string[];
  readonly deploymentJobs: readonly string[];
}
