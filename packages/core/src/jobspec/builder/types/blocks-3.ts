// Options of blocks of a job in TypeScript. Written from the schema by `npm run docs`.

import type { CheckOptions, CheckRestartOptions, ConnectOptions, ServiceIdentityOptions } from './blocks-4.ts';
import type { Duration, Repeated, TextMap } from './values.ts';

/** A port of the group's network. */
export interface PortOptions {
  /**
   * The node's port; without it one is chosen.
   * @default 0
   */
  readonly static?: number | undefined;
  /**
   * Port inside the network namespace; −1 = the same as the node's.
   * @default 0
   */
  readonly to?: number | undefined;
  /**
   * Which of the node's networks publishes it.
   * @default "default"
   */
  readonly hostNetwork?: string | undefined;
  /**
   * Lets several allocations on a node ask for the same static port; host mode only.
   * @default false
   */
  readonly ignoreCollision?: boolean | undefined;
  /** What that task calls it, where another task of the group has a port of that name. */
  readonly taskLabel?: string | undefined;
}

/** Name resolution inside the tasks. */
export interface DnsOptions {
  /** Addresses of the name servers. */
  readonly servers?: readonly string[] | undefined;
  /** Domains in which short names are looked up. */
  readonly searches?: readonly string[] | undefined;
  /** Options of the resolver, such as "ndots:2". */
  readonly options?: readonly string[] | undefined;
}

/** What is handed to the CNI plugins. */
export interface CniOptions {
  /** Names and values added to CNI_ARGS. */
  readonly args?: TextMap | undefined;
}

/** How often a failed task is started again on the same node. */
export interface RestartOptions {
  /** Restarts allowed within the interval. */
  readonly attempts?: number | undefined;
  /** Window in which attempts are counted. */
  readonly interval?: Duration | undefined;
  /**
   * Wait before a restart; up to a quarter is added at random.
   * @default 15000 ms
   */
  readonly delay?: Duration | undefined;
  /**
   * When attempts are used up: fail the allocation, or wait for the next interval.
   * @default "fail"
   */
  readonly mode?: 'fail' | 'delay' | undefined;
  /**
   * Renders templates again at a restart.
   * @default false
   */
  readonly renderTemplates?: boolean | undefined;
}

/** What happens to allocations while their node cannot be reached. */
export interface DisconnectOptions {
  /**
   * How long they count as unknown before they are lost; 0 = they are lost at once.
   * @default 0 ms
   */
  readonly lostAfter?: Duration | undefined;
  /** When the node itself stops them; it excludes lost_after. */
  readonly stopOnClientAfter?: Duration | undefined;
  /**
   * Whether replacements start meanwhile.
   * @default true
   */
  readonly replace?: boolean | undefined;
  /**
   * Which one stays when the node comes back.
   * @default "best_score"
   */
  readonly reconcile?: 'best_score' | 'keep_original' | 'keep_replacement' | 'longest_running' | undefined;
}

/** Disk space of the allocation's directory. */
export interface EphemeralDiskOptions {
  /**
   * Space the scheduler reserves, in MB.
   * @default 300
   */
  readonly size?: number | undefined;
  /**
   * Keeps the data when the allocation is replaced on the same node.
   * @default false
   */
  readonly sticky?: boolean | undefined;
  /**
   * Moves the data when the allocation is replaced on another node.
   * @default false
   */
  readonly migrate?: boolean | undefined;
}

/** Registers an address under a name, with health checks. */
export interface ServiceOptions {
  /** Name others look up; made from the names of job, group and task when it is not given. */
  readonly name?: string | undefined;
  /** The port that is registered: the name of a port of the group, or a number where address_mode allows one. */
  readonly port?: string | undefined;
  /** Address that is registered instead of the one found by address_mode, such as a public one. */
  readonly address?: string | undefined;
  /**
   * Which address is registered: the node's (host), the allocation's (alloc) or the task's (driver).
   * @default "auto"
   */
  readonly addressMode?: 'auto' | 'host' | 'driver' | 'alloc' | 'alloc_ipv6' | undefined;
  /**
   * Where the service is registered.
   * @default "consul"
   */
  readonly provider?: 'consul' | 'nomad' | undefined;
  /**
   * Which of several configured Consul clusters it is registered with.
   * @default "default"
   */
  readonly cluster?: string | undefined;
  /** Tags that lookups can filter by. */
  readonly tags?: readonly string[] | undefined;
  /** Tags used instead of `tags` while the allocation is a canary. */
  readonly canaryTags?: readonly string[] | undefined;
  /** Metadata registered with the service. */
  readonly meta?: TextMap | undefined;
  /** Metadata used instead of `meta` while the allocation is a canary. */
  readonly canaryMeta?: TextMap | undefined;
  /** Further addresses of the service by tag, such as "lan" and "wan". */
  readonly taggedAddresses?: TextMap | undefined;
  /**
   * Lets others change the tags in Consul without having them set back.
   * @default false
   */
  readonly enableTagOverride?: boolean | undefined;
  /**
   * Which states of its checks count as healthy during an update.
   * @default "require_healthy"
   */
  readonly onUpdate?: 'require_healthy' | 'ignore_warnings' | 'ignore' | undefined;
  /** Consul kind of the service, when it is a gateway. */
  readonly kind?: 'api-gateway' | 'ingress-gateway' | 'mesh-gateway' | 'terminating-gateway' | undefined;
  /** Weights in DNS answers. */
  readonly weights?: WeightsOptions | undefined;
  /** Identity with which the service is registered in Consul. */
  readonly identity?: ServiceIdentityOptions | undefined;
  /** Health checks of the service. */
  readonly check?: Repeated<CheckOptions> | undefined;
  /** Restarts tasks whose checks fail; every check may say it for itself. */
  readonly checkRestart?: CheckRestartOptions | undefined;
  /** Makes the service a member of Consul's service mesh. */
  readonly connect?: ConnectOptions | undefined;
}

/** How often the service is given in DNS answers, relative to others of its name. */
export interface WeightsOptions {
  /**
   * Weight while all checks pass.
   * @default 1
   */
  readonly passing?: number | undefined;
  /**
   * Weight while a check is in the state warning.
   * @default 1
   */
  readonly warning?: number | undefined;
}
