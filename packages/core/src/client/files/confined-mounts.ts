// Mounts at and below directories that tasks can write: made and taken away at handles, never at paths.

import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { OrchError } from '../../lib/errors.ts';
import type { CommandRunner } from '../network/command-runner.ts';
import { type ConfinedDirectory, mountIdOf, O_PATH } from './confined-directory.ts';

/** What secrets are mounted from. Stays the same: an agent finds those of the one before it by this name. */
export const secretsSource = 'orch-secrets';

export interface MountEntry {
  readonly id: number;
  readonly parentId: number;
  /** Major and minor number of its file system. */
  readonly device: string;
  /** What of that file system it shows. */
  readonly root: string;
  readonly point: string;
  readonly options: readonly string[];
  /** What is mounted or unmounted in it happens in other namespaces, and at its other places, too. */
  readonly isShared: boolean;
  /** What it was mounted from: of a tmpfs a mere name. */
  readonly source: string;
}

/** All mounts of this process's namespace, in the order in which they lie upon each other. */
export async function readMounts(): Promise<readonly MountEntry[]> {
  return parseMounts(await readFile('/proc/self/mountinfo', 'utf8'));
}

export function parseMounts(mountinfo: string): readonly MountEntry[] {
  return mountinfo
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [id, parentId, device = '', root = '', point = '', options = '', ...rest] = line.split(' ');
      const dash = rest.indexOf('-');
      return {
        id: Number(id),
        parentId: Number(parentId),
        device,
        root: decoded(root),
        point: decoded(point),
        options: options.split(','),
        isShared: rest.slice(0, dash).some((field) => field.startsWith('shared:')),
        source: decoded(rest[dash + 2] ?? ''),
      };
    });
}

/** The kernel writes blanks and backslashes in octal. */
function decoded(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** True when something is mounted at `name` itself. */
export async function isMountPoint(parent: ConfinedDirectory, name: string): Promise<boolean> {
  const { handle } = await parent.name(name);
  try {
    return (await mountIdOf(handle)) !== (await mountIdOf(parent.handle));
  } finally {
    await handle.close();
  }
}

/** Mounts a tmpfs upon an open directory. Answers why not, when it could not. */
export async function mountMemory(
  directory: ConfinedDirectory,
  name: string,
  options: string,
  runner: CommandRunner,
): Promise<string | undefined> {
  const result = await runner.run({
    argv: ['mount', '--no-canonicalize', '-t', 'tmpfs', '-o', options, name, directory.pathForPrograms],
  });
  return result.exitCode === 0 ? undefined : result.stderr.trim();
}

/**
 * Unmounts what lies below `directory`, or only at those places (given as names on the way down), the last one first.
 * What a task has put in the place of a mount point is not touched.
 * @throws OrchError `unmount-failed`
 */
export async function unmountBelow(
  directory: ConfinedDirectory,
  runner: CommandRunner,
  only?: readonly (readonly string[])[],
): Promise<void> {
  const root = await directory.realPath();
  const chosen = only?.map((names) => [root, ...names].join('/'));
  const find = async () =>
    (await readMounts()).filter(({ point }) =>
      chosen === undefined ? point.startsWith(`${root}/`) : chosen.includes(point),
    );
  let mounts = await find();
  for (let last = mounts.at(-1); last !== undefined; last = mounts.at(-1)) {
    const reason = await unmountAt(directory, last.point.slice(root.length + 1).split('/'), runner);
    const left = await find();
    // Where mounts are shared with other namespaces one can be listed twice, and both go at once.
    if (left.length >= mounts.length) {
      throw new OrchError('unmount-failed', `${last.point} could not be unmounted: ${reason}`, {
        hint: 'the directory is kept so that nothing mounted inside is deleted',
      });
    }
    mounts = left;
  }
}

async function unmountAt(
  directory: ConfinedDirectory,
  names: readonly string[],
  runner: CommandRunner,
): Promise<string> {
  try {
    const handle = await reach(directory, names);
    try {
      return await unmountHandle(handle, runner);
    } finally {
      await handle.close();
    }
  } catch (error) {
    return `its place cannot be reached (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`;
  }
}

/** A handle on what lies there, taken name by name without following a link. The caller closes it. */
export async function reach(directory: ConfinedDirectory, names: readonly string[]): Promise<FileHandle> {
  let from = directory.path;
  let handle: FileHandle | undefined;
  for (const [index, name] of names.entries()) {
    const above = handle;
    const isLast = index === names.length - 1;
    try {
      handle = await open(`${from}/${name}`, O_PATH | constants.O_NOFOLLOW | (isLast ? 0 : constants.O_DIRECTORY));
    } finally {
      await above?.close();
    }
    from = `/proc/self/fd/${handle.fd}`;
  }
  if (handle === undefined) throw new OrchError('unmount-failed', 'it has no name');
  return handle;
}

/** Unmounts what the handle is the root of, also where something covers it. Answers what the command says. */
export async function unmountHandle(handle: FileHandle, runner: CommandRunner): Promise<string> {
  const path = `/proc/${process.pid}/fd/${handle.fd}`;
  const result = await runner.run({ argv: ['umount', '--no-canonicalize', '--lazy', path] });
  return result.stderr.trim() || `umount ended with exit code ${result.exitCode}`;
}
