// The re-check of a plan against the newest state, before it is written down: nothing is ever over-committed.

import { type Allocation, isTerminal } from '../model/allocation.ts';
import type { Node } from '../model/node.ts';
import { isReady } from '../model/node.ts';
import type { Plan } from '../model/plan.ts';
import { type AllocatedResources, allocatedUse, type ResourceUse } from '../model/resources.ts';
import { checkCapacity, nodeCapacity } from './feasible/capacity-check.ts';
import { freeCores } from './feasible/cores-check.ts';
import { addPort, emptyBook, type NodeBook, type NodeReader, portHolder } from './ports/port-view.ts';

export type PlacementCheck = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const fine: PlacementCheck = { ok: true };

/** Whether what is asked still fits on the node beside what `used` and `book` say. */
export function fits(
  reader: NodeReader,
  node: Node,
  used: ResourceUse,
  book: NodeBook | undefined,
  ask: AllocatedResources,
): PlacementCheck {
  const shortage = checkCapacity(allocatedUse(ask), used, nodeCapacity(node))[0];
  if (shortage !== undefined) return refuse(shortage.reason);
  for (const port of ask.shared.ports) {
    if (port.ignoreCollision) continue;
    const holder = portHolder(reader, node, book, port.hostIp, port.value);
    if (holder !== undefined) return refuse(`port ${port.value} (${port.label}) is held by ${holder}`);
  }
  const cores = Object.values(ask.tasks).flatMap((task) => task.cores ?? []);
  if (cores.length === 0) return fine;
  const free = new Set(freeCores(reader, node, book));
  const taken = cores.find((core) => !free.has(core));
  return taken === undefined ? fine : refuse(`core ${taken} is reserved by another allocation`);
}

/** One allocation by itself, new or updated in place, against the present state. */
export function checkPlacement(reader: NodeReader, allocation: Allocation): PlacementCheck {
  const node = reader.node(allocation.nodeId);
  if (node === undefined) return refuse('the node is gone');
  return checkNode(reader, node, [], [allocation])[0] ?? fine;
}

export interface PlanCheck {
  /** Nodes whose placements do not fit any more. */
  readonly rejected: readonly { readonly nodeId: string; readonly reason: string }[];
  /** The plan without the placements on those nodes, and without the stops that were only made for them. */
  readonly accepted: Plan;
}

type PlanReader = NodeReader & { allocation(id: string): Allocation | undefined };

/**
 * Re-checks all placements of a plan node by node, its stops counted in: a node's placements go together or not at all. A
 * stop that falls away with its successor may take the room of another placement, so the rest is checked again.
 */
export function checkPlan(reader: PlanReader, plan: Plan): PlanCheck {
  const rejected: { nodeId: string; reason: string }[] = [];
  let accepted = plan;
  for (;;) {
    const found = rejectedNodes(reader, accepted);
    if (found.length === 0) return { rejected, accepted };
    rejected.push(...found);
    accepted = withoutNodes(accepted, found);
  }
}

function rejectedNodes(reader: PlanReader, plan: Plan): { nodeId: string; reason: string }[] {
  const placementsOf = Map.groupBy(plan.placements, (allocation) => allocation.nodeId);
  const stopped = plan.stops.flatMap(({ allocationId }) => reader.allocation(allocationId) ?? []);
  const stopsOf = Map.groupBy(stopped, (allocation) => allocation.nodeId);
  return [...placementsOf].flatMap(([nodeId, placements]) => {
    const node = reader.node(nodeId);
    if (node === undefined) return [{ nodeId, reason: 'the node is gone' }];
    const [failure] = checkNode(reader, node, stopsOf.get(nodeId) ?? [], placements);
    return failure === undefined || failure.ok ? [] : [{ nodeId, reason: failure.reason }];
  });
}

/** The first failure of the node's placements taken together; empty when all fit. */
function checkNode(
  reader: NodeReader,
  node: Node,
  stops: readonly Allocation[],
  placements: readonly Allocation[],
): PlacementCheck[] {
  const book = emptyBook();
  const used = { ...reader.nodeUse(node.id) };
  const present = new Map(reader.nodeAllocations(node.id).map((allocation) => [allocation.id, allocation]));
  const updated = placements.flatMap((allocation) => present.get(allocation.id) ?? []);
  for (const allocation of [...stops, ...updated]) {
    if (isTerminal(allocation) || book.released.has(allocation.id)) continue;
    book.released.add(allocation.id);
    addTo(used, allocation.resources, -1);
  }
  for (const allocation of placements) {
    if (isTerminal(allocation)) continue;
    if (!present.has(allocation.id) && !isReady(node)) return [refuse('the node takes no new work')];
    const check = fits(reader, node, used, book, allocation.resources);
    if (!check.ok) return [check];
    addTo(used, allocation.resources, 1);
    for (const port of allocation.resources.shared.ports) addPort(book, port);
    for (const task of Object.values(allocation.resources.tasks)) {
      for (const core of task.cores ?? []) book.addedCores.add(core);
    }
  }
  return [];
}

function addTo(
  used: { cpuMhz: number; memoryMiB: number; diskMiB: number },
  resources: AllocatedResources,
  sign: 1 | -1,
): void {
  const use = allocatedUse(resources);
  used.cpuMhz += sign * use.cpuMhz;
  used.memoryMiB += sign * use.memoryMiB;
  used.diskMiB += sign * use.diskMiB;
}

function refuse(reason: string): PlacementCheck {
  return { ok: false, reason };
}

/** A stop goes with the successor it was made for, unless the node lost the allocation anyway. */
function withoutNodes(plan: Plan, rejected: readonly { readonly nodeId: string }[]): Plan {
  const nodes = new Set(rejected.map(({ nodeId }) => nodeId));
  const dropped = new Set(plan.placements.filter(({ nodeId }) => nodes.has(nodeId)).map(({ id }) => id));
  const stops = plan.stops.filter(
    ({ nextAllocation, clientStatus }) =>
      nextAllocation === undefined || clientStatus !== undefined || !dropped.has(nextAllocation),
  );
  return { ...plan, stops, placements: plan.placements.filter(({ nodeId }) => !nodes.has(nodeId)) };
}
