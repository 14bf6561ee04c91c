// The check that the node has the host network a port is to be published on.

import type { PortRequest } from '../../model/network.ts';
import type { Node } from '../../model/node.ts';
import type { NodeNetwork } from '../../model/resources.ts';
import { type CheckFailure, filtered } from './check.ts';
import { compileTarget } from './resolve-target.ts';

/** The node's network for a port. `default` is the one of that name, else the node's first. */
export function findHostNetwork(node: Node, hostNetwork: string): NodeNetwork | undefined {
  const name = hostNetwork.startsWith('${') ? compileTarget(hostNetwork)(node) : hostNetwork || 'default';
  const networks = node.resources.networks;
  const found = networks.find((network) => network.name === name);
  return found ?? (name === 'default' ? networks[0] : undefined);
}

export function checkHostNetwork(port: PortRequest, node: Node): CheckFailure | undefined {
  if (findHostNetwork(node, port.hostNetwork) !== undefined) return undefined;
  const known = node.resources.networks.map((network) => network.name).join(', ') || 'none';
  return filtered(
    'host-network',
    `missing host network ${JSON.stringify(port.hostNetwork)} for port ${JSON.stringify(port.label)}`,
    `port ${JSON.stringify(port.label)} asks for host network ${JSON.stringify(port.hostNetwork)}, the node has ${known}`,
    `add a host_network ${JSON.stringify(port.hostNetwork)} to the agent's configuration`,
  );
}
