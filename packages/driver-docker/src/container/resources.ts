// CPU, memory and process limits of a container.
import type { TaskResources } from '@orch/driver-api';
import type { HostConfig } from 'dockerode';
import { configError, deniedError } from '../engine/errors.ts';
import type { DockerNodeConfig } from '../node-config.ts';
import type { TaskBlock } from './task-config.ts';

const MIB = 1024 * 1024;
/** The engine refuses less. */
const LEAST_MEMORY = 6 * MIB;
/** Processes and threads of a container when neither the job nor the node says a number. */
export const USUAL_PIDS = 4096;
/** A limit that lets a task take the cores from everybody, whatever its share. */
const REAL_TIME_LIMITS = ['rtprio', 'rttime', 'nice'];

/** @param nodeCores number of cores of the node, for the CPU ceiling */
export function resourceLimits(
  resources: TaskResources,
  block: TaskBlock,
  node: Pick<DockerNodeConfig, 'pidsLimit' | 'allowedCapabilities'>,
  nodeCores: number,
): HostConfig {
  const oomScore = block.number('oom_score_adj') ?? 0;
  if (oomScore < 0)
    throw deniedError(['oom_score_adj'], 'a task may not be spared when memory runs out', 'Use 0 or more.');
  return {
    CpuShares: Math.max(2, Math.round(resources.cpuMhz)),
    ...cpuCeiling(resources, block, nodeCores),
    ...(resources.cores === undefined ? {} : { CpusetCpus: resources.cores.join(',') }),
    ...memoryLimits(resources, block),
    ...pidsLimit(block, node.pidsLimit),
    ...(block.has('shm_size') ? { ShmSize: block.number('shm_size') ?? 0 } : {}),
    ...(block.has('oom_score_adj') ? { OomScoreAdj: oomScore } : {}),
    ...(block.has('ulimit') ? { Ulimits: ulimits(block, node.allowedCapabilities) } : {}),
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
  return { PidsLimit: asked > 0 ? asked : nodeLimit > 0 ? nodeLimit : USUAL_PIDS };
}

function ulimits(block: TaskBlock, allowed: readonly string[]): { Name: string; Soft: number; Hard: number }[] {
  const isFree = allowed.includes('ALL') || allowed.includes('SYS_NICE');
  return Object.entries(block.textMap('ulimit')).map(([Name, value]) => {
    if (REAL_TIME_LIMITS.includes(Name) && !isFree) {
      const hint = 'Remove it, or allow SYS_NICE with allow_caps in plugin "docker" of the node.';
      throw deniedError(['ulimit', Name], `this node does not allow the limit "${Name}"`, hint);
    }
    const match = /^(-?\d+)(?::(-?\d+))?$/.exec(value);
    if (match === null)
      throw configError(['ulimit', Name], `"${value}" is not a limit`, 'Write it as "soft" or "soft:hard".');
    const Soft = Number(match[1]);
    return { Name, Soft, Hard: match[2] === undefined ? Soft : Number(match[2]) };
  });
}
