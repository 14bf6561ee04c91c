// What each node carries: its allocations, the resources and the ports they hold, kept up to date by every write.

import { type Allocation, isTerminal } from '../model/allocation.ts';
import type { AllocatedResources, ResourceUse } from '../model/resources.ts';
import { insertSlot, removeSlot } from './postings.ts';
import { Table } from './table.ts';

interface NodeLoad {
  readonly key: string;
  readonly generation: number;
  readonly slots: number[];
  use: ResourceUse;
  /** Port → how many allocations hold it; above 1 only for ports that ignore collisions. */
  readonly holders: Map<number, number>;
  readonly ports: Set<number>;
}

export interface NodeLoadsView {
  slots(nodeId: string): readonly number[];
  use(nodeId: string): ResourceUse;
  ports(nodeId: string): ReadonlySet<number>;
}

const noSlots: readonly number[] = [];
const noUse: ResourceUse = Object.freeze({ cpuMhz: 0, memoryMiB: 0, diskMiB: 0 });
const noPorts: ReadonlySet<number> = new Set();

/** What an allocation takes: the sum over its tasks and the group's disk. */
export function allocatedUse(resources: AllocatedResources): ResourceUse {
  let cpuMhz = 0;
  let memoryMiB = 0;
  for (const task of Object.values(resources.tasks)) {
    cpuMhz += task.cpuMhz;
    memoryMiB += task.memoryMiB;
  }
  return { cpuMhz, memoryMiB, diskMiB: resources.shared.diskMiB };
}

export class NodeLoads {
  readonly #table = new Table<NodeLoad>((load) => load.key);

  slots(nodeId: string): readonly number[] {
    return this.#table.get(nodeId)?.slots ?? noSlots;
  }

  /** Moves the node's totals from what the allocation was to what it is. Either side may be missing. */
  change(slot: number, before: Allocation | undefined, after: Allocation | undefined): void {
    if (before !== undefined && after !== undefined && before.nodeId === after.nodeId) {
      if (before.resources === after.resources && isTerminal(before) === isTerminal(after)) return;
      const load = this.#own(after.nodeId);
      release(load, before);
      take(load, after);
      return;
    }
    if (before !== undefined) this.#leave(slot, before);
    if (after !== undefined) {
      const load = this.#own(after.nodeId);
      insertSlot(load.slots, slot);
      take(load, after);
    }
  }

  view(): NodeLoadsView {
    const view = this.#table.view();
    return {
      slots: (nodeId) => view.get(nodeId)?.slots ?? noSlots,
      use: (nodeId) => view.get(nodeId)?.use ?? noUse,
      ports: (nodeId) => view.get(nodeId)?.ports ?? noPorts,
    };
  }

  #leave(slot: number, before: Allocation): void {
    const load = this.#own(before.nodeId);
    removeSlot(load.slots, slot);
    release(load, before);
    if (load.slots.length === 0) this.#table.remove(load.key);
  }

  #own(nodeId: string): NodeLoad {
    const held = this.#table.get(nodeId);
    const generation = this.#table.generation;
    if (held !== undefined && held.generation === generation) return held;
    const owned: NodeLoad = {
      key: nodeId,
      generation,
      slots: held === undefined ? [] : held.slots.slice(),
      use: held === undefined ? noUse : held.use,
      holders: new Map(held?.holders),
      ports: new Set(held?.ports),
    };
    this.#table.set(owned);
    return owned;
  }
}

function take(load: NodeLoad, allocation: Allocation): void {
  if (isTerminal(allocation)) return;
  load.use = add(load.use, allocatedUse(allocation.resources), 1);
  for (const { value } of allocation.resources.shared.ports) {
    load.holders.set(value, (load.holders.get(value) ?? 0) + 1);
    load.ports.add(value);
  }
}

function release(load: NodeLoad, allocation: Allocation): void {
  if (isTerminal(allocation)) return;
  load.use = add(load.use, allocatedUse(allocation.resources), -1);
  for (const { value } of allocation.resources.shared.ports) {
    const left = (load.holders.get(value) ?? 1) - 1;
    if (left > 0) {
      load.holders.set(value, left);
    } else {
      load.holders.delete(value);
      load.ports.delete(value);
    }
  }
}

function add(left: ResourceUse, right: ResourceUse, sign: 1 | -1): ResourceUse {
  return Object.freeze({
    cpuMhz: left.cpuMhz + sign * right.cpuMhz,
    memoryMiB: left.memoryMiB + sign * right.memoryMiB,
    diskMiB: left.diskMiB + sign * right.diskMiB,
  });
}
