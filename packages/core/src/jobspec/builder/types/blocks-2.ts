// Options of blocks of a job in TypeScript. Written from the schema by `npm run docs`.

import type { CniOptions, DnsOptions, PortOptions } from './blocks-3.ts';
import type { JsonObject, Labelled, Repeated, TextMap } from './values.ts';

/** Runs the job at given times. */
export interface PeriodicOptions {
  /** Cron expressions; the job runs at the times of any of them. */
  readonly crons?: readonly string[] | undefined;
  /**
   * One cron expression.
   * @deprecated write `crons = ["…"]`
   */
  readonly cron?: string | undefined;
  /**
   * Time zone of the cron expressions, such as "Europe/Berlin".
   * @default "UTC"
   */
  readonly timeZone?: string | undefined;
  /**
   * Whether a run is left out while the one before goes on.
   * @default false
   */
  readonly prohibitOverlap?: boolean | undefined;
  /**
   * Whether the job runs at its times; it can be run by hand all the same.
   * @default true
   */
  readonly enabled?: boolean | undefined;
}

/** Runs the job when it is dispatched, with a payload and metadata. */
export interface ParameterizedOptions {
  /**
   * Whether a dispatch brings a payload.
   * @default "optional"
   */
  readonly payload?: 'optional' | 'required' | 'forbidden' | undefined;
  /** Names of metadata that a dispatch must bring. */
  readonly metaRequired?: readonly string[] | undefined;
  /** Names of metadata that a dispatch may bring. */
  readonly metaOptional?: readonly string[] | undefined;
}

/** Runs the job in several regions. */
export interface MultiregionOptions {
  /** How regions follow each other. */
  readonly strategy?: StrategyOptions | undefined;
  /** The regions, in the order in which they are updated. */
  readonly region?: Labelled<RegionOptions> | undefined;
}

/** How regions follow each other. */
export interface StrategyOptions {
  /**
   * Regions that are updated at a time; 0 = all.
   * @default 0
   */
  readonly maxParallel?: number | undefined;
  /** What fails when one region does: "fail_all", "fail_local", or those that follow. */
  readonly onFailure?: string | undefined;
}

/** One of the regions the job runs in. */
export interface RegionOptions {
  /**
   * Count there of groups whose own count is 0.
   * @default 1
   */
  readonly count?: number | undefined;
  /** Datacenters of the region, instead of those of the job. */
  readonly datacenters?: readonly string[] | undefined;
  /** Node pool of the region, instead of that of the job. */
  readonly nodePool?: string | undefined;
  /** Metadata that is added to that of the job there. */
  readonly meta?: TextMap | undefined;
}

/** What the web UI shows of the job. */
export interface UiOptions {
  /** Text shown with the job, at most 1,000 characters. */
  readonly description?: string | undefined;
  /** Links shown with the job. */
  readonly link?: Repeated<LinkOptions> | undefined;
}

/** A link shown with the job. */
export interface LinkOptions {
  /** Text of the link. */
  readonly label: string;
  /** Address the link leads to. */
  readonly url: string;
}

/** A token of a Vault server for the tasks of the job or group, or for one task. */
export interface VaultOptions {
  /** Role in Vault that the token is made for. */
  readonly role?: string | undefined;
  /** Policies of the token; with workload identities the role says them. */
  readonly policies?: readonly string[] | undefined;
  /** Vault namespace the token is for. */
  readonly namespace?: string | undefined;
  /**
   * Which of several configured Vault clusters the token is from.
   * @default "default"
   */
  readonly cluster?: string | undefined;
  /**
   * Whether the task gets VAULT_TOKEN and VAULT_NAMESPACE.
   * @default true
   */
  readonly env?: boolean | undefined;
  /**
   * Whether the token is not written to a file of the task.
   * @default false
   */
  readonly disableFile?: boolean | undefined;
  /**
   * What happens to the task when the token is replaced.
   * @default "restart"
   */
  readonly changeMode?: 'noop' | 'restart' | 'signal' | undefined;
  /**
   * Signal for change_mode = "signal".
   * @default "SIGHUP"
   */
  readonly changeSignal?: string | undefined;
  /**
   * Whether the token is not renewed and may expire while the task runs.
   * @default false
   */
  readonly allowTokenExpiration?: boolean | undefined;
}

/** Values from a secret store, used as ${secret.<name>.<key>}. */
export interface SecretOptions {
  /** Where the values are: "nomad", "vault", or the name of a plugin. */
  readonly provider: string;
  /** Where the values are in that store. */
  readonly path: string;
  /** Options of the providers "nomad" and "vault", such as `namespace` or `engine`. */
  readonly config?: JsonObject | undefined;
  /** Environment variables of the plugin that fetches the values. */
  readonly env?: TextMap | undefined;
}

/** What the group asks of the node's network. */
export interface NetworkOptions {
  /**
   * Network of the group: the node's (host), one of its own (bridge, cni/<name>), or none.
   * @default "host"
   */
  readonly mode?: string | undefined;
  /** Host name inside the namespace. */
  readonly hostname?: string | undefined;
  /** Ports; one with `static` gets that port of the node, others a free one. */
  readonly port?: Labelled<PortOptions> | undefined;
  /** Ports of the node that are asked for by number; usually written as port { static }. */
  readonly reservedPorts?: Labelled<PortOptions> | undefined;
  /** Name resolution inside the tasks. */
  readonly dns?: DnsOptions | undefined;
  /** What is handed to the CNI plugins. */
  readonly cni?: CniOptions | undefined;
  /**
   * Bandwidth in Mbit/s, from old job files.
   * @deprecated bandwidth is not reserved; remove it
   */
  readonly mbits?: number | undefined;
  /**
   * Part of the network as old job files wrote it.
   * @deprecated the scheduler decides; remove "device"
   */
  readonly device?: string | undefined;
  /**
   * Part of the network as old job files wrote it.
   * @deprecated the scheduler decides; remove "cidr"
   */
  readonly cidr?: string | undefined;
  /**
   * Part of the network as old job files wrote it.
   * @deprecated the scheduler decides; remove "ip"
   */
  readonly ip?: string | undefined;
}
