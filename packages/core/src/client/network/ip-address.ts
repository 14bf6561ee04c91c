// Reading IP addresses and subnets, strictly.

export type IpFamily = 'ip' | 'ip6';

/** `ip` or `ip6`, undefined when `text` is no address. Zones (`%eth0`) are refused. */
export function ipFamily(text: string): IpFamily | undefined {
  if (parseIpv4(text) !== undefined) return 'ip';
  return isIpv6(text) ? 'ip6' : undefined;
}

/** As an unsigned 32-bit number. Leading zeros are refused: they mean octal to some. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part)) return undefined;
    const byte = Number(part);
    if (byte > 255) return undefined;
    value = value * 256 + byte;
  }
  return value;
}

export function formatIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = (half: string) => (half === '' ? [] : half.split(':'));
  const all = halves.flatMap(groups);
  if (!all.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? all.length <= 7 : all.length === 8;
}

export interface Cidr {
  readonly address: string;
  readonly prefixLength: number;
  readonly family: IpFamily;
}

/** `10.1.0.5/24` → address, prefix length and family; undefined when it is none. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const address = match?.[1];
  if (match === null || address === undefined) return undefined;
  const family = ipFamily(address);
  const prefixLength = Number(match[2]);
  if (family === undefined || prefixLength > (family === 'ip' ? 32 : 128)) return undefined;
  return { address, prefixLength, family };
}

/** The subnet an IPv4 address is in: (`10.1.0.5`, 24) → `10.1.0.0/24`. IPv6 keeps its host bits: nft masks them itself. */
export function subnetOf(cidr: Cidr): string {
  const value = cidr.family === 'ip' ? parseIpv4(cidr.address) : undefined;
  if (value === undefined) return `${cidr.address}/${cidr.prefixLength}`;
  const mask = cidr.prefixLength === 0 ? 0 : (0xffffffff << (32 - cidr.prefixLength)) >>> 0;
  return `${formatIpv4((value & mask) >>> 0)}/${cidr.prefixLength}`;
}

/** True when IPv4 `address` is in `subnet`. */
export function containsIpv4(subnet: string, address: string): boolean {
  const cidr = parseCidr(subnet);
  if (cidr?.family !== 'ip' || parseIpv4(address) === undefined) return false;
  return subnetOf({ ...cidr, address }) === subnetOf(cidr);
}
