// Allocations on the wire.

import type { JobVersionWire } from './job.ts';

/** Go's zero time: what the field's clients expect where a moment has not come yet. */
export const zeroTime = '0001-01-01T00:00:00Z';

export interface TaskEventWire {
  readonly Type: string;
  /** Nanoseconds since the epoch. */
  readonly Time: number;
  readonly Message: string;
  readonly DisplayMessage: string;
  readonly Details: Readonly<Record<string, string>>;
}

export interface TaskStateWire {
  readonly State: string;
  readonly Failed: boolean;
  readonly Restarts: number;
  /** RFC 3339, or the zero time. */
  readonly LastRestart: string;
  readonly StartedAt: string;
  readonly FinishedAt: string;
  readonly Events: readonly TaskEventWire[];
}

export interface RescheduleTrackerWire {
  readonly Events: readonly {
    readonly RescheduleTime: number;
    readonly PrevAllocID: string;
    readonly PrevNodeID: string;
    /** Nanoseconds. */
    readonly Delay: number;
  }[];
}

export interface AllocDeploymentStatusWire {
  readonly Healthy: boolean | null;
  readonly Timestamp: string;
  readonly Canary: boolean;
  readonly ModifyIndex: number;
}

export interface AllocationStubWire {
  readonly ID: string;
  readonly EvalID: string;
  readonly Name: string;
  readonly Namespace: string;
  readonly NodeID: string;
  readonly NodeName: string;
  readonly JobID: string;
  readonly JobType: string;
  readonly JobVersion: number;
  readonly TaskGroup: string;
  readonly DesiredStatus: string;
  readonly DesiredDescription: string;
  readonly ClientStatus: string;
  readonly ClientDescription: string;
  readonly DesiredTransition: DesiredTransitionWire;
  readonly TaskStates: Readonly<Record<string, TaskStateWire>> | null;
  readonly DeploymentID: string;
  readonly DeploymentStatus: AllocDeploymentStatusWire | null;
  readonly FollowupEvalID: string;
  readonly NextAllocation: string;
  readonly PreviousAllocation: string;
  readonly RescheduleTracker: RescheduleTrackerWire | null;
  readonly AllocatedResources?: AllocatedResourcesWire;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
  /** Nanoseconds since the epoch. */
  readonly CreateTime: number;
  readonly ModifyTime: number;
}

export interface AllocationWire extends AllocationStubWire {
  /** The job at the allocation's version. */
  readonly Job: JobVersionWire | null;
  readonly AllocatedResources: AllocatedResourcesWire;
  readonly Metrics: PlacementMetricsWire | null;
  readonly NetworkStatus: NetworkStatusWire | null;
  readonly AllocModifyIndex: number;
}

export interface DesiredTransitionWire {
  readonly Migrate: boolean | null;
  readonly Reschedule: boolean | null;
  readonly ForceReschedule: boolean | null;
  readonly NoShutdownDelay: boolean | null;
}

export interface AllocatedResourcesWire {
  readonly Tasks: Readonly<
    Record<
      string,
      {
        readonly Cpu: { readonly CpuShares: number; readonly ReservedCores: readonly number[] | null };
        readonly Memory: { readonly MemoryMB: number; readonly MemoryMaxMB: number };
        readonly Networks: null;
        readonly Devices: null;
      }
    >
  >;
  readonly Shared: {
    readonly DiskMB: number;
    readonly Networks: readonly AllocatedNetworkWire[];
    readonly Ports: readonly AllocatedPortWire[];
  };
}

export interface AllocatedPortWire {
  readonly Label: string;
  readonly Value: number;
  readonly To: number;
  readonly HostIP: string;
  readonly HostNetwork: string;
}

export interface AllocatedNetworkWire {
  readonly Mode: string;
  readonly Device: string;
  readonly IP: string;
  readonly DynamicPorts: readonly AllocatedPortWire[];
  readonly ReservedPorts: readonly AllocatedPortWire[];
}

export interface NetworkStatusWire {
  readonly InterfaceName: string;
  readonly Address: string;
  readonly AddressIPv6: string;
  readonly DNS: {
    readonly Servers: readonly string[];
    readonly Searches: readonly string[];
    readonly Options: readonly string[];
  } | null;
  /** Ours: every interface of the group, first one first. */
  readonly Interfaces: readonly {
    readonly Network: string;
    readonly Name: string;
    readonly Address: string;
    readonly MAC: string;
  }[];
}

export interface PlacementMetricsWire {
  readonly NodesEvaluated: number;
  readonly NodesFiltered: number;
  readonly NodesInPool: number;
  readonly NodesAvailable: Readonly<Record<string, number>>;
  readonly ClassFiltered: Readonly<Record<string, number>> | null;
  readonly ConstraintFiltered: Readonly<Record<string, number>> | null;
  readonly NodesExhausted: number;
  readonly ClassExhausted: Readonly<Record<string, number>> | null;
  readonly DimensionExhausted: Readonly<Record<string, number>> | null;
  readonly QuotaExhausted: null;
  readonly ResourcesExhausted: null;
  readonly Scores: null;
  readonly ScoreMetaData: readonly {
    readonly NodeID: string;
    readonly Scores: Readonly<Record<string, number>>;
    readonly NormScore: number;
  }[];
  /** Nanoseconds. */
  readonly AllocationTime: number;
  readonly CoalescedFailures: number;
  /** Ours: the nodes that came nearest, with every failed check and its mend. */
  readonly Nearest: readonly NodeVerdictWire[];
}

export interface NodeVerdictWire {
  readonly NodeID: string;
  readonly NodeName: string;
  readonly Failures: readonly { readonly Check: string; readonly Reason: string; readonly Mend?: string }[];
}

export interface AllocStopResponse {
  readonly EvalID: string;
  readonly Index: number;
}
