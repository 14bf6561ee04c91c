// The checks of static ports and of the room for dynamic ones.

import type { Node } from '../../model/node.ts';
import { hostAddress, type PortAsk } from '../ports/assign-ports.ts';
import { dynamicRange, type NodeBook, type NodeReader, portHolder } from '../ports/port-view.ts';
import { type CheckFailure, exhausted } from './check.ts';

/** All ports that cannot be had on the node. A missing host network is another check's failure. */
export function checkPorts(reader: NodeReader, node: Node, book: NodeBook | undefined, ask: PortAsk): CheckFailure[] {
  const failures: CheckFailure[] = [];
  for (const request of ask.fixed) {
    const hostIp = hostAddress(node, request);
    if (hostIp === undefined || request.ignoreCollision) continue;
    const holder = portHolder(reader, node, book, hostIp, request.value);
    if (holder === undefined) continue;
    failures.push(
      exhausted(
        'port',
        `port collision: ${request.value}`,
        1,
        `port ${request.value} (${request.label}) is held by ${holder}`,
        'use another static port or a dynamic one, or add a node',
      ),
    );
  }
  const missing = missingDynamicPorts(reader, node, book, ask);
  if (missing > 0) {
    const { min, max } = dynamicRange(node);
    failures.push(
      exhausted(
        'port',
        'dynamic ports',
        missing / ask.dynamic.length,
        `needs ${ask.dynamic.length} dynamic ports, ${missing} more than are free in ${min}–${max}`,
        'widen the range of dynamic ports of the node, or add a node',
      ),
    );
  }
  return failures;
}

/** How many dynamic ports too few the node has. Counted exactly only when the range is nearly used up. */
export function missingDynamicPorts(reader: NodeReader, node: Node, book: NodeBook | undefined, ask: PortAsk): number {
  const needs = ask.dynamic.length;
  if (needs === 0) return 0;
  const { min, max } = dynamicRange(node);
  const upperBound = reader.nodePorts(node.id).size + (book?.addedPorts.size ?? 0) + node.reserved.ports.length;
  if (max - min + 1 - upperBound >= needs + ask.fixed.length) return 0;
  const neededByAddress = new Map<string, number>();
  for (const request of ask.dynamic) {
    const hostIp = hostAddress(node, request) ?? '';
    neededByAddress.set(hostIp, (neededByAddress.get(hostIp) ?? 0) + 1);
  }
  let missing = 0;
  for (const [hostIp, wanted] of neededByAddress) {
    let free = 0;
    for (let port = min; port <= max && free < wanted; port += 1) {
      const taken = ask.fixed.some((request) => request.value === port);
      if (!taken && portHolder(reader, node, book, hostIp, port) === undefined) free += 1;
    }
    missing += wanted - free;
  }
  return missing;
}
