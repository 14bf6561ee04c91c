// Resource usage of a launch, read from its cgroups.
import { readIfThere, readKeyed } from '../cgroup/cgroup-host.ts';
import type { LaunchStats } from '../types.ts';
import type { LaunchEntry } from './launch-table.ts';

/** Reads v1 and v2 files, whichever are there; what the machine cannot tell is 0. */
export function readLaunchStats(entry: LaunchEntry): LaunchStats {
  const dirs = entry.record.handle.cgroups;
  const unified =
    dirs.map((dir) => readKeyed(`${dir}/cpu.stat`)).find((stat) => stat['usage_usec'] !== undefined) ?? {};
  const throttling =
    dirs.map((dir) => readKeyed(`${dir}/cpu.stat`)).find((stat) => stat['nr_throttled'] !== undefined) ?? {};
  const legacyCpu = number(dirs, 'cpuacct.usage');
  const memory = dirs.map((dir) => readKeyed(`${dir}/memory.stat`)).find((stat) => Object.keys(stat).length > 0) ?? {};
  const memoryBytes = number(dirs, 'memory.current') || number(dirs, 'memory.usage_in_bytes');
  const pids = Math.max(0, ...dirs.map((dir) => lines(`${dir}/cgroup.procs`)));
  return {
    atMs: Date.now(),
    cpuTotalNs: (unified['usage_usec'] ?? 0) * 1_000 || legacyCpu,
    cpuUserNs: (unified['user_usec'] ?? 0) * 1_000,
    cpuSystemNs: (unified['system_usec'] ?? 0) * 1_000,
    throttledPeriods: throttling['nr_throttled'] ?? 0,
    throttledNs: throttling['throttled_time'] ?? (throttling['throttled_usec'] ?? 0) * 1_000,
    memoryBytes,
    memoryRssBytes: memory['anon'] ?? memory['total_rss'] ?? memory['rss'] ?? 0,
    memoryCacheBytes: memory['file'] ?? memory['total_cache'] ?? memory['cache'] ?? 0,
    memoryMaxBytes: number(dirs, 'memory.peak') || number(dirs, 'memory.max_usage_in_bytes'),
    pids,
  };
}

function number(dirs: readonly string[], file: string): number {
  for (const dir of dirs) {
    const text = readIfThere(`${dir}/${file}`);
    if (text !== undefined && /^\d+\s*$/.test(text)) return Number(text);
  }
  return 0;
}

function lines(file: string): number {
  return (readIfThere(file) ?? '').split('\n').filter(Boolean).length;
}
