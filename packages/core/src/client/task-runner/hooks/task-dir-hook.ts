// Makes a task's directories before it starts.

import { buildTaskDir } from '../../alloc-dir/build.ts';
import { hookFailure, type TaskHook } from '../task-hook.ts';

export function taskDirHook(): TaskHook {
  return {
    name: 'task-dir',
    async prepare({ context, task, driver, environment }) {
      const request = {
        directories: context.layout.task(task.name),
        isolation: driver.capabilities.isolation,
        user: task.user === undefined ? undefined : environment.interpolate(task.user),
      };
      try {
        await buildTaskDir(request, context.tools);
      } catch (error) {
        const code = (error as { code?: unknown }).code;
        const full = code === 'ENOSPC' || code === 'EDQUOT';
        throw hookFailure('task-dir-failed', `the directory of task "${task.name}" could not be made`, {
          recoverable: full,
          cause: error,
          ...(full ? { hint: 'free disk space under the data directory of the node' } : {}),
        });
      }
    },
  };
}
