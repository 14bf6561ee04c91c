// Allocations: model to wire.

import type { Allocation, DesiredTransition, TaskState } from '@orch/core/model/allocation';
import type { JobVersion } from '@orch/core/model/job';
import type { AllocatedPort, AllocationNetworkStatus } from '@orch/core/model/network';
import type { AllocatedResources } from '@orch/core/model/resources';
import type {
  AllocatedPortWire,
  AllocatedResourcesWire,
  AllocationStubWire,
  AllocationWire,
  AllocDeploymentStatusWire,
  DesiredTransitionWire,
  NetworkStatusWire,
  RescheduleTrackerWire,
  TaskStateWire,
} from '../types/allocation.ts';
import type { JobVersionWire } from '../types/job.ts';
import { metricsToWire } from './metrics-wire.ts';
import { nanoseconds, timeText } from './time.ts';

export interface AllocationListOptions {
  /** With `AllocatedResources`. */
  readonly resources?: boolean;
  /** @default true */
  readonly taskStates?: boolean;
}

export function allocationToStub(
  allocation: Allocation,
  version: JobVersion | undefined,
  options: AllocationListOptions = {},
): AllocationStubWire {
  return {
    ID: allocation.id,
    EvalID: allocation.evaluationId,
    Name: allocation.name,
    Namespace: allocation.namespace,
    NodeID: allocation.nodeId,
    NodeName: allocation.nodeName,
    JobID: allocation.jobId,
    JobType: version?.job.type ?? '',
    JobVersion: allocation.jobVersion,
    TaskGroup: allocation.taskGroup,
    DesiredStatus: allocation.desiredStatus,
    DesiredDescription: allocation.desiredDescription,
    ClientStatus: allocation.clientStatus,
    ClientDescription: allocation.clientDescription,
    DesiredTransition: transitionToWire(allocation.desiredTransition),
    TaskStates: options.taskStates === false ? null : taskStatesToWire(allocation),
    DeploymentID: allocation.deploymentId ?? '',
    DeploymentStatus: deploymentStatusToWire(allocation),
    FollowupEvalID: allocation.followupEvaluationId ?? '',
    NextAllocation: allocation.nextAllocation ?? '',
    PreviousAllocation: allocation.previousAllocation ?? '',
    RescheduleTracker: rescheduleTrackerToWire(allocation),
    ...(options.resources ? { AllocatedResources: allocatedResourcesToWire(allocation.resources) } : {}),
    CreateIndex: allocation.createIndex,
    ModifyIndex: allocation.modifyIndex,
    CreateTime: nanoseconds(allocation.createdAtMs),
    ModifyTime: nanoseconds(allocation.modifiedAtMs),
  };
}

/** @param job the job at the allocation's version, already on the wire. */
export function allocationToWire(
  allocation: Allocation,
  version: JobVersion | undefined,
  job: JobVersionWire | null,
): AllocationWire {
  return {
    ...allocationToStub(allocation, version),
    Job: job,
    AllocatedResources: allocatedResourcesToWire(allocation.resources),
    Metrics: allocation.metrics === undefined ? null : metricsToWire(allocation.metrics),
    NetworkStatus: allocation.networkStatus === undefined ? null : networkStatusToWire(allocation.networkStatus),
    AllocModifyIndex: allocation.allocModifyIndex,
  };
}

function taskStatesToWire(allocation: Allocation): Readonly<Record<string, TaskStateWire>> | null {
  const states = Object.entries(allocation.taskStates);
  if (states.length === 0) return null;
  return Object.fromEntries(states.map(([task, state]) => [task, taskStateToWire(state)]));
}

function taskStateToWire(state: TaskState): TaskStateWire {
  return {
    State: state.state,
    Failed: state.failed,
    Restarts: state.restarts,
    LastRestart: timeText(state.lastRestartAtMs),
    StartedAt: timeText(state.startedAtMs),
    FinishedAt: timeText(state.finishedAtMs),
    Events: state.events.map((event) => ({
      Type: event.type,
      Time: nanoseconds(event.atMs),
      Message: event.message,
      DisplayMessage: event.message,
      Details: event.details,
    })),
  };
}

function transitionToWire(transition: DesiredTransition): DesiredTransitionWire {
  return {
    Migrate: transition.migrate ?? null,
    Reschedule: transition.reschedule ?? null,
    ForceReschedule: transition.forceReschedule ?? null,
    NoShutdownDelay: transition.noShutdownDelay ?? null,
  };
}

function deploymentStatusToWire({ deploymentStatus }: Allocation): AllocDeploymentStatusWire | null {
  if (deploymentStatus === undefined) return null;
  return {
    Healthy: deploymentStatus.healthy ?? null,
    Timestamp: timeText(deploymentStatus.atMs),
    Canary: deploymentStatus.canary,
    ModifyIndex: deploymentStatus.modifyIndex,
  };
}

function rescheduleTrackerToWire({ rescheduleEvents }: Allocation): RescheduleTrackerWire | null {
  if (rescheduleEvents.length === 0) return null;
  return {
    Events: rescheduleEvents.map((event) => ({
      RescheduleTime: nanoseconds(event.atMs),
      PrevAllocID: event.previousAllocation,
      PrevNodeID: event.previousNode,
      Delay: nanoseconds(event.delayMs),
    })),
  };
}

export function allocatedResourcesToWire(resources: AllocatedResources): AllocatedResourcesWire {
  const tasks = Object.entries(resources.tasks).map(([name, task]) => [
    name,
    {
      Cpu: { CpuShares: task.cpuMhz, ReservedCores: task.cores ?? null },
      Memory: { MemoryMB: task.memoryMiB, MemoryMaxMB: task.memoryMaxMiB ?? 0 },
      Networks: null,
      Devices: null,
    },
  ]);
  const ports = resources.shared.ports.map(portToWire);
  const address = ports[0]?.HostIP;
  return {
    Tasks: Object.fromEntries(tasks),
    Shared: {
      DiskMB: resources.shared.diskMiB,
      Networks:
        address === undefined ? [] : [{ Mode: '', Device: '', IP: address, DynamicPorts: ports, ReservedPorts: [] }],
      Ports: ports,
    },
  };
}

function portToWire(port: AllocatedPort): AllocatedPortWire {
  return { Label: port.label, Value: port.value, To: port.to, HostIP: port.hostIp, HostNetwork: port.hostNetwork };
}

function networkStatusToWire(status: AllocationNetworkStatus): NetworkStatusWire {
  const dns = status.dns;
  return {
    InterfaceName: status.interfaceName,
    Address: status.address,
    AddressIPv6: status.addressIpv6 ?? '',
    DNS: dns === undefined ? null : { Servers: dns.servers, Searches: dns.searches, Options: dns.options },
    Interfaces: status.interfaces.map((item) => ({
      Network: item.network,
      Name: item.name,
      Address: item.address,
      MAC: item.mac ?? '',
    })),
  };
}
