// A launch that an earlier process began and did not live to record: it is taken up, or ended before its like begins.
import { existsSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupPids, killCgroups, killIfThere, readIfThere, removeCgroupTree } from '../cgroup/cgroup-host.ts';
import { hierarchies } from '../cgroup/cgroup-layout.ts';
import { ExecutorError } from '../errors.ts';
import type { ExecutorParts } from '../executor.ts';
import type { LaunchSpec } from '../types.ts';
import { eventually } from './eventually.ts';
import { parseExitRecord } from './exit-record.ts';
import { describeLaunch, nameForId, recordedPlan } from './launch-prepare.ts';
import type { LaunchRecord } from './launch-record.ts';
import { type ProcessIdentity, readBootId, readStat } from './process-identity.ts';

const END_TIMEOUT_MS = 20_000;
const REMOVE_TIMEOUT_MS = 2_000;
/** Of a process that is not known, or has gone. */
const NOBODY: ProcessIdentity = { pid: 0, startTicks: '' };
const SIGKILL = 9;

/**
 * The record that the earlier process would have written, where the task runs or has ended by itself. What is half made
 * is ended: its launcher's answer has reached nobody, so nobody knows that it began. Costs one look where nothing is.
 */
export async function takeUpUnrecorded(parts: ExecutorParts, spec: LaunchSpec): Promise<LaunchRecord | undefined> {
  if (!existsSync(join(spec.stateDir, 'exit'))) return undefined;
  const record = recordOfRunning(parts, spec) ?? recordOfEnded(parts, spec);
  if (record === undefined) await endUnrecorded(parts, spec);
  return record;
}

/** Ends everything that was begun under this id, whether or not it was recorded, and removes its files. */
export async function endUnrecorded(
  parts: ExecutorParts,
  { id, stateDir, cgroups = [] }: { id: string; stateDir: string; cgroups?: readonly string[] },
): Promise<void> {
  const { layout, cgroupParent, exitsDir } = parts.ground;
  const name = nameForId(id);
  const own = hierarchies(layout).map((mount) => `${mount}/${cgroupParent}/launches/${name}`);
  const groups = [...new Set([...cgroups, ...own])];
  // Those beside the task first: they would make and remove groups under the same names.
  const gone = await eventually(() => {
    const beside = supervisorsOf(parts, stateDir);
    for (const pid of beside) killIfThere(pid, 'SIGKILL');
    killCgroups(groups);
    return beside.length === 0 && cgroupPids(groups).length === 0;
  }, END_TIMEOUT_MS);
  if (!gone) throw new ExecutorError('timed-out', `processes of an earlier start of ${id} survive SIGKILL`);
  for (const group of groups) await eventually(() => isRemoved(group), REMOVE_TIMEOUT_MS);
  rmSync(stateDir, { recursive: true, force: true });
  rmSync(join(exitsDir, name), { force: true });
}

/** The kernel keeps a group busy for moments after its last process has gone. */
function isRemoved(group: string): boolean {
  try {
    removeCgroupTree(group);
    return true;
  } catch {
    return false;
  }
}

function recordOfRunning(parts: ExecutorParts, spec: LaunchSpec): LaunchRecord | undefined {
  const groups = describeLaunch(spec, parts.ground).cgroupPlan.directories.map(({ dir }) => dir);
  const task = findTask(groups);
  return task && recordOf(parts, spec, task.identity, task.keeper);
}

/** Killed ones are begun anew: the launcher kills a task whose start it can tell nobody. */
function recordOfEnded(parts: ExecutorParts, spec: LaunchSpec): LaunchRecord | undefined {
  const exit = parseExitRecord(readIfThere(describeLaunch(spec, parts.ground).exitFile) ?? '');
  if (exit?.signal === undefined || exit.signal === SIGKILL) return undefined;
  return recordOf(parts, spec, NOBODY, NOBODY);
}

function recordOf(
  parts: ExecutorParts,
  spec: LaunchSpec,
  identity: ProcessIdentity,
  keeper: ProcessIdentity,
): LaunchRecord {
  const described = describeLaunch(spec, parts.ground);
  const plan = recordedPlan(spec, parts.ground, described);
  const { oomCounter } = described.cgroupPlan;
  return {
    version: 1,
    handle: {
      ...{ id: plan.id, stateDir: plan.dir, bootId: readBootId(), cgroups: plan.cgroups, startedAtMs: Date.now() },
      ...identity,
    },
    plan,
    ...(oomCounter === undefined ? {} : { oomCounter }),
    copiers: { stdout: keeper, stderr: keeper },
  };
}

/** The task's own process: the oldest of its group that init started. Orphans that init took in are younger. */
function findTask(groups: readonly string[]) {
  const members = new Set(cgroupPids(groups));
  const children = [...members].flatMap((pid) => {
    const stat = readStat(pid);
    if (stat === undefined || members.has(stat.parentPid) || nameOf(stat.parentPid) !== 'orch-init') return [];
    return [{ pid, startTicks: stat.startTicks, init: stat.parentPid }];
  });
  children.sort((left, right) => Number(left.startTicks) - Number(right.startTicks) || left.pid - right.pid);
  const oldest = children[0];
  if (oldest === undefined) return undefined;
  return { identity: { pid: oldest.pid, startTicks: oldest.startTicks }, keeper: keeperOf(oldest.init) };
}

/** A killed one is replaced as any other. */
function keeperOf(init: number): ProcessIdentity {
  const pid = readStat(init)?.parentPid ?? 0;
  const startTicks = nameOf(pid) === 'orch-keeper' ? readStat(pid)?.startTicks : undefined;
  return startTicks === undefined ? NOBODY : { pid, startTicks };
}

function nameOf(pid: number): string {
  return (readIfThere(`/proc/${pid}/comm`) ?? '').trim();
}

/** Keeper and init of a launch hold files of its directory open. */
function supervisorsOf({ ground: { layout, cgroupParent } }: ExecutorParts, stateDir: string): number[] {
  const groups = hierarchies(layout).map((mount) => `${mount}/${cgroupParent}/supervisors`);
  return cgroupPids(groups).filter((pid) => openFiles(pid).some((path) => path.startsWith(`${stateDir}/`)));
}

function openFiles(pid: number): string[] {
  const directory = `/proc/${pid}/fd`;
  return namesIn(directory).map((fd) => {
    try {
      return readlinkSync(`${directory}/${fd}`);
    } catch {
      return ''; // closed between two reads
    }
  });
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // the process has ended
  }
}
