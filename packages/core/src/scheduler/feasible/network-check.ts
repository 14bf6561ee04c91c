// The check that the node can make the group's networks: the mode, the CNI network, the plugins of bridge mode.

import type { NetworkRequest } from '../../model/network.ts';
import type { Node } from '../../model/node.ts';
import { type CheckFailure, filtered } from './check.ts';
import { compileVersionConstraint, parseVersion } from './version.ts';

/** Plugins a bridge network is made of. Ports are published by orch itself, so `portmap` is not among them. */
export const bridgePlugins = ['bridge', 'firewall', 'host-local', 'loopback'] as const;
export const oldestPluginVersion = '0.4.0';

const isNewEnough = compileVersionConstraint(`>= ${oldestPluginVersion}`, 'semver');

export function checkNetwork(network: NetworkRequest, node: Node): CheckFailure | undefined {
  const { mode } = network;
  if (mode === '' || mode === 'host' || mode === 'none') return undefined;
  if (mode === 'bridge') return checkTools(mode, node) ?? checkBridge(node);
  if (mode.startsWith('cni/')) return checkTools(mode, node) ?? checkCni(mode.slice('cni/'.length), node);
  return filtered(
    'network',
    `network mode ${mode}`,
    `network mode ${JSON.stringify(mode)} is unknown`,
    'use host, bridge, none or cni/<name>',
  );
}

/** The node's own word about the programs that make namespaces and publish ports. */
function checkTools(mode: string, node: Node): CheckFailure | undefined {
  const missing = node.attributes['network.tools.missing'];
  if (missing === undefined) return undefined;
  return filtered(
    'network',
    `missing program ${missing}`,
    `network mode ${mode}: the program ${missing} is not installed on the node`,
    'install it and start the agent again (Debian: nftables, iproute2, iptables)',
  );
}

/** A plugin counts as there when its version attribute is, or when the node says that its bridge network works. */
function checkBridge(node: Node): CheckFailure | undefined {
  const works = node.cniNetworks.includes('bridge');
  const faults = bridgePlugins.flatMap((plugin) => {
    const version = node.attributes[`plugins.cni.version.${plugin}`];
    if (version === undefined) return works ? [] : [`${plugin} is not installed`];
    const parsed = parseVersion(version, 'semver');
    const tooOld = parsed !== undefined && isNewEnough !== undefined && !isNewEnough(parsed);
    return tooOld ? [`${plugin} is ${version}, at least ${oldestPluginVersion} is needed`] : [];
  });
  if (faults.length === 0) return undefined;
  return filtered(
    'network',
    'missing network bridge',
    `network mode bridge: CNI plugin ${faults.join('; ')}`,
    'install the CNI plugins (Debian: containernetworking-plugins) on the node',
  );
}

function checkCni(name: string, node: Node): CheckFailure | undefined {
  if (node.cniNetworks.includes(name)) return undefined;
  const known = node.cniNetworks.join(', ') || 'none';
  return filtered(
    'network',
    `missing network cni/${name}`,
    `CNI network ${JSON.stringify(name)} is not configured on the node (it has ${known})`,
    `put a configuration named ${JSON.stringify(name)} into the node's CNI configuration directory`,
  );
}
