// Nodes on the wire.

export interface NodeDriverWire {
  readonly Attributes: Readonly<Record<string, string>>;
  readonly Detected: boolean;
  readonly Healthy: boolean;
  readonly HealthDescription: string;
  readonly UpdateTime: string;
}

export interface DrainStrategyWire {
  /** Nanoseconds. */
  readonly Deadline: number;
  readonly IgnoreSystemJobs: boolean;
  readonly ForceDeadline: string;
  readonly StartedAt: string;
}

export interface NodeStubWire {
  readonly ID: string;
  readonly Address: string;
  readonly Name: string;
  readonly Datacenter: string;
  readonly NodePool: string;
  readonly NodeClass: string;
  readonly Version: string;
  readonly Drain: boolean;
  readonly SchedulingEligibility: string;
  readonly Status: string;
  readonly StatusDescription: string;
  readonly Drivers: Readonly<Record<string, NodeDriverWire>>;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly NodeResources?: NodeResourcesWire;
  readonly ReservedResources?: ReservedResourcesWire;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export interface NodeResourcesWire {
  readonly Cpu: { readonly CpuShares: number; readonly TotalCpuCores: number };
  readonly Memory: { readonly MemoryMB: number };
  readonly Disk: { readonly DiskMB: number };
  readonly Networks: readonly { readonly Mode: string; readonly Device: string; readonly IP: string }[];
  readonly MinDynamicPort: number;
  readonly MaxDynamicPort: number;
}

export interface ReservedResourcesWire {
  readonly Cpu: { readonly CpuShares: number };
  readonly Memory: { readonly MemoryMB: number };
  readonly Disk: { readonly DiskMB: number };
  readonly Networks: { readonly ReservedHostPorts: string };
}

export interface NodeWire extends NodeStubWire {
  readonly HTTPAddr: string;
  readonly TLSEnabled: boolean;
  readonly Attributes: Readonly<Record<string, string>>;
  readonly Meta: Readonly<Record<string, string>>;
  readonly NodeResources: NodeResourcesWire;
  readonly ReservedResources: ReservedResourcesWire;
  readonly DrainStrategy: DrainStrategyWire | null;
  readonly ComputedClass: string;
  /** Seconds since the epoch. */
  readonly StatusUpdatedAt: number;
  readonly Events: readonly unknown[];
  /** Ours: names of the CNI networks configured on the node. */
  readonly CNINetworks: readonly string[];
}

export interface NodeUpdateResponse {
  readonly NodeModifyIndex: number;
  readonly EvalIDs: readonly string[];
  readonly EvalCreateIndex: number;
  readonly Index: number;
}
