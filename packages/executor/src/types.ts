// The executor's contract: what a host process driver asks for and what it gets back.

import type { ChrootMount } from './isolation/default-mounts.ts';
import type { DeniedIds } from './isolation/denied-ids.ts';

/** One host process (tree) to start, supervise and be able to find again. Paths are absolute host paths. */
export interface LaunchSpec {
  /** Unique among all launches of this node, for ever: the driver's task id. */
  readonly id: string;
  /** argv[0] is looked up inside the root when isolated, else in `env.PATH`. No shell is involved. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Working directory as the task sees it. */
  readonly cwd: string;
  /** User name, uid, or `user:group`. Absent = root for `host`, `nobody` for `isolated`. */
  readonly user?: string;
  readonly isolation: HostIsolation | ChrootIsolation;
  /** Network namespace to enter; absent = the host's. `none` = an empty one with loopback up. */
  readonly networkNamespace?: string | 'none';
  readonly limits: LaunchLimits;
  /**
   * Device nodes that every process of the launch may open and make, all others refused by the kernel, whoever it runs
   * as. Absent = those of `DEFAULT_DEVICES` for `chroot`, no restriction for `host`.
   */
  readonly devices?: readonly DeviceRule[];
  /** Where stdout and stderr go. Absent = discarded. */
  readonly logs?: {
    /** Only root may write in it. Made when it is not there. */
    readonly dir: string;
    readonly name: string;
    readonly maxFiles: number;
    readonly maxFileBytes: number;
    /** Where each log file is shown to tasks, as a hard link; on another disk it is not. Absent = nowhere. */
    readonly view?: LogView;
  };
  /** A private directory of this launch (identity, exit status, FIFOs). Made by the executor, mode 0700. */
  readonly stateDir: string;
}

/**
 * A directory that tasks may write, or replace by something else: `path` below `root`, which only root can alter. It is
 * reached without following symlinks, and nothing is opened, read or cut through it.
 */
export interface LogView {
  readonly root: string;
  readonly path: string;
}

/** A device node, or all of a kind: as in a v1 `devices.allow`. */
export interface DeviceRule {
  readonly type: 'c' | 'b';
  readonly major: number | '*';
  readonly minor: number | '*';
  /** Of `r` read, `w` write, `m` make the node. */
  readonly access: string;
}

/** Sees the host's file system, processes and users. */
export interface HostIsolation {
  readonly kind: 'host';
  /**
   * The task's own directory, where it lies in one that only root enters: a task of another user gets a mount namespace
   * in which that one is at its own path and the only one there. Root needs none and gets none.
   */
  readonly reach?: string;
}

/**
 * Own mount, pid, ipc, uts and cgroup namespaces, a root of its own, no capabilities, no new privileges, system calls
 * filtered. Needs the native launcher.
 */
export interface ChrootIsolation {
  readonly kind: 'chroot';
  /** The task's directory: what is in it at the start is seen in the task's root at the same names. */
  readonly root: string;
  /** Bound into the root; host system directories come as read-only mounts from `defaultChrootMounts()`. */
  readonly mounts: readonly ChrootMount[];
  readonly hostname?: string;
  /** Text of the task's /etc/resolv.conf. Absent = the host's. */
  readonly resolvConf?: string;
  /** Lines added to the task's /etc/hosts. */
  readonly hosts?: string;
  /** `private` unless the node allows and the job asks for the host's. */
  readonly pidMode: 'private' | 'host';
  readonly ipcMode: 'private' | 'host';
  /** Capabilities kept in the bounding set, for example `net_bind_service`. */
  readonly capabilities: readonly string[];
  /** System calls: `default` = the filter of docs/seccomp.md. @default 'default' */
  readonly seccomp?: 'default' | 'unconfined';
  /** Ids no process of the launch can take on, whatever its capabilities: the kernel refuses the change. Absent = none. */
  readonly deniedIds?: DeniedIds;
}

/** Which parts of the isolation this machine has. */
export interface IsolationPieces {
  /** Isolated launches are possible: the native launcher, and mounts by handle (Linux 5.12). */
  readonly root: boolean;
  /** What an operator does where they are not. */
  readonly mend?: string;
  readonly seccomp: boolean;
  /** How device nodes are kept from tasks: by a program on cgroup v2, or by the v1 hierarchy. */
  readonly devices: 'bpf' | 'v1' | 'none';
  /** Which hierarchy limits the number of processes. */
  readonly pids: 'v2' | 'v1' | 'none';
  readonly keyring: boolean;
  readonly cgroupNamespace: boolean;
  /** Where pipes, plans and exit records lie. */
  readonly stateDir: 'memory' | 'disk';
}

