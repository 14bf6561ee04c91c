// The driver interface: what a driver is, can do, and promises.
import type { ConfigSchema } from './config-schema.ts';
import type { JsonObject } from './json.ts';
import type { ExecRequest, ExecSession, LogChunk, TaskEvent, TaskStats } from './stream.ts';
import type { ExitResult, TaskConfig, TaskHandle, TaskInspect, TaskResources } from './task.ts';

/** The interface's own version. A driver states the one it was written against; same minor = same contract while 0.x. */
export const API_VERSION = '0.1';

export interface DriverInfo {
  /** The name job files use: `driver = "<name>"`. */
  readonly name: string;
  /** The driver's own version. */
  readonly version: string;
  readonly apiVersion: string;
}

/** What the driver can do. The agent and the server rely on it; the conformance suite holds the driver to it. */
export interface DriverCapabilities {
  /** `signals` is implemented. */
  readonly signals: boolean;
  /** `exec` is implemented. */
  readonly exec: boolean;
  /** `update` is implemented: resources may change while the task runs. */
  readonly update: boolean;
  /** `none`: sees the host; `chroot`: own root and namespaces; `image`: own file system; `vm`: own kernel. */
  readonly isolation: 'none' | 'chroot' | 'image' | 'vm';
  /** Network kinds of `TaskNetwork` the driver accepts. */
  readonly networks: readonly ('namespace' | 'host' | 'none')[];
  /** Honours `TaskConfig.mounts`. */
  readonly mounts: boolean;
  /**
   * `files`: the driver sees to it that log files are written and rotated, also while no agent runs.
   * `stream`: the runtime keeps the output; `logs` reads it and the agent writes the files.
   */
  readonly logs: 'files' | 'stream';
  /**
   * With `files`: the driver itself shows each log file to the group's tasks, in `<directories.shared>/logs`. Tasks can
   * write and replace that directory, so this takes handles that follow no symlink. Absent = the agent does it, while it
   * runs.
   */
  readonly showsLogs?: boolean;
  /**
   * How `$ORCH_GROUP_ADDRESS` must read inside a task for siblings of the group to be reached. 127.0.0.1 in a shared
   * namespace, 10.0.2.2 inside a VM with user-mode networking.
   */
  readonly groupAddress: string;
  /** Paths the task sees its directories under; `host` = the host's own paths. */
  readonly taskPaths: 'host' | { readonly shared: string; readonly local: string; readonly secrets: string };
}

/** What a driver found on this node. Sent at once and again on each change. */
export interface Fingerprint {
  /** `undetected`: the runtime is not there; `unhealthy`: there and broken; `healthy`: tasks can start. */
  readonly health: 'undetected' | 'unhealthy' | 'healthy';
  /** Why, and for `undetected` and `unhealthy` the mend ("install openjdk-17-jre-headless"). */
  readonly description: string;
  /** Node attributes, full names: `driver.java.version`. The agent adds `driver.<name> = "1"` when healthy. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface StartResult {
  readonly handle: TaskHandle;
  /** Set when the driver gave the task an address of its own (docker's default bridge). */
  readonly network?: { readonly ip: string; readonly portMap?: Readonly<Record<string, number>> };
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface StopOptions {
  /** Time between the kill signal and the hard kill, milliseconds. */
  readonly timeoutMs: number;
  /** Signal name; absent = the task's, else the driver's default. */
  readonly killSignal?: string;
}

/**
 * A driver runs tasks on one node. One object serves all tasks of its kind. All arguments and results are JSON-safe,
 * so the same interface is served in-process or from a plugin process; byte streams are channels beside it.
 *
 * Every method may be called at any time after construction and concurrently. Rejections are `DriverError`.
 */
export interface Driver {
  readonly info: DriverInfo;
  readonly capabilities: DriverCapabilities;
  readonly configSchema: ConfigSchema;

