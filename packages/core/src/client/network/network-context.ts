// What the steps of this room share.
import type { Logger } from '../../lib/logger.ts';
import type { CniNetworkConfig, CniRunner } from './cni-runner.ts';
import type { CommandRunner } from './command-runner.ts';
import type { HostNetworkFiles } from './host-files.ts';
import type { NetworkNames } from './names.ts';
import type { RecordBook } from './record-book.ts';
import type { RuleWriter } from './rule-writer.ts';
import type { SerialLane, WarmLane } from './serial-lane.ts';

export interface NetworkContext {
  readonly runner: CommandRunner;
  readonly cni: CniRunner;
  readonly files: HostNetworkFiles;
  readonly logger: Logger;
  readonly names: NetworkNames;
  readonly records: RecordBook;
  readonly rules: RuleWriter;
  /** Orch's own changes to iptables, which read before they write. */
  readonly iptablesLane: SerialLane;
  /** Runs of plugins: the first makes the bridge and the chains alone; more than a few at a time only wait for iptables. */
  readonly pluginLane: WarmLane;
  readonly bridge: { readonly device: string; readonly subnet: string; readonly network: CniNetworkConfig };
}
