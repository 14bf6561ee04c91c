// Files a job names for its VM: looked at by a handle, and shown to the emulator from inside a directory that is trusted.

import { constants } from 'node:fs';
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { DriverError, type TaskDirectories } from '@orch/driver-api';
import type { ResolvedUser } from '@orch/executor';

/** The kernel's flag for a handle that names a file and cannot read it; Node does not list it. */
const O_PATH = 0o10000000;

export interface JobFile {
  /** The task's or an allowed directory, no link in it. */
  readonly base: string;
  /** The file's path below it, no link in it when it was looked at. */
  readonly path: string;
  /** Its first bytes. */
  readonly head: Buffer;
}

export interface JobFileRules {
  readonly directories: TaskDirectories;
  /** Directories outside the allocation that files may lie in. */
  readonly allowed: readonly string[];
  /** Who will read it. */
  readonly reader: Pick<ResolvedUser, 'uid' | 'gid' | 'groups'>;
  /** How much of it is read here. */
  readonly headBytes: number;
}

/**
 * A relative path is taken from the task's directory; `/alloc`, `/local` and `/secrets` are the task's own; every other
 * absolute path must lie under an allowed directory. Links are followed, and what they led to is checked: nothing is read
 * of a file that lies elsewhere. @throws DriverError `not-found`, `denied` for a file the emulator may not read
 */
export async function findJobFile(field: string, path: string, rules: JobFileRules): Promise<JobFile> {
  const handle = await open(hostPath(path, rules.directories), O_PATH).catch(() => {
    throw notFound(field, path);
  });
  try {
    const place = await checkFile(handle, field, path, rules);
    return { ...place, head: await readHead(handle, rules.headBytes) };
  } finally {
    await handle.close();
  }
}

/** The same, without a cause, for what is elsewhere and what is nowhere: a job does not learn which files the node has. */
function notFound(field: string, path: string): DriverError {
  return new DriverError('not-found', `${field} "${path}" is nowhere in the task's directories`, {
    path: [field],
    hint: 'relative paths start at the task directory; an artifact lands in local/. Other directories are the operator\'s to list in image_paths of plugin "qemu"',
  });
}

async function checkFile(
  handle: FileHandle,
  field: string,
  path: string,
  { directories, allowed, reader }: JobFileRules,
): Promise<Omit<JobFile, 'head'>> {
  // The kernel's own word on where the opened file lies, whatever the job's path leads to by now.
  const real = await readlink(`/proc/self/fd/${handle.fd}`);
  const roots = await Promise.all(
    [directories.task, directories.shared, ...allowed].map((root) => realpath(root).catch(() => root)),
  );
  const base = roots.find((root) => real.startsWith(root === '/' ? root : `${root}/`));
  if (base === undefined) throw notFound(field, path);
  const stat = await handle.stat();
  if (!stat.isFile()) throw new DriverError('not-found', `${field} "${path}" is not a file`, { path: [field] });
  const groups = [reader.gid, ...reader.groups];
  const bit = stat.uid === reader.uid ? 0o400 : groups.includes(stat.gid) ? 0o040 : 0o004;
  if ((stat.mode & bit) === 0) {
    throw new DriverError(
      'denied',
      `${field} "${path}" cannot be read by the emulator, which runs as user id ${reader.uid}`,
      {
        path: [field],
        hint: 'give the file mode 0644, or name in `user` whom it belongs to',
      },
    );
  }
  return { base, path: real.slice(base === '/' ? 1 : base.length + 1) };
}

/** Opened anew through the handle, so it is the file that was checked. */
async function readHead(handle: FileHandle, bytes: number): Promise<Buffer> {
  if (bytes === 0) return Buffer.alloc(0);
  const reader = await open(`/proc/self/fd/${handle.fd}`, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { buffer, bytesRead } = await reader.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await reader.close();
  }
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
