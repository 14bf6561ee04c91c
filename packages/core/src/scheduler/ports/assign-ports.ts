// Gives a group its ports on one node: static ones as asked, dynamic ones by chance first and by an exact search after.

import type { Random } from '../../lib/random.ts';
import type { AllocatedPort, PortRequest } from '../../model/network.ts';
import type { Node } from '../../model/node.ts';
import { findHostNetwork } from '../feasible/host-network-check.ts';
import { dynamicRange, type NodeBook, type NodeReader, type PortRange, portHolder } from './port-view.ts';

/** Random tries before the exact search: the range is mostly empty. */
const randomTries = 20;

/** The ports one instance asks for, all networks of the group together, in the order of the job file. */
export interface PortAsk {
  readonly fixed: readonly PortRequest[];
  readonly dynamic: readonly PortRequest[];
}

/** All ports of one instance, or `undefined` when the node cannot give them. */
export function assignPorts(
  reader: NodeReader,
  node: Node,
  book: NodeBook | undefined,
  ask: PortAsk,
  random: Random,
): AllocatedPort[] | undefined {
  const given = new Given();
  for (const request of ask.fixed) {
    const hostIp = hostAddress(node, request);
    if (hostIp === undefined) return undefined;
    if (!request.ignoreCollision) {
      if (given.has(hostIp, request.value)) return undefined;
      if (portHolder(reader, node, book, hostIp, request.value) !== undefined) return undefined;
    }
    given.add(allocatedPort(request, request.value, hostIp));
  }
  for (const request of ask.dynamic) {
    const hostIp = hostAddress(node, request);
    if (hostIp === undefined) return undefined;
    const isFree = (port: number) =>
      !given.has(hostIp, port) && portHolder(reader, node, book, hostIp, port) === undefined;
    const port = pickDynamic(dynamicRange(node), isFree, random);
    if (port === undefined) return undefined;
    given.add(allocatedPort(request, port, hostIp));
  }
  return given.ports;
}

export function hostAddress(node: Node, request: PortRequest): string | undefined {
  return findHostNetwork(node, request.hostNetwork)?.address;
}

function pickDynamic(range: PortRange, isFree: (port: number) => boolean, random: Random): number | undefined {
  const size = range.max - range.min + 1;
  for (let attempt = 0; attempt < randomTries; attempt += 1) {
    const port = range.min + Math.floor(random() * size);
    if (isFree(port)) return port;
  }
  const start = Math.floor(random() * size);
  for (let step = 0; step < size; step += 1) {
    const port = range.min + ((start + step) % size);
    if (isFree(port)) return port;
  }
  return undefined;
}

/** The ports of the instance so far; an instance may ask for thousands. */
class Given {
  readonly ports: AllocatedPort[] = [];
  readonly #places = new Set<string>();

  has(hostIp: string, port: number): boolean {
    return this.#places.has(`${hostIp} ${port}`);
  }

  add(port: AllocatedPort): void {
    this.ports.push(port);
    this.#places.add(`${port.hostIp} ${port.value}`);
  }
}

/** `to`: 0 and −1 both mean the node's port, so that it is never 0 in a namespace. */
function allocatedPort(request: PortRequest, value: number, hostIp: string): AllocatedPort {
  return {
    label: request.label,
    value,
    to: request.to > 0 ? request.to : value,
    hostIp,
    hostNetwork: request.hostNetwork || 'default',
    ignoreCollision: request.ignoreCollision,
  };
}
