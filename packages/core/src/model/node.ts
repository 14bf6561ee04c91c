// A node: a machine that runs allocations.

import type { NodeId } from './ids.ts';
import type { NodeResources, ReservedResources } from './resources.ts';

export type NodeStatus = 'initializing' | 'ready' | 'down' | 'disconnected';

export interface Node {
  readonly id: NodeId;
  readonly name: string;
  readonly datacenter: string;
  readonly nodePool: string;
  readonly nodeClass: string;
  /** Where the node's own HTTP API answers, `host:port`; empty when it has none. */
  readonly httpAddress: string;
  /** Names without the `attr.` prefix; `unique.` ones are left out of the computed class. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
  readonly resources: NodeResources;
  readonly reserved: ReservedResources;
  readonly drivers: Readonly<Record<string, NodeDriver>>;
  /** Names of CNI networks configured on the node; `bridge` is always there when its plugins are. */
  readonly cniNetworks: readonly string[];
  /** Hash of everything placement looks at except `unique.` facts: nodes of equal class answer constraints alike. */
  readonly computedClass: string;
  readonly status: NodeStatus;
  readonly statusDescription: string;
  readonly statusUpdatedAtMs: number;
  readonly schedulingEligibility: 'eligible' | 'ineligible';
  readonly drain?: DrainStrategy;
  /** Changes with each boot: allocations of another boot are lost. */
  readonly bootId: string;
  readonly version: string;
  /** SHA-256 of the secret the node registered with, kept by the server: only the same node may come back under its id. */
  readonly secretHash?: string;
  readonly createIndex: number;
  readonly modifyIndex: number;
}

export interface NodeDriver {
  readonly detected: boolean;
  readonly healthy: boolean;
  readonly description: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface DrainStrategy {
  readonly deadlineMs: number;
  readonly ignoreSystemJobs: boolean;
  readonly startedAtMs: number;
}

/** Placement may consider the node at all. */
export function isReady(node: Node): boolean {
  return node.status === 'ready' && node.schedulingEligibility === 'eligible' && node.drain === undefined;
}
