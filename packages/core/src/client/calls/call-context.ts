// What the calls of a server work on, and how they find the allocation and task they are about.

import type { Driver } from '@orch/driver-api';
import type { Clock } from '../../lib/clock.ts';
import { OrchError } from '../../lib/errors.ts';
import type { AllocRunner } from '../alloc-runner/alloc-runner.ts';
import type { AllocSet } from '../sync/alloc-set.ts';
import type { TaskRunner } from '../task-runner/task-runner.ts';

export interface CallContext {
  readonly dataDir: string;
  readonly allocations: AllocSet;
  readonly clock: Clock;
  /** MHz of one core. */
  readonly coreMhz: number;
  /** Device under the data directory. */
  readonly storageDevice: string;
  collect(allocationId: string): Promise<void>;
  collectAll(): Promise<readonly string[]>;
}

/** @throws OrchError `unknown-allocation` */
export function findAllocation(context: CallContext, id: string): AllocRunner {
  const runner = context.allocations.find(id);
  if (runner !== undefined) return runner;
  throw new OrchError('unknown-allocation', `the allocation ${JSON.stringify(id)} is not on this node`);
}

/** @throws OrchError `unknown-task` */
export function findTask(runner: AllocRunner, name: string): TaskRunner {
  const task = runner.tasks.get(name);
  if (task !== undefined) return task;
  const known = [...runner.tasks.keys()].join(', ');
  throw new OrchError('unknown-task', `the allocation has no task "${name}"`, { hint: `its tasks are: ${known}` });
}

export interface LiveTask {
  readonly name: string;
  readonly taskId: string;
  readonly driver: Driver;
}

/** @throws OrchError `task-not-running` */
export function requireLive(task: TaskRunner): LiveTask {
  const live = liveTask(task);
  if (live !== undefined) return live;
  throw new OrchError('task-not-running', `the task "${task.name}" is not running`);
}

export function liveTask(task: TaskRunner): LiveTask | undefined {
  const { liveTaskId: taskId, driver } = task;
  return taskId === undefined || driver === undefined ? undefined : { name: task.name, taskId, driver };
}
