// A task as the agent hands it to a driver, its handle, and how it ended.
import type { JsonObject } from './json.ts';

/** One start of one task: what the agent hands to a driver. All paths are absolute paths on the host. */
export interface TaskConfig {
  /** `<allocation id>/<task name>/<attempt>`. The idempotency key: a restart is a new id. */
  readonly id: string;
  readonly name: string;
  readonly allocationId: string;
  readonly allocationName: string;
  readonly namespace: string;
  readonly jobId: string;
  readonly jobName: string;
  readonly groupName: string;
  readonly nodeName: string;
  /** The user named by the job (`nobody`, `1000:1000`); absent = the driver's default. */
  readonly user?: string;
  /** Complete environment with in-task paths. Values are already interpolated. */
  readonly env: Readonly<Record<string, string>>;
  /** The task's `config` block, interpolated, checked against the driver's `configSchema`, defaults not filled in. */
  readonly config: JsonObject;
  readonly resources: TaskResources;
  readonly directories: TaskDirectories;
  readonly mounts: readonly TaskMount[];
  readonly network: TaskNetwork;
  readonly logs: TaskLogs;
  /** Signal name such as `SIGTERM`; absent = the driver's default. */
  readonly killSignal?: string;
}

export interface TaskResources {
  /** Share of the node's MHz the task asked for. */
  readonly cpuMhz: number;
  /** All MHz of the node: `cpuMhz / nodeCpuMhz × cores` is the task's fair share of cores. */
  readonly nodeCpuMhz: number;
  /** Core numbers reserved for this task alone; absent = shared. */
  readonly cores?: readonly number[];
  /** Hard limit in MiB unless `memoryMaxMiB` is given, then a reservation. */
  readonly memoryMiB: number;
  readonly memoryMaxMiB?: number;
}

export interface TaskDirectories {
  /** The allocation's directory; `shared`, `task` are inside. */
  readonly allocation: string;
  /** Shared between the group's tasks; `/alloc` inside a task. */
  readonly shared: string;
  /** The task's own root. Isolated drivers use it as the root file system. */
  readonly task: string;
  /** `/local` inside a task. */
  readonly local: string;
  /** `/secrets` inside a task: never logged, never listed. */
  readonly secrets: string;
  /** For the driver's own files about this task (sockets, pid files, overlays). Not visible to the task. Made by the agent, removed by it after `destroy`. */
  readonly driver: string;
}

export interface TaskMount {
  readonly hostPath: string;
  readonly taskPath: string;
  readonly readOnly: boolean;
  /** @default 'private' */
  readonly propagation?: 'private' | 'host-to-task' | 'bidirectional';
}

/**
 * Where the task lives on the network. `namespace`: join the network namespace at `path`, made and addressed by the
 * agent, shared by the group. `host`: the node's own network. `none`: loopback only, a namespace of its own.
 */
export type TaskNetwork =
  | {
      readonly kind: 'namespace';
      readonly path: string;
      readonly ports: readonly TaskPort[];
      readonly dns?: TaskDns;
      readonly hostname?: string;
    }
  | { readonly kind: 'host'; readonly ports: readonly TaskPort[]; readonly dns?: TaskDns; readonly hostname?: string }
  | { readonly kind: 'none'; readonly hostname?: string };

/** A port of the task's group. In a namespace the agent publishes it and the task listens on `to`. */
export interface TaskPort {
  readonly label: string;
  readonly hostIp: string;
  /** Port on the node. */
  readonly hostPort: number;
  /** Port inside the namespace. Equal to `hostPort` where the job did not say otherwise. */
  readonly to: number;
}

export interface TaskDns {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/**
 * Log files are `<dir>/<task name>.stdout.<N>` and `.stderr.<N>`, N rising, each at most `maxFileBytes`, at most
 * `maxFiles` of a kind kept. `dir` is this task's alone and only root can write or enter it; what tasks see of it in
 * `/alloc/logs` is the agent's, or that of a driver which says `showsLogs`.
 */
export interface TaskLogs {
  readonly dir: string;
  readonly disabled: boolean;
  readonly maxFiles: number;
  readonly maxFileBytes: number;
}

/** What the agent stores durably to find the task again. Opaque to the agent; the driver versions it. */
export interface TaskHandle {
  readonly driver: string;
  /** Version of `state`'s shape. A driver must read every version it ever wrote within one major version. */
  readonly version: number;
  readonly taskId: string;
  readonly state: JsonObject;
}

/** How a task ended. Fields are present only when known. */
export interface ExitResult {
  readonly exitCode?: number;
  /** Signal number that killed it. */
  readonly signal?: number;
  readonly oomKilled?: boolean;
  /** Set when the end was seen but not how: `exit-status-unknown`. Never reported as exit code 0. */
  readonly error?: string;
  /** Milliseconds since the epoch, node's clock. */
  readonly finishedAtMs?: number;
}

export interface TaskInspect {
  readonly taskId: string;
  readonly state: 'running' | 'exited' | 'unknown';
  readonly startedAtMs?: number;
  readonly exit?: ExitResult;
  /** Main process on the host, when there is one. */
  readonly pid?: number;
  /** Short facts for people: container id, image, emulator. */
  readonly attributes: Readonly<Record<string, string>>;
}
