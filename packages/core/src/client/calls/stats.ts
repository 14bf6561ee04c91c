// Usage of allocations and of the node, for the stats calls.

import { readFile, statfs } from 'node:fs/promises';
import type { TaskStats } from '@orch/driver-api';
import type { NodeStats, TaskUsage } from '../../link/methods.ts';

/** The share of CPU between two samples. `coreMhz` is the frequency of one core. */
export function usageBetween(before: TaskStats | undefined, now: TaskStats, coreMhz: number): TaskUsage {
  const elapsedMs = before === undefined ? 0 : now.atMs - before.atMs;
  const usedNs = before === undefined ? 0 : Math.max(0, now.cpuTotalNs - before.cpuTotalNs);
  const coresUsed = elapsedMs > 0 ? usedNs / (elapsedMs * 1_000_000) : 0;
  return {
    atMs: now.atMs,
    cpuTotalNs: now.cpuTotalNs,
    cpuPercent: coresUsed * 100,
    cpuMhz: coresUsed * coreMhz,
    throttledPeriods: now.throttledPeriods ?? 0,
    memoryBytes: now.memoryBytes,
    memoryRssBytes: now.memoryRssBytes ?? 0,
    memoryCacheBytes: now.memoryCacheBytes ?? 0,
    memoryMaxBytes: now.memoryMaxBytes ?? 0,
    pids: now.pids ?? 0,
  };
}

export function sumUsage(usages: readonly TaskUsage[], atMs: number): TaskUsage {
  const sum = (pick: (usage: TaskUsage) => number) => usages.reduce((total, usage) => total + pick(usage), 0);
  return {
    atMs,
    cpuTotalNs: sum((usage) => usage.cpuTotalNs),
    cpuPercent: sum((usage) => usage.cpuPercent),
    cpuMhz: sum((usage) => usage.cpuMhz),
    throttledPeriods: sum((usage) => usage.throttledPeriods),
    memoryBytes: sum((usage) => usage.memoryBytes),
    memoryRssBytes: sum((usage) => usage.memoryRssBytes),
    memoryCacheBytes: sum((usage) => usage.memoryCacheBytes),
    memoryMaxBytes: sum((usage) => usage.memoryMaxBytes),
    pids: sum((usage) => usage.pids),
  };
}

/** Ticks of every core since boot, as `/proc/stat` has them. */
export interface CpuTicks {
  readonly name: string;
  readonly user: number;
  readonly system: number;
  readonly idle: number;
  readonly total: number;
}

export function parseCpuTicks(text: string): readonly CpuTicks[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', ...fields] = line.trim().split(/\s+/);
    if (!/^cpu\d+$/.test(name)) return [];
    const at = (index: number) => Number(fields[index] ?? 0);
    // Guest time is part of user time already.
    const total = fields.slice(0, 8).reduce((sum, field) => sum + Number(field), 0);
    return [{ name, user: at(0) + at(1), system: at(2) + at(5) + at(6), idle: at(3) + at(4), total }];
  });
}

/** Percentages between two readings; with none before, since boot. */
export function cpuShares(before: readonly CpuTicks[], now: readonly CpuTicks[]): NodeStats['cpu'] {
  return now.map((core) => {
    const old = before.find(({ name }) => name === core.name);
    const total = core.total - (old?.total ?? 0);
    const share = (current: number, earlier: number) => (total > 0 ? ((current - earlier) / total) * 100 : 0);
    const idle = share(core.idle, old?.idle ?? 0);
    return {
      name: core.name,
      user: share(core.user, old?.user ?? 0),
      system: share(core.system, old?.system ?? 0),
      idle,
      total: 100 - idle,
    };
  });
}

export async function readNodeStats(
  dataDir: string,
  device: string,
  before: readonly CpuTicks[],
  coreMhz: number,
  nowMs: number,
): Promise<{ readonly stats: NodeStats; readonly ticks: readonly CpuTicks[] }> {
  const [stat, meminfo, uptime, disk] = await Promise.all([
    readFile('/proc/stat', 'utf8'),
    readFile('/proc/meminfo', 'utf8'),
    readFile('/proc/uptime', 'utf8'),
    statfs(dataDir),
  ]);
  const ticks = parseCpuTicks(stat);
  const cpu = cpuShares(before, ticks);
  const memory = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(meminfo)?.[1] ?? 0) * 1024;
  const totalBytes = memory('MemTotal');
  const availableBytes = memory('MemAvailable');
  const sizeBytes = disk.blocks * disk.bsize;
  const usedBytes = (disk.blocks - disk.bfree) * disk.bsize;
  const stats: NodeStats = {
    atMs: nowMs,
    uptimeSeconds: Math.floor(Number(uptime.split(' ')[0])),
    cpu,
    memory: { totalBytes, availableBytes, usedBytes: totalBytes - availableBytes, freeBytes: memory('MemFree') },
    disks: [
      {
        device,
        mountpoint: dataDir,
        sizeBytes,
        usedBytes,
        availableBytes: disk.bavail * disk.bsize,
        usedPercent: sizeBytes > 0 ? (usedBytes / sizeBytes) * 100 : 0,
        inodesUsedPercent: disk.files > 0 ? ((disk.files - disk.ffree) / disk.files) * 100 : 0,
      },
    ],
    cpuMhzUsed: (cpu.reduce((sum, core) => sum + core.total, 0) / 100) * coreMhz,
  };
  return { stats, ticks };
}
