// Puts the rooms together: the Executor that drivers are given.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { limitAllLaunches } from './cgroup/all-launches.ts';
import { cgroupPids, makeInAllHierarchies, readCgroupLayout, removeCgroups } from './cgroup/cgroup-host.ts';
import { type CgroupLayout, hierarchies } from './cgroup/cgroup-layout.ts';
import { ExecutorError, systemErrorCode } from './errors.ts';
import { openPipeSession } from './exec/exec-pipes.ts';
import { openTerminalSession } from './exec/exec-terminal.ts';
import { makeDeviceDirectory } from './isolation/device-directory.ts';
import { isolationPieces, mendOf, missingPieces } from './isolation/isolation-pieces.ts';
import { forgetCommands, runThroughLauncher } from './launch/command-runner.ts';
import { unbufferedHead } from './launch/copier-script.ts';
import { eventually } from './launch/eventually.ts';
import { FifoPool } from './launch/fifo-pool.ts';
import { endLaunch, freeLaunch, signalLaunch, untilExecuted } from './launch/launch-control.ts';
import { type ExecutorGround, nameForId } from './launch/launch-prepare.ts';
import { recoverLaunch, watchOver } from './launch/launch-recovery.ts';
import { startLaunch } from './launch/launch-start.ts';
import { readLaunchStats } from './launch/launch-stats.ts';
import type { LaunchEntry } from './launch/launch-table.ts';
import { LaunchTable } from './launch/launch-table.ts';
import { endUnrecorded } from './launch/launch-unrecorded.ts';
import { Launcher } from './launch/launcher.ts';
import { findNativeLauncher } from './launch/native-launcher.ts';
import { isAlive } from './launch/process-identity.ts';
import { secureDirectory } from './launch/secure-directory.ts';
import { isInMemory } from './launch/volatile-state-dir.ts';
import type { Executor, LaunchExit, LaunchHandle, RunCommand, RunResult } from './types.ts';

export interface ExecutorOptions {
  /**
   * A directory of this node for records, pipes and scripts. It must outlive this process but not the machine's boot, so
   * the fastest place is in memory: see `volatileStateDir`. Path and content must not change between agents.
   */
  readonly stateDir: string;
  /** Name below each cgroup hierarchy. @default 'orch' */
  readonly cgroupParent?: string;
  readonly log?: ExecutorLog;
  /** What starts tasks. @default `native` where it was built, else `shell` */
  readonly launcher?: 'native' | 'shell';
  /** How device nodes are kept from tasks where the machine has both ways. @default 'bpf' */
  readonly deviceControl?: 'bpf' | 'v1';
  /** How often copiers and keepers of commands are looked after, milliseconds. @default 2000 */
  readonly watchdogMs?: number;
}

