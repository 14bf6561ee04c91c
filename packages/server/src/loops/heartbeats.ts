// Heartbeats: a node that stays silent beyond its time to live is down, or disconnected while its allocations allow it.

import { describeError } from '@orch/core/lib/errors';
import { isTerminal } from '@orch/core/model/allocation';
import type { NodeStatus } from '@orch/core/model/node';
import type { ServerContext } from '../config.ts';
import type { NodeEvents } from './node-events.ts';

export interface Heartbeats {
  /** A sign of life. The node's timer starts with the first one. */
  beat(nodeId: string): void;
  /** Starts timers for all nodes that state holds as alive: this server just began to lead. */
  start(): void;
  close(): void;
}

interface Pulse {
  deadlineMs: number;
  cancel: () => void;
}

/** A timer is not moved at each beat: when it fires it looks how long the silence really is. */
export function heartbeats(context: ServerContext, nodes: NodeEvents): Heartbeats {
  const { store, clock, log, config } = context;
  const pulses = new Map<string, Pulse>();

  const arm = (nodeId: string, pulse: Pulse) => {
    pulse.cancel = clock.after(Math.max(0, pulse.deadlineMs - clock.now()), () => {
      if (pulse.deadlineMs > clock.now()) arm(nodeId, pulse);
      else expire(nodeId);
    });
  };
  const expect = (nodeId: string, withinMs: number) => {
    const deadlineMs = clock.now() + withinMs;
    const pulse = pulses.get(nodeId);
    if (pulse !== undefined) {
      pulse.deadlineMs = deadlineMs;
      return;
    }
    const created: Pulse = { deadlineMs, cancel: () => {} };
    pulses.set(nodeId, created);
    arm(nodeId, created);
  };
  const expire = (nodeId: string) => {
    pulses.delete(nodeId);
    const node = store.snapshot().node(nodeId);
    if (node === undefined || node.status === 'down') return;
    const lostAfterMs = longestPatience(context, nodeId);
    const status: NodeStatus = node.status !== 'disconnected' && lostAfterMs > 0 ? 'disconnected' : 'down';
    log.warn('node missed its heartbeats', { nodeId, nodeName: node.name, status });
    if (status === 'disconnected') expect(nodeId, lostAfterMs);
    nodes.setStatus(nodeId, status, 'heartbeat missed').catch((error: unknown) => {
      log.error('marking a silent node failed', { nodeId, error: describeError(error) });
      expect(nodeId, config.heartbeat.ttlMs);
    });
  };

  return {
    beat: (nodeId) => expect(nodeId, config.heartbeat.ttlMs + config.heartbeat.graceMs),
    start() {
      for (const node of store.snapshot().nodes()) {
        if (node.status !== 'down') expect(node.id, config.heartbeat.failoverTtlMs);
      }
    },
    close() {
      for (const pulse of pulses.values()) pulse.cancel();
      pulses.clear();
    },
  };
}

/** How long the most patient group on the node waits for it to come back. */
function longestPatience(context: ServerContext, nodeId: string): number {
  const snapshot = context.store.snapshot();
  let longest = 0;
  for (const allocation of snapshot.nodeAllocations(nodeId)) {
    if (isTerminal(allocation)) continue;
    const version = snapshot.jobVersion(allocation.namespace, allocation.jobId, allocation.jobVersion);
    const group = version?.job.taskGroups.find((candidate) => candidate.name === allocation.taskGroup);
    longest = Math.max(longest, group?.disconnect?.lostAfterMs ?? 0);
  }
  return longest;
}
