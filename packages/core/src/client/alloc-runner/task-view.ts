// Between an allocation and its tasks: a task's run as its allocation sees it, and what the allocation asks of a task.

import { assertNever } from '../../lib/assert.ts';
import type { TaskRun } from '../task-runner/task-run.ts';
import type { TaskInput } from '../task-runner/transition.ts';
import type { TaskView } from './alloc-run.ts';
import type { AllocEffect } from './transition.ts';

export function taskViewState(run: TaskRun): TaskView['state'] {
  switch (run.phase) {
    case 'waiting':
      return 'waiting';
    case 'preparing':
    case 'launching':
    case 'releasing':
    case 'backoff':
      return 'starting';
    case 'running':
    case 'shutdown-delay':
    case 'stopping':
      return 'running';
    case 'dead':
      return 'dead';
    default:
      return assertNever(run.phase, 'task phase');
  }
}

type TaskEffect = Extract<AllocEffect, { readonly type: 'start-task' | 'start-over-task' | 'kill-task' }>;

export function taskInputOf(effect: TaskEffect): TaskInput {
  switch (effect.type) {
    case 'start-task':
      return { type: 'start' };
    case 'start-over-task':
      return { type: 'start-over', reason: effect.reason };
    case 'kill-task': {
      const { reason, eventType, noShutdownDelay } = effect;
      return { type: 'kill', reason, eventType, noShutdownDelay };
    }
    default:
      return assertNever(effect, 'task effect');
  }
}
