// The life of one task as a pure function: state and event in, state and effects out.

import { assertNever } from '../../lib/assert.ts';
import { describeExit, exitDetails, isSuccess, type TaskExit } from './exit.ts';
import { decideRestart } from './restart-policy.ts';
import { type TaskRules, type TaskRun, withEvent } from './task-run.ts';

/** What happened. Events of an attempt that is not the current one are ignored. */
export type TaskInput =
  /** The group's order lets the task begin. */
  | { readonly type: 'start' }
  | { readonly type: 'prepared'; readonly attempt: number }
  | { readonly type: 'prepare-failed'; readonly attempt: number; readonly failure: StartFailure }
  | { readonly type: 'launched'; readonly attempt: number }
  | { readonly type: 'launch-failed'; readonly attempt: number; readonly failure: StartFailure }
  | { readonly type: 'exited'; readonly attempt: number; readonly exit: TaskExit }
  | { readonly type: 'stop-failed'; readonly attempt: number; readonly message: string }
  | { readonly type: 'released'; readonly attempt: number }
  | { readonly type: 'timer' }
  /** A person asks for a restart; it is not counted. */
  | { readonly type: 'restart'; readonly reason: string }
  /** Back to waiting for the group's order, also from death; it is not counted. */
  | { readonly type: 'start-over'; readonly reason: string }
  | { readonly type: 'kill'; readonly reason: string; readonly eventType: string; readonly noShutdownDelay: boolean }
  /** Something to tell people, without a change of state. */
  | {
      readonly type: 'note';
      readonly eventType: string;
      readonly message: string;
      readonly details?: Readonly<Record<string, string>>;
    };

export interface StartFailure {
  /** Nomad's event type: `Driver Failure`, `Failed Artifact Download`, `Setup Failure`. */
  readonly eventType: string;
  readonly message: string;
  readonly recoverable: boolean;
}

export type TaskEffect =
  | { readonly type: 'prepare'; readonly attempt: number }
  | { readonly type: 'launch'; readonly attempt: number }
  /** Break off the preparation or the launch; its event still arrives. */
  | { readonly type: 'abort'; readonly attempt: number }
  | { readonly type: 'wait'; readonly attempt: number }
  | { readonly type: 'stop'; readonly attempt: number }
  | { readonly type: 'release'; readonly attempt: number; readonly force: boolean }
  | { readonly type: 'timer'; readonly delayMs: number }
  | { readonly type: 'cancel-timer' };

export interface TaskStep {
  readonly run: TaskRun;
  readonly effects: readonly TaskEffect[];
}

/** The moment and the random number of a step. */
export interface Moment {
  readonly nowMs: number;
  /** In [0, 1). */
  readonly jitter: number;
}

/** Tries to stop an attempt in the ordinary way before it is destroyed by force. */
const maxStopFailures = 5;

export function transition(run: TaskRun, input: TaskInput, rules: TaskRules, moment: Moment): TaskStep {
  switch (input.type) {
    case 'start':
      return run.phase === 'waiting' ? beginAttempt(run, moment) : stay(run);
    case 'prepared':
      return isCurrent(run, input.attempt, 'preparing') ? onPrepared(run) : stay(run);
    case 'prepare-failed':
      return isCurrent(run, input.attempt, 'preparing') ? onStartFailure(run, input.failure, rules, moment) : stay(run);
    case 'launched':
      return isCurrent(run, input.attempt, 'launching') ? onLaunched(run, moment) : stay(run);
    case 'launch-failed':
      return isCurrent(run, input.attempt, 'launching') ? onStartFailure(run, input.failure, rules, moment) : stay(run);
    case 'exited':
      return input.attempt === run.attempt && isAlive(run) ? onExited(run, input.exit, rules, moment) : stay(run);
    case 'stop-failed':
      return isCurrent(run, input.attempt, 'stopping') ? onStopFailed(run, input.message, moment) : stay(run);
    case 'released':
      return isCurrent(run, input.attempt, 'releasing') ? onReleased(run, moment) : stay(run);
    case 'timer':
      return onTimer(run, moment);
    case 'restart':
      return onRestart(run, 'restart', input.reason, moment);
    case 'start-over':
      return onRestart(run, 'wait', input.reason, moment);
    case 'kill':
      return onKill(run, input, rules, moment);
    case 'note':
      return stay(withEvent(run, moment.nowMs, input.eventType, input.message, input.details));
    default:
      return assertNever(input, 'task input');
  }
}

