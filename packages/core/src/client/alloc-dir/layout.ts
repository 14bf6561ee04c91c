// Where everything of an allocation lies under the node's data directory.

import { join } from 'node:path';
import type { TaskDirectories } from '@orch/driver-api';
import { OrchError } from '../../lib/errors.ts';

/**
 * ```
 * <dataDir>/allocations/<id>/alloc/{logs,data,tmp}     shared by the group's tasks; `logs` only shows log files
 * <dataDir>/allocations/<id>/@logs/<task>              where they are; only root enters
 * <dataDir>/allocations/<id>/<task>/{local,secrets,tmp}
 * <dataDir>/client/tasks/<id>/<task>                   the driver's and the agent's own files
 * ```
 */
export interface AllocLayout {
  readonly root: string;
  readonly shared: string;
  /** Holds a directory for each task. On the disk of the allocation, so that its files can be linked into `logsView`. */
  readonly logs: string;
  readonly logsView: string;
  readonly data: string;
  readonly temporary: string;
  /** Private files of agent and drivers, outside what the file API shows. */
  readonly privateRoot: string;
  task(name: string): TaskDirectories & { readonly temporary: string; readonly logs: string };
}

/** In an allocation's directory, where no task may be called so. */
export const logsName = '@logs';

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
    logs: join(root, logsName),
    logsView: join(shared, 'logs'),
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
        logs: join(root, logsName, name),
      };
    },
  };
}

/** A name that is one path component. @throws OrchError `invalid-name` */
function safeName(name: string, what: string): string {
  const isReserved = name === '' || name === '.' || name === '..' || name === logsName;
  if (isReserved || name.includes('/') || name.includes('\0')) {
    throw new OrchError('invalid-name', `the ${what} ${JSON.stringify(name)} cannot be a directory name`);
  }
  return name;
}
