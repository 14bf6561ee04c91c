// The state of one allocation on its node, as the transition sees it and the store keeps it.

import type { ClientStatus, TaskState } from '../../model/allocation.ts';
import type { Task } from '../../model/task.ts';
import type { TaskGroup } from '../../model/task-group.ts';

/**
 * ```
 * new ─▶ setting-up ─▶ running ─▶ (shutdown-delay) ─▶ killing ─▶ poststop ─▶ tearing-down ─▶ done
 *              └────────────────────────────────────────▲ (set-up failed)
 * ```
 */
export type AllocPhase =
  | 'new'
  | 'setting-up'
  | 'running'
  | 'shutdown-delay'
  | 'killing'
  | 'poststop'
  | 'tearing-down'
  | 'done';

/** What the allocation knows of its tasks: enough to order them. */
export interface TaskView {
  readonly state: 'waiting' | 'starting' | 'running' | 'dead';
  readonly failed: boolean;
  /** `start` was given, and not taken back to start over. */
  readonly begun: boolean;
  /** `kill` was given. */
  readonly killed: boolean;
}

export interface AllocRun {
  readonly phase: AllocPhase;
  readonly tasks: Readonly<Record<string, TaskView>>;
  /** Why it is being stopped, when it is. */
  readonly reason: string;
  readonly killEvent: string;
  /** Set when the allocation failed for a reason that is not a task's. */
  readonly failure?: string;
  readonly noShutdownDelay: boolean;
  readonly resumeAtMs: number;
  /** The set-up has begun and its end has not been seen: nothing may be torn down yet. */
  readonly settingUp: boolean;
  /** The server has forgotten it: not even poststop tasks are let finish. */
  readonly forgotten: boolean;
}

/** Where a task stands in its group's order. */
export type TaskRole = 'prestart' | 'prestart-sidecar' | 'main' | 'poststart' | 'poststart-sidecar' | 'poststop';

export interface GroupRules {
  readonly roles: Readonly<Record<string, TaskRole>>;
  readonly leader?: string;
  readonly shutdownDelayMs: number;
}

export function roleOf(task: Task): TaskRole {
  const lifecycle = task.lifecycle;
  if (lifecycle === undefined) return 'main';
  if (lifecycle.hook === 'poststop') return 'poststop';
  return lifecycle.sidecar ? `${lifecycle.hook}-sidecar` : lifecycle.hook;
}

export function groupRules(group: TaskGroup): GroupRules {
  const leader = group.tasks.find((task) => task.leader)?.name;
  return {
    roles: Object.fromEntries(group.tasks.map((task) => [task.name, roleOf(task)])),
    ...(leader === undefined ? {} : { leader }),
    shutdownDelayMs: group.shutdownDelayMs,
  };
}

export function newAllocRun(group: TaskGroup): AllocRun {
  const view: TaskView = { state: 'waiting', failed: false, begun: false, killed: false };
  return {
    phase: 'new',
    tasks: Object.fromEntries(group.tasks.map((task) => [task.name, view])),
    reason: '',
    killEvent: 'Killing',
    noShutdownDelay: false,
    resumeAtMs: 0,
    settingUp: false,
    forgotten: false,
  };
}

/**
 * The status the node reports. Terminal only once everything is torn down, so that a replacement never meets the old
 * one's processes or ports.
 */
export function clientStatusOf(
  run: AllocRun,
  states: Readonly<Record<string, TaskState>>,
): { readonly status: ClientStatus; readonly description: string } {
  if (run.phase === 'done') {
    if (run.failure !== undefined) return { status: 'failed', description: run.failure };
    const failed = Object.values(run.tasks).some((task) => task.failed);
    return failed
      ? { status: 'failed', description: 'Failed tasks' }
      : { status: 'complete', description: 'All tasks have completed' };
  }
  const running = Object.values(states).some((state) => state.state === 'running');
  const ending = run.phase !== 'new' && run.phase !== 'setting-up' && run.phase !== 'running';
  // A group that failed before its first task ran is never called running on its way out.
  const everStarted = Object.values(states).some((state) => state.startedAtMs !== undefined);
  if (running || (ending && everStarted)) return { status: 'running', description: 'Tasks are running' };
  return { status: 'pending', description: 'No tasks have started' };
}
