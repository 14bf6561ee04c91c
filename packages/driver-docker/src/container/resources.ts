// CPU, memory and process limits of a container.
import type { TaskResources } from '@orch/driver-api';
import type { HostConfig } from 'dockerode';
import { configError } from '../engine/errors.ts';
import type { TaskBlock } from './task-config.ts';

const MIB = 1024 * 1024;
/** The engine refuses less. */
const LEAST_MEMORY = 6 * MIB;

/** @param nodeCores number of cores of the node, for the CPU ceiling */
export function resourceLimits(
  resources: TaskResources,
  block: TaskBlock,
  nodePidsLimit: number,
  nodeCores: number,
): HostConfig {
  return {
    CpuShares: Math.max(2, Math.round(resources.cpuMhz)),
    ...cpuCeiling(resources, block, nodeCores),
    ...(resources.cores === undefined ? {} : { CpusetCpus: resources.cores.join(',') }),
    ...memoryLimits(resources, block),
    ...pidsLimit(block, nodePidsLimit),
    ...(block.has('shm_size') ? { ShmSize: block.number('shm_size') ?? 0 } : {}),
    ...(block.has('oom_score_adj') ? { OomScoreAdj: block.number('oom_score_adj') ?? 0 } : {}),
    ...(block.has('ulimit') ? { Ulimits: ulimits(block) } : {}),
    ...(block.has('sysctl') ? { Sysctls: { ...block.textMap('sysctl') } } : {}),
  };
}

/** `cpuMhz / nodeCpuMhz` of all cores, as microseconds of CPU time per period. */
function cpuCeiling(resources: TaskResources, block: TaskBlock, nodeCores: number): HostConfig {
  if (!block.flag('cpu_hard_limit')) return {};
  const CpuPeriod = block.number('cpu_cfs_period') ?? 100_000;
  const share = resources.cores?.length ?? (resources.cpuMhz / Math.max(1, resources.nodeCpuMhz)) * nodeCores;
  return { CpuPeriod, CpuQuota: Math.max(1000, Math.round(share * CpuPeriod)) };
}

function memoryLimits(resources: TaskResources, block: TaskBlock): HostConfig {
  const asked = resources.memoryMiB * MIB;
  const ceiling = (block.number('memory_hard_limit') ?? resources.memoryMaxMiB ?? 0) * MIB;
  if (ceiling > 0 && ceiling < asked) {
    throw configError(['memory_hard_limit'], 'memory_hard_limit is below the memory the task asks for');
  }
  const Memory = Math.max(LEAST_MEMORY, ceiling > 0 ? ceiling : asked);
  const reserved = ceiling > 0 ? { MemoryReservation: Math.max(LEAST_MEMORY, asked) } : {};
  // The same value as memory: no swap on top.
  return { Memory, MemorySwap: Memory, ...reserved };
}

function pidsLimit(block: TaskBlock, nodeLimit: number): HostConfig {
  const asked = block.number('pids_limit') ?? 0;
  if (nodeLimit > 0 && asked > nodeLimit) {
    throw configError(['pids_limit'], `this node allows at most ${nodeLimit} processes per task`);
  }
  const PidsLimit = asked > 0 ? asked : nodeLimit;
  return PidsLimit > 0 ? { PidsLimit } : {};
}

function ulimits(block: TaskBlock): { Name: string; Soft: number; Hard: number }[] {
  return Object.entries(block.textMap('ulimit')).map(([Name, value]) => {
    const match = /^(-?\d+)(?::(-?\d+))?$/.exec(value);
    if (match === null)
      throw configError(['ulimit', Name], `"${value}" is not a limit`, 'Write it as "soft" or "soft:hard".');
    const Soft = Number(match[1]);
    return { Name, Soft, Hard: match[2] === undefined ? Soft : Number(match[2]) };
  });
}
