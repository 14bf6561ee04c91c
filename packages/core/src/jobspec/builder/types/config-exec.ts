// Options of blocks of a job in TypeScript. Written from the schema by `npm run docs`.

import type { RunTimeText } from './values.ts';

/** `config` of driver exec. */
export interface ExecConfig {
  /** The program: a name on the PATH, an absolute path, or a path inside the task directory such as local/server. */
  readonly command: string;
  /** Arguments, passed on as they are; no shell is involved. */
  readonly args?: readonly string[] | undefined;
  /**
   * Absolute working directory as the task sees it.
   * @default "/"
   */
  readonly work_dir?: string | undefined;
  /** Whether the task sees only its own processes. Absent: as the node says, normally private. */
  readonly pid_mode?: 'private' | 'host' | RunTimeText | undefined;
  /** Whether System V IPC and POSIX message queues are its own. Absent: as the node says, normally private. */
  readonly ipc_mode?: 'private' | 'host' | RunTimeText | undefined;
  /** Linux capabilities the task keeps, for example net_bind_service; the node must allow each. */
  readonly cap_add?: readonly string[] | undefined;
  /**
   * Which system calls the kernel takes from the task: those of the default filter, or all where the node allows it.
   * @default "default"
   */
  readonly seccomp?: 'default' | 'unconfined' | RunTimeText | undefined;
  /** Capabilities taken out of cap_add again. */
  readonly cap_drop?: readonly string[] | undefined;
}
