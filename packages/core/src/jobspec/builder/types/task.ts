// Options of blocks of a job in TypeScript. Written from the schema by `npm run docs`.

import type { AffinityOptions, ConstraintOptions } from './blocks-1.ts';
import type { SecretOptions, VaultOptions } from './blocks-2.ts';
import type { RestartOptions, ServiceOptions } from './blocks-3.ts';
import type { LogsOptions, ResourcesOptions } from './blocks-5.ts';
import type { IdentityOptions, VolumeMountOptions } from './blocks-6.ts';
import type {
  ArtifactOptions,
  ConsulOptions,
  DispatchPayloadOptions,
  LifecycleOptions,
  TemplateOptions,
} from './blocks-7.ts';
import type { ActionOptions, CsiPluginOptions, ScalingOptions2, ScheduleOptions } from './blocks-8.ts';
import type { Duration, Labelled, Repeated, TextMap } from './values.ts';

/** One thing a driver runs: a container, a jar, a virtual machine, a program. */
export interface TaskFields {
  /** User the task runs as. */
  readonly user?: string | undefined;
  /** Environment variables of the task. */
  readonly env?: TextMap | undefined;
  /** Metadata that the task sees, added to that of job and group. */
  readonly meta?: TextMap | undefined;
  /** What the task needs of its node. */
  readonly resources?: ResourcesOptions | undefined;
  /** Rules about the nodes it may run on. */
  readonly constraint?: Repeated<ConstraintOptions> | undefined;
  /** Wishes about the nodes it runs on. */
  readonly affinity?: Repeated<AffinityOptions> | undefined;
  /** Restarts of this task, instead of those of the group. */
  readonly restart?: RestartOptions | undefined;
  /** How much of the task's output is kept. */
  readonly logs?: LogsOptions | undefined;
  /** Makes the task run before, beside or after the main tasks. */
  readonly lifecycle?: LifecycleOptions | undefined;
  /** Files fetched before the task starts. */
  readonly artifact?: Repeated<ArtifactOptions> | undefined;
  /**
   * Whether the other tasks of the group are stopped when this one ends.
   * @default false
   */
  readonly leader?: boolean | undefined;
  /**
   * Time the task has to stop by itself before it is killed; the node caps it.
   * @default 5000 ms
   */
  readonly killTimeout?: Duration | undefined;
  /** Signal that asks it to stop. */
  readonly killSignal?: string | undefined;
  /**
   * Wait between leaving discovery and being stopped.
   * @default 0 ms
   */
  readonly shutdownDelay?: Duration | undefined;
  /** Volumes of the group in the task's file system. */
  readonly volumeMount?: Repeated<VolumeMountOptions> | undefined;
  /** Where the payload of a dispatch is written. */
  readonly dispatchPayload?: DispatchPayloadOptions | undefined;
  /** Registers an address under a name, with health checks. */
  readonly service?: Repeated<ServiceOptions> | undefined;
  /** A file rendered from variables, services and secrets. */
  readonly template?: Repeated<TemplateOptions> | undefined;
  /** A token of a Vault server for the tasks of the job or group, or for one task. */
  readonly vault?: VaultOptions | undefined;
  /** Which Consul the group or task uses. */
  readonly consul?: ConsulOptions | undefined;
  /** A signed token that says who the task is. */
  readonly identity?: Repeated<IdentityOptions> | undefined;
  /** Values from a secret store, used as ${secret.<name>.<key>}. */
  readonly secret?: Labelled<SecretOptions> | undefined;
  /** Bounds within which an autoscaler may change cpu or memory. */
  readonly scaling?: Labelled<ScalingOptions2> | undefined;
  /** A command run in the task on demand. */
  readonly action?: Labelled<ActionOptions> | undefined;
  /** Starts and stops the task at given times. */
  readonly schedule?: ScheduleOptions | undefined;
  /** The task is a CSI plugin. */
  readonly csiPlugin?: CsiPluginOptions | undefined;
  /** Part the task plays in the service mesh; set for tasks of proxies and gateways. */
  readonly kind?: string | undefined;
}
