// Files a job names for its VM, resolved on the host: inside the task's directories, or where the node allows.

import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { DriverError, type TaskDirectories } from '@orch/driver-api';

/**
 * The real path of a job's file. A relative path is taken from the task's directory; `/alloc`, `/local` and `/secrets`
 * are the task's own; every other absolute path must lie under one of `allowed`. Links are followed before the check.
 * @throws DriverError `not-found` | `denied`.
 */
export async function confinedFile(
  field: string,
  path: string,
  directories: TaskDirectories,
  allowed: readonly string[],
): Promise<string> {
  const wanted = hostPath(path, directories);
  const real = await realpath(wanted).catch((cause: NodeJS.ErrnoException) => {
    const hint = isAbsolute(path)
      ? 'check the path on the node'
      : 'relative paths start at the task directory; an artifact lands in local/';
    throw new DriverError('not-found', `${field} "${path}" does not exist on this node`, {
      path: [field],
      hint,
      cause,
    });
  });
  const roots = await Promise.all(
    [directories.task, directories.shared, ...allowed].map((root) => realpath(root).catch(() => root)),
  );
  if (!roots.some((root) => real === root || real.startsWith(root.endsWith(sep) ? root : root + sep))) {
    throw new DriverError('denied', `${field} "${path}" is outside the task's directories`, {
      path: [field],
      hint: 'fetch it with an artifact block, or have the operator add its directory to image_paths of plugin "qemu"',
    });
  }
  if (!(await stat(real)).isFile())
    throw new DriverError('not-found', `${field} "${path}" is not a file`, { path: [field] });
  return real;
}

function hostPath(path: string, directories: TaskDirectories): string {
  if (!isAbsolute(path)) return join(directories.task, path);
  for (const [inside, outside] of [
    ['/alloc', directories.shared],
    ['/local', directories.local],
    ['/secrets', directories.secrets],
  ] as const) {
    if (path === inside || path.startsWith(`${inside}/`)) return join(outside, path.slice(inside.length));
  }
  return path;
}