/** What to do for a task found in the store after the agent's start. `lost` = the machine has booted since. */
export function resume(run: TaskRun, lost: boolean, rules: TaskRules, moment: Moment): TaskStep {
  const attempt = run.attempt;
  switch (run.phase) {
    case 'waiting':
    case 'dead':
      return stay(run);
    case 'preparing':
      return { run, effects: [{ type: 'prepare', attempt }] };
    case 'launching':
      // The same id again: the driver answers with the task if the first try got through.
      if (!lost) return { run, effects: [{ type: 'launch', attempt }] };
      return { run: { ...run, phase: 'releasing', next: nextOfLost(run) }, effects: [release(run)] };
    case 'running':
    case 'shutdown-delay':
    case 'stopping':
      return lost ? onExited(run, lostInReboot, rules, moment) : resumeAlive(run, moment);
    case 'releasing':
      return { run, effects: [{ type: 'release', attempt, force: true }] };
    case 'backoff':
      return { run, effects: [{ type: 'timer', delayMs: Math.max(0, run.resumeAtMs - moment.nowMs) }] };
    default:
      return assertNever(run.phase, 'task phase');
  }
}

const lostInReboot: TaskExit = { error: 'the machine was restarted' };

function nextOfLost(run: TaskRun): TaskRun['next'] {
  if (run.killed) return 'dead';
  return run.next === 'wait' ? 'wait' : 'restart';
}

function resumeAlive(run: TaskRun, moment: Moment): TaskStep {
  const effects: TaskEffect[] = [{ type: 'wait', attempt: run.attempt }];
  if (run.phase === 'stopping') effects.push({ type: 'stop', attempt: run.attempt });
  if (run.phase === 'shutdown-delay') {
    effects.push({ type: 'timer', delayMs: Math.max(0, run.resumeAtMs - moment.nowMs) });
  }
  return { run, effects };
}

function stay(run: TaskRun): TaskStep {
  return { run, effects: [] };
}

function isCurrent(run: TaskRun, attempt: number, phase: TaskRun['phase']): boolean {
  return run.attempt === attempt && run.phase === phase;
}

/** A person wants this attempt gone and another one after it. */
function isRestarting(run: TaskRun): boolean {
  return run.next === 'restart' || run.next === 'wait';
}

function isAlive(run: TaskRun): boolean {
  return run.phase === 'running' || run.phase === 'shutdown-delay' || run.phase === 'stopping';
}

function beginAttempt(run: TaskRun, moment: Moment): TaskStep {
  const attempt = run.attempt + 1;
  const next = withEvent(run, moment.nowMs, 'Task Setup', 'Building the task directory');
  return {
    run: { ...next, phase: 'preparing', attempt, next: 'dead', stopFailures: 0 },
    effects: [{ type: 'prepare', attempt }],
  };
}

function onPrepared(run: TaskRun): TaskStep {
  if (run.killed) return { run: { ...run, phase: 'releasing', next: 'dead' }, effects: [release(run)] };
  if (isRestarting(run)) return { run: { ...run, phase: 'releasing' }, effects: [release(run)] };
  return { run: { ...run, phase: 'launching' }, effects: [{ type: 'launch', attempt: run.attempt }] };
}

function onLaunched(run: TaskRun, moment: Moment): TaskStep {
  const running = withEvent(
    { ...run, phase: 'running', everStarted: true, startedAtMs: moment.nowMs, failed: false },
    moment.nowMs,
    'Started',
    'Task started by the node',
  );
  const effects: TaskEffect[] = [{ type: 'wait', attempt: run.attempt }];
  if (!run.killed && !isRestarting(run)) return { run: running, effects };
  return { run: { ...running, phase: 'stopping' }, effects: [...effects, { type: 'stop', attempt: run.attempt }] };
}

