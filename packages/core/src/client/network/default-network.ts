// The network behind `mode = "bridge"`: generated, needs no file.
import { OrchError } from '../../lib/errors.ts';
import type { CniNetworkConfig } from './cni-runner.ts';
import { parseCidr, subnetOf } from './ip-address.ts';
import type { NetworkNames } from './names.ts';

export interface BridgeNetworkOptions {
  /** Device name. @default `orch0` */
  readonly bridge: string;
  /** @default 172.26.64.0/20, as Nomad's */
  readonly subnet: string;
  /** Where host-local keeps the addresses in use. */
  readonly addressDir: string;
  readonly mtu?: number;
}

export const defaultBridgeSubnet = '172.26.64.0/20';

/**
 * Bridge with addresses from host-local and masquerade for what leaves the node; `firewall` accepts the addresses in
 * FORWARD, which Docker sets to drop. No `portmap`: ports are published by orch's own table, which cannot leak.
 * @throws OrchError `network-invalid`
 */
export function defaultBridgeNetwork(names: NetworkNames, options: BridgeNetworkOptions): CniNetworkConfig {
  const subnet = parseCidr(options.subnet);
  if (subnet?.family !== 'ip' || subnet.prefixLength > 29 || subnetOf(subnet) !== options.subnet) {
    throw new OrchError(
      'network-invalid',
      `bridge network subnet "${options.subnet}": expected an IPv4 subnet of /29 or wider`,
      {
        hint: `for example ${defaultBridgeSubnet}`,
      },
    );
  }
  if (!/^[^\s/:]{1,15}$/.test(options.bridge)) {
    throw new OrchError(
      'network-invalid',
      `bridge name "${options.bridge}": 1 to 15 characters without "/", ":" and spaces`,
    );
  }
  return {
    name: names.defaultNetwork,
    // What plugins of every release since 2019 understand.
    cniVersion: '0.4.0',
    disableCheck: false,
    plugins: [
      {
        type: 'bridge',
        bridge: options.bridge,
        isGateway: true,
        ipMasq: true,
        forceAddress: true,
        hairpinMode: true,
        ...(options.mtu === undefined ? {} : { mtu: options.mtu }),
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: options.subnet }]],
          routes: [{ dst: '0.0.0.0/0' }],
          dataDir: options.addressDir,
        },
      },
      { type: 'firewall', backend: 'iptables', iptablesAdminChainName: names.adminChain },
    ],
  };
}
