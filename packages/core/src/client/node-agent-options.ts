// What the node agent is built from: everything it does to the world is handed in.

import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { HostPlaces } from '../lib/presentable.ts';
import type { IdSource, Random } from '../lib/random.ts';
import type { Connection } from '../link/connection.ts';
import type { NodeMessage, ServerMessage } from '../link/messages.ts';
import type { NodeNetwork } from '../model/resources.ts';
import type { HttpGet } from './artifacts/http-get.ts';
import type { DriverSet } from './driver-host/driver-host.ts';
import type { CollectLimits } from './gc/policy.ts';
import type { CommandRunner } from './network/command-runner.ts';
import type { GroupNetworks } from './network/group-networks.ts';

/** What the agent's configuration says about the node; the rest is found out. */
export interface NodeConfig {
  readonly name: string;
  readonly datacenter: string;
  /** @default 'default' */
  readonly nodePool?: string;
  readonly nodeClass?: string;
  readonly meta?: Readonly<Record<string, string>>;
  /** `host:port` of the node's own HTTP API; absent = it has none. */
  readonly httpAddress?: string;
  /** Version of orch. */
  readonly version: string;
  /** Address of the `default` host network; absent = that of the default route. */
  readonly address?: string;
  /** Further host networks ports can be published on. */
  readonly networks?: readonly NodeNetwork[];
  /** MHz over all cores, where the machine's own answer is wrong. */
  readonly cpuMhz?: number;
  readonly memoryMiB?: number;
  readonly reserved?: {
    readonly cpuMhz?: number;
    readonly memoryMiB?: number;
    readonly diskMiB?: number;
    readonly ports?: readonly number[];
  };
  readonly dynamicPorts?: { readonly min: number; readonly max: number };
  /** Attributes found by others (CNI plugins). */
  readonly attributes?: Readonly<Record<string, string>>;
  /** The cgroup all tasks are made in: `NOMAD_PARENT_CGROUP`. */
  readonly parentCgroup?: string;
  /** Names for `mode = "cni/<name>"`. */
  readonly cniNetworks?: readonly string[];
}

export interface NodeAgentOptions {
  /** Absolute; made when absent. Used by one agent at a time: whoever wires sees to that. */
  readonly dataDir: string;
  readonly node: NodeConfig;
  /** One try to reach a server. Rejects when there is none; the agent tries again. */
  connect(options: { readonly signal: AbortSignal }): Promise<Connection<NodeMessage, ServerMessage>>;
  readonly drivers: DriverSet;
  readonly networks: GroupNetworks;
  /** Runs short host commands (`mount`, `umount`). */
  readonly runner: CommandRunner;
  readonly clock: Clock;
  readonly random: Random;
  /** Cryptographic: node id and secret come from it. */
  readonly ids: IdSource;
  readonly log: Logger;
  /** For artifacts. @default the platform's HTTP client */
  readonly httpGet?: HttpGet;
  /** Directories of the node from which `artifact` blocks may take local files. @default none */
  readonly artifactFileRoots?: readonly string[];
  /** The agent's environment as far as tasks on the node's own file system get it: see `taskHostEnvironment`. @default none */
  readonly hostEnvironment?: Readonly<Record<string, string>>;
  readonly collect?: Partial<CollectLimits>;
  /** Further directories that nothing the API says may name, beside the data directory. @default none */
  readonly hostPlaces?: HostPlaces;
  /** Longest a task gets between kill signal and hard kill, milliseconds. @default 30000 */
  readonly maxKillTimeoutMs?: number;
  /** Only for tests: the machine's boot. @default the kernel's */
  readonly bootId?: string;
}
