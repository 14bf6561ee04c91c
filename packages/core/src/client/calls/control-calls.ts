// Serves alloc.restart and alloc.signal.

import { OrchError } from '../../lib/errors.ts';
import type { NodeMethods } from '../../link/methods.ts';
import type { TaskRunner } from '../task-runner/task-runner.ts';
import { type CallContext, findAllocation, findTask, liveTask, requireLive } from './call-context.ts';

type Empty = Record<string, never>;

const reason = 'Restart asked for by a person';

/** Asks for the restart and answers; the task's events tell how it went. */
export function restartCall(context: CallContext, params: NodeMethods['alloc.restart']['params']): Promise<Empty> {
  const runner = findAllocation(context, params.allocationId);
  if (params.allTasks) {
    if (params.task !== undefined) throw new OrchError('invalid-argument', 'restart one task or all, not both');
    runner.restartAll(reason);
    return Promise.resolve({});
  }
  const tasks = params.task === undefined ? runningTasks([...runner.tasks.values()]) : [findTask(runner, params.task)];
  for (const task of tasks) if (!restartable(task)) requireLive(task);
  for (const task of tasks) task.dispatch({ type: 'restart', reason });
  return Promise.resolve({});
}

export async function signalCall(context: CallContext, params: NodeMethods['alloc.signal']['params']): Promise<Empty> {
  const runner = findAllocation(context, params.allocationId);
  const tasks = params.task === undefined ? runningTasks([...runner.tasks.values()]) : [findTask(runner, params.task)];
  for (const task of tasks) {
    const { taskId, driver, name } = requireLive(task);
    if (driver.signals === undefined) {
      throw new OrchError(
        'signals-unsupported',
        `tasks of driver "${driver.info.name}" take no signals (task "${name}")`,
      );
    }
    await driver.signals.send(taskId, params.signal);
    task.dispatch({ type: 'note', eventType: 'Signaling', message: `Signal ${params.signal} sent by a person` });
  }
  return {};
}

function restartable(task: TaskRunner): boolean {
  return task.run.phase === 'running' || task.run.phase === 'backoff';
}

/** @throws OrchError `task-not-running` when there is none. */
function runningTasks(tasks: readonly TaskRunner[]): readonly TaskRunner[] {
  const running = tasks.filter((task) => liveTask(task) !== undefined);
  if (running.length > 0) return running;
  throw new OrchError('task-not-running', 'no task of the allocation is running');
}
