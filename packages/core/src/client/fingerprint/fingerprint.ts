// Gathers all facts about the machine once, at the agent's start.

import type { NodeNetwork } from '../../model/resources.ts';
import { findCgroups } from './cgroups.ts';
import { type CpuFacts, findCpu } from './cpu.ts';
import { findBootId, findDefaultNetwork, findHost } from './host.ts';
import { findKernel } from './kernel.ts';
import { findMemory } from './memory.ts';
import { findOperatingSystem } from './operating-system.ts';
import { findStorage } from './storage.ts';

export interface MachineFacts {
  readonly cpu: CpuFacts;
  readonly memoryMiB: number;
  readonly diskFreeMiB: number;
  readonly network: NodeNetwork;
  readonly bootId: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export async function findMachine(dataDir: string, version: string, address?: string): Promise<MachineFacts> {
  const [cpu, memory, storage, os, cgroups, network, bootId] = await Promise.all([
    findCpu(),
    findMemory(),
    findStorage(dataDir),
    findOperatingSystem(),
    findCgroups(),
    findDefaultNetwork(address),
    findBootId(),
  ]);
  return {
    cpu,
    memoryMiB: memory.totalMiB,
    diskFreeMiB: storage.freeMiB,
    network,
    bootId,
    attributes: {
      ...cpu.attributes,
      ...memory.attributes,
      ...storage.attributes,
      ...findKernel(),
      ...os,
      ...cgroups,
      ...findHost(),
      'unique.network.ip-address': network.address,
      'orch.version': version,
    },
  };
}
