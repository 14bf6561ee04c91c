// Plans that are being committed: an overlay that later plans are made and checked against.

import { type Allocation, isTerminal } from '@orch/core/model/allocation';
import type { Plan } from '@orch/core/model/plan';
import { allocatedUse, type ResourceUse } from '@orch/core/model/resources';
import type { StateSnapshot } from '@orch/core/model/snapshot';
import { delegateSnapshot } from './delegate-snapshot.ts';

export interface InFlight {
  readonly size: number;
  add(plan: Plan): void;
  /** The plan's commit ended, well or not. */
  remove(plan: Plan): void;
  /** The state as it will be when everything in flight has committed. */
  view(snapshot: StateSnapshot): StateSnapshot;
}

export function inFlightPlans(): InFlight {
  const plans: Plan[] = [];
  return {
    get size() {
      return plans.length;
    },
    add(plan) {
      plans.push(plan);
    },
    remove(plan) {
      const index = plans.indexOf(plan);
      if (index >= 0) plans.splice(index, 1);
    },
    view: (snapshot) => (plans.length === 0 ? snapshot : overlay(snapshot, [...plans])),
  };
}

/**
 * Only what a scheduler asks of nodes and allocations changes. Jobs, evaluations and deployments of a plan in flight
 * belong to its own job, which nobody schedules until it has committed. What a plan stops still holds its place: the commit
 * may fail, and nobody else's plan may have been built on the room by then.
 */
function overlay(snapshot: StateSnapshot, plans: readonly Plan[]): StateSnapshot {
  const changed = new Map<string, Allocation>();
  const byNode = new Map<string, Set<string>>();
  const touch = (allocation: Allocation) => {
    changed.set(allocation.id, allocation);
    const ids = byNode.get(allocation.nodeId) ?? new Set();
    byNode.set(allocation.nodeId, ids.add(allocation.id));
  };
  for (const plan of plans) {
    for (const placement of plan.placements) touch(placement);
  }

  const merge = (stored: readonly Allocation[], keep: (allocation: Allocation) => boolean): readonly Allocation[] => {
    const seen = new Set<string>();
    const merged = stored.map((allocation) => {
      seen.add(allocation.id);
      return changed.get(allocation.id) ?? allocation;
    });
    for (const allocation of changed.values())
      if (!seen.has(allocation.id) && keep(allocation)) merged.push(allocation);
    return merged;
  };
  const onNode = (nodeId: string): readonly Allocation[] =>
    byNode.has(nodeId)
      ? merge(snapshot.nodeAllocations(nodeId), (allocation) => allocation.nodeId === nodeId)
      : snapshot.nodeAllocations(nodeId);
  const live = (nodeId: string) => onNode(nodeId).filter((allocation) => !isTerminal(allocation));

  return {
    ...delegateSnapshot(snapshot),
    allocation: (id) => changed.get(id) ?? snapshot.allocation(id),
    allocations: () => merge([...snapshot.allocations()], () => true),
    nodeAllocations: onNode,
    jobAllocations: (namespace, jobId) =>
      merge(
        snapshot.jobAllocations(namespace, jobId),
        (allocation) => allocation.jobId === jobId && allocation.namespace === namespace,
      ),
    nodeUse: (nodeId) => (byNode.has(nodeId) ? sumUse(live(nodeId)) : snapshot.nodeUse(nodeId)),
    nodePorts: (nodeId) => (byNode.has(nodeId) ? new Set(live(nodeId).flatMap(portsOf)) : snapshot.nodePorts(nodeId)),
  };
}

function sumUse(allocations: readonly Allocation[]): ResourceUse {
  const total = { cpuMhz: 0, memoryMiB: 0, diskMiB: 0 };
  for (const allocation of allocations) {
    const use = allocatedUse(allocation.resources);
    total.cpuMhz += use.cpuMhz;
    total.memoryMiB += use.memoryMiB;
    total.diskMiB += use.diskMiB;
  }
  return total;
}

function portsOf(allocation: Allocation): readonly number[] {
  return allocation.resources.shared.ports.map((port) => port.value);
}
