// Networks and ports: what a group asks for, and what an allocation was given.

import type { Json } from './task.ts';

export interface NetworkRequest {
  /** `host`, `bridge`, `none` or `cni/<name>`. */
  readonly mode: string;
  readonly hostname?: string;
  readonly dns?: DnsConfig;
  readonly reservedPorts: readonly PortRequest[];
  readonly dynamicPorts: readonly PortRequest[];
  readonly cniArgs?: Readonly<Record<string, string>>;
  /** Deprecated bandwidth wish, kept and without effect. */
  readonly mbits?: number;
  /** Deprecated `device`, `cidr`, `ip`. */
  readonly kept?: Readonly<Record<string, Json>>;
}

export interface DnsConfig {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface PortRequest {
  readonly label: string;
  /** The node's port for a static one; 0 for a dynamic one. */
  readonly value: number;
  /** Port inside the namespace; 0 = same as the node's port as far as a namespace has one; −1 = same as the node's port. */
  readonly to: number;
  /** @default 'default' */
  readonly hostNetwork: string;
  readonly ignoreCollision: boolean;
  /** The task that asked for it in its resources, as old job files did. */
  readonly task?: string;
  /** What that task calls it, where another task of the group has a port of that name. */
  readonly taskLabel?: string;
}

/** A port an allocation holds on its node. */
export interface AllocatedPort {
  readonly label: string;
  /** Port on the node. */
  readonly value: number;
  /** Port inside the namespace, never 0 in a namespace: the scheduler resolves it. */
  readonly to: number;
  readonly hostIp: string;
  readonly hostNetwork: string;
  readonly ignoreCollision: boolean;
}

/** What the node reports after it set the group's network up. */
export interface AllocationNetworkStatus {
  /** First interface's name and address; empty in host mode. */
  readonly interfaceName: string;
  readonly address: string;
  readonly addressIpv6?: string;
  readonly dns?: DnsConfig;
  readonly interfaces: readonly {
    readonly network: string;
    readonly name: string;
    readonly address: string;
    readonly mac?: string;
  }[];
}

/** Range of dynamic ports on a node, both ends included. */
export const dynamicPortRange = { min: 20_000, max: 32_000 } as const;
