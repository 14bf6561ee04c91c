// What one node was told and must be told next: allocations as differences, job versions once per connection.

import type { JobAtVersion, ServerMessage } from '@orch/core/link/messages';
import { type Allocation, isClientTerminal } from '@orch/core/model/allocation';
import type { StateSnapshot } from '@orch/core/model/snapshot';

export type DesiredMessage = Extract<ServerMessage, { readonly type: 'desired' }>;

export interface DesiredFeed {
  /** Everything the node must know at its start: what is not over, and what it still knows of. */
  full(snapshot: StateSnapshot, known: Readonly<Record<string, number>>): DesiredMessage;
  /** Whether the node was told of the allocation. */
  knows(allocationId: string): boolean;
  /** The differences of these allocations; undefined when the node knows it all. */
  difference(snapshot: StateSnapshot, allocationIds: Iterable<string>): DesiredMessage | undefined;
}

export function desiredFeed(nodeId: string): DesiredFeed {
  /** Allocation → its allocModifyIndex as sent. */
  const sent = new Map<string, number>();
  const jobsSent = new Set<string>();

  const message = (
    snapshot: StateSnapshot,
    full: boolean,
    allocations: readonly Allocation[],
    removed: readonly string[],
  ): DesiredMessage => {
    const jobs: JobAtVersion[] = [];
    for (const allocation of allocations) {
      sent.set(allocation.id, allocation.allocModifyIndex);
      const { namespace, jobId, jobVersion: version } = allocation;
      const stored = snapshot.jobVersion(namespace, jobId, version);
      if (stored === undefined) continue;
      // The numbers of a job that was forgotten are given again to a new one of the same name.
      const key = `${namespace}\u0000${jobId}\u0000${version}\u0000${stored.jobModifyIndex}`;
      if (jobsSent.has(key)) continue;
      jobsSent.add(key);
      jobs.push({ namespace, jobId, version, job: stored.job });
    }
    return { type: 'desired', index: snapshot.index, full, allocations: allocations.map(forNode), jobs, removed };
  };

  return {
    full(snapshot, known) {
      const wanted = snapshot
        .nodeAllocations(nodeId)
        .filter((allocation) => !isClientTerminal(allocation) || known[allocation.id] !== undefined);
      const present = new Set(wanted.map((allocation) => allocation.id));
      return message(
        snapshot,
        true,
        wanted,
        Object.keys(known).filter((id) => !present.has(id)),
      );
    },
    knows: (allocationId) => sent.has(allocationId),
    difference(snapshot, allocationIds) {
      const changed: Allocation[] = [];
      const removed: string[] = [];
      for (const id of allocationIds) {
        const allocation = snapshot.allocation(id);
        if (allocation === undefined) {
          if (sent.delete(id)) removed.push(id);
        } else if (allocation.nodeId === nodeId && sent.get(id) !== allocation.allocModifyIndex) {
          changed.push(allocation);
        }
      }
      return changed.length + removed.length === 0 ? undefined : message(snapshot, false, changed, removed);
    },
  };
}

/** Scores and verdicts of the placement are for people; the node does not need them. */
function forNode(allocation: Allocation): Allocation {
  const { metrics: _, ...rest } = allocation;
  return rest;
}