function onStartFailure(run: TaskRun, failure: StartFailure, rules: TaskRules, moment: Moment): TaskStep {
  if (run.killed) return { run: { ...run, phase: 'releasing', next: 'dead' }, effects: [release(run)] };
  if (isRestarting(run)) return { run: { ...run, phase: 'releasing' }, effects: [release(run)] };
  const told = withEvent(run, moment.nowMs, failure.eventType, failure.message);
  if (!failure.recoverable) {
    const gone = withEvent(told, moment.nowMs, 'Not Restarting', 'Error was unrecoverable');
    return { run: { ...gone, phase: 'releasing', next: 'dead', failed: true }, effects: [release(run)] };
  }
  return afterEnding(told, rules, moment);
}

function onExited(run: TaskRun, exit: TaskExit, rules: TaskRules, moment: Moment): TaskStep {
  // A task may end before its driver has answered that it began.
  const finishedAtMs = Math.max(exit.finishedAtMs ?? moment.nowMs, run.startedAtMs ?? 0);
  const told = withEvent({ ...run, finishedAtMs }, moment.nowMs, 'Terminated', describeExit(exit), exitDetails(exit));
  const cancel: TaskEffect[] = run.phase === 'shutdown-delay' ? [{ type: 'cancel-timer' }] : [];
  if (run.killed) {
    const killed =
      run.phase === 'stopping' ? withEvent(told, moment.nowMs, 'Killed', 'Task successfully killed') : told;
    return { run: { ...killed, phase: 'releasing', next: 'dead' }, effects: [...cancel, release(run)] };
  }
  if (isRestarting(run)) return { run: { ...told, phase: 'releasing' }, effects: [release(run)] };
  if (isSuccess(exit) && !rules.restartOnSuccess) {
    return { run: { ...told, phase: 'releasing', next: 'dead' }, effects: [release(run)] };
  }
  return afterEnding(told, rules, moment);
}

function afterEnding(run: TaskRun, rules: TaskRules, moment: Moment): TaskStep {
  const decision = decideRestart(rules.restart, run.window, moment.nowMs, moment.jitter);
  if (decision.kind === 'give-up') {
    const told = withEvent(run, moment.nowMs, 'Not Restarting', decision.reason);
    return { run: { ...told, phase: 'releasing', next: 'dead', failed: true }, effects: [release(run)] };
  }
  const told = withEvent(run, moment.nowMs, 'Restarting', `Task restarting in ${decision.delayMs} ms`, {
    restart_reason: decision.reason,
    start_delay: String(decision.delayMs),
  });
  return {
    run: {
      ...told,
      phase: 'releasing',
      next: 'backoff',
      resumeAtMs: moment.nowMs + decision.delayMs,
      window: decision.window,
    },
    effects: [release(run)],
  };
}

function onStopFailed(run: TaskRun, message: string, moment: Moment): TaskStep {
  const stopFailures = run.stopFailures + 1;
  const told = withEvent({ ...run, stopFailures }, moment.nowMs, 'Driver Failure', `Stopping failed: ${message}`);
  if (stopFailures < maxStopFailures) return { run: told, effects: [{ type: 'timer', delayMs: 1000 * stopFailures }] };
  const next = run.killed ? 'dead' : run.next;
  return {
    run: { ...told, phase: 'releasing', next, finishedAtMs: moment.nowMs },
    effects: [{ type: 'release', attempt: run.attempt, force: true }],
  };
}

function onReleased(run: TaskRun, moment: Moment): TaskStep {
  if (run.killed || run.next === 'dead') {
    return {
      run: { ...run, phase: 'dead', next: 'dead', finishedAtMs: run.finishedAtMs ?? moment.nowMs },
      effects: [],
    };
  }
  const counted = countRestart(run, moment);
  if (run.next === 'wait') return stay(waitAgain(counted));
  const delayMs = run.resumeAtMs - moment.nowMs;
  if (run.next === 'restart' || delayMs <= 0) return beginAttempt(counted, moment);
  return { run: { ...counted, phase: 'backoff' }, effects: [{ type: 'timer', delayMs }] };
}

