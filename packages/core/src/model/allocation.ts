// An allocation: one instance of a task group on one node. The server writes `desired…`, the node writes `client…`.

import type { AllocationId, DeploymentId, EvaluationId, JobId, NodeId } from './ids.ts';
import type { AllocationNetworkStatus } from './network.ts';
import type { AllocatedResources } from './resources.ts';

export type DesiredStatus = 'run' | 'stop' | 'evict';
export type ClientStatus = 'pending' | 'running' | 'complete' | 'failed' | 'lost' | 'unknown';

export interface Allocation {
  readonly id: AllocationId;
  /** `job.group[index]`. */
  readonly name: string;
  readonly namespace: string;
  readonly jobId: JobId;
  /** The allocation refers to its job version, it does not carry it. */
  readonly jobVersion: number;
  readonly taskGroup: string;
  readonly nodeId: NodeId;
  readonly nodeName: string;
  readonly evaluationId: EvaluationId;
  readonly resources: AllocatedResources;

  readonly desiredStatus: DesiredStatus;
  readonly desiredDescription: string;
  readonly desiredTransition: DesiredTransition;

  readonly clientStatus: ClientStatus;
  readonly clientDescription: string;
  readonly taskStates: Readonly<Record<string, TaskState>>;
  readonly networkStatus?: AllocationNetworkStatus;

  readonly deploymentId?: DeploymentId;
  readonly deploymentStatus?: AllocationDeploymentStatus;
  readonly previousAllocation?: AllocationId;
  readonly nextAllocation?: AllocationId;
  readonly rescheduleEvents: readonly RescheduleEvent[];
  /** An evaluation that will replace this allocation later (reschedule delay). */
  readonly followupEvaluationId?: EvaluationId;
  /** Why this node: scores and what was filtered, kept for `alloc status`. */
  readonly metrics?: PlacementMetrics;

  readonly createIndex: number;
  readonly modifyIndex: number;
  /** Index of the last change by the server: what the node compares. */
  readonly allocModifyIndex: number;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
}

/** A wish of an operator or of the drainer that the next evaluation carries out. */
export interface DesiredTransition {
  readonly migrate?: boolean;
  readonly reschedule?: boolean;
  readonly forceReschedule?: boolean;
  readonly noShutdownDelay?: boolean;
}

export interface AllocationDeploymentStatus {
  /** Absent = no verdict yet. */
  readonly healthy?: boolean;
  readonly atMs: number;
  readonly canary: boolean;
  readonly modifyIndex: number;
}

export interface RescheduleEvent {
  readonly atMs: number;
  readonly previousAllocation: AllocationId;
  readonly previousNode: NodeId;
  readonly delayMs: number;
}

export interface TaskState {
  readonly state: 'pending' | 'running' | 'dead';
  readonly failed: boolean;
  readonly restarts: number;
  readonly lastRestartAtMs?: number;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  /** Newest last, at most `taskEventsKept`. */
  readonly events: readonly TaskStateEvent[];
}

export const taskEventsKept = 10;

/** One thing that happened to a task. `type` is Nomad's: Received, Task Setup, Driver, Started, Terminated, Restarting, Killing, Killed, … */
export interface TaskStateEvent {
  readonly type: string;
  readonly atMs: number;
  /** For people. */
  readonly message: string;
  readonly details: Readonly<Record<string, string>>;
}

/** What a node writes back about an allocation. */
export interface AllocationUpdate {
  readonly id: AllocationId;
  readonly clientStatus: ClientStatus;
  readonly clientDescription: string;
  readonly taskStates: Readonly<Record<string, TaskState>>;
  readonly networkStatus?: AllocationNetworkStatus;
  /** The node's verdict for a deployment. */
  readonly healthy?: boolean;
  readonly atMs: number;
}

/** Counts and reasons of one placement attempt of one group. */
export interface PlacementMetrics {
  readonly nodesEvaluated: number;
  readonly nodesFiltered: number;
  readonly nodesExhausted: number;
  /** Nodes ready in the job's datacenters, by datacenter. */
  readonly nodesAvailable: Readonly<Record<string, number>>;
  /** Reason → nodes, for example `${attr.kernel.name} = windows` → 3. */
  readonly constraintFiltered: Readonly<Record<string, number>>;
  readonly classFiltered: Readonly<Record<string, number>>;
  /** Dimension → nodes: `memory` → 2. */
  readonly dimensionExhausted: Readonly<Record<string, number>>;
  readonly classExhausted: Readonly<Record<string, number>>;
  readonly scores: readonly {
    readonly nodeId: NodeId;
    readonly nodeName: string;
    readonly scores: Readonly<Record<string, number>>;
    readonly normScore: number;
  }[];
  /** The few nodes that came nearest, with every failed check and numbers, and the change that would let them run it. */
  readonly nearest: readonly NodeVerdict[];
  /** Further groups' placements left out because the same failure repeats. */
  readonly coalescedFailures: number;
  readonly allocationTimeNs: number;
}

/** Why one node cannot take the group: all failed checks, not only the first. */
export interface NodeVerdict {
  readonly nodeId: NodeId;
  readonly nodeName: string;
  readonly failures: readonly { readonly check: string; readonly reason: string; readonly mend?: string }[];
}

/** The node may forget it: no process of it runs any more. */
export function isClientTerminal(allocation: Allocation): boolean {
  const status = allocation.clientStatus;
  return status === 'complete' || status === 'failed' || status === 'lost';
}

/** It takes no resources any more as far as desires go. */
export function isServerTerminal(allocation: Allocation): boolean {
  return allocation.desiredStatus === 'stop' || allocation.desiredStatus === 'evict';
}

export function isTerminal(allocation: Allocation): boolean {
  return isServerTerminal(allocation) || isClientTerminal(allocation);
}

/** `job.group[3]` → 3; −1 for a name of another shape. */
export function allocationIndex(name: string): number {
  const open = name.lastIndexOf('[');
  const index = Number.parseInt(name.slice(open + 1, -1), 10);
  return open < 0 || Number.isNaN(index) ? -1 : index;
}
