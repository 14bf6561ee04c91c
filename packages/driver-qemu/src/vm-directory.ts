// Where a VM's emulator lives: an empty root, and the one directory in it that it may write. Both lie in a place of root's.

import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DriverError, type TaskConfig } from '@orch/driver-api';
import type { Executor, ResolvedUser } from '@orch/executor';

/** The writable directory as the emulator sees it: sockets, and what the guest writes to its disk. */
export const VM_PATH = '/vm';
export const VM_SOCKETS = { qmp: 'qmp.sock', guestAgent: 'qga.sock' } as const;

export interface VmDirectory {
  readonly path: string;
  /** Becomes the emulator's root. */
  readonly root: string;
  /** The emulator's own: everything in it is its word, and is not followed. */
  readonly own: string;
}

/** Of one start of a VM; the same for the same task id. */
export function vmDirectory(task: Pick<TaskConfig, 'id' | 'directories'>): VmDirectory {
  const path = join(task.directories.driver, `vm-${task.id.slice(task.id.lastIndexOf('/') + 1)}`);
  return { path, root: join(path, 'root'), own: join(path, 'own') };
}

export async function makeVmDirectory(
  task: TaskConfig,
  user: Pick<ResolvedUser, 'uid' | 'gid'>,
  run: Executor['run'],
): Promise<VmDirectory> {
  const directory = vmDirectory(task);
  await removeVmDirectory(directory.path, run);
  await mkdir(task.directories.driver, { recursive: true, mode: 0o700 });
  await mkdir(directory.path, { mode: 0o700 });
  await mkdir(directory.root, { mode: 0o755 });
  // The process's mask would take bits away.
  await chmod(directory.root, 0o755);
  await mkdir(directory.own, { mode: 0o700 });
  await chown(directory.own, user.uid, user.gid);
  return directory;
}

/** Of a VM that has ended. By a program that goes by handles: names in it may be longer than a path can be. */
export async function removeVmDirectory(path: string, run: Executor['run']): Promise<void> {
  const removed = await run({ argv: ['rm', '-rf', '--one-file-system', '--', path] });
  if (removed.exitCode !== 0)
    throw new DriverError('internal', `the directory of a VM could not be removed: ${removed.stderr.trim()}`);
}
