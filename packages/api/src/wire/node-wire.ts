// Nodes: model to wire. The secret's hash stays inside.

import type { Node } from '@orch/core/model/node';
import type {
  DrainStrategyWire,
  NodeDriverWire,
  NodeResourcesWire,
  NodeStubWire,
  NodeWire,
  ReservedResourcesWire,
} from '../types/node.ts';
import { nanoseconds, timeText } from './time.ts';

export interface NodeListOptions {
  /** With `NodeResources` and `ReservedResources`. */
  readonly resources?: boolean;
  /** With `Attributes`. */
  readonly attributes?: boolean;
}

export function nodeToStub(node: Node, options: NodeListOptions = {}): NodeStubWire {
  return {
    ID: node.id,
    Address: node.attributes['unique.network.ip-address'] ?? node.resources.networks[0]?.address ?? '',
    Name: node.name,
    Datacenter: node.datacenter,
    NodePool: node.nodePool,
    NodeClass: node.nodeClass,
    Version: node.version,
    Drain: node.drain !== undefined,
    SchedulingEligibility: node.schedulingEligibility,
    Status: node.status,
    StatusDescription: node.statusDescription,
    Drivers: driversToWire(node),
    ...(options.attributes ? { Attributes: node.attributes } : {}),
    ...(options.resources ? { NodeResources: resourcesToWire(node), ReservedResources: reservedToWire(node) } : {}),
    CreateIndex: node.createIndex,
    ModifyIndex: node.modifyIndex,
  };
}

export function nodeToWire(node: Node): NodeWire {
  return {
    ...nodeToStub(node),
    HTTPAddr: node.httpAddress,
    TLSEnabled: false,
    Attributes: node.attributes,
    Meta: node.meta,
    NodeResources: resourcesToWire(node),
    ReservedResources: reservedToWire(node),
    DrainStrategy: drainToWire(node),
    ComputedClass: node.computedClass,
    StatusUpdatedAt: Math.floor(node.statusUpdatedAtMs / 1000),
    Events: [],
    CNINetworks: node.cniNetworks,
  };
}

function driversToWire(node: Node): Readonly<Record<string, NodeDriverWire>> {
  const drivers = Object.entries(node.drivers).map(([name, driver]): [string, NodeDriverWire] => [
    name,
    {
      Attributes: driver.attributes,
      Detected: driver.detected,
      Healthy: driver.healthy,
      HealthDescription: driver.description,
      UpdateTime: timeText(node.statusUpdatedAtMs),
    },
  ]);
  return Object.fromEntries(drivers);
}

function resourcesToWire({ resources }: Node): NodeResourcesWire {
  return {
    Cpu: { CpuShares: resources.cpuMhz, TotalCpuCores: resources.cores },
    Memory: { MemoryMB: resources.memoryMiB },
    Disk: { DiskMB: resources.diskMiB },
    Networks: resources.networks.map((network) => ({ Mode: 'host', Device: network.device, IP: network.address })),
    MinDynamicPort: resources.dynamicPortMin,
    MaxDynamicPort: resources.dynamicPortMax,
  };
}

function reservedToWire({ reserved }: Node): ReservedResourcesWire {
  return {
    Cpu: { CpuShares: reserved.cpuMhz },
    Memory: { MemoryMB: reserved.memoryMiB },
    Disk: { DiskMB: reserved.diskMiB },
    Networks: { ReservedHostPorts: reserved.ports.join(',') },
  };
}

function drainToWire({ drain }: Node): DrainStrategyWire | null {
  if (drain === undefined) return null;
  return {
    Deadline: nanoseconds(drain.deadlineMs),
    IgnoreSystemJobs: drain.ignoreSystemJobs,
    ForceDeadline: timeText(drain.deadlineMs > 0 ? drain.startedAtMs + drain.deadlineMs : undefined),
    StartedAt: timeText(drain.startedAtMs),
  };
}
