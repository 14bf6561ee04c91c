// IP networks.

import { family } from '../evaluate/function-table.ts';
import { ListValue, type Value, ValueError } from '../evaluate/value.ts';
import { integerArg, textArg } from './arguments.ts';

interface Network {
  readonly address: bigint;
  readonly bits: 32 | 128;
  readonly prefix: number;
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255))
    return undefined;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = (half: string) => (half === '' ? [] : half.split(':'));
  const head = groups(halves[0] ?? '');
  const tail = groups(halves[1] ?? '');
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (all.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

function parseNetwork(args: readonly Value[]): Network {
  const text = textArg(args, 0);
  const [host = '', length = ''] = text.split('/');
  const v4 = parseV4(host);
  const address = v4 ?? parseV6(host);
  const bits = v4 === undefined ? 128 : 32;
  const prefix = Number(length);
  if (address === undefined || !/^\d{1,3}$/.test(length) || prefix > bits) {
    throw new ValueError(`"${text}" is no network such as 10.0.0.0/16`, 0);
  }
  return { address: (address >> BigInt(bits - prefix)) << BigInt(bits - prefix), bits, prefix };
}

function addressText(address: bigint, bits: 32 | 128): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => String((address >> shift) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((address >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  return compress(groups);
}

/** The longest run of zero groups becomes `::` (RFC 5952). */
function compress(groups: readonly string[]): string {
  let best = { from: 0, length: 0 };
  for (let from = 0; from < groups.length; from += 1) {
    let length = 0;
    while (groups[from + length] === '0') length += 1;
    if (length > best.length) best = { from, length };
  }
  if (best.length < 2) return groups.join(':');
  return `${groups.slice(0, best.from).join(':')}::${groups.slice(best.from + best.length).join(':')}`;
}

function subnet(network: Network, newBits: number, number: number): string {
  const prefix = network.prefix + newBits;
  if (prefix > network.bits) throw new ValueError(`the network has no room for ${newBits} more bits`, 1);
  if (number >= 2 ** newBits) throw new ValueError(`${newBits} bits cannot number ${number}`, 2);
  return `${addressText(network.address + (BigInt(number) << BigInt(network.bits - prefix)), network.bits)}/${prefix}`;
}

function host(args: readonly Value[]): Value {
  const network = parseNetwork(args);
  const number = integerArg(args, 1, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const size = 1n << BigInt(network.bits - network.prefix);
  const offset = number < 0 ? size + BigInt(number) : BigInt(number);
  if (offset < 0n || offset >= size) throw new ValueError(`the network has no host ${number}`, 1);
  return addressText(network.address + offset, network.bits);
}

/** Networks one after the other, each as far down as its size needs. */
function subnets(args: readonly Value[]): Value {
  const network = parseNetwork(args);
  const end = network.address + (1n << BigInt(network.bits - network.prefix));
  let next = network.address;
  const names = args.slice(1).map((_, index) => {
    const prefix = network.prefix + integerArg(args, index + 1, 1, 32);
    if (prefix > network.bits) throw new ValueError('the network has no room for so many bits', index + 1);
    const size = 1n << BigInt(network.bits - prefix);
    next = ((next + size - 1n) / size) * size;
    if (next + size > end) throw new ValueError('the network has no room for this one', index + 1);
    const text = `${addressText(next, network.bits)}/${prefix}`;
    next += size;
    return text;
  });
  return ListValue.make(names, { kind: 'string' });
}

export const cidrFunctions = family({
  cidrhost: { params: ['network', 'number'], doc: 'The address of a numbered host in a network.', fn: host },
  cidrnetmask: {
    params: ['network'],
    doc: 'The netmask of a network.',
    fn: (args) => {
      const { bits, prefix } = parseNetwork(args);
      const all = (1n << BigInt(bits)) - 1n;
      return addressText((all << BigInt(bits - prefix)) & all, bits);
    },
  },
  cidrsubnet: {
    params: ['network', 'newbits', 'number'],
    doc: 'A numbered network inside a network.',
    fn: (args) =>
      subnet(parseNetwork(args), integerArg(args, 1, 0, 32), integerArg(args, 2, 0, Number.MAX_SAFE_INTEGER)),
  },
  cidrsubnets: { params: ['network', 'newbits...'], doc: 'Consecutive networks inside a network.', fn: subnets },
});
