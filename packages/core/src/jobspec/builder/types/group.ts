// Options of blocks of a job in TypeScript. Written from the schema by `npm run docs`.

import type {
  AffinityOptions,
  ConstraintOptions,
  MigrateOptions,
  RescheduleOptions,
  SpreadOptions,
  UpdateOptions,
} from './blocks-1.ts';
import type { NetworkOptions, SecretOptions, VaultOptions } from './blocks-2.ts';
import type { DisconnectOptions, EphemeralDiskOptions, RestartOptions, ServiceOptions } from './blocks-3.ts';
import type { ConsulOptions, ScalingOptions, VolumeOptions } from './blocks-7.ts';
import type { Duration, Labelled, Repeated, TextMap } from './values.ts';

/** Tasks that run together on one node and share its network and directory. */
export interface GroupOptions {
  /** How many allocations of the group run; scaling.min, or 1, when it is not given. */
  readonly count?: number | undefined;
  /** Rules about the nodes it may run on. */
  readonly constraint?: Repeated<ConstraintOptions> | undefined;
  /** Wishes about the nodes it runs on. */
  readonly affinity?: Repeated<AffinityOptions> | undefined;
  /** Distribution of its allocations over nodes. */
  readonly spread?: Repeated<SpreadOptions> | undefined;
  /** Network and ports. Several are interfaces eth0, eth1, … in this order. */
  readonly network?: Repeated<NetworkOptions> | undefined;
  /** Restarts of failed tasks on the same node. */
  readonly restart?: RestartOptions | undefined;
  /** Replacement of failed allocations. */
  readonly reschedule?: RescheduleOptions | undefined;
  /** How a changed job replaces allocations. */
  readonly update?: UpdateOptions | undefined;
  /** How allocations leave a draining node. */
  readonly migrate?: MigrateOptions | undefined;
  /** What happens to allocations while their node cannot be reached. */
  readonly disconnect?: DisconnectOptions | undefined;
  /** Disk space of the allocation's directory. */
  readonly ephemeralDisk?: EphemeralDiskOptions | undefined;
  /** Metadata that its tasks see, added to that of the job. */
  readonly meta?: TextMap | undefined;
  /**
   * Wait between leaving service discovery and stopping the tasks.
   * @default 0 ms
   */
  readonly shutdownDelay?: Duration | undefined;
  /** How long an allocation of a batch job may run before it is stopped. */
  readonly maxRunDuration?: Duration | undefined;
  /** Registers an address under a name, with health checks. */
  readonly service?: Repeated<ServiceOptions> | undefined;
  /** Storage the tasks of the group can mount. */
  readonly volume?: Labelled<VolumeOptions> | undefined;
  /** Bounds within which an autoscaler may change the count. */
  readonly scaling?: ScalingOptions | undefined;
  /** Which Consul the group or task uses. */
  readonly consul?: ConsulOptions | undefined;
  /** A token of a Vault server for the tasks of the job or group, or for one task. */
  readonly vault?: VaultOptions | undefined;
  /** Values from a secret store, used as ${secret.<name>.<key>}. */
  readonly secret?: Labelled<SecretOptions> | undefined;
  /**
   * Old way to write disconnect { stop_on_client_after = … }.
   * @deprecated write disconnect { stop_on_client_after = … }
   */
  readonly stopAfterClientDisconnect?: Duration | undefined;
  /**
   * Old way to write disconnect { lost_after = … }.
   * @deprecated write disconnect { lost_after = … }
   */
  readonly maxClientDisconnect?: Duration | undefined;
  /**
   * Old way to write disconnect { replace = false }.
   * @deprecated write disconnect { replace = false }
   */
  readonly preventRescheduleOnLost?: boolean | undefined;
}
