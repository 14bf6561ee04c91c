// What the author of a driver hands to the conformance suite.
import type { Driver } from '../driver.ts';
import type { TaskConfig } from '../task.ts';

/**
 * The tasks the suite asks for. The harness turns each into a `config` block of its driver.
 *
 * - `sleep`: runs until it is stopped and ends promptly on the driver's default kill signal.
 * - `exit0`, `exit3`: ends at once with that code.
 * - `print`: writes the lines `out 1` … `out N` to stdout and `err 1` … `err N` to stderr (N = `PRINT_LINES`), exits 0.
 * - `ignore-term`: ignores SIGTERM and SIGINT; only a hard kill ends it.
 * - `exit42-on-usr1`: exits with code 42 on SIGUSR1.
 * - `tree`: has a child process that ignores every signal it can.
 * - `bad-config`: its `config` is wrong in a way only the driver can see.
 * - `missing`: names an image, jar, kernel or program that does not exist.
 */
export type TaskKind =
  | 'sleep'
  | 'exit0'
  | 'exit3'
  | 'print'
  | 'ignore-term'
  | 'exit42-on-usr1'
  | 'tree'
  | 'bad-config'
  | 'missing';

/** Lines per stream of the task kind `print`. */
export const PRINT_LINES = 500;

/** Commands run inside a `sleep` task by the exec cases. */
export type ExecKind = 'exit7' | 'cat' | 'both-streams' | 'is-terminal' | 'sleep' | 'print-env';

export interface ConformanceHarness {
  /** A new driver object on the same node and state directory: what an agent makes when it starts again. */
  createDriver(): Driver | Promise<Driver>;
  /**
   * A task with an id never used before and its directories made. `undefined` when this driver cannot have such a task:
   * the case is then reported as skipped.
   */
  makeTask(kind: TaskKind, overrides?: Partial<TaskConfig>): Promise<TaskConfig | undefined>;
  /** Removes what the harness itself made. Called by the author's test, not by the suite. */
  cleanup(): Promise<void>;
  /** Processes, containers, mounts, control groups and files that tasks of this harness still hold on the node. */
  listLeftovers(): Promise<readonly string[]>;
  /** Number of live processes of a task, for the `tree` case. Absent = that case looks at the exit alone. */
  countProcesses?(task: TaskConfig): Promise<number>;
  /** The whole text of one stream of a task. Needed when `capabilities.logs` is `files`. */
  readLog?(task: TaskConfig, stream: 'stdout' | 'stderr'): Promise<string>;
  /** Replaces the shell commands of `EXEC_COMMANDS` where a task has no shell. */
  execCommand?(kind: ExecKind): readonly string[];
  /** Longest time one step may take here, milliseconds. An emulated machine needs more. @default 30000 */
  readonly stepTimeoutMs?: number;
}

/** What the exec cases run where the harness names nothing else. */
export const EXEC_COMMANDS: Readonly<Record<ExecKind, readonly string[]>> = {
  exit7: ['sh', '-c', 'exit 7'],
  cat: ['cat'],
  'both-streams': ['sh', '-c', 'echo to-out; echo to-err >&2'],
  // Some runtimes can set the size only when the command runs already.
  'is-terminal': ['sh', '-c', 'sleep 1; if [ -t 0 ]; then echo a-terminal; stty size; else echo no-terminal; fi'],
  sleep: ['sh', '-c', 'echo started; sleep 300'],
  'print-env': ['sh', '-c', 'echo "value=$ORCH_CONFORMANCE"'],
};
