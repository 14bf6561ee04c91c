// From a launch's request to files, directories and cgroups on disk; everything that can be wrong is found here.

import { hash } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyCgroupPlan, prepareParents, removeCgroups } from '../cgroup/cgroup-host.ts';
import type { CgroupLayout } from '../cgroup/cgroup-layout.ts';
import type { CgroupPlan } from '../cgroup/cgroup-plan.ts';
import { planCgroups } from '../cgroup/cgroup-plan.ts';
import { type DeviceGround, planDevices } from '../cgroup/device-groups.ts';
import { ExecutorError } from '../errors.ts';
import { devicePoints } from '../isolation/device-directory.ts';
import { deviceRules } from '../isolation/device-rules.ts';
import type { RootView } from '../isolation/root-lookup.ts';
import { findProgram, resolveInRoot } from '../isolation/root-lookup.ts';
import { checkMounts, planRoot, type RootPlan } from '../isolation/root-plan.ts';
import { makeTaskEtc } from '../isolation/task-etc.ts';
import type { ResolvedUser } from '../isolation/users.ts';
import { readUserDatabase, resolveUser } from '../isolation/users.ts';
import type { ChrootIsolation, IsolationPieces, LaunchSpec } from '../types.ts';
import { RUNNING_RECORD } from './exit-record.ts';
import type { FifoPool } from './fifo-pool.ts';
import type { LaunchPlan, RecordedPlan } from './launch-plan.ts';
import { launchRequest } from './launch-request.ts';
import { launchScript } from './launch-script.ts';
import { type LauncherJob, SYSTEM_PATH } from './launcher.ts';
import { planLogs } from './log-files.ts';

/** What the executor has made once, for all launches. */
export interface ExecutorGround extends DeviceGround {
  readonly layout: CgroupLayout;
  readonly cgroupParent: string;
  readonly pieces: IsolationPieces;
  readonly exitsDir: string;
  readonly etcDir: string;
  /** The /dev of isolated tasks in which nodes can be bound upon these names. */
  deviceDirectory(points: readonly string[]): Promise<string>;
  readonly fifos: FifoPool;
  readonly head: string;
  /** The native launcher's program: it makes groups, pipes, namespaces and mounts itself. */
  readonly native: string | undefined;
}

export interface PreparedLaunch {
  readonly plan: LaunchPlan;
  /** What of it goes into the launch's record. */
  readonly recorded: RecordedPlan;
  readonly cgroupPlan: CgroupPlan;
  readonly job: LauncherJob;
}

/** Far more than the kernel takes of a program's words: what the launcher would not hold is refused here. */
const MOST_PLAN = 8 * 1_048_576;

/** A file name for an id: readable, and unique by the hash at its end. */
export function nameForId(id: string): string {
  const known = names.get(id);
  if (known !== undefined) return known;
  const readable = id.replace(/[^A-Za-z0-9_.-]+/g, '-').slice(0, 100);
  const name = `${readable}-${hash('sha256', id).slice(0, 10)}`;
  if (names.size >= NAMES_MOST) names.clear();
  names.set(id, name);
  return name;
}

const NAMES_MOST = 1_024;
/** A launch is asked for its name several times. */
const names = new Map<string, string>();

/** @throws ExecutorError; then nothing is left behind */
export async function prepareLaunch(spec: LaunchSpec, token: string, ground: ExecutorGround): Promise<PreparedLaunch> {
  const { isolation } = spec;
  if (isolation.kind === 'chroot' && !ground.pieces.root) {
    const hint = ground.pieces.mend;
    throw new ExecutorError('start-failed', 'tasks cannot be isolated on this machine', hint ? { hint } : {});
  }
  const described = describeLaunch(spec, ground);
  const { cgroupPlan, exitFile, user } = described;
  try {
    const root = isolation.kind === 'chroot' ? await prepareRoot(isolation, user, ground) : undefined;
    const argv = checkCommand(spec, root ?? { root: '/', mounts: [] });
    // Undefined = it was there before.
    if (mkdirSync(spec.stateDir, { recursive: true, mode: 0o700 }) === undefined) chmodSync(spec.stateDir, 0o700);
    const recorded = recordedPlan(spec, ground, described);
    const plan = { token, argv, env: checkEnv(spec.env), ...recorded };
    const isNative = ground.native !== undefined;
    const job = isNative ? nativeJob(plan, cgroupPlan, root) : await shellJob(plan, cgroupPlan, ground);
    return { plan, recorded, cgroupPlan, job };
  } catch (error) {
    discardLaunch(spec.stateDir, exitFile, cgroupPlan);
    throw error instanceof ExecutorError
      ? error
      : new ExecutorError('start-failed', `could not prepare the launch of ${spec.id}`, { cause: error });
  }
}

interface Described {
  readonly name: string;
  readonly user: ResolvedUser;
  readonly cgroupPlan: CgroupPlan;
  readonly exitFile: string;
}

/** Who and where a launch is: the same each time it is asked for. Makes nothing. */
export function describeLaunch(spec: LaunchSpec, ground: ExecutorGround): Described {
  const name = nameForId(spec.id);
  return {
    name,
    user: resolveUser(spec.user ?? (spec.isolation.kind === 'chroot' ? 'nobody' : '0:0'), readUserDatabase()),
    cgroupPlan: planCgroups(ground.layout, `${ground.cgroupParent}/launches/${name}`, spec.limits),
    exitFile: `${ground.exitsDir}/${name}`,
  };
}

