// Where everything of an allocation lies under the node's data directory.

import { join } from 'node:path';
import type { TaskDirectories } from '@orch/driver-api';
import { OrchError } from '../../lib/errors.ts';

/**
 * ```
 * <dataDir>/allocations/<id>/alloc/{logs,data,tmp}     shared by the group's tasks
 * <dataDir>/allocations/<id>/<task>/{local,secrets,tmp}
 * <dataDir>/client/tasks/<id>/<task>                   the driver's and the agent's own files
 * ```
 */
export interface AllocLayout {
  readonly root: string;
  readonly shared: string;
  readonly logs: string;
  readonly data: string;
  readonly temporary: string;
  /** Private files of agent and drivers, outside what the file API shows. */
  readonly privateRoot: string;
  task(name: string): TaskDirectories & { readonly temporary: string };
}

export function allocationsDir(dataDir: string): string {
  return join(dataDir, 'allocations');
}

export function allocLayout(dataDir: string, allocationId: string): AllocLayout {
  const root = join(allocationsDir(dataDir), safeName(allocationId, 'allocation id'));
  const shared = join(root, 'alloc');
  const privateRoot = join(dataDir, 'client', 'tasks', allocationId);
  return {
    root,
    shared,
    logs: join(shared, 'logs'),
    data: join(shared, 'data'),
    temporary: join(shared, 'tmp'),
    privateRoot,
    task(name) {
      const task = join(root, safeName(name, 'task name'));
      return {
        allocation: root,
        shared,
        task,
        local: join(task, 'local'),
        secrets: join(task, 'secrets'),
        temporary: join(task, 'tmp'),
        driver: join(privateRoot, name),
      };
    },
  };
}

/** A name that is one path component. @throws OrchError `invalid-name` */
function safeName(name: string, what: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
    throw new OrchError('invalid-name', `the ${what} ${JSON.stringify(name)} cannot be a directory name`);
  }
  return name;
}
