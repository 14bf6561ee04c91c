// Signals, stopping and freeing of a known launch.
import { existsSync, rmdirSync, rmSync, unlinkSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { cgroupPids, isPopulated, killCgroups, killIfThere, removeCgroupTree } from '../cgroup/cgroup-host.ts';
import { ExecutorError, systemErrorCode } from '../errors.ts';
import { eventually } from './eventually.ts';
import type { LaunchEntry } from './launch-table.ts';
import { readPrivateExit } from './launch-table.ts';
import { LAUNCHING } from './launcher.ts';
import { descendants, isAlive, readBootId, readWords } from './process-identity.ts';

const EXEC_TIMEOUT_MS = 5_000;
/** A SIGKILLed tree is gone within milliseconds unless the kernel holds a process in a device or file system. */
const KILL_TIMEOUT_MS = 20_000;
/** How long the copiers may go on writing what is left in the pipes after the last process has gone. */
const DRAIN_TIMEOUT_MS = 5_000;

/**
 * Waits until the task's own program runs in its process. A launch by a shell answers some milliseconds earlier, when only
 * `exec`s are left; a signal sent then would meet a shell that ignores SIGINT and SIGQUIT, and be lost. Where tasks are
 * isolated the native launcher answers, when the program runs, and nothing is read of the process: it could say
 * what it likes, and be waited for at each stop.
 */
export async function untilExecuted(entry: LaunchEntry): Promise<void> {
  const { handle, plan } = entry.record;
  if (plan.chroot !== undefined) return;
  await eventually(() => hasExecuted(handle.pid) || !isAlive(handle), EXEC_TIMEOUT_MS);
}

/** In the middle of an exec both files read empty, so the command line must be the same before and after. */
function hasExecuted(pid: number): boolean {
  const before = readWords(pid, 'cmdline');
  const environ = readWords(pid, 'environ');
  const after = readWords(pid, 'cmdline');
  return before !== '' && before === after && environ?.includes(`${LAUNCHING}=`) !== true;
}

/** @throws ExecutorError `invalid` for an unknown signal name, `not-running` */
export async function signalLaunch(entry: LaunchEntry, name: string, target: 'main' | 'tree'): Promise<void> {
  const number = signalNumber(name);
  await untilExecuted(entry);
  const { handle } = entry.record;
  if (entry.exit !== undefined || !isAlive(handle)) {
    throw new ExecutorError('not-running', `${handle.id} has ended`);
  }
  for (const pid of target === 'main' ? [handle.pid] : cgroupPids(handle.cgroups)) killIfThere(pid, number);
}

/** The C library keeps the two before the first one. */
const FIRST_REAL_TIME = 34;
const LAST_REAL_TIME = 64;

/** The number of `SIGHUP`, `HUP`, `SIGRTMIN+3` or `1`. @throws ExecutorError `invalid` */
export function signalNumber(name: string): number {
  if (/^\d+$/.test(name) && Number(name) > 0 && Number(name) <= 64) return Number(name);
  const full = name.toUpperCase().startsWith('SIG') ? name.toUpperCase() : `SIG${name.toUpperCase()}`;
  const number = (constants.signals as Readonly<Record<string, number | undefined>>)[full] ?? realTimeNumber(full);
  if (number === undefined) {
    throw new ExecutorError('invalid', `"${name}" is not a signal`, { hint: 'give a name such as SIGTERM' });
  }
  return number;
}

function realTimeNumber(name: string): number | undefined {
  const [, end, way = '0'] = /^SIGRT(MIN|MAX)([+-]\d{1,2})?$/.exec(name) ?? [];
  if (end === undefined) return undefined;
  const number = (end === 'MIN' ? FIRST_REAL_TIME : LAST_REAL_TIME) + Number(way);
  return number >= FIRST_REAL_TIME && number <= LAST_REAL_TIME ? number : undefined;
}

/** See `Executor.stop`. */
export async function endLaunch(entry: LaunchEntry, stop: { signal: string; timeoutMs: number }): Promise<void> {
  const number = signalNumber(stop.signal);
  const { handle } = entry.record;
  if (entry.exit === undefined) {
    if (stop.timeoutMs > 0 && isAlive(handle)) {
      await untilExecuted(entry);
      killIfThere(handle.pid, number);
      await within(entry.ended, stop.timeoutMs);
    }
    if (entry.exit === undefined) killCgroups(handle.cgroups);
  }
  const gone = await eventually(() => !isPopulated(handle.cgroups), KILL_TIMEOUT_MS);
  if (!gone) {
    killCgroups(handle.cgroups);
    throw new ExecutorError('timed-out', `processes of ${handle.id} survive SIGKILL`, {
      hint: 'they hang in the kernel, usually on a disk or network file system that does not answer',
    });
  }
  await within(entry.ended, DRAIN_TIMEOUT_MS);
  // The copier was killed or something outside the task holds its pipe: the group's emptiness is the second witness.
  if (entry.exit === undefined) settleWithoutCopier(entry);
}

/** Ends the entry by what is left when nobody will write its exit record. */
export function settleWithoutCopier(entry: LaunchEntry): void {
  entry.settle(readPrivateExit(entry.record) ?? { error: 'exit-status-unknown' });
}

/** Frees cgroups and files. @throws ExecutorError `invalid` while the task runs */
export async function freeLaunch(entry: LaunchEntry): Promise<void> {
  const { handle, plan } = entry.record;
  if (entry.exit === undefined) {
    throw new ExecutorError('invalid', `${handle.id} still runs`, { hint: 'stop it first' });
  }
  if (!entry.freed) {
    await freeGroups(handle.cgroups);
    endCopiers(entry);
  }
  removeLaunchDirectory(plan.dir);
  removeExitFile(plan.exitFile);
}

async function freeGroups(cgroups: readonly string[]): Promise<void> {
  if (isPopulated(cgroups)) {
    killCgroups(cgroups);
    await eventually(() => !isPopulated(cgroups), KILL_TIMEOUT_MS);
  }
  await Promise.all(cgroups.map(removeWhenFree));
}

/** What every launch leaves, then whatever else there is: what does both alike costs more than all of it. */
function removeLaunchDirectory(dir: string): void {
  try {
    unlinkSync(`${dir}/exit`);
    unlinkSync(`${dir}/launch.json`);
    if (existsSync(`${dir}/task.json`)) unlinkSync(`${dir}/task.json`);
    rmdirSync(dir);
  } catch {
    rmSync(dir, { recursive: true, force: true });
  }
}

function removeExitFile(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}

/**
 * A copier that still runs now, and did not tell of the end, waits for something outside of the launch that holds its pipe:
 * nobody will read that.
 */
function endCopiers({ record: { handle, copiers } }: LaunchEntry): void {
  if (handle.bootId !== readBootId()) return;
  for (const copier of [copiers.stdout, copiers.stderr]) {
    if (copier === undefined || !isAlive(copier)) continue;
    for (const pid of [...descendants(copier.pid), copier.pid]) killIfThere(pid, 'SIGKILL');
  }
}

const REMOVE_TIMEOUT_MS = 2_000;

/**
 * The kernel keeps a group busy for moments after its last process has gone. It also takes its time while others start,
 * so this waits on another thread: all groups at once.
 */
async function removeWhenFree(dir: string): Promise<void> {
  const end = performance.now() + REMOVE_TIMEOUT_MS;
  for (let stepMs = 1; ; stepMs = Math.min(stepMs * 2, 50)) {
    try {
      await rmdir(dir);
      return;
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return;
      if (removeInner(dir)) return;
      if (performance.now() > end)
        throw new ExecutorError('start-failed', `could not remove the cgroup ${dir}`, { cause: error });
    }
    await delay(stepMs);
  }
}

/** With the groups that the task made in it. @returns whether it has gone */
function removeInner(dir: string): boolean {
  try {
    removeCgroupTree(dir);
    return true;
  } catch {
    return false; // still busy: tried again by the caller, who tells of it in the end
  }
}

function within(promise: Promise<unknown>, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    promise.then(() => {
      clearTimeout(timer);
      resolve();
    }, resolve);
  });
}
