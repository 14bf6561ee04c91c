// Pure: letting published ports through iptables' FORWARD, which Docker sets to drop.
import type { NetworkNames } from './names.ts';
import { distinctRoutes, type PublishedAllocation } from './published-state.ts';

/** Marks orch's jump in a chain that is not orch's. */
export function jumpRule(parent: string, names: NetworkNames): string {
  return `-A ${parent} -m comment --comment "orch published ports" -j ${names.forwardChain}`;
}

/**
 * Rules of orch's own chain as `iptables-save` prints them: connections that a rule of ours gave another destination,
 * towards a network, and their answers back. Nothing else, so isolation between networks stays.
 */
export function forwardRules(allocations: readonly PublishedAllocation[], names: NetworkNames): string[] {
  const publishing = allocations.filter((allocation) => allocation.mappings.length > 0);
  return distinctRoutes(publishing)
    .filter((route) => !route.subnet.includes(':'))
    .flatMap(({ device, subnet }) => [
      `-A ${names.forwardChain} -d ${subnet} -o ${device} -m conntrack --ctstate DNAT -j ACCEPT`,
      `-A ${names.forwardChain} -s ${subnet} -i ${device} -m conntrack --ctstate DNAT --ctdir REPLY -j ACCEPT`,
    ]);
}

/**
 * What `iptables-restore --noflush` must be told so that the filter table, given as `iptables-save -t filter` printed
 * it, holds the chain and one jump to it; undefined when it already does. The jump stands first in DOCKER-USER, which
 * Docker keeps for others' rules; without Docker in the firewall plugin's admin chain, which is orch's own; without
 * both nothing drops and nothing is needed.
 */
export function planForwardChain(
  saved: string,
  allocations: readonly PublishedAllocation[],
  names: NetworkNames,
): string | undefined {
  const lines = saved.split('\n');
  const rules = forwardRules(allocations, names);
  const parent = ['DOCKER-USER', names.adminChain].find((chain) => hasChain(lines, chain));
  const jumps = lines.filter((line) => line.startsWith('-A ') && line.endsWith(` -j ${names.forwardChain}`));
  const exists = hasChain(lines, names.forwardChain);
  if (rules.length === 0 || parent === undefined) {
    if (!exists) return undefined;
    return restore([...jumps.map(toDelete), `-F ${names.forwardChain}`, `-X ${names.forwardChain}`]);
  }
  const wanted = jumpRule(parent, names);
  const isJumpRight = jumps.length === 1 && jumps[0] === wanted && firstRule(lines, parent) === wanted;
  const current = lines.filter((line) => line.startsWith(`-A ${names.forwardChain} `));
  if (isJumpRight && exists && current.join('\n') === rules.join('\n')) return undefined;
  return restore([
    // Declaring a chain of one's own creates or empties it.
    `:${names.forwardChain} - [0:0]`,
    ...rules,
    ...(isJumpRight ? [] : [...jumps.map(toDelete), wanted.replace(`-A ${parent} `, `-I ${parent} 1 `)]),
  ]);
}

/**
 * Removes the chains that the firewall plugin made for orch, when nothing is in them but its own scaffold; one
 * transaction that changes nothing when somebody else uses them meanwhile. Undefined when there is nothing to do.
 */
export function planFirewallRemoval(
  saved: string,
  names: NetworkNames,
  options: { readonly keepCniForward: boolean },
): string | undefined {
  const lines = saved.split('\n');
  if (!hasChain(lines, names.adminChain)) return undefined;
  if (lines.some((line) => line.startsWith(`-A ${names.adminChain} `))) return undefined;
  const references = lines.filter((line) => line.startsWith('-A ') && line.endsWith(` -j ${names.adminChain}`));
  const plan = references.map(toDelete);
  plan.push(`-X ${names.adminChain}`);
  const others = lines.filter((line) => line.startsWith('-A CNI-FORWARD ') && !references.includes(line));
  if (!options.keepCniForward && hasChain(lines, 'CNI-FORWARD') && others.length === 0) {
    const jumps = lines.filter((line) => line.startsWith('-A ') && line.endsWith(' -j CNI-FORWARD'));
    plan.push(...jumps.map(toDelete), '-X CNI-FORWARD');
  }
  return restore(plan);
}

export function hasChain(lines: readonly string[], chain: string): boolean {
  return lines.some((line) => line.startsWith(`:${chain} `));
}

function firstRule(lines: readonly string[], chain: string): string | undefined {
  return lines.find((line) => line.startsWith(`-A ${chain} `));
}

function toDelete(line: string): string {
  return line.replace(/^-A /, '-D ');
}

function restore(lines: readonly string[]): string {
  return `*filter\n${lines.join('\n')}\nCOMMIT\n`;
}