function countRestart(run: TaskRun, moment: Moment): TaskRun {
  return { ...run, restarts: run.restarts + 1, lastRestartAtMs: moment.nowMs };
}

function waitAgain(run: TaskRun): TaskRun {
  return { ...run, phase: 'waiting', next: 'dead' };
}

function onTimer(run: TaskRun, moment: Moment): TaskStep {
  if (run.phase === 'backoff') return beginAttempt(run, moment);
  if (run.phase === 'shutdown-delay' || run.phase === 'stopping') {
    return { run: { ...run, phase: 'stopping' }, effects: [{ type: 'stop', attempt: run.attempt }] };
  }
  return stay(run);
}

function onRestart(run: TaskRun, next: 'restart' | 'wait', reason: string, moment: Moment): TaskStep {
  // Once it is to wait for its group, the group counts on that.
  if (run.killed || run.next === 'wait') return stay(run);
  const told = withEvent(run, moment.nowMs, 'Restart Signaled', reason);
  const startsOver = next === 'wait' && !run.failed;
  switch (run.phase) {
    case 'running':
      return {
        run: { ...told, phase: 'stopping', next, stopFailures: 0 },
        effects: [{ type: 'stop', attempt: run.attempt }],
      };
    case 'preparing':
    case 'launching':
      return { run: { ...told, next }, effects: [{ type: 'abort', attempt: run.attempt }] };
    case 'stopping':
      return startsOver ? stay({ ...told, next }) : stay(run);
    case 'backoff': {
      const step = startsOver ? stay(waitAgain(told)) : beginAttempt(told, moment);
      return { run: step.run, effects: [{ type: 'cancel-timer' }, ...step.effects] };
    }
    case 'releasing':
      return startsOver || run.next === 'backoff' ? stay({ ...told, next }) : stay(run);
    case 'dead':
      return startsOver ? stay(waitAgain(countRestart(told, moment))) : stay(run);
    default:
      return stay(run);
  }
}

function onKill(run: TaskRun, input: Extract<TaskInput, { type: 'kill' }>, rules: TaskRules, moment: Moment): TaskStep {
  if (run.phase === 'dead') return stay(run);
  if (run.killed) return hurry(run, input.noShutdownDelay);
  const told = withEvent({ ...run, killed: true }, moment.nowMs, input.eventType, input.reason);
  switch (run.phase) {
    case 'waiting':
      return { run: { ...told, phase: 'dead', finishedAtMs: moment.nowMs }, effects: [] };
    case 'backoff':
      return { run: { ...told, phase: 'dead' }, effects: [{ type: 'cancel-timer' }] };
    case 'preparing':
    case 'launching':
      return { run: told, effects: [{ type: 'abort', attempt: run.attempt }] };
    case 'running':
      if (rules.shutdownDelayMs > 0 && !input.noShutdownDelay) {
        const waiting = withEvent(
          told,
          moment.nowMs,
          'Waiting for shutdown delay',
          `Waiting ${rules.shutdownDelayMs} ms before killing the task`,
        );
        return {
          run: { ...waiting, phase: 'shutdown-delay', resumeAtMs: moment.nowMs + rules.shutdownDelayMs },
          effects: [{ type: 'timer', delayMs: rules.shutdownDelayMs }],
        };
      }
      return {
        run: { ...told, phase: 'stopping', stopFailures: 0 },
        effects: [{ type: 'stop', attempt: run.attempt }],
      };
    case 'shutdown-delay':
    case 'stopping':
    case 'releasing':
      return stay(told);
    default:
      return assertNever(run.phase, 'task phase');
  }
}

/** A second kill ends the shutdown delay when it asks for none. */
function hurry(run: TaskRun, noShutdownDelay: boolean): TaskStep {
  if (run.phase !== 'shutdown-delay' || !noShutdownDelay) return stay(run);
  return {
    run: { ...run, phase: 'stopping' },
    effects: [{ type: 'cancel-timer' }, { type: 'stop', attempt: run.attempt }],
  };
}

function release(run: TaskRun): TaskEffect {
  return { type: 'release', attempt: run.attempt, force: true };
}
