// Starting: hands a prepared launch to the launcher and waits for its word.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupPids, killCgroups, readIfThere } from '../cgroup/cgroup-host.ts';
import { ExecutorError } from '../errors.ts';
import type { ExecutorParts } from '../executor.ts';
import type { LaunchHandle, LaunchSpec } from '../types.ts';
import { traceText } from './command-runner.ts';
import { eventually } from './eventually.ts';
import { parseExitRecord } from './exit-record.ts';
import { endLaunch, freeLaunch } from './launch-control.ts';
import type { PreparedLaunch } from './launch-prepare.ts';
import { discardLaunch, prepareLaunch } from './launch-prepare.ts';
import { findLaunchRecord, type LaunchRecord, writeLaunchRecord } from './launch-record.ts';
import { recoverLaunch } from './launch-recovery.ts';
import { takeUpUnrecorded } from './launch-unrecorded.ts';
import type { LauncherAnswer } from './launcher.ts';
import { viewProblem } from './log-files.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { readBootId, readStartTicks } from './process-identity.ts';

const START_TIMEOUT_MS = 30_000;

/** See `Executor.launch`. Called again for a launch that is known, it answers the same handle. */
export async function startLaunch(
  parts: ExecutorParts,
  spec: LaunchSpec,
  signal: AbortSignal | undefined,
): Promise<LaunchHandle> {
  if (signal?.aborted) throw new ExecutorError('canceled', `the launch of ${spec.id} was canceled`);
  const known = parts.table.find(spec.id);
  if (known !== undefined) return known.record.handle;
  const earlier = await earlierLaunch(parts, spec);
  if (earlier !== undefined) return earlier;
  const prepared = await prepareLaunch(spec, parts.nextToken(), parts.ground);
  tellOfView(parts, spec);
  let answer: LauncherAnswer;
  try {
    answer = await firstAnswer(parts, prepared);
  } catch (error) {
    await cleanUp(prepared);
    throw error;
  }
  if (answer.word !== 'S') {
    const why = traceText(join(prepared.plan.dir, 'trace'));
    await cleanUp(prepared);
    throw new ExecutorError(
      'start-failed',
      `could not set up ${answer.rest} for ${spec.id}${why === '' ? '' : `: ${why}`}`,
    );
  }
  const handle = register(parts, prepared, answer.rest);
  if (signal?.aborted) {
    const entry = parts.table.get(spec.id);
    await endLaunch(entry, { signal: 'SIGKILL', timeoutMs: 0 });
    await freeLaunch(entry);
    parts.table.delete(spec.id);
    throw new ExecutorError('canceled', `the launch of ${spec.id} was canceled`);
  }
  return handle;
}

/** Once per executor and reason: a disk of its own stays one, and a task that spoils its view does it again. */
const told = new WeakMap<ExecutorParts, Set<string>>();

function tellOfView(parts: ExecutorParts, { id, logs }: LaunchSpec): void {
  const problem = logs?.view && viewProblem(logs.dir, logs.view);
  if (problem === undefined) return;
  const kinds = told.get(parts) ?? new Set();
  told.set(parts, kinds);
  if (kinds.has(problem.kind)) return;
  kinds.add(problem.kind);
  parts.log.warn('the log files of a task are not shown to its group', { id, reason: problem.text });
}

/** A launch with this id that an earlier process began: it is taken over instead of being started twice. */
async function earlierLaunch(parts: ExecutorParts, spec: LaunchSpec): Promise<LaunchHandle | undefined> {
  // Nearly always nothing is there.
  if (!existsSync(spec.stateDir)) return undefined;
  const record = findLaunchRecord(spec.stateDir) ?? (await unrecordedLaunch(parts, spec));
  if (record === undefined || record.plan.id !== spec.id) return undefined;
  try {
    await recoverLaunch(parts, record.handle);
    return record.handle;
  } catch (error) {
    if (!(error instanceof ExecutorError) || error.code !== 'lost') throw error;
    const entry = parts.table.find(spec.id);
    if (entry !== undefined) await freeLaunch(entry);
    parts.table.delete(spec.id);
    return undefined;
  }
}

async function unrecordedLaunch(parts: ExecutorParts, spec: LaunchSpec): Promise<LaunchRecord | undefined> {
  const record = await takeUpUnrecorded(parts, spec);
  if (record !== undefined) writeLaunchRecord(record);
  return record;
}

function firstAnswer(parts: ExecutorParts, prepared: PreparedLaunch): Promise<LauncherAnswer> {
  const { token, id } = prepared.plan;
  return new Promise<LauncherAnswer>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new ExecutorError('start-failed', `${id} was not started within ${START_TIMEOUT_MS} ms`));
    }, START_TIMEOUT_MS);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      parts.launcher.forget(token);
      act();
    };
    parts.launcher.submit(token, {
      job: prepared.job,
      answer: (answer) => settle(() => resolve(answer)),
      fail: (error) => settle(() => reject(error)),
    });
  });
}

/** `rest` = pid and start ticks of the task, pid and start ticks of the stdout copier, pid of the stderr copier. */
function register(parts: ExecutorParts, prepared: PreparedLaunch, rest: string): LaunchHandle {
  const [pid, startTicks = '', copierPid, copierTicks = '', secondPid] = rest.split(' ');
  const { recorded: plan, cgroupPlan } = prepared;
  const handle: LaunchHandle = {
    id: plan.id,
    stateDir: plan.dir,
    bootId: readBootId(),
    pid: Number(pid),
    startTicks,
    cgroups: plan.cgroups,
    startedAtMs: Date.now(),
  };
  const stdout = { pid: Number(copierPid), startTicks: copierTicks };
  // The native launcher's copier carries both.
  const stderr = secondPid === copierPid ? stdout : identityOf(Number(secondPid));
  const { oomCounter } = cgroupPlan;
  const record = {
    version: 1 as const,
    handle,
    plan,
    ...(oomCounter === undefined ? {} : { oomCounter }),
    copiers: {
      stdout,
      ...(stderr === undefined ? {} : { stderr }),
    },
  };
  writeLaunchRecord(record);
  parts.table.add(record);
  return handle;
}

function identityOf(pid: number): ProcessIdentity | undefined {
  const startTicks = pid > 0 ? readStartTicks(pid) : undefined;
  return startTicks === undefined ? undefined : { pid, startTicks };
}

/** After a failed start: whatever of it still runs is ended, and when its copier has gone the files go too. */
async function cleanUp(prepared: PreparedLaunch): Promise<void> {
  const { plan, cgroupPlan } = prepared;
  killCgroups(plan.cgroups);
  await eventually(() => cgroupPids(plan.cgroups).length === 0, 5_000);
  await eventually(() => parseExitRecord(readIfThere(plan.exitFile) ?? '') !== undefined, 1_000);
  discardLaunch(plan.dir, plan.exitFile, cgroupPlan);
}
