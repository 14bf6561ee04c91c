// The life of one allocation as a pure function: the order of its tasks, and how one's end reaches the others.

import { assertNever } from '../../lib/assert.ts';
import type { AllocRun, GroupRules, TaskRole, TaskView } from './alloc-run.ts';

export type AllocInput =
  | { readonly type: 'begin' }
  | { readonly type: 'set-up' }
  | { readonly type: 'set-up-failed'; readonly message: string }
  | { readonly type: 'task'; readonly name: string; readonly state: TaskView['state']; readonly failed: boolean }
  /** A person wants every task again, in the order of the group. */
  | { readonly type: 'restart-all'; readonly reason: string }
  /** The server does not want it any more. */
  | { readonly type: 'stop'; readonly reason: string; readonly noShutdownDelay: boolean }
  /** The server does not even know it any more. */
  | { readonly type: 'forget' }
  | { readonly type: 'timer' }
  | { readonly type: 'torn-down' };

export type AllocEffect =
  | { readonly type: 'set-up' }
  /** Break off the set-up; its event still arrives. */
  | { readonly type: 'abort-set-up' }
  | { readonly type: 'start-task'; readonly name: string }
  /** Back to waiting, whatever it does now. */
  | { readonly type: 'start-over-task'; readonly name: string; readonly reason: string }
  | {
      readonly type: 'kill-task';
      readonly name: string;
      readonly reason: string;
      readonly eventType: string;
      readonly noShutdownDelay: boolean;
    }
  | { readonly type: 'timer'; readonly delayMs: number }
  | { readonly type: 'tear-down' };

export interface AllocStep {
  readonly run: AllocRun;
  readonly effects: readonly AllocEffect[];
}

export function transition(run: AllocRun, input: AllocInput, rules: GroupRules, nowMs: number): AllocStep {
  switch (input.type) {
    case 'begin':
      if (run.phase !== 'new') return stay(run);
      return beginSetUp(run);
    case 'set-up':
      if (run.phase === 'setting-up') return advance({ ...run, phase: 'running', settingUp: false }, rules);
      return advance({ ...run, settingUp: false }, rules);
    case 'set-up-failed':
      return onSetUpFailed(run, input.message, rules);
    case 'task':
      return onTask(run, input, rules);
    case 'restart-all':
      return onRestartAll(run, input.reason);
    case 'stop':
      return onStop(run, input.reason, input.noShutdownDelay, rules, nowMs);
    case 'forget':
      return onForget(run, rules);
    case 'timer':
      return run.phase === 'shutdown-delay' ? advance({ ...run, phase: 'killing' }, rules) : stay(run);
    case 'torn-down':
      return run.phase === 'tearing-down' ? { run: { ...run, phase: 'done' }, effects: [] } : stay(run);
    default:
      return assertNever(input, 'allocation input');
  }
}

/** What to do for an allocation found in the store after the agent's start. Its tasks resume by themselves. */
export function resume(run: AllocRun, rules: GroupRules, nowMs: number): AllocStep {
  switch (run.phase) {
    case 'new':
    case 'setting-up':
      return beginSetUp(run);
    case 'shutdown-delay':
      return { run, effects: [{ type: 'timer', delayMs: Math.max(0, run.resumeAtMs - nowMs) }] };
    case 'tearing-down':
      return { run, effects: [{ type: 'tear-down' }] };
    case 'running':
    case 'poststop': {
      const step = advance({ ...run, settingUp: false }, rules);
      return { run: step.run, effects: [...ordersGiven(run), ...step.effects] };
    }
    default:
      return advance({ ...run, settingUp: false }, rules);
  }
}

/** Orders that may not have reached a task's own record; a task that has followed one ignores it. */
function ordersGiven(run: AllocRun): readonly AllocEffect[] {
  return Object.entries(run.tasks).flatMap(([name, task]): AllocEffect[] => {
    if (isReturning(task)) return [startOver(name, 'Starting over')];
    return task.begun && !task.killed && task.state !== 'dead' ? [{ type: 'start-task', name }] : [];
  });
}

function beginSetUp(run: AllocRun): AllocStep {
  return { run: { ...run, phase: 'setting-up', settingUp: true }, effects: [{ type: 'set-up' }] };
}

function stay(run: AllocRun): AllocStep {
  return { run, effects: [] };
}

