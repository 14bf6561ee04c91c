// Options of blocks of a job in TypeScript. Written from the schema by `npm run docs`.

import type { AffinityOptions, ConstraintOptions } from './blocks-1.ts';
import type { NetworkOptions } from './blocks-2.ts';
import type { IdentityOptions, VolumeMountOptions } from './blocks-6.ts';
import type { Duration, JsonObject, Labelled, Repeated, TextMap } from './values.ts';

/** A service of the mesh that the task reaches at a local port. */
export interface UpstreamsOptions {
  /** Name of the service that is reached. */
  readonly destinationName?: string | undefined;
  /** Consul namespace of that service. */
  readonly destinationNamespace?: string | undefined;
  /** Consul peer of that service. */
  readonly destinationPeer?: string | undefined;
  /** Consul partition of that service. */
  readonly destinationPartition?: string | undefined;
  /** "service" or "prepared_query". */
  readonly destinationType?: string | undefined;
  /**
   * Port at which the task reaches it.
   * @default 0
   */
  readonly localBindPort?: number | undefined;
  /** Datacenter of that service. */
  readonly datacenter?: string | undefined;
  /** Address at which the task reaches it. */
  readonly localBindAddress?: string | undefined;
  /** Unix socket at which the task reaches it, instead of a port. */
  readonly localBindSocketPath?: string | undefined;
  /** Mode of that socket. */
  readonly localBindSocketMode?: string | undefined;
  /** How connections to other datacenters leave. */
  readonly meshGateway?: MeshGatewayOptions | undefined;
  /** Options handed to Envoy as they are. */
  readonly config?: JsonObject | undefined;
}

/** How connections to other datacenters leave. */
export interface MeshGatewayOptions {
  /** Through the own gateway (local), the other side's (remote) or none; as Consul says when it is not given. */
  readonly mode?: 'local' | 'remote' | 'none' | undefined;
}

/** Leads all of the tasks' traffic through the proxy. */
export interface TransparentProxyOptions {
  /** User id of the proxy itself, whose traffic is left alone. */
  readonly uid?: string | undefined;
  /**
   * Port of the proxy for what leaves.
   * @default 0
   */
  readonly outboundPort?: number | undefined;
  /** Ports, by name or number, at which traffic comes in directly. */
  readonly excludeInboundPorts?: readonly string[] | undefined;
  /** Ports to which traffic leaves directly. */
  readonly excludeOutboundPorts?: readonly number[] | undefined;
  /** Networks to which traffic leaves directly. */
  readonly excludeOutboundCidrs?: readonly string[] | undefined;
  /** User ids whose traffic leaves directly. */
  readonly excludeUids?: readonly string[] | undefined;
  /**
   * Whether names are not looked up in Consul.
   * @default false
   */
  readonly noDns?: boolean | undefined;
}

/** Changes the task that runs the proxy. */
export interface SidecarTaskOptions {
  /** Name of the task of the proxy. */
  readonly name?: string | undefined;
  /** Driver that runs the proxy. */
  readonly driver?: string | undefined;
  /** User the proxy runs as. */
  readonly user?: string | undefined;
  /** The driver's own options. */
  readonly config?: JsonObject | undefined;
  /** Environment variables of the proxy. */
  readonly env?: TextMap | undefined;
  /** What the proxy needs of the node. */
  readonly resources?: ResourcesOptions | undefined;
  /** Metadata of the task. */
  readonly meta?: TextMap | undefined;
  /** How much of the proxy's output is kept. */
  readonly logs?: LogsOptions | undefined;
  /**
   * Time to stop by itself before it is killed.
   * @default 5000 ms
   */
  readonly killTimeout?: Duration | undefined;
  /**
   * Wait between leaving service discovery and being stopped.
   * @default 0 ms
   */
  readonly shutdownDelay?: Duration | undefined;
  /** Signal that asks the proxy to stop. */
  readonly killSignal?: string | undefined;
  /** Volumes of the group in the file system of the proxy. */
  readonly volumeMount?: Repeated<VolumeMountOptions> | undefined;
  /** Identities of the task of the proxy. */
  readonly identity?: Repeated<IdentityOptions> | undefined;
}

/** What the task needs of its node. */
export interface ResourcesOptions {
  /**
   * Share of processor time, in MHz.
   * @default 100
   */
  readonly cpu?: number | undefined;
  /** Whole cores for the task alone, instead of `cpu`. */
  readonly cores?: number | undefined;
  /**
   * Memory, in MB.
   * @default 300
   */
  readonly memory?: number | undefined;
  /** What the task may use when the node has memory to spare; −1 = no limit. */
  readonly memoryMax?: number | undefined;
  /** Devices the task needs, such as GPUs. */
  readonly device?: Labelled<DeviceOptions> | undefined;
  /** Size of the secrets directory, in MB. */
  readonly secrets?: number | undefined;
  /** Placement on memory nodes. */
  readonly numa?: NumaOptions | undefined;
  /**
   * Disk space of one task, from old job files.
   * @deprecated disk space belongs to the group: ephemeral_disk { size = … }
   */
  readonly disk?: number | undefined;
  /**
   * Disk operations per second, from old job files.
   * @deprecated it has no effect; remove it
   */
  readonly iops?: number | undefined;
  /**
   * Network of one task, from old job files; it becomes the network of the group.
   * @deprecated networks belong to the group: write the block there, `port` and all
   */
  readonly network?: Repeated<NetworkOptions> | undefined;
}

/** A device the task needs. */
export interface DeviceOptions {
  /**
   * How many of them the task needs.
   * @default 1
   */
  readonly count?: number | undefined;
  /** Rules that the devices must fulfil. */
  readonly constraint?: Repeated<ConstraintOptions> | undefined;
  /** Wishes about the devices, weighed against each other. */
  readonly affinity?: Repeated<AffinityOptions> | undefined;
}

/** Placement on the memory nodes of the machine. */
export interface NumaOptions {
  /**
   * How strongly cores of one memory node are wanted.
   * @default "none"
   */
  readonly affinity?: 'none' | 'prefer' | 'require' | undefined;
  /** Devices of the task that must be near the same memory node as its cores. */
  readonly devices?: readonly string[] | undefined;
}

/** How much of the task's output is kept. */
export interface LogsOptions {
  /**
   * Files kept of stdout and of stderr.
   * @default 10
   */
  readonly maxFiles?: number | undefined;
  /**
   * Size at which a file is rotated, in MB.
   * @default 10
   */
  readonly maxFileSize?: number | undefined;
  /**
   * Whether the output is not kept at all.
   * @default false
   */
  readonly disabled?: boolean | undefined;
  /**
   * The opposite of `disabled`.
   * @deprecated write `disabled`, the opposite
   */
  readonly enabled?: boolean | undefined;
}
