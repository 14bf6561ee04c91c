// Pure: the run-time references in a group's network, resolved before it is made.

import type { DnsConfig } from '../../model/network.ts';
import type { GroupNetworkSpec } from './group-networks.ts';

type Interpolate = (text: string) => string;

/** `hostname`, `dns` and the values of `cni { args }`; everything else of a network was the scheduler's. */
export function interpolateNetwork(network: GroupNetworkSpec, interpolate: Interpolate): GroupNetworkSpec {
  const { hostname, dns, cniArgs } = network;
  return {
    ...network,
    ...(hostname === undefined ? {} : { hostname: interpolate(hostname) }),
    ...(dns === undefined ? {} : { dns: interpolateDns(dns, interpolate) }),
    ...(cniArgs === undefined
      ? {}
      : {
          cniArgs: Object.fromEntries(Object.entries(cniArgs).map(([key, value]) => [key, interpolate(value)])),
        }),
  };
}

export function interpolateDns({ servers, searches, options }: DnsConfig, interpolate: Interpolate): DnsConfig {
  return {
    servers: servers.map(interpolate),
    searches: searches.map(interpolate),
    options: options.map(interpolate),
  };
}
