// The agent core's view of group networks: what it asks for and what it is told.
import type { AllocatedPort, AllocationNetworkStatus, DnsConfig } from '../../model/network.ts';

/** One network of a group: a `NetworkRequest`. The first is eth0 and has the default route, the next eth1, … */
export interface GroupNetworkSpec {
  /** `bridge`, `cni/<name>`, `host` (also empty) or `none`. */
  readonly mode: string;
  readonly hostname?: string;
  readonly dns?: DnsConfig;
  /** Added to CNI_ARGS. */
  readonly cniArgs?: Readonly<Record<string, string>>;
}

/** A port of the group; published to the first interface unless `interfaceName` says otherwise. */
export interface GroupPort extends AllocatedPort {
  readonly interfaceName?: string;
}

export interface GroupNetworkRequest {
  readonly allocationId: string;
  readonly namespace: string;
  readonly jobId: string;
  readonly groupName: string;
  readonly region?: string;
  /** Empty is as one network in host mode. */
  readonly networks: readonly GroupNetworkSpec[];
  readonly ports: readonly GroupPort[];
  /** Wins over the networks' own. */
  readonly dns?: DnsConfig;
}

export interface GroupNetworkStatus extends AllocationNetworkStatus {
  /** `host`: the node's own network. `none`: a namespace with loopback only. */
  readonly kind: 'host' | 'none' | 'namespace';
  /** Path of the group's namespace; absent in host mode. */
  readonly namespacePath?: string;
  readonly hostname?: string;
}

export interface GroupNetworkCheck {
  readonly healthy: boolean;
  /** One sentence each. */
  readonly problems: readonly string[];
}

export interface NetworkReconcileReport {
  /** Live allocations whose network stands. */
  readonly kept: readonly string[];
  /** Live allocations whose network was lost (reboot, crash during set-up): their tasks must be started anew. */
  readonly lost: readonly string[];
  /** Allocations that are no more, whose network was removed now. */
  readonly removed: readonly string[];
  /** Namespaces without a record that were removed. */
  readonly leakedNamespaces: readonly string[];
  /** What could not be put right, one sentence each. */
  readonly problems: readonly string[];
}

/**
 * Owns the network of every task group on the node: namespaces, addresses, published ports. All of it is durable: a new
 * agent on the same records goes on where the last one, killed at any moment, stopped.
 */
export interface GroupNetworks {
  /**
   * Makes the group's network. May be called again: a network that stands is returned as it is. A failed set-up leaves
   * nothing behind.
   * @throws OrchError `network-invalid`, `network-unknown`, `network-failed`, `network-tool-missing`
   */
  setUp(request: GroupNetworkRequest, options?: { readonly signal?: AbortSignal }): Promise<GroupNetworkStatus>;
  /** The network of an allocation as it was set up; undefined when it has none or is in host mode. */
  find(allocationId: string): Promise<GroupNetworkStatus | undefined>;
  /**
   * Removes everything of an allocation; an unknown one is success. What fails is kept on record and tried again by
   * `reconcile`; the rest is removed all the same.
   * @throws OrchError `network-teardown-failed`
   */
  tearDown(allocationId: string): Promise<void>;
  check(allocationId: string): Promise<GroupNetworkCheck>;
  /**
   * After an agent restart, a reboot or a restart of the Docker engine: removes what belongs to no live allocation and
   * repairs missing rules. May be called at any time; allocations whose set-up has begun are live. Never throws for a
   * single allocation's trouble: see `problems`.
   */
  reconcile(liveAllocationIds: readonly string[]): Promise<NetworkReconcileReport>;
  /** Waits for what is under way. Networks stay. */
  close(): Promise<void>;
}
