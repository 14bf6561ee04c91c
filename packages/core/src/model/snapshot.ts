// What a reader of state may ask at one index. The scheduler knows only this type, never the tables behind it.

import type { Allocation } from './allocation.ts';
import type { Deployment } from './deployment.ts';
import type { Evaluation } from './evaluation.ts';
import type { JobVersion } from './job.ts';
import type { Node } from './node.ts';
import type { ResourceUse } from './resources.ts';

/** A stable view: it does not change while it is held. All iterables are in a deterministic order. */
export interface StateSnapshot {
  readonly index: number;
  job(namespace: string, jobId: string): JobVersion | undefined;
  jobVersion(namespace: string, jobId: string, version: number): JobVersion | undefined;
  jobVersions(namespace: string, jobId: string): readonly JobVersion[];
  jobs(): Iterable<JobVersion>;
  node(nodeId: string): Node | undefined;
  nodes(): Iterable<Node>;
  allocation(allocationId: string): Allocation | undefined;
  allocations(): Iterable<Allocation>;
  /** All allocations known of the node, terminal ones included. */
  nodeAllocations(nodeId: string): readonly Allocation[];
  jobAllocations(namespace: string, jobId: string): readonly Allocation[];
  evaluationAllocations(evaluationId: string): readonly Allocation[];
  deploymentAllocations(deploymentId: string): readonly Allocation[];
  /** Sum over the node's non-terminal allocations (client-terminal ones have freed theirs). Kept up to date by the state, O(1). */
  nodeUse(nodeId: string): ResourceUse;
  /** Ports held on the node by non-terminal allocations. */
  nodePorts(nodeId: string): ReadonlySet<number>;
  evaluation(evaluationId: string): Evaluation | undefined;
  evaluations(): Iterable<Evaluation>;
  jobEvaluations(namespace: string, jobId: string): readonly Evaluation[];
  deployment(deploymentId: string): Deployment | undefined;
  deployments(): Iterable<Deployment>;
  latestDeployment(namespace: string, jobId: string): Deployment | undefined;
  schedulerConfig(): SchedulerConfig;
}

export interface SchedulerConfig {
  readonly algorithm: 'binpack' | 'spread';
  readonly memoryOversubscription: boolean;
  readonly modifyIndex: number;
}

export const defaultSchedulerConfig: SchedulerConfig = {
  algorithm: 'binpack',
  memoryOversubscription: false,
  modifyIndex: 0,
};
