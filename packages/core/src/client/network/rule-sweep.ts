// Pure: finds rules that CNI plugins left behind in iptables, and how to remove them.

/** One attachment's mark in the plugins' rules. */
export interface RuleMark {
  readonly network: string;
  readonly containerId: string;
}

/**
 * The mark in a rule of `iptables-save`: the bridge, ptp and portmap plugins comment theirs
 * `name: "NETWORK" id: "CONTAINER"`.
 */
export function ruleMark(line: string): RuleMark | undefined {
  const match = /--comment "(?:\w+ )?name: \\"([^"\\]*)\\" id: \\"([^"\\]*)\\""/.exec(line);
  return match?.[1] === undefined || match[2] === undefined ? undefined : { network: match[1], containerId: match[2] };
}

/**
 * What `iptables-restore --noflush` must be told to remove all rules and chains of stale attachments from the nat
 * table, given as `iptables-save -t nat` printed it. Undefined when there are none.
 */
export function planNatSweep(saved: string, isStale: (mark: RuleMark) => boolean): string | undefined {
  const rules: string[] = [];
  const chains = new Set<string>();
  for (const line of saved.split('\n')) {
    const mark = line.startsWith('-A ') ? ruleMark(line) : undefined;
    if (mark === undefined || !isStale(mark)) continue;
    const source = /^-A (\S+)/.exec(line)?.[1] ?? '';
    const target = / -j (CNI-\S+)$/.exec(line)?.[1];
    // A chain of its own belongs to one attachment; every other chain is shared.
    if (target !== undefined && isOwnChain(target)) chains.add(target);
    if (!isOwnChain(source)) rules.push(line.replace(/^-A /, '-D '));
  }
  const own = [...chains].filter((chain) => saved.includes(`\n:${chain} `));
  if (rules.length === 0 && own.length === 0) return undefined;
  const removals = [...rules, ...own.map((chain) => `-F ${chain}`), ...own.map((chain) => `-X ${chain}`)];
  return `*nat\n${removals.join('\n')}\nCOMMIT\n`;
}

function isOwnChain(chain: string): boolean {
  return /^CNI-(DN-|SN-)?[0-9a-f]{12,}$/.test(chain);
}

/** As `planNatSweep`, for what the firewall plugin accepted for addresses that nobody has any more. */
export function planFirewallSweep(saved: string, isStale: (address: string) => boolean): string | undefined {
  const rules = saved.split('\n').filter((line) => {
    const address = /^-A CNI-FORWARD -[sd] ([^/\s]+)(?:\/32)? .*-j ACCEPT$/.exec(line)?.[1];
    return address !== undefined && isStale(address);
  });
  if (rules.length === 0) return undefined;
  return `*filter\n${rules.map((line) => line.replace(/^-A /, '-D ')).join('\n')}\nCOMMIT\n`;
}
