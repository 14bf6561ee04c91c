// What nodes answer: usage and files, model to wire.

import type { AllocationStatsWire, FileInfoWire, HostStatsWire, ResourceUsageWire } from '@orch/api/types/client';
import { nanoseconds, timeText } from '@orch/api/wire/time';
import type { AllocationStats, FileInfo, NodeStats, TaskUsage } from '@orch/core/link/methods';

export function fileToWire(file: FileInfo): FileInfoWire {
  return {
    Name: file.name,
    IsDir: file.isDirectory,
    Size: file.sizeBytes,
    FileMode: file.mode,
    ModTime: timeText(file.modifiedAtMs),
    ContentType: file.contentType ?? '',
  };
}

export function allocationStatsToWire(stats: AllocationStats): AllocationStatsWire {
  const tasks = Object.entries(stats.tasks).map(([task, usage]) => [
    task,
    { ResourceUsage: usageToWire(usage), Timestamp: nanoseconds(usage.atMs), Pids: null },
  ]);
  return {
    ResourceUsage: usageToWire(stats.total),
    Tasks: Object.fromEntries(tasks),
    Timestamp: nanoseconds(stats.atMs),
  };
}

function usageToWire(usage: TaskUsage): ResourceUsageWire {
  return {
    CpuStats: {
      SystemMode: 0,
      UserMode: 0,
      TotalTicks: usage.cpuMhz,
      ThrottledPeriods: usage.throttledPeriods,
      ThrottledTime: 0,
      Percent: usage.cpuPercent,
      Measured: ['Percent', 'Throttled Periods'],
    },
    MemoryStats: {
      RSS: usage.memoryRssBytes,
      Cache: usage.memoryCacheBytes,
      Swap: 0,
      Usage: usage.memoryBytes,
      MaxUsage: usage.memoryMaxBytes,
      Measured: ['RSS', 'Cache', 'Usage', 'Max Usage'],
    },
    DeviceStats: [],
  };
}

export function nodeStatsToWire(stats: NodeStats): HostStatsWire {
  return {
    Memory: {
      Total: stats.memory.totalBytes,
      Available: stats.memory.availableBytes,
      Used: stats.memory.usedBytes,
      Free: stats.memory.freeBytes,
    },
    CPU: stats.cpu.map((cpu) => ({
      CPU: cpu.name,
      User: cpu.user,
      System: cpu.system,
      Idle: cpu.idle,
      TotalPercent: cpu.total,
      Total: cpu.total,
    })),
    DiskStats: stats.disks.map((disk) => ({
      Device: disk.device,
      Mountpoint: disk.mountpoint,
      Size: disk.sizeBytes,
      Used: disk.usedBytes,
      Available: disk.availableBytes,
      UsedPercent: disk.usedPercent,
      InodesUsedPercent: disk.inodesUsedPercent,
    })),
    AllocDirStats: null,
    DeviceStats: [],
    Uptime: stats.uptimeSeconds,
    CPUTicksConsumed: stats.cpuMhzUsed,
    Timestamp: nanoseconds(stats.atMs),
  };
}
