// Which ports of a node are held, and by whom, with the plan in the making counted in.

import { type Allocation, isTerminal } from '../../model/allocation.ts';
import type { AllocationId } from '../../model/ids.ts';
import { type AllocatedPort, dynamicPortRange } from '../../model/network.ts';
import type { Node } from '../../model/node.ts';
import type { StateSnapshot } from '../../model/snapshot.ts';

/** What placement reads of a node besides its own facts. */
export type NodeReader = Pick<StateSnapshot, 'node' | 'nodeUse' | 'nodePorts' | 'nodeAllocations'>;

/** What the plan in the making changes on one node. */
export interface NodeBook {
  /** Allocations the plan stops or replaces: their ports and cores are free again. */
  readonly released: Set<AllocationId>;
  /** Addresses of the ports given by the plan, by number. */
  readonly addedPorts: Map<number, string[]>;
  readonly addedCores: Set<number>;
}

export function emptyBook(): NodeBook {
  return { released: new Set(), addedPorts: new Map(), addedCores: new Set() };
}

export function addPort({ addedPorts }: NodeBook, { value, hostIp }: AllocatedPort): void {
  const held = addedPorts.get(value);
  if (held === undefined) addedPorts.set(value, [hostIp]);
  else held.push(hostIp);
}

/** The allocations that hold something on the node once the plan's stops are carried out, without those it adds. */
export function holdingAllocations(reader: NodeReader, node: Node, book: NodeBook | undefined): Allocation[] {
  return reader
    .nodeAllocations(node.id)
    .filter((allocation) => !isTerminal(allocation) && book?.released.has(allocation.id) !== true);
}

/**
 * Who holds a port of one address of the node: text for people, `undefined` when it is free. The allocations are walked
 * only when the number is held at all and either a stop or a second address makes the answer uncertain.
 */
export function portHolder(
  reader: NodeReader,
  node: Node,
  book: NodeBook | undefined,
  hostIp: string,
  port: number,
): string | undefined {
  if (node.reserved.ports.includes(port)) return 'the reserved ports of the node';
  const added = book?.addedPorts.get(port)?.some((held) => sameAddress(held, hostIp)) ?? false;
  if (added) return 'another instance of this plan';
  if (!reader.nodePorts(node.id).has(port)) return undefined;
  for (const allocation of holdingAllocations(reader, node, book)) {
    const held = allocation.resources.shared.ports.some(
      (given) => given.value === port && sameAddress(given.hostIp, hostIp),
    );
    if (held) return `allocation ${allocation.id.slice(0, 8)} (${allocation.name})`;
  }
  return undefined;
}

/** An address that is not known counts as every address. */
function sameAddress(one: string, other: string): boolean {
  return one === other || isAnyAddress(one) || isAnyAddress(other);
}

function isAnyAddress(address: string): boolean {
  return address === '' || address === '0.0.0.0' || address === '::';
}

export interface PortRange {
  readonly min: number;
  readonly max: number;
}

/** The node's own range of dynamic ports, both ends included. */
export function dynamicRange(node: Node): PortRange {
  const { dynamicPortMin, dynamicPortMax } = node.resources;
  const usable = dynamicPortMin > 0 && dynamicPortMax >= dynamicPortMin;
  return usable ? { min: dynamicPortMin, max: dynamicPortMax } : dynamicPortRange;
}
