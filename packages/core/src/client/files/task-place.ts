// Pure: where a path that a job names lies, inside the task's own directory or the group's shared one.

import { resolve } from 'node:path';
import type { DriverCapabilities, TaskDirectories } from '@orch/driver-api';
import { OrchError } from '../../lib/errors.ts';
import { components } from './confined-write.ts';

export interface TaskPlace {
  /** The task's or the shared directory. */
  readonly root: string;
  /** Below it, without `..`; links on the way are for whoever opens it. */
  readonly path: string;
}

/**
 * `text` has its references resolved to the node's paths. It is relative to the task's directory, absolute inside one of
 * the two, or absolute as the task sees it: `/local/x`, and `/alloc/x` where the shared directory is there.
 * @throws OrchError `outside-destination`
 */
export function taskPlace(
  text: string,
  directories: TaskDirectories,
  taskPaths: DriverCapabilities['taskPaths'],
): TaskPlace {
  const { task, shared } = directories;
  if (taskPaths !== 'host' && isUnder(text, taskPaths.shared))
    return { root: shared, path: inside(text.slice(taskPaths.shared.length)) };
  const isOnNode = isUnder(text, task) || isUnder(text, shared);
  const path = resolve(task, isOnNode ? text : text.replace(/^\/+/, ''));
  for (const root of [task, shared]) if (isUnder(path, root)) return { root, path: inside(path.slice(root.length)) };
  throw new OrchError(
    'outside-destination',
    `${JSON.stringify(text)} leads out of the directories of the task and its group`,
    { hint: 'write a path such as local/file or ../alloc/data/file' },
  );
}

function isUnder(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

function inside(path: string): string {
  return components(path).join('/');
}