export interface ExecutorLog {
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** All parts a launch's life needs. */
export interface ExecutorParts {
  readonly stateDir: string;
  readonly launcher: Launcher;
  readonly table: LaunchTable;
  readonly ground: ExecutorGround;
  readonly log: ExecutorLog;
  /** Called whenever the watchdog looks around. */
  readonly watched: Set<() => void>;
  nextToken(): string;
  run(command: RunCommand, options?: { readonly signal?: AbortSignal }): Promise<RunResult>;
}

/**
 * Starts the launcher and makes what all launches share. Call it early, while this process is small: the launcher is
 * the only process it ever forks. @throws ExecutorError `start-failed` without root or cgroups,
 * `unsafe-directory` when somebody else could have written into the state directory
 */
export async function createExecutor(options: ExecutorOptions): Promise<Executor> {
  const parts = await buildParts(options);
  const watchdog = setInterval(() => {
    parts.table.tend();
    for (const look of parts.watched) look();
    for (const entry of parts.table.running()) {
      watchOver(parts, entry, performance.now()).catch((error: unknown) => {
        parts.log.warn('could not repair the copiers of a task', { id: entry.record.plan.id, error: String(error) });
      });
    }
  }, options.watchdogMs ?? 2_000);
  watchdog.unref();
  const { table } = parts;
  return {
    isolation: parts.ground.pieces,
    launch: (spec, { signal } = {}) => startLaunch(parts, spec, signal),
    recover: (handle: LaunchHandle) => recoverLaunch(parts, handle),
    wait: (id, { signal } = {}) => waitFor(table.get(id), signal),
    signal: (id, name, target) => signalLaunch(table.get(id), name, target),
    stop: (id, stop) => endLaunch(table.get(id), stop),
    destroy: async (id) => {
      const entry = table.find(id);
      if (entry === undefined) return;
      await freeLaunch(entry);
      table.delete(id);
    },
    launchDirectory: (id) => launchDirectory(parts, id),
    abandon: async (id) => {
      const stateDir = launchDirectory(parts, id);
      if (table.find(id) === undefined && existsSync(stateDir)) await endUnrecorded(parts, { id, stateDir });
    },
    has: (id) => table.find(id) !== undefined,
    alive: async (id) => {
      const entry = table.get(id);
      return entry.exit === undefined && isAlive(entry.record.handle);
    },
    exited: async (id) => table.get(id).exit,
    stats: async (id) => readLaunchStats(table.get(id)),
    exec: async (id, request) => {
      const entry = table.get(id);
      await untilExecuted(entry);
      return request.tty ? openTerminalSession(parts, entry, request) : openPipeSession(parts, entry, request);
    },
    run: parts.run,
    close: async () => {
      clearInterval(watchdog);
      table.close();
      await parts.launcher.close();
      if (table.size === 0) await removeEmptyParents(parts.ground);
    },
  };
}

function launchDirectory({ stateDir }: ExecutorParts, id: string): string {
  return join(stateDir, 'launches', nameForId(id));
}

async function buildParts(options: ExecutorOptions): Promise<ExecutorParts> {
  const { stateDir, cgroupParent = 'orch' } = options;
  const log = options.log ?? { warn() {} };
  // Root runs scripts from it.
  secureDirectory(stateDir);
  const exitsDir = join(stateDir, 'exits');
  mkdirSync(exitsDir, { recursive: true, mode: 0o700 });
  const layout = readCgroupLayout();
  const native = options.launcher === 'shell' ? undefined : findNativeLauncher();
  if (options.launcher === 'native' && native === undefined)
    throw new ExecutorError('start-failed', 'the native launcher is not built', {
      hint: 'run native/build.sh; it needs a C compiler',
    });
  const launcher = new Launcher({
    native,
    cgroups: makeInAllHierarchies(layout, `${cgroupParent}/supervisors`),
    onRestart: (reason) => log.warn('the launcher was killed and is started again', { reason }),
  });
  await launcher.start();
  const pieces = isolationPieces({
    layout,
    ...(native === undefined ? {} : { launcher: launcher.pieces }),
    stateDir: isInMemory(stateDir) ? 'memory' : 'disk',
    ...(options.deviceControl === undefined ? {} : { deviceControl: options.deviceControl }),
  });
  for (const piece of missingPieces(pieces))
    log.warn('tasks are isolated without a piece that this machine lacks', { piece, mend: mendOf(pieces, piece) });
  limitProcesses(layout, cgroupParent, log);
  let count = 0;
  const nextToken = () => {
    count += 1;
    return `t${process.pid}-${count}`;
  };
  forgetCommands(join(stateDir, 'run'));
  const run: ExecutorParts['run'] = (command, { signal } = {}) =>
    runThroughLauncher(launcher, join(stateDir, 'run'), nextToken(), command, signal);
  const fifos = new FifoPool(join(stateDir, 'fifos'), async (paths) => {
    const made = await run({ argv: ['mkfifo', '-m', '600', ...paths] });
    if (made.exitCode !== 0) throw new ExecutorError('start-failed', `mkfifo failed: ${made.stderr.trim()}`);
  });
  await fifos.start();
  const deviceDirectory = (points: readonly string[]) =>
    makeDeviceDirectory(join(stateDir, ['dev', ...points].join('+')), run, points);
  await deviceDirectory([]);
  const ground = {
    layout,
    cgroupParent,
    pieces,
    control: pieces.devices,
    exitsDir,
    etcDir: join(stateDir, 'etc'),
    deviceDirectory,
    fifos,
    head: unbufferedHead(),
    native,
  };
  return { stateDir, launcher, table: watchedTable(exitsDir, log), ground, log, watched: new Set(), nextToken, run };
}

function limitProcesses(layout: CgroupLayout, cgroupParent: string, log: ExecutorLog): void {
  try {
    limitAllLaunches(layout, cgroupParent);
  } catch (error) {
    log.warn('the processes of all tasks together are not limited', { error: String(error) });
  }
}

async function waitFor(entry: LaunchEntry, signal: AbortSignal | undefined): Promise<LaunchExit> {
  if (entry.exit !== undefined) return entry.exit;
  if (signal === undefined) return entry.ended;
  if (signal.aborted) throw new ExecutorError('canceled', 'waiting was canceled');
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new ExecutorError('canceled', 'waiting was canceled'));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([entry.ended, aborted]);
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}

/** A copier ends a moment after it has told how its task ended. */
const COPIER_END_MS = 300;

/** The last executor on the machine takes its empty groups away; with others at work they are not empty and stay. */
async function removeEmptyParents(ground: ExecutorGround): Promise<void> {
  const mounts = hierarchies(ground.layout);
  const supervisors = mounts.map((mount) => `${mount}/${ground.cgroupParent}/supervisors`);
  await eventually(() => cgroupPids(supervisors).length === 0, COPIER_END_MS);
  for (const mount of mounts) {
    const parent = `${mount}/${ground.cgroupParent}`;
    try {
      // While another executor is at work this one is not empty, and all stay.
      removeCgroups([`${parent}/supervisors`]);
      for (const name of childrenOf(parent)) removeCgroups([`${parent}/${name}`]);
      removeCgroups([parent]);
    } catch (error) {
      if (systemErrorCode(error) !== 'EBUSY') throw error;
    }
  }
}

function childrenOf(group: string): string[] {
  if (!existsSync(group)) return [];
  const entries = readdirSync(group, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

function watchedTable(exitsDir: string, log: ExecutorLog): LaunchTable {
  return new LaunchTable(exitsDir, (error) =>
    log.warn('ends of tasks are looked for every now and then: the kernel gives no watch on their directory', {
      error: String(error),
      mend: 'see who holds inotify instances, or raise fs.inotify.max_user_instances',
    }),
  );
}
