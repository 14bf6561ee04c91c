// Options of blocks of a job in TypeScript. Written from the schema by `npm run docs`.

import type { RunTimeText } from './values.ts';

/** `config` of driver java. */
export interface JavaConfig {
  /** The jar, as the task sees it: local/app.jar for an artifact. */
  readonly jar_path?: string | undefined;
  /** Main class, instead of a jar. */
  readonly class?: string | undefined;
  /** Class path, as the task sees it. */
  readonly class_path?: string | undefined;
  /** Options for the JVM, before the jar or class. */
  readonly jvm_options?: readonly string[] | undefined;
  /** Arguments of the program. */
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
