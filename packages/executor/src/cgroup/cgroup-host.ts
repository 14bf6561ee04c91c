// Carries out cgroup plans on this machine: makes, limits, kills, reads and removes groups.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ExecutorError, systemErrorCode } from '../errors.ts';
import type { CgroupLayout } from './cgroup-layout.ts';
import { hierarchies, parseCgroupLayout } from './cgroup-layout.ts';
import type { CgroupDirectory, CgroupPlan } from './cgroup-plan.ts';

// Calls here are synchronous on purpose: cgroupfs is memory, each takes microseconds, a round trip to the thread pool more.

export function readCgroupLayout(): CgroupLayout {
  return parseCgroupLayout(readFileSync('/proc/self/mountinfo', 'utf8'), (path) =>
    readFileSync(`${path}/cgroup.controllers`, 'utf8'),
  );
}

/** Makes `name` in every hierarchy and returns the directories. For supervisors: they leave the agent's groups everywhere. */
export function makeInAllHierarchies(layout: CgroupLayout, name: string): string[] {
  const directories: string[] = [];
  for (const mount of hierarchies(layout)) {
    const dir = `${mount}/${name}`;
    mkdirSync(dir, { recursive: true });
    if (mount === layout.legacy['cpuset']) inheritCpuset(dir, mount);
    directories.push(dir);
  }
  return directories;
}

/**
 * Has all groups above those of the plan hand on what these need. Returns the plan as the native launcher makes it: it
 * knows nothing of other groups. @throws ExecutorError `start-failed`
 */
export function prepareParents(plan: CgroupPlan): CgroupPlan {
  try {
    for (const directory of plan.directories) handOn(directory);
    return { ...plan, directories: plan.directories.map(withInherited) };
  } catch (cause) {
    throw new ExecutorError('start-failed', 'could not prepare the cgroups', { cause });
  }
}

/** Per directory above: the controllers it was told of. The kernel keeps them while the directory is there. */
const handedOn = new Map<string, string>();

function handOn({ dir, mount, needs }: CgroupDirectory): void {
  if (needs.length === 0) return;
  const wanted = needs.map((one) => `+${one}`).join(' ');
  const parent = dirname(dir);
  if (handedOn.get(parent) === wanted && existsSync(parent)) return;
  mkdirSync(parent, { recursive: true });
  for (const above of parents(mount, dir)) writeFileSync(`${above}/cgroup.subtree_control`, wanted);
  handedOn.set(parent, wanted);
}

/** A v1 group of CPUs begins empty, and nothing may enter it so. */
function withInherited(directory: CgroupDirectory): CgroupDirectory {
  if (!directory.writes.some(({ value }) => value === 'inherit')) return directory;
  const parent = dirname(directory.dir);
  mkdirSync(parent, { recursive: true });
  inheritCpuset(parent, directory.mount);
  const value = (file: string) => readFileSync(`${parent}/${file}`, 'utf8').trim();
  return {
    ...directory,
    writes: directory.writes.map((write) =>
      write.value === 'inherit' ? { ...write, value: value(write.file) } : write,
    ),
  };
}

/** @throws ExecutorError `start-failed` naming the file and value the kernel refused; nothing is left then. */
export function applyCgroupPlan(plan: CgroupPlan): string[] {
  try {
    for (const directory of plan.directories) {
      const { dir, mount, writes } = directory;
      handOn(directory);
      makeGroup(dir);
      if (writes.some(({ file }) => file === 'cpuset.mems')) inheritCpuset(dir, mount);
      for (const write of writes) if (write.value !== 'inherit') writeLimit(dir, write);
    }
  } catch (error) {
    removeCgroups(plan.directories.map(({ dir }) => dir));
    throw error instanceof ExecutorError
      ? error
      : new ExecutorError('start-failed', 'could not make the cgroups', { cause: error });
  }
  return plan.directories.map(({ dir }) => dir);
}

function makeGroup(dir: string): void {
  try {
    mkdirSync(dir);
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') mkdirSync(dir, { recursive: true });
  }
}

/** The mount point and every directory between it and `dir`, outermost first, `dir` itself not. */
function parents(mount: string, dir: string): string[] {
  const above: string[] = [];
  for (let current = dirname(dir); current.length >= mount.length; current = dirname(current)) above.unshift(current);
  return above;
}

