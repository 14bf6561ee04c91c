// What one task runner is given: the task's place in its allocation, and the parts of the node it works with.

import type { Driver } from '@orch/driver-api';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Random } from '../../lib/random.ts';
import type { Allocation } from '../../model/allocation.ts';
import type { Job } from '../../model/job.ts';
import type { Node } from '../../model/node.ts';
import type { Task } from '../../model/task.ts';
import type { TaskGroup } from '../../model/task-group.ts';
import type { DirectoryTools } from '../alloc-dir/build.ts';
import type { AllocLayout } from '../alloc-dir/layout.ts';
import type { GroupNetworkStatus } from '../network/group-networks.ts';
import type { StoredTask } from '../store/node-store.ts';
import type { RuntimeLanguage } from './task-environment.ts';
import type { TaskHook } from './task-hook.ts';

/** The allocation as the server last described it; it changes with updates in place. */
export interface AllocFacts {
  readonly allocation: Allocation;
  readonly job: Job;
  readonly group: TaskGroup;
}

export interface TaskContext {
  readonly allocationId: string;
  readonly taskName: string;
  facts(): AllocFacts;
  node(): Node;
  /** Undefined when this node has no such driver. */
  driver(): Driver | undefined;
  /** Absent before the group's network is set up. */
  network(): GroupNetworkStatus | undefined;
  readonly layout: AllocLayout;
  readonly hooks: readonly TaskHook[];
  readonly tools: DirectoryTools;
  readonly language: RuntimeLanguage;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Longest time a task gets between its kill signal and the hard kill. */
  readonly maxKillTimeoutMs: number;
  /** Resolves when it is on the disk. */
  store(task: StoredTask): Promise<void>;
  /** Called after each change of the run. */
  changed(): void;
}

/** The task's own block. @throws Error when the job has none of that name, which the server never sends. */
export function taskBlock(context: TaskContext): Task {
  const task = context.facts().group.tasks.find((candidate) => candidate.name === context.taskName);
  if (task === undefined) throw new Error(`the group has no task "${context.taskName}"`);
  return task;
}