/** What of a launch's plan goes into its record. */
export function recordedPlan(spec: LaunchSpec, ground: ExecutorGround, described: Described): RecordedPlan {
  const { isolation } = spec;
  const { name, user, cgroupPlan, exitFile } = described;
  const devices = planDevices(ground, deviceRules(spec));
  return {
    ...{ id: spec.id, name, dir: spec.stateDir, exitFile, cwd: spec.cwd, user },
    cgroups: cgroupPlan.directories.map(({ dir }) => dir),
    oomScoreAdj: spec.limits.oomScoreAdj ?? 0,
    ...(devices === undefined ? {} : { devices }),
    ...(spec.networkNamespace === undefined ? {} : { networkNamespace: spec.networkNamespace }),
    ...(isolation.kind === 'chroot' ? { chroot: boundary(isolation, ground) } : {}),
    ...reachOf(spec, user),
    ...(spec.logs === undefined ? {} : { logs: planLogs(spec.logs) }),
  };
}

function reachOf({ isolation }: LaunchSpec, user: ResolvedUser): Pick<LaunchPlan, 'reach'> {
  if (isolation.kind !== 'host' || isolation.reach === undefined || user.uid === 0) return {};
  return { reach: isolation.reach };
}

function boundary(isolation: ChrootIsolation, { pieces }: ExecutorGround): NonNullable<LaunchPlan['chroot']> {
  const { root, hostname, pidMode, ipcMode, capabilities, deniedIds, seccomp = 'default' } = isolation;
  const filtersCalls = seccomp === 'default' && pieces.seccomp;
  return {
    ...{ root, pidMode, ipcMode, capabilities, filtersCalls },
    ...(deniedIds === undefined ? {} : { deniedIds }),
    ...(hostname === undefined ? {} : { hostname }),
  };
}

function nativeJob(plan: LaunchPlan, cgroupPlan: CgroupPlan, root: RootPlan | undefined): LauncherJob {
  const text = launchRequest(plan, prepareParents(cgroupPlan), root?.steps ?? []);
  if (text.length > MOST_PLAN)
    throw new ExecutorError('invalid', `the command and environment of ${plan.id} are longer than ${MOST_PLAN} bytes`);
  return { kind: 'launch', plan: text, sign: `${plan.dir}/exit` };
}

async function shellJob(
  plan: LaunchPlan,
  cgroupPlan: CgroupPlan,
  { fifos, head }: ExecutorGround,
): Promise<LauncherJob> {
  writePrivate(plan, 'exit', RUNNING_RECORD);
  writeFileSync(plan.exitFile, RUNNING_RECORD, { mode: 0o600 });
  applyCgroupPlan(cgroupPlan);
  await fifos.take(join(plan.dir, 'out'), plan.user.uid);
  if (plan.logs) await fifos.take(join(plan.dir, 'err'), plan.user.uid);
  writePrivate(plan, 'start.sh', launchScript(plan, head));
  return { kind: 'script', file: join(plan.dir, 'start.sh') };
}

/** Takes back what `prepareLaunch` made. */
export function discardLaunch(dir: string, exitFile: string, cgroupPlan: CgroupPlan): void {
  removeCgroups(cgroupPlan.directories.map((group) => group.dir));
  rmSync(dir, { recursive: true, force: true });
  rmSync(exitFile, { force: true });
}

async function prepareRoot(isolation: ChrootIsolation, user: ResolvedUser, ground: ExecutorGround): Promise<RootPlan> {
  const { root, mounts, hostname, resolvConf, hosts } = isolation;
  checkMounts(mounts);
  const inEtc = mounts.flatMap(({ path }) => (path.startsWith('/etc/') ? [path.slice('/etc/'.length)] : []));
  const etcDir = makeTaskEtc(ground.etcDir, {
    user,
    directories: inEtc.sort(),
    ...(hostname === undefined ? {} : { hostname }),
    ...(resolvConf === undefined ? {} : { resolvConf }),
    ...(hosts === undefined ? {} : { hosts }),
  });
  const devDir = await ground.deviceDirectory(devicePoints(mounts));
  return planRoot({ root, mounts, etcDir, devDir });
}

function checkCommand(spec: LaunchSpec, view: RootView): string[] {
  const [name = '', ...rest] = spec.argv;
  const cwd = resolveInRoot(view, spec.cwd);
  if (cwd === undefined || !statSync(cwd).isDirectory()) {
    throw new ExecutorError('not-found', `the working directory ${spec.cwd} does not exist`, {
      hint: 'the task must be able to see it',
    });
  }
  const program = findProgram(view, name, { cwd: spec.cwd, searchPath: spec.env['PATH'] ?? SYSTEM_PATH });
  if ('problem' in program) {
    throw new ExecutorError('not-found', program.problem, {
      hint: program.problem.endsWith('is not executable')
        ? 'make it executable where it comes from (chmod +x), or run it by what reads it: command = "/bin/sh", args = [FILE]'
        : 'give a path inside the task, or a name on its PATH',
    });
  }
  if (program.found.includes('=')) throw new ExecutorError('invalid', `the program path ${program.found} contains "="`);
  return [program.found, ...rest];
}

function checkEnv(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const name of Object.keys(env)) {
    if (name === '' || name.includes('=')) throw new ExecutorError('invalid', `"${name}" cannot be a variable's name`);
  }
  return env;
}

function writePrivate(plan: LaunchPlan, file: string, text: string): void {
  writeFileSync(join(plan.dir, file), text, { mode: 0o600 });
}