  /**
   * What this node offers. The first item comes at once; further ones on change, until `signal` aborts, which ends the
   * iteration without an error. An absent runtime is an item with `undetected`, never a throw.
   */
  fingerprint(options: CallOptions): AsyncIterable<Fingerprint>;

  /**
   * Starts a task. May take minutes (an image pull); tells about progress through `events`. Resolves when the runtime
   * accepted the task. Called again with the id of a task that runs, it answers the same handle. A failed or aborted
   * start leaves nothing behind.
   */
  start(task: TaskConfig, options: CallOptions): Promise<StartResult>;

  /**
   * Attaches to a task started by an earlier process of the agent. Resolves also for a task that exited meanwhile:
   * `wait` then answers at once. @throws `task-lost` when nothing of it is left, `bad-handle`.
   */
  recover(handle: TaskHandle): Promise<void>;

  /**
   * Resolves when the task has ended; many callers may wait; answers until `destroy`, also after `recover`. Aborting
   * `signal` stops the waiting (rejects with `canceled`), never the task.
   */
  wait(taskId: string, options: CallOptions): Promise<ExitResult>;

  /** Resolves when the task and its whole process tree have exited. Already exited is success. */
  stop(taskId: string, options: StopOptions): Promise<void>;

  /** Frees everything the task holds. With `force` a running task is killed first; without, that is an error. An unknown id is success. */
  destroy(taskId: string, options: { readonly force: boolean }): Promise<void>;

  inspect(taskId: string): Promise<TaskInspect>;

  /** Usage every `intervalMs` until the task ends or `signal` aborts; the first item comes at once. */
  stats(taskId: string, options: CallOptions & { readonly intervalMs: number }): AsyncIterable<TaskStats>;

  /** Messages about all tasks of this driver, from now on, until `signal` aborts. */
  events(options: CallOptions): AsyncIterable<TaskEvent>;

  /** Present if and only if `capabilities.signals`. `signal` is a name such as `SIGHUP`. */
  signals?: { send(taskId: string, signal: string): Promise<void> };

  /** Present if and only if `capabilities.exec`. */
  exec?: { open(taskId: string, request: ExecRequest, options: CallOptions): Promise<ExecSession> };

  /** Present if and only if `capabilities.update`. */
  update?: { resources(taskId: string, resources: TaskResources): Promise<void> };

  /** Present if and only if `capabilities.logs` is `stream`. Output behind `after` (absent = from the beginning), following until the task ended and all was read. */
  logs?: { read(taskId: string, options: CallOptions & { readonly after?: string }): AsyncIterable<LogChunk> };

  /**
   * Optional: frees what the driver holds beyond single tasks (images it pulled, dangling containers) that no task in
   * `keepTaskIds` needs. Called by the node's garbage collection.
   */
  collect?(options: { readonly keepTaskIds: readonly string[] }): Promise<{ readonly freed: readonly string[] }>;

  /** Releases the driver's own resources. Tasks keep running. */
  close(): Promise<void>;
}

/** What a driver package exports as `createDriver`. `options` is the `plugin "<name>" { config {…} }` block of the agent. */
export type CreateDriver = (options: DriverOptions) => Driver | Promise<Driver>;

export interface DriverOptions {
  /** The node's configuration for this driver; each driver documents and checks its own. */
  readonly config: JsonObject;
  /**
   * Users this node keeps from the driver's tasks: names, or ids as digits, as the operator wrote them. A driver refuses
   * a task whose `user` is one of them with `denied`, and by whatever other name it means the same. Absent = none.
   */
  readonly deniedUsers?: readonly string[];
  /** A directory for files of the driver that outlive the agent's process. */
  readonly stateDir: string;
  readonly log: DriverLog;
}

export interface DriverLog {
  debug(message: string, details?: JsonObject): void;
  info(message: string, details?: JsonObject): void;
  warn(message: string, details?: JsonObject): void;
  error(message: string, details?: JsonObject): void;
}
