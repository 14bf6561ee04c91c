// Pure: which address and port on the node leads to which address and port in a namespace.
import { OrchError } from '../../lib/errors.ts';
import type { GroupPort } from './group-networks.ts';
import { type IpFamily, ipFamily } from './ip-address.ts';

/** One published port; TCP and UDP alike. JSON-safe. */
export interface PortMapping {
  readonly label: string;
  /** `any` = every address of the node. */
  readonly hostIp: string | 'any';
  readonly hostPort: number;
  readonly toIp: string;
  readonly toPort: number;
  /** The answer would leave by another interface (not eth0): the node takes the caller's place. */
  readonly masquerade: boolean;
}

export interface InterfaceAddresses {
  readonly name: string;
  /** Without prefix length. */
  readonly addresses: readonly string[];
}

const anyAddresses: Readonly<Record<string, readonly IpFamily[]>> = {
  '': ['ip', 'ip6'],
  '0.0.0.0': ['ip'],
  '::': ['ip6'],
};

/** @throws OrchError `network-invalid` naming the port, when its interface has no address of the family. */
export function planPortMappings(
  ports: readonly GroupPort[],
  interfaces: readonly InterfaceAddresses[],
): PortMapping[] {
  return ports.flatMap((port) => {
    const target = interfaces.find((found) => found.name === (port.interfaceName ?? interfaces[0]?.name));
    const wanted = wantedFamilies(port);
    const mappings = wanted.flatMap((family) => {
      const toIp = target?.addresses.find((address) => ipFamily(address) === family);
      return toIp === undefined ? [] : [mapPort(port, toIp, target !== interfaces[0])];
    });
    if (mappings.length > 0) return mappings;
    throw new OrchError(
      'network-invalid',
      `port "${port.label}" on ${port.hostIp || 'any address'}: interface ${target?.name ?? 'eth0'} has no address to lead it to`,
      { hint: 'give the network addresses of the same family (IPv4 or IPv6) as the host network of the port' },
    );
  });
}

function wantedFamilies(port: GroupPort): readonly IpFamily[] {
  const any = anyAddresses[port.hostIp];
  if (any !== undefined) return any;
  const family = ipFamily(port.hostIp);
  if (family !== undefined) return [family];
  throw new OrchError(
    'network-invalid',
    `port "${port.label}": host address ${JSON.stringify(port.hostIp)} is no IP address`,
  );
}

function mapPort(port: GroupPort, toIp: string, masquerade: boolean): PortMapping {
  if (!isPort(port.value)) {
    throw new OrchError('network-invalid', `port "${port.label}": ${port.value} is not a port number (1 to 65535)`);
  }
  const toPort = port.to > 0 ? port.to : port.value;
  if (!isPort(toPort)) {
    throw new OrchError('network-invalid', `port "${port.label}": to = ${toPort} is not a port number (1 to 65535)`);
  }
  const hostIp = port.hostIp in anyAddresses ? 'any' : port.hostIp;
  return { label: port.label, hostIp, hostPort: port.value, toIp, toPort, masquerade };
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value <= 65535;
}
