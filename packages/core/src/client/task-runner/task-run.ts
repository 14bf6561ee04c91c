// The state of one task on its node, as the transition sees it and the store keeps it.

import { type TaskState, type TaskStateEvent, taskEventsKept } from '../../model/allocation.ts';
import type { RestartPolicy } from '../../model/policy.ts';

/**
 * ```
 * waiting ─▶ preparing ─▶ launching ─▶ running ─▶ (shutdown-delay) ─▶ stopping ─┐
 *    ▲           │            │           │                                    │
 *    │           └────────────┴───────────┴──────▶ releasing ◀─────────────────┘
 *    │                                              │    │
 *    │            preparing ◀── backoff ◀───────────┘    └──▶ dead
 *    └──────────────────────────────────────────────┴───────────┘ (only to start over)
 * ```
 * `releasing`: the attempt has ended and its driver resources are being freed; only then may the next attempt begin.
 */
export type TaskPhase =
  | 'waiting'
  | 'preparing'
  | 'launching'
  | 'running'
  | 'shutdown-delay'
  | 'stopping'
  | 'releasing'
  | 'backoff'
  | 'dead';

/** What follows when the current attempt has been released. */
export type NextStep =
  | 'restart'
  | 'backoff'
  /** Until the group's order lets it begin again. */
  | 'wait'
  | 'dead';

export interface TaskRun {
  readonly phase: TaskPhase;
  /** Number of the current attempt; 0 before the first. Part of the driver's task id, so it never repeats. */
  readonly attempt: number;
  readonly next: NextStep;
  /** A kill was asked for: no further attempt begins. */
  readonly killed: boolean;
  /** Ended in failure and will not start again. */
  readonly failed: boolean;
  readonly restarts: number;
  readonly window: RestartWindow;
  /** When the waiting of `backoff` or `shutdown-delay` ends. */
  readonly resumeAtMs: number;
  /** Failed tries to stop the current attempt. */
  readonly stopFailures: number;
  /** Ran at least once. */
  readonly everStarted: boolean;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  readonly lastRestartAtMs?: number;
  readonly events: readonly TaskStateEvent[];
}

/** Restarts counted since `startedAtMs`, for the restart policy's interval. */
export interface RestartWindow {
  readonly startedAtMs: number;
  readonly count: number;
}

/** The job's words about one task, as far as its life is concerned. */
export interface TaskRules {
  readonly restart: RestartPolicy;
  /** A service's main task and every sidecar start again also after exit code 0. */
  readonly restartOnSuccess: boolean;
  readonly shutdownDelayMs: number;
}

export function newTaskRun(nowMs: number): TaskRun {
  const run: TaskRun = {
    phase: 'waiting',
    attempt: 0,
    next: 'dead',
    killed: false,
    failed: false,
    restarts: 0,
    window: { startedAtMs: 0, count: 0 },
    resumeAtMs: 0,
    stopFailures: 0,
    everStarted: false,
    events: [],
  };
  return withEvent(run, nowMs, 'Received', 'Task received by the node');
}

/** Adds an event for people; the oldest ones fall out. */
export function withEvent(
  run: TaskRun,
  atMs: number,
  type: string,
  message: string,
  details: Readonly<Record<string, string>> = {},
): TaskRun {
  const events = [...run.events, { type, atMs, message, details }];
  return { ...run, events: events.slice(-taskEventsKept) };
}

/** What the server and people see of it. */
export function taskStateOf(run: TaskRun): TaskState {
  return {
    state: visibleState(run),
    failed: run.failed,
    restarts: run.restarts,
    ...(run.lastRestartAtMs === undefined ? {} : { lastRestartAtMs: run.lastRestartAtMs }),
    ...(run.startedAtMs === undefined ? {} : { startedAtMs: run.startedAtMs }),
    ...(run.finishedAtMs === undefined || run.phase !== 'dead' ? {} : { finishedAtMs: run.finishedAtMs }),
    events: run.events,
  };
}

function visibleState(run: TaskRun): TaskState['state'] {
  switch (run.phase) {
    case 'running':
    case 'shutdown-delay':
    case 'stopping':
      return 'running';
    case 'releasing':
      return run.next === 'dead' ? 'running' : 'pending';
    case 'dead':
      return 'dead';
    default:
      return 'pending';
  }
}
