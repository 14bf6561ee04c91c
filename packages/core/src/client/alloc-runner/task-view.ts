// A task's run as its allocation sees it.

import { assertNever } from '../../lib/assert.ts';
import type { TaskRun } from '../task-runner/task-run.ts';
import type { TaskView } from './alloc-run.ts';

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
