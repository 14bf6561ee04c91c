// What the steps of this room share.
import type { Logger } from '../../lib/logger.ts';
import type { CniNetworkConfig, CniRunner } from './cni-runner.ts';
import type { CommandRunner } from './command-runner.ts';
import type { HostNetworkFiles } from './host-files.ts';
import type { NetworkNames } from './names.ts';
import type { RecordBook } from './record-book.ts';
import type { RuleWriter } from './rule-writer.ts';
import type { SerialLane } from './serial-lane.ts';

export interface NetworkContext {
  readonly runner: CommandRunner;
  readonly cni: CniRunner;
  readonly files: HostNetworkFiles;
  readonly logger: Logger;
  readonly names: NetworkNames;
  readonly records: RecordBook;
  readonly rules: RuleWriter;
  /** Everything that changes iptables goes through here: plugins race when they make their chains. */
  readonly iptablesLane: SerialLane;
  readonly bridge: { readonly device: string; readonly subnet: string; readonly network: CniNetworkConfig };
}