function writeLimit(dir: string, write: { file: string; value: string; optional?: boolean }): void {
  try {
    writeFileSync(`${dir}/${write.file}`, write.value, { flag: 'r+' });
  } catch (error) {
    if (write.optional && ['ENOENT', 'EACCES', 'EOPNOTSUPP'].includes(systemErrorCode(error) ?? '')) return;
    throw new ExecutorError('start-failed', `the kernel refused ${write.value} for ${dir}/${write.file}`, {
      cause: error,
    });
  }
}

/** Fills an empty v1 cpuset (cpus and mems) from the directory above, from the mount down. */
function inheritCpuset(dir: string, mount: string): void {
  for (const current of [...parents(mount, dir).slice(1), dir]) {
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if (readFileSync(`${current}/${file}`, 'utf8').trim() !== '') continue;
      writeFileSync(`${current}/${file}`, readFileSync(`${dirname(current)}/${file}`, 'utf8').trim());
    }
  }
}

/** Whether a process of the group (or below) lives. */
export function isPopulated(cgroups: readonly string[]): boolean {
  return cgroups.some((dir) => {
    const events = readIfThere(`${dir}/cgroup.events`);
    if (events !== undefined) return /^populated 1/m.test(events);
    return cgroupPids([dir]).length > 0;
  });
}

export function cgroupPids(cgroups: readonly string[]): number[] {
  const pids = new Set<number>();
  for (const dir of cgroups) {
    for (const line of (readIfThere(`${dir}/cgroup.procs`) ?? '').split('\n')) if (line !== '') pids.add(Number(line));
  }
  return [...pids];
}

/**
 * Sends SIGKILL to every process of the group. On v2 the kernel does it at once; on v1 the group is frozen first, so
 * that nothing forks away while its list is walked. Calling it again is fine, and so is a group that is being removed:
 * after a failed start the launcher removes it, too.
 */
export function killCgroups(cgroups: readonly string[]): void {
  for (const dir of cgroups) {
    if (existsSync(`${dir}/cgroup.kill`)) {
      writeUnlessGone(`${dir}/cgroup.kill`, '1');
      return;
    }
  }
  const freezer = cgroups.find((dir) => existsSync(`${dir}/freezer.state`));
  if (freezer !== undefined) writeUnlessGone(`${freezer}/freezer.state`, 'FROZEN');
  for (const pid of cgroupPids(cgroups)) killIfThere(pid, 'SIGKILL');
  if (freezer !== undefined) writeUnlessGone(`${freezer}/freezer.state`, 'THAWED');
}

function writeUnlessGone(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    if (!['ENOENT', 'ENODEV'].includes(systemErrorCode(error) ?? '')) throw error;
  }
}

export function killIfThere(pid: number, signal: NodeJS.Signals | number): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemErrorCode(error) !== 'ESRCH') throw error;
  }
}

/** Removes empty groups; one that is gone already is fine. @throws when a group still has processes. */
export function removeCgroups(cgroups: readonly string[]): void {
  for (const dir of cgroups) {
    try {
      rmdirSync(dir);
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
    }
  }
}

/** Removes a task's group, with the groups that the task made in it. @throws when one still has processes. */
export function removeCgroupTree(dir: string): void {
  try {
    removeCgroups([dir]);
  } catch (error) {
    if (systemErrorCode(error) !== 'EBUSY') throw error;
    const inner = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    if (inner.length === 0) throw error;
    for (const { name } of inner) removeCgroupTree(`${dir}/${name}`);
    removeCgroups([dir]);
  }
}

/** Numbers of a `key value` file such as cpu.stat; an absent file gives none. */
export function readKeyed(file: string): Readonly<Record<string, number>> {
  const values: Record<string, number> = {};
  for (const line of (readIfThere(file) ?? '').split('\n')) {
    const [key, value] = line.split(' ');
    if (key && value !== undefined) values[key] = Number(value);
  }
  return values;
}

export function readIfThere(file: string): string | undefined {
  // Asked first because an exception with its stack costs far more than the call.
  if (!existsSync(file)) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // ESRCH: a file of a process that ended while it was read.
    if (['ENOENT', 'ENODEV', 'ENOTDIR', 'ESRCH'].includes(systemErrorCode(error) ?? '')) return undefined;
    throw error;
  }
}
