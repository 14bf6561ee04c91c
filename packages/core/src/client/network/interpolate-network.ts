// Pure: the run-time references in a group's network, resolved before it is made.

import { OrchError } from '../../lib/errors.ts';
import type { DnsConfig } from '../../model/network.ts';
import type { GroupNetworkSpec } from './group-networks.ts';

type Interpolate = (text: string) => string;

/**
 * `hostname`, `dns` and the values of `cni { args }`; everything else of a network was the scheduler's.
 * @throws OrchError `network-invalid` for values that references made unusable
 */
export function interpolateNetwork(network: GroupNetworkSpec, interpolate: Interpolate): GroupNetworkSpec {
  const { hostname, dns, cniArgs } = network;
  return {
    ...network,
    ...(hostname === undefined ? {} : { hostname: interpolateHostname(hostname, interpolate) }),
    ...(dns === undefined ? {} : { dns: interpolateDns(dns, interpolate) }),
    ...(cniArgs === undefined
      ? {}
      : {
          cniArgs: Object.fromEntries(Object.entries(cniArgs).map(([key, value]) => [key, interpolate(value)])),
        }),
  };
}

/** What only a task knows may stay in it, for `interpolateHostname` with that task's values. */
export function interpolateHostname(text: string, interpolate: Interpolate): string {
  const name = interpolate(text);
  if (hostname.test(name) || name.includes('${')) return name;
  throw new OrchError('network-invalid', `the host name ${JSON.stringify(text)} becomes ${JSON.stringify(name)}`, {
    hint: 'a host name has 1 to 64 letters, digits, "-", "_" and "."',
  });
}

/** As long as the kernel lets one be. */
const hostname =
  /^(?=.{1,64}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;

export function interpolateDns({ servers, searches, options }: DnsConfig, interpolate: Interpolate): DnsConfig {
  // Each is one word of a line of the resolver's configuration.
  const word = (text: string) => {
    const value = interpolate(text);
    if (!/[\s\p{Cc}]/u.test(value)) return value;
    throw new OrchError('network-invalid', `the dns value ${JSON.stringify(text)} becomes ${JSON.stringify(value)}`, {
      hint: 'write values without blanks and line breaks',
    });
  };
  return { servers: servers.map(word), searches: searches.map(word), options: options.map(word) };
}
