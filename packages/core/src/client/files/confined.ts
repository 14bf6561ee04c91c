// Opening files inside a directory without ever leaving it, whatever symlinks a task has planted there.

import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, opendir, readdir, readlink } from 'node:fs/promises';
import { OrchError } from '../../lib/errors.ts';
import { O_PATH, reopen } from './confined-directory.ts';

const { O_DIRECTORY, O_NOFOLLOW } = constants;
const maxSymlinks = 16;
/** Directories held open at once on the way down. */
const maxDepth = 512;

/** An open directory or file inside the root. The caller closes it. */
export interface ConfinedEntry {
  readonly handle: FileHandle;
  readonly stats: Stats;
}

/**
 * Opens `path` (relative to `root`, `/` separated) for reading. Each component is named relative to the one before and
 * never through a symlink; a symlink is read and followed by hand, and may not lead above the root. Absolute links are
 * refused: inside a task they mean the task's root, not the node's. Only what was named, and is a regular file or a
 * directory, is opened in the end, so that no swap meanwhile opens a device or another file.
 * `refuse` is asked about the real place of every component and throws for what must not be opened.
 *
 * @throws OrchError `not-found`, `outside-allocation`, `not-a-file`, `permission-denied`
 */
export async function openConfined(
  root: string,
  path: string,
  refuse: (place: readonly string[]) => void = () => {},
): Promise<ConfinedEntry> {
  const base = await open(root, O_PATH | O_DIRECTORY | O_NOFOLLOW).catch((error) => fail(error, path));
  const stack: FileHandle[] = [base];
  const place: string[] = [];
  let pending = components(path);
  let symlinks = 0;
  try {
    let stats = await base.stat();
    while (pending.length > 0) {
      const [name = '', ...rest] = pending;
      pending = rest;
      if (name === '..') {
        if (stack.length === 1) throw outside(path);
        await stack.pop()?.close();
        place.pop();
        stats = await top(stack).stat();
        continue;
      }
      if (!stats.isDirectory()) throw notFound(path);
      if (stack.length > maxDepth) throw new OrchError('invalid-path', 'the path is too deep');
      refuse([...place, name]);
      const at = child(top(stack), name);
      const named = await open(at, O_PATH | O_NOFOLLOW).catch((error) => fail(error, path));
      stack.push(named);
      place.push(name);
      stats = await named.stat();
      if (!stats.isSymbolicLink()) continue;
      await stack.pop()?.close();
      place.pop();
      symlinks += 1;
      const target = await readlink(at).catch((error) => fail(error, path));
      if (symlinks > maxSymlinks || target.startsWith('/')) throw outside(path);
      pending = [...components(target), ...pending];
      stats = await top(stack).stat();
    }
    if (!stats.isDirectory() && !stats.isFile())
      throw new OrchError('not-a-file', `${path} is neither a file nor a directory`);
    return { handle: await reopen(top(stack), stats).catch((error) => fail(error, path)), stats };
  } finally {
    for (const handle of stack) await handle.close();
  }
}

/** Names in an open directory, sorted. */
export async function namesIn(directory: FileHandle): Promise<readonly string[]> {
  return (await readdir(pathOf(directory))).sort();
}

/** As `namesIn`, undefined when there are more than `most`: a task can make millions, and they are not all read then. */
export async function fewNamesIn(directory: FileHandle, most: number): Promise<readonly string[] | undefined> {
  const names: string[] = [];
  for await (const { name } of await opendir(pathOf(directory), { bufferSize: 1_024 })) {
    names.push(name);
    // Leaving the loop closes the directory.
    if (names.length > most) return undefined;
  }
  return names.sort();
}

/** What a name in an open directory is, itself: a symlink is not followed. */
export function lstatIn(directory: FileHandle, name: string): Promise<Stats> {
  return lstat(child(directory, name));
}

/** A path that leads to the open directory itself, even after it was renamed. */
export function pathOf(directory: FileHandle): string {
  return `/proc/self/fd/${directory.fd}`;
}

function child(directory: FileHandle, name: string): string {
  return `/proc/self/fd/${directory.fd}/${name}`;
}

function top(stack: readonly FileHandle[]): FileHandle {
  const handle = stack[stack.length - 1];
  if (handle === undefined) throw new Error('the stack of open directories is empty');
  return handle;
}

function components(path: string): string[] {
  if (path.includes('\0')) throw new OrchError('invalid-path', 'a path may not hold a NUL character');
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

function fail(error: unknown, path: string): never {
  const code = (error as NodeJS.ErrnoException).code;
  // EINVAL: a link that was something else when it was read.
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EINVAL') throw notFound(path);
  if (code === 'ELOOP') throw outside(path);
  if (code === 'EACCES' || code === 'EPERM') throw new OrchError('permission-denied', `${path} may not be read`);
  if (code === 'ENAMETOOLONG') throw new OrchError('invalid-path', 'the path is too long');
  throw new OrchError('file-failed', `${path} could not be read`, { cause: error });
}

function notFound(path: string): OrchError {
  return new OrchError('not-found', `there is no file ${JSON.stringify(path)} in this allocation`);
}

function outside(path: string): OrchError {
  return new OrchError('outside-allocation', `${JSON.stringify(path)} leads out of the allocation's directory`, {
    hint: 'only files of the allocation itself can be read; absolute symlinks are not followed',
  });
}
