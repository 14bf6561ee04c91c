// Cuts the node's and the allocation's parts to what one task runner may see.

import type { Logger } from '../../lib/logger.ts';
import type { AllocLayout } from '../alloc-dir/layout.ts';
import type { TaskContext } from '../task-runner/task-context.ts';
import type { AllocContext } from './alloc-context.ts';

export function taskContext(
  taskName: string,
  context: AllocContext,
  layout: AllocLayout,
  log: Logger,
  live: Pick<TaskContext, 'facts' | 'network' | 'changed'>,
): TaskContext {
  const allocationId = live.facts().allocation.id;
  return {
    ...live,
    allocationId,
    taskName,
    layout,
    node: context.node,
    driver() {
      const task = live.facts().group.tasks.find((candidate) => candidate.name === taskName);
      return task === undefined ? undefined : context.driver(task.driver);
    },
    hooks: context.taskHooks(),
    tools: context.tools,
    language: context.language,
    clock: context.clock,
    random: context.random,
    log: log.child({ task: taskName }),
    maxKillTimeoutMs: context.maxKillTimeoutMs,
    store: (task) => context.store.putTask(allocationId, taskName, task),
  };
}
