// Keeps the node's rules for published ports equal to what the records say.
import { type CommandRunner, runTool } from './command-runner.ts';
import { planForwardChain } from './forward-chain.ts';
import { changeTable, savedTable } from './iptables.ts';
import type { NetworkNames } from './names.ts';
import { renderNoTable, renderTable } from './nft-table.ts';
import type { PublishedAllocation } from './published-state.ts';
import { coalesced, type SerialLane } from './serial-lane.ts';

export interface RuleWriter {
  /** Publishes an allocation's ports, in place of what it published before. Written by the next `write`. */
  put(allocation: PublishedAllocation): void;
  drop(allocationId: string): void;
  /** Resolves when the rules in the kernel are those of all calls made before. Concurrent calls share one writing. */
  write(): Promise<void>;
  published(): readonly PublishedAllocation[];
}

export interface RuleWriterOptions {
  readonly runner: CommandRunner;
  readonly names: NetworkNames;
  readonly iptablesLane: SerialLane;
}

export function ruleWriter({ runner, names, iptablesLane }: RuleWriterOptions): RuleWriter {
  const allocations = new Map<string, PublishedAllocation>();
  const published = () => [...allocations.values()].filter((allocation) => allocation.mappings.length > 0);

  const write = coalesced(async () => {
    const current = published();
    const text = current.length === 0 ? renderNoTable(names.nftTable) : renderTable(names.nftTable, current);
    const table = runTool(runner, ['nft', '-f', '-'], text);
    const forward = iptablesLane(() => writeForwardChain(runner, names, current));
    const results = await Promise.allSettled([table, forward]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  });

  return {
    put: (allocation) => void allocations.set(allocation.allocationId, allocation),
    drop: (allocationId) => void allocations.delete(allocationId),
    write,
    published,
  };
}

async function writeForwardChain(
  runner: CommandRunner,
  names: NetworkNames,
  allocations: readonly PublishedAllocation[],
): Promise<void> {
  const saved = await savedTable(runner, 'filter');
  const plan = saved === undefined ? undefined : planForwardChain(saved, allocations, names);
  if (plan !== undefined) await changeTable(runner, plan);
}
