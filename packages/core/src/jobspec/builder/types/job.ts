// Options of blocks of a job in TypeScript. Written from the schema by `npm run docs`.

import type {
  AffinityOptions,
  ConstraintOptions,
  MigrateOptions,
  RescheduleOptions,
  SpreadOptions,
  UpdateOptions,
} from './blocks-1.ts';
import type {
  MultiregionOptions,
  ParameterizedOptions,
  PeriodicOptions,
  SecretOptions,
  UiOptions,
  VaultOptions,
} from './blocks-2.ts';
import type { Labelled, Repeated, TextMap } from './values.ts';

/** What is to run, and how. */
export interface JobOptions {
  /** Id, when it is not the label. */
  readonly id?: string | undefined;
  /** Name that is shown; the id when it is not given. */
  readonly name?: string | undefined;
  /**
   * Region the job runs in; "global" = the one it is sent to.
   * @default "global"
   */
  readonly region?: string | undefined;
  /**
   * Namespace the job belongs to.
   * @default "default"
   */
  readonly namespace?: string | undefined;
  /**
   * Whether it runs on (service) or to its end (batch), or does so on every node (system, sysbatch).
   * @default "service"
   */
  readonly type?: 'service' | 'batch' | 'system' | 'sysbatch' | undefined;
  /**
   * Jobs with a higher one are placed first.
   * @default 50
   */
  readonly priority?: number | undefined;
  /** Datacenters the job may run in; "*" in a name stands for any text. */
  readonly datacenters?: readonly string[] | undefined;
  /**
   * Pool of nodes the job runs in.
   * @default "default"
   */
  readonly nodePool?: string | undefined;
  /**
   * Whether a plan of which only a part can be done is not done at all.
   * @default false
   */
  readonly allAtOnce?: boolean | undefined;
  /** Metadata that groups and tasks see, too. */
  readonly meta?: TextMap | undefined;
  /** Rules about the nodes of all groups. */
  readonly constraint?: Repeated<ConstraintOptions> | undefined;
  /** Wishes about the nodes of all groups. */
  readonly affinity?: Repeated<AffinityOptions> | undefined;
  /** Distribution of the allocations of each group. */
  readonly spread?: Repeated<SpreadOptions> | undefined;
  /** How changes of the job are rolled out; groups may say it for themselves. */
  readonly update?: UpdateOptions | undefined;
  /** How failed allocations are replaced; groups may say it for themselves. */
  readonly reschedule?: RescheduleOptions | undefined;
  /** How allocations leave draining nodes; groups may say it for themselves. */
  readonly migrate?: MigrateOptions | undefined;
  /** Runs the job at given times. */
  readonly periodic?: PeriodicOptions | undefined;
  /** Runs the job when it is dispatched, with a payload and metadata. */
  readonly parameterized?: ParameterizedOptions | undefined;
  /** Runs the job in several regions. */
  readonly multiregion?: MultiregionOptions | undefined;
  /** What the web UI shows of the job. */
  readonly ui?: UiOptions | undefined;
  /** A token of a Vault server for the tasks of the job or group, or for one task. */
  readonly vault?: VaultOptions | undefined;
  /** Values from a secret store, used as ${secret.<name>.<key>}. */
  readonly secret?: Labelled<SecretOptions> | undefined;
}
