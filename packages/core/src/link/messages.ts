// The messages between a node and a server. One ordered connection per node; the node dials.

import type { Allocation, AllocationUpdate } from '../model/allocation.ts';
import type { Job } from '../model/job.ts';
import type { Node } from '../model/node.ts';

export const linkProtocol = 1;

/** From the node to the server. */
export type NodeMessage =
  /** First message. `known` lets the server send only what differs: allocation id → allocModifyIndex the node has. */
  | {
      readonly type: 'hello';
      readonly protocol: number;
      readonly node: Node;
      readonly secret: string;
      readonly known: Readonly<Record<string, number>>;
    }
  /** The node's facts changed. */
  | { readonly type: 'node'; readonly node: Node }
  | { readonly type: 'heartbeat' }
  /** Batched; `sequence` rises by one. Sent again after a reconnect until acknowledged. */
  | { readonly type: 'status'; readonly sequence: number; readonly updates: readonly AllocationUpdate[] }
  | StreamMessage;

/** From the server to the node. */
export type ServerMessage =
  | {
      readonly type: 'welcome';
      readonly protocol: number;
      readonly serverName: string;
      readonly heartbeatTtlMs: number;
      readonly servers: readonly string[];
    }
  /** The server will not have this node: wrong secret, wrong protocol. The node reports it and does not retry at once. */
  | { readonly type: 'refused'; readonly code: string; readonly message: string }
  /** What should run here at `index`. `full`: allocations not named are unknown to the server: stop and forget them. */
  | {
      readonly type: 'desired';
      readonly index: number;
      readonly full: boolean;
      readonly allocations: readonly DesiredAllocation[];
      readonly jobs: readonly JobAtVersion[];
      readonly removed: readonly string[];
    }
  /** The updates up to this sequence are durable. */
  | { readonly type: 'status-ack'; readonly sequence: number }
  | StreamMessage;

/** The server's fields of an allocation; the node ignores the client fields except to start from. */
export type DesiredAllocation = Allocation;

/** A job version, sent once per connection and referred to by allocations. */
export interface JobAtVersion {
  readonly namespace: string;
  readonly jobId: string;
  readonly version: number;
  readonly job: Job;
}

/**
 * Calls the server makes on the node, multiplexed. The server opens; both sides may send data; the node ends with a
 * result or an error. `credit` is flow control: a sender has at most `streamWindowBytes` unacknowledged.
 */
export type StreamMessage =
  | { readonly type: 'open'; readonly stream: number; readonly method: NodeMethod; readonly params: unknown }
  | { readonly type: 'data'; readonly stream: number; readonly channel: number; readonly bytes: Uint8Array }
  /** The sender will send no more data on the channel. */
  | { readonly type: 'finish'; readonly stream: number; readonly channel: number }
  /** A JSON side message within a stream (terminal resize). */
  | { readonly type: 'note'; readonly stream: number; readonly note: unknown }
  | { readonly type: 'credit'; readonly stream: number; readonly bytes: number }
  | { readonly type: 'end'; readonly stream: number; readonly result: unknown }
  | {
      readonly type: 'error';
      readonly stream: number;
      readonly code: string;
      readonly message: string;
      readonly hint?: string;
    }
  /** The server is no longer interested. */
  | { readonly type: 'cancel'; readonly stream: number };

export const streamWindowBytes = 262_144;

/** What a node can be asked. Parameters and results are documented in `link/methods.ts`. */
export type NodeMethod =
  | 'fs.list'
  | 'fs.stat'
  | 'fs.read'
  | 'logs.read'
  | 'alloc.stats'
  | 'node.stats'
  | 'alloc.exec'
  | 'alloc.restart'
  | 'alloc.signal'
  | 'alloc.collect'
  | 'node.collect';