function onSetUpFailed(run: AllocRun, message: string, rules: GroupRules): AllocStep {
  if (run.phase !== 'setting-up') return advance({ ...run, settingUp: false }, rules);
  return advance(
    {
      ...run,
      settingUp: false,
      phase: 'killing',
      failure: message,
      reason: message,
      killEvent: 'Setup Failure',
      noShutdownDelay: true,
    },
    rules,
  );
}

function onTask(run: AllocRun, input: Extract<AllocInput, { type: 'task' }>, rules: GroupRules): AllocStep {
  const before = run.tasks[input.name];
  if (before === undefined) return stay(run);
  if (before.state === 'dead' && (!isReturning(before) || input.state === 'dead')) return stay(run);
  const view: TaskView = { ...before, state: input.state, failed: input.failed };
  const next: AllocRun = { ...run, tasks: { ...run.tasks, [input.name]: view } };
  if (input.state !== 'dead' || run.phase !== 'running') return advance(next, rules);
  const role = rules.roles[input.name];
  if (input.failed && role !== 'poststop') {
    return advance(
      {
        ...next,
        phase: 'killing',
        reason: `Task "${input.name}" of the group failed`,
        killEvent: 'Sibling Task Failed',
        noShutdownDelay: true,
      },
      rules,
    );
  }
  if (input.name === rules.leader) {
    return advance(
      { ...next, phase: 'killing', reason: 'Leader task in group dead', killEvent: 'Leader Task Dead' },
      rules,
    );
  }
  return advance(next, rules);
}

/** First all tasks go back to waiting; when the last one is there, `advanceRunning` begins anew. */
function onRestartAll(run: AllocRun, reason: string): AllocStep {
  if (run.phase !== 'running') return stay(run);
  const begun = Object.entries(run.tasks).filter(([, task]) => task.begun);
  const again = begun.map(([name, task]): [string, TaskView] => [name, { ...task, begun: false }]);
  return {
    run: { ...run, tasks: { ...run.tasks, ...Object.fromEntries(again) } },
    effects: begun.map(([name]) => startOver(name, reason)),
  };
}

function startOver(name: string, reason: string): AllocEffect {
  return { type: 'start-over-task', name, reason };
}

/** On its way back to waiting. */
function isReturning(task: TaskView): boolean {
  return !task.begun && !task.killed && task.state !== 'waiting';
}

function onStop(run: AllocRun, reason: string, noShutdownDelay: boolean, rules: GroupRules, nowMs: number): AllocStep {
  switch (run.phase) {
    case 'new':
      return advance({ ...run, phase: 'killing', reason, noShutdownDelay }, rules);
    case 'setting-up': {
      const killing: AllocRun = { ...run, phase: 'killing', reason, noShutdownDelay };
      const step = markWaitingDead(killing);
      return { run: step.run, effects: [{ type: 'abort-set-up' }, ...step.effects] };
    }
    case 'running':
      if (rules.shutdownDelayMs > 0 && !noShutdownDelay) {
        return {
          run: { ...run, phase: 'shutdown-delay', reason, noShutdownDelay, resumeAtMs: nowMs + rules.shutdownDelayMs },
          effects: [{ type: 'timer', delayMs: rules.shutdownDelayMs }],
        };
      }
      return advance({ ...run, phase: 'killing', reason, noShutdownDelay }, rules);
    case 'shutdown-delay':
      return noShutdownDelay ? advance({ ...run, phase: 'killing', noShutdownDelay }, rules) : stay(run);
    default:
      return stay(run);
  }
}

function onForget(run: AllocRun, rules: GroupRules): AllocStep {
  if (run.phase === 'done' || run.phase === 'tearing-down') return stay({ ...run, forgotten: true });
  const reason = 'The server no longer knows this allocation';
  const forgotten: AllocRun = { ...run, forgotten: true, reason, noShutdownDelay: true };
  if (run.phase === 'setting-up') {
    const step = markWaitingDead({ ...forgotten, phase: 'killing' });
    return { run: step.run, effects: [{ type: 'abort-set-up' }, ...step.effects] };
  }
  return advance({ ...forgotten, phase: run.phase === 'poststop' ? 'poststop' : 'killing' }, rules);
}

/** Tasks that never began end here; the set-up's own event brings the rest. */
function markWaitingDead(run: AllocRun): AllocStep {
  const effects: AllocEffect[] = [];
  const tasks: Record<string, TaskView> = { ...run.tasks };
  for (const [name, view] of Object.entries(run.tasks)) {
    if (view.state === 'dead' || view.killed) continue;
    tasks[name] = { ...view, killed: true };
    effects.push(kill(run, name));
  }
  return { run: { ...run, tasks }, effects };
}

