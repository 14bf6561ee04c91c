// Pure: the nftables table that publishes ports, as text for `nft -f -`.
import { type IpFamily, ipFamily } from './ip-address.ts';
import { distinctRoutes, type PublishedAllocation } from './published-state.ts';

const protocols = ['tcp', 'udp'] as const;
const addressType: Readonly<Record<IpFamily, string>> = { ip: 'ipv4_addr', ip6: 'ipv6_addr' };
const families: readonly IpFamily[] = ['ip', 'ip6'];

/** Removes the table whether it exists or not. */
export function renderNoTable(table: string): string {
  return `table inet ${table} {}\ndelete table inet ${table}\n`;
}

/**
 * The whole table, replaced in one transaction: no packet sees a state between. Maps make the cost of a packet
 * independent of the number of ports.
 *
 * - prerouting (from outside and from namespaces) and output (from the node itself) rewrite the destination;
 * - postrouting takes the caller's place where its own address would lead the answer astray: callers from the node's
 *   loopback, from orch's own networks (hairpin: the answer must come back through the node), and ports on an interface
 *   that has not the default route;
 * - guard: `route_localnet`, which 127.0.0.1 needs, must not open the node's loopback to the namespaces.
 *
 * A published address that is not `any` also answers on 127.0.0.1. Where two allocations want the same address and
 * port, the smaller allocation id has it. Priorities are one before Docker's and iptables' NAT.
 */
export function renderTable(table: string, allocations: readonly PublishedAllocation[]): string {
  const sorted = allocations.toSorted((left, right) => compare(left.allocationId, right.allocationId));
  const parts = families.map((family) => renderFamily(family, sorted));
  const devices = [...new Set(distinctRoutes(sorted).map((route) => route.device))];
  const lines = [
    `table inet ${table} {`,
    '\tcomment "Owned by orch, written anew at each change: edits are lost."',
    ...parts.flatMap((part) => part.definitions),
    ...chain(
      'publish',
      parts.flatMap((part) => part.publish),
    ),
    ...chain('prerouting', [
      'type nat hook prerouting priority -101; policy accept;',
      'meta l4proto { tcp, udp } jump publish',
    ]),
    ...chain('output', [
      'type nat hook output priority -101; policy accept;',
      'meta l4proto { tcp, udp } jump publish',
    ]),
    ...chain('postrouting', [
      'type nat hook postrouting priority 99; policy accept;',
      ...parts.flatMap((part) => part.masquerade),
    ]),
    ...chain('guard', [
      'type filter hook prerouting priority -300; policy accept;',
      ...(devices.length === 0 ? [] : [`iifname { ${devices.map(quote).join(', ')} } ip daddr 127.0.0.0/8 drop`]),
    ]),
    '}',
  ];
  return `${renderNoTable(table)}${lines.join('\n')}\n`;
}

interface FamilyPart {
  readonly definitions: readonly string[];
  readonly publish: readonly string[];
  readonly masquerade: readonly string[];
}

function renderFamily(family: IpFamily, allocations: readonly PublishedAllocation[]): FamilyPart {
  const exact = new Map<string, string>();
  const any = new Map<string, string>();
  const loopback = new Map<string, string>();
  const astray = new Set<string>();
  for (const { mappings } of allocations) {
    for (const { hostIp, hostPort, toIp, toPort, masquerade } of mappings) {
      if (ipFamily(toIp) !== family) continue;
      if (masquerade) astray.add(toIp);
      for (const protocol of protocols) {
        const target = `${toIp} . ${toPort}`;
        if (hostIp === 'any') putFirst(any, `${protocol} . ${hostPort}`, target);
        else putFirst(exact, `${hostIp} . ${protocol} . ${hostPort}`, target);
        if (hostIp !== 'any' && family === 'ip') putFirst(loopback, `127.0.0.1 . ${protocol} . ${hostPort}`, target);
      }
    }
  }
  // A port that was asked for on 127.0.0.1 itself goes before one that is there by courtesy.
  for (const [key, target] of loopback) putFirst(exact, key, target);
  const type = addressType[family];
  const subnets = distinctSubnets(family, allocations);
  return {
    definitions: [
      ...renderMap(`${family}_ports`, `${type} . inet_proto . inet_service : ${type} . inet_service`, exact),
      ...renderMap(`${family}_any_ports`, `inet_proto . inet_service : ${type} . inet_service`, any),
      ...renderSet(`${family}_networks`, type, subnets, true),
      ...renderSet(`${family}_astray`, type, [...astray].sort(), false),
    ],
    publish: [
      ...(exact.size === 0 ? [] : [`dnat ${family} to ${family} daddr . meta l4proto . th dport map @${family}_ports`]),
      ...(any.size === 0
        ? []
        : [
            `meta nfproto ipv${family === 'ip' ? 4 : 6} fib daddr type local dnat ${family} to meta l4proto . th dport map @${family}_any_ports`,
          ]),
    ],
    masquerade: [
      ...(subnets.length === 0
        ? []
        : [`ct status dnat ${family} saddr @${family}_networks ${family} daddr @${family}_networks masquerade`]),
      ...(subnets.length === 0 || family !== 'ip'
        ? []
        : ['ct status dnat ip saddr 127.0.0.0/8 ip daddr @ip_networks masquerade']),
      ...(astray.size === 0 ? [] : [`ct status dnat ${family} daddr @${family}_astray masquerade`]),
    ],
  };
}

function distinctSubnets(family: IpFamily, allocations: readonly PublishedAllocation[]): string[] {
  const subnets = distinctRoutes(allocations).map((route) => route.subnet);
  return [...new Set(subnets)].filter((subnet) => ipFamily(subnet.split('/')[0] ?? '') === family);
}

function renderMap(name: string, type: string, entries: ReadonlyMap<string, string>): string[] {
  if (entries.size === 0) return [];
  const elements = [...entries].map(([key, target]) => `\t\t\t${key} : ${target}`).join(',\n');
  return [`\tmap ${name} {`, `\t\ttype ${type}`, `\t\telements = {\n${elements}\n\t\t}`, '\t}'];
}

function renderSet(name: string, type: string, elements: readonly string[], intervals: boolean): string[] {
  if (elements.length === 0) return [];
  const flags = intervals ? ['\t\tflags interval', '\t\tauto-merge'] : [];
  return [`\tset ${name} {`, `\t\ttype ${type}`, ...flags, `\t\telements = { ${elements.join(', ')} }`, '\t}'];
}

function chain(name: string, rules: readonly string[]): string[] {
  return [`\tchain ${name} {`, ...rules.map((rule) => `\t\t${rule}`), '\t}'];
}

function putFirst(map: Map<string, string>, key: string, value: string): void {
  if (!map.has(key)) map.set(key, value);
}

function quote(device: string): string {
  return `"${device}"`;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
