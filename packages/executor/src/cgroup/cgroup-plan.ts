// Turns limits into cgroup directories and file writes, for v1, v2 and both at once. Pure: the one planner for all.

import type { LaunchLimits } from '../types.ts';
import type { CgroupLayout } from './cgroup-layout.ts';

export interface CgroupWrite {
  readonly file: string;
  readonly value: string;
  /** The kernel may lack the file (no swap accounting): its absence is not an error. */
  readonly optional?: boolean;
}

export interface CgroupDirectory {
  readonly dir: string;
  /** Controllers that every directory above, from the mount point down, must hand on (v2). */
  readonly needs: readonly string[];
  readonly mount: string;
  readonly writes: readonly CgroupWrite[];
}

export interface CgroupPlan {
  readonly directories: readonly CgroupDirectory[];
  /** Files of the memory limit, if any: where the OOM kills are counted. */
  readonly oomCounter?: { readonly file: string; readonly key: string };
}

const PERIOD_US = 100_000;

/** @param name path below each hierarchy's mount, for example `orch/launches/abc` */
export function planCgroups(layout: CgroupLayout, name: string, limits: LaunchLimits): CgroupPlan {
  const directories: CgroupDirectory[] = [];
  const onUnified = (controller: string) => layout.unified?.controllers.includes(controller) === true;
  let oomCounter: CgroupPlan['oomCounter'];
  if (layout.unified) {
    const needs = neededControllers(limits).filter(onUnified);
    const dir = `${layout.unified.path}/${name}`;
    directories.push({
      dir,
      mount: layout.unified.path,
      needs,
      writes: needs.flatMap((one) => unifiedWrites(one, limits)),
    });
    if (onUnified('memory')) oomCounter = { file: `${dir}/memory.events`, key: 'oom_kill' };
  }
  const byMount = new Map<string, CgroupWrite[]>();
  const wanted = layout.unified ? neededControllers(limits) : [...neededControllers(limits), 'freezer', 'cpuacct'];
  for (const controller of wanted) {
    const mount = layout.legacy[controller];
    if (mount === undefined || onUnified(controller)) continue;
    byMount.set(mount, [...(byMount.get(mount) ?? []), ...legacyWrites(controller, limits)]);
    if (controller === 'memory') oomCounter = { file: `${mount}/${name}/memory.oom_control`, key: 'oom_kill' };
  }
  for (const [mount, writes] of byMount) directories.push({ dir: `${mount}/${name}`, mount, needs: [], writes });
  return oomCounter === undefined ? { directories } : { directories, oomCounter };
}

/** Memory always, because usage is read from it; the others only when limited: each costs a directory and an attach. */
function neededControllers(limits: LaunchLimits): string[] {
  const needed = ['memory'];
  if (limits.cpuShares !== undefined || limits.cpuQuotaCores !== undefined) needed.push('cpu');
  if (limits.cpusetCores !== undefined) needed.push('cpuset');
  if (limits.pidsMax !== undefined) needed.push('pids');
  return needed;
}

function unifiedWrites(controller: string, limits: LaunchLimits): CgroupWrite[] {
  const writes: CgroupWrite[] = [];
  if (controller === 'memory') {
    if (limits.memoryReservationBytes !== undefined)
      writes.push({ file: 'memory.low', value: String(limits.memoryReservationBytes) });
    if (limits.memoryBytes !== undefined) {
      writes.push({ file: 'memory.max', value: String(limits.memoryBytes) });
      writes.push({ file: 'memory.swap.max', value: '0', optional: true });
    }
  }
  if (controller === 'cpu') {
    if (limits.cpuShares !== undefined)
      writes.push({ file: 'cpu.weight', value: String(sharesToWeight(limits.cpuShares)) });
    if (limits.cpuQuotaCores !== undefined)
      writes.push({ file: 'cpu.max', value: `${quotaUs(limits.cpuQuotaCores)} ${PERIOD_US}` });
  }
  if (controller === 'cpuset') writes.push({ file: 'cpuset.cpus', value: (limits.cpusetCores ?? []).join(',') });
  if (controller === 'pids') writes.push({ file: 'pids.max', value: String(limits.pidsMax) });
  return writes;
}

function legacyWrites(controller: string, limits: LaunchLimits): CgroupWrite[] {
  const writes: CgroupWrite[] = [];
  if (controller === 'memory') {
    if (limits.memoryBytes !== undefined) {
      writes.push({ file: 'memory.limit_in_bytes', value: String(limits.memoryBytes) });
      writes.push({ file: 'memory.memsw.limit_in_bytes', value: String(limits.memoryBytes), optional: true });
    }
    if (limits.memoryReservationBytes !== undefined) {
      writes.push({ file: 'memory.soft_limit_in_bytes', value: String(limits.memoryReservationBytes) });
    }
  }
  if (controller === 'cpu') {
    if (limits.cpuShares !== undefined)
      writes.push({ file: 'cpu.shares', value: String(clampShares(limits.cpuShares)) });
    if (limits.cpuQuotaCores !== undefined) {
      writes.push({ file: 'cpu.cfs_period_us', value: String(PERIOD_US) });
      writes.push({ file: 'cpu.cfs_quota_us', value: String(quotaUs(limits.cpuQuotaCores)) });
    }
  }
  // Both must be filled before a process may enter a v1 cpuset; an empty mems is filled from the parent by the writer.
  if (controller === 'cpuset') {
    writes.push({ file: 'cpuset.cpus', value: (limits.cpusetCores ?? []).join(',') });
    writes.push({ file: 'cpuset.mems', value: 'inherit' });
  }
  if (controller === 'pids') writes.push({ file: 'pids.max', value: String(limits.pidsMax) });
  return writes;
}

function clampShares(shares: number): number {
  return Math.min(262_144, Math.max(2, Math.round(shares)));
}

/** v1 shares 2…262144 onto v2 weights 1…10000, linearly, as OCI runtimes and Kubernetes do (KEP-2254). */
export function sharesToWeight(shares: number): number {
  return 1 + Math.floor(((clampShares(shares) - 2) * 9_999) / 262_142);
}

/** The kernel refuses less than 1 ms of a period. */
function quotaUs(cores: number): number {
  return Math.max(1_000, Math.round(cores * PERIOD_US));
}