/** Gives every order the present state allows. Idempotent: an order already given is not given again. */
function advance(run: AllocRun, rules: GroupRules): AllocStep {
  switch (run.phase) {
    case 'running':
      return advanceRunning(run, rules);
    case 'killing':
      return advanceKilling(run, rules);
    case 'poststop':
      return advancePoststop(run, rules);
    default:
      return stay(run);
  }
}

function advanceRunning(run: AllocRun, rules: GroupRules): AllocStep {
  if (Object.values(run.tasks).some(isReturning)) return stay(run);
  const in_ = (...roles: TaskRole[]) => Object.entries(run.tasks).filter(([name]) => hasRole(rules, name, roles));
  const over = ([, task]: [string, TaskView]) => task.state === 'dead';
  const up = ([, task]: [string, TaskView]) => task.state === 'running' || task.state === 'dead';

  const names = in_('prestart', 'prestart-sidecar').map(([name]) => name);
  const ready = in_('prestart').every(over) && in_('prestart-sidecar').every(up);
  if (ready) names.push(...in_('main').map(([name]) => name));
  const main = in_('main');
  if (ready && main.every(up)) names.push(...in_('poststart', 'poststart-sidecar').map(([name]) => name));

  const rest = in_('prestart', 'main', 'poststart');
  if (ready && rest.every(over)) {
    return advance(
      { ...run, phase: 'killing', reason: 'All main tasks have ended', killEvent: 'Main Tasks Dead' },
      rules,
    );
  }
  return begin(run, names);
}

/** Waves: the leader, the other tasks, the sidecars. The next begins when the one before has ended. */
function advanceKilling(run: AllocRun, rules: GroupRules): AllocStep {
  const waves: ((name: string) => boolean)[] = [
    (name) => name === rules.leader,
    (name) => hasRole(rules, name, ['prestart', 'main', 'poststart']),
    (name) => hasRole(rules, name, ['prestart-sidecar', 'poststart-sidecar']),
  ];
  for (const inWave of waves) {
    const alive = Object.entries(run.tasks).filter(([name, task]) => inWave(name) && task.state !== 'dead');
    if (alive.length === 0) continue;
    return killTasks(run, alive);
  }
  return run.settingUp ? stay(run) : advance({ ...run, phase: 'poststop' }, rules);
}

function advancePoststop(run: AllocRun, rules: GroupRules): AllocStep {
  const alive = Object.entries(run.tasks).filter(([, task]) => task.state !== 'dead');
  if (alive.length === 0) return { run: { ...run, phase: 'tearing-down' }, effects: [{ type: 'tear-down' }] };
  // Without its set-up there is no directory and no network to run them in.
  const noGround =
    run.failure !== undefined ||
    !Object.entries(run.tasks).some(([name, task]) => task.begun && !hasRole(rules, name, ['poststop']));
  if (run.forgotten || noGround) return killTasks(run, alive);
  return begin(
    run,
    alive.map(([name]) => name),
  );
}

function killTasks(run: AllocRun, alive: readonly (readonly [string, TaskView])[]): AllocStep {
  const tasks: Record<string, TaskView> = { ...run.tasks };
  const effects: AllocEffect[] = [];
  for (const [name, task] of alive) {
    if (task.killed) continue;
    tasks[name] = { ...task, killed: true };
    effects.push(kill(run, name));
  }
  return { run: { ...run, tasks }, effects };
}

function begin(run: AllocRun, names: readonly string[]): AllocStep {
  const tasks: Record<string, TaskView> = { ...run.tasks };
  const effects: AllocEffect[] = [];
  for (const name of names) {
    const task = tasks[name];
    if (task === undefined || task.begun || task.state === 'dead') continue;
    tasks[name] = { ...task, begun: true, state: 'starting' };
    effects.push({ type: 'start-task', name });
  }
  return { run: { ...run, tasks }, effects };
}

function kill(run: AllocRun, name: string): AllocEffect {
  const { reason, killEvent: eventType, noShutdownDelay } = run;
  return { type: 'kill-task', name, reason, eventType, noShutdownDelay };
}

function hasRole(rules: GroupRules, name: string, roles: readonly TaskRole[]): boolean {
  const role = rules.roles[name];
  return role !== undefined && roles.includes(role);
}