export interface LaunchLimits {
  /** Bytes; absent = unlimited. */
  readonly memoryBytes?: number;
  /** Soft reservation in bytes. */
  readonly memoryReservationBytes?: number;
  /** Relative weight: 1 share = 1 MHz. */
  readonly cpuShares?: number;
  /** Hard cap in whole cores (1.5 = one and a half); absent = may use idle CPU. */
  readonly cpuQuotaCores?: number;
  readonly cpusetCores?: readonly number[];
  readonly pidsMax?: number;
  /** −1000…1000. */
  readonly oomScoreAdj?: number;
}

/** Durable facts about a launch, JSON-safe; enough to find it again after the agent's restart. */
export interface LaunchHandle {
  readonly id: string;
  readonly stateDir: string;
  readonly bootId: string;
  /** The task's main process and its start time in clock ticks since boot: a bare pid is never an identity. */
  readonly pid: number;
  readonly startTicks: string;
  /** cgroup directories of the task, one per hierarchy. */
  readonly cgroups: readonly string[];
  readonly startedAtMs: number;
}

export interface LaunchExit {
  readonly exitCode?: number;
  readonly signal?: number;
  readonly oomKilled?: boolean;
  /** `exit-status-unknown` when neither witness could tell. */
  readonly error?: 'exit-status-unknown' | 'lost-in-reboot';
  readonly finishedAtMs?: number;
}

export interface LaunchStats {
  readonly atMs: number;
  readonly cpuTotalNs: number;
  readonly cpuUserNs: number;
  readonly cpuSystemNs: number;
  readonly throttledPeriods: number;
  readonly throttledNs: number;
  readonly memoryBytes: number;
  readonly memoryRssBytes: number;
  readonly memoryCacheBytes: number;
  readonly memoryMaxBytes: number;
  readonly pids: number;
}

/**
 * Starts and supervises host processes. Nothing a launched process needs lives in this process: after kill -9 of the
 * agent a new executor on the same `stateDir` finds everything again through `recover`.
 */
export interface Executor {
  readonly isolation: IsolationPieces;
  /** Resolves when the process runs (its program was executed). A failed launch leaves nothing behind. @throws ExecutorError */
  launch(spec: LaunchSpec, options?: { readonly signal?: AbortSignal }): Promise<LaunchHandle>;
  /** Attaches to a launch of an earlier process. @throws ExecutorError `lost` when nothing of it is left. */
  recover(handle: LaunchHandle): Promise<void>;
  wait(id: string, options?: { readonly signal?: AbortSignal }): Promise<LaunchExit>;
  /** Signals the main process (`tree` = every process of the task). */
  signal(id: string, signal: string, target: 'main' | 'tree'): Promise<void>;
  /** Kill signal, time-out, then the whole cgroup is killed. Resolves when nothing of the tree is left. */
  stop(id: string, options: { readonly signal: string; readonly timeoutMs: number }): Promise<void>;
  /** Frees cgroups, FIFOs, mounts and state. The task must have ended. Unknown id is success. */
  destroy(id: string): Promise<void>;
  /** The directory below the executor's own that is meant for this launch: `LaunchSpec.stateDir`. */
  launchDirectory(id: string): string;
  /** Ends what an earlier process began under an id that is not known here, and frees it. Nothing there is no error. */
  abandon(id: string): Promise<void>;
  /** Whether `launch` or `recover` made the id known here and it was not destroyed. */
  has(id: string): boolean;
  alive(id: string): Promise<boolean>;
  /** The exit of a launch that has ended, without waiting; undefined while it runs. */
  exited(id: string): Promise<LaunchExit | undefined>;
  stats(id: string): Promise<LaunchStats>;
  /** Runs a command inside a running task's namespaces, root, user and cgroup. */
  exec(id: string, request: ExecRequestLike): Promise<ExecSessionLike>;
  /** Runs a short host command through the launcher and collects its output (`ip`, `nft`, CNI plugins): the agent never forks itself. */
  run(command: RunCommand, options?: { readonly signal?: AbortSignal }): Promise<RunResult>;
  close(): Promise<void>;
}

export interface RunCommand {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array | string;
  readonly cwd?: string;
  /** Milliseconds until the command is killed. @default 30000 */
  readonly timeoutMs?: number;
}

export interface RunResult {
  /** 128 + signal number when killed. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecRequestLike {
  readonly command: readonly string[];
  readonly tty: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly size?: { readonly columns: number; readonly rows: number };
}

export interface ExecSessionLike {
  write(data: Uint8Array): Promise<void>;
  end(): void;
  resize(size: { readonly columns: number; readonly rows: number }): void;
  readonly output: AsyncIterable<{ readonly stream: 'stdout' | 'stderr'; readonly data: Uint8Array }>;
  /** Never rejects. `error` = how it ended is not known: who would have told was killed. */
  readonly exited: Promise<{ readonly exitCode?: number; readonly signal?: number; readonly error?: string }>;
  close(): Promise<void>;
}
