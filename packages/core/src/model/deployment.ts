// A deployment: the rollout of one job version, watched until it succeeded or failed.

import type { AllocationId, DeploymentId, JobId } from './ids.ts';

export type DeploymentStatus = 'initializing' | 'pending' | 'running' | 'paused' | 'failed' | 'successful' | 'canceled';

export interface Deployment {
  readonly id: DeploymentId;
  readonly namespace: string;
  readonly jobId: JobId;
  readonly jobVersion: number;
  readonly jobModifyIndex: number;
  readonly jobCreateIndex: number;
  readonly status: DeploymentStatus;
  readonly statusDescription: string;
  readonly taskGroups: Readonly<Record<string, DeploymentGroup>>;
  readonly createIndex: number;
  readonly modifyIndex: number;
  readonly createdAtMs: number;
}

export interface DeploymentGroup {
  readonly autoRevert: boolean;
  readonly autoPromote: boolean;
  readonly promoted: boolean;
  readonly progressDeadlineMs: number;
  readonly requireProgressByMs: number;
  readonly desiredCanaries: number;
  readonly desiredTotal: number;
  readonly placedCanaries: readonly AllocationId[];
  readonly placedAllocs: number;
  readonly healthyAllocs: number;
  readonly unhealthyAllocs: number;
}

export function isDeploymentActive(deployment: Deployment): boolean {
  return ['initializing', 'pending', 'running', 'paused'].includes(deployment.status);
}
