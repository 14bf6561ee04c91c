// Opening what a job names inside its allocation: by directory handles, never by a path that a task can change meanwhile.
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readlink } from 'node:fs/promises';
import { isAbsolute, join, normalize, relative } from 'node:path';
import { DriverError, isDriverError, type TaskDirectories } from '@orch/driver-api';
import { configError, deniedError } from '../engine/errors.ts';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;
/** Names a file without opening it: Linux, not among Node's constants. */
const O_PATH = 0o10000000;

const MOST_SYMLINKS = 16;
/** How often a name may turn into something else between two looks at it. */
const MOST_CHANGES = 16;

export interface Wanted {
  /** What the job says: relative to the task directory, or a path of the host inside of the allocation. */
  readonly path: string;
  /** Where it says so, for errors. */
  readonly field: readonly string[];
  /** Makes directories that are not there. */
  readonly create?: boolean;
  readonly hint: string;
}

/** Where `path` leads by its letters alone. */
export function writtenPath(directories: TaskDirectories, path: string): string {
  return isAbsolute(path) ? normalize(path) : join(directories.task, path);
}

/** Whether `path`, by its letters alone, lies in the task's own directory or the shared one. */
export function isOfAllocation(directories: TaskDirectories, path: string): boolean {
  const written = writtenPath(directories, path);
  return [directories.task, directories.shared].some((root) => contains(root, written));
}

/**
 * A handle (O_PATH) of what `wanted` names in the task's own directory or the shared one. Symbolic links are followed by
 * hand and may lead from one to the other, never elsewhere; absolute ones mean the task's root, not the node's, and are
 * refused. The handle stays what it is, whatever tasks rename. The caller closes it.
 *
 * @throws DriverError `denied` for what is outside, `invalid-config` for what is not there
 */
export async function openBeneath(directories: TaskDirectories, wanted: Wanted): Promise<FileHandle> {
  const { path, field, hint } = wanted;
  if (path.includes('\0')) throw configError(field, 'a path may not hold a NUL character');
  if (!isOfAllocation(directories, path)) {
    throw deniedError(field, `"${path}" is outside the task directory, which this node does not allow`, hint);
  }
  const { allocation, task, shared } = directories;
  const roots = new Set([relative(allocation, task), relative(allocation, shared)]);
  const walk = new Walk(wanted, roots);
  try {
    return await walk.run(allocation, relative(allocation, writtenPath(directories, path)));
  } catch (cause) {
    if (isDriverError(cause)) throw cause;
    throw new DriverError('internal', `"${path}" of the allocation cannot be opened`, { path: field, cause });
  } finally {
    await walk.close();
  }
}

/** Opens the regular file behind a handle for reading. @throws DriverError `invalid-config` */
export async function openForReading(
  handle: FileHandle,
  wanted: Wanted,
  maxBytes: number,
): Promise<{ readonly file: FileHandle; readonly bytes: number }> {
  if (!(await handle.stat()).isFile()) throw configError(wanted.field, `"${wanted.path}" is not a regular file`);
  const file = await open(pathOf(handle), O_RDONLY | O_NONBLOCK);
  const { size } = await file.stat();
  if (size <= maxBytes) return { file, bytes: size };
  await file.close();
  throw configError(wanted.field, `"${wanted.path}" is larger than ${maxBytes} bytes`);
}

/** A path that leads to what the handle holds, and nowhere else. */
export function pathOf(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`;
}

function contains(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith('../') && !isAbsolute(way));
}

function components(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

class Walk {
  readonly #wanted: Wanted;
  readonly #roots: ReadonlySet<string>;
  readonly #stack: FileHandle[] = [];
  #symlinks = 0;
  #changes = 0;

  constructor(wanted: Wanted, roots: ReadonlySet<string>) {
    this.#wanted = wanted;
    this.#roots = roots;
  }

  async run(anchor: string, path: string): Promise<FileHandle> {
    let pending = components(path);
    this.#stack.push(await open(anchor, O_PATH | O_DIRECTORY | O_NOFOLLOW));
    while (pending.length > 0) {
      const [name = '', ...rest] = pending;
      if (name === '..') {
        if (this.#stack.length === 1) throw this.#outside();
        await this.#stack.pop()?.close();
        pending = rest;
        continue;
      }
      if (this.#stack.length === 1 && !this.#roots.has(name)) throw this.#outside();
      pending = [...(await this.#step(name, rest.length > 0)), ...rest];
    }
    if (this.#stack.length === 1) throw this.#outside();
    return this.#stack.pop() as FileHandle;
  }

  async close(): Promise<void> {
    for (const handle of this.#stack) await handle.close();
  }

  /** Steps into `name`; answers the components of the link when it is one. */
  async #step(name: string, isWay: boolean): Promise<readonly string[]> {
    const at = `${pathOf(this.#stack.at(-1) as FileHandle)}/${name}`;
    const handle = await this.#open(at);
    if (handle === undefined) return [name];
    const found = await handle.stat();
    if (found.isSymbolicLink()) {
      await handle.close();
      return this.#target(at, name);
    }
    if (isWay && !found.isDirectory()) {
      await handle.close();
      throw this.#missing();
    }
    this.#stack.push(handle);
    return [];
  }

  /** Undefined when it was made now, or came meanwhile: it is opened again, as whatever it is then. */
  async #open(at: string): Promise<FileHandle | undefined> {
    try {
      return await open(at, O_PATH | O_NOFOLLOW);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENAMETOOLONG') throw configError(this.#wanted.field, 'the path is too long');
      if (code !== 'ENOENT') throw error;
    }
    if (this.#wanted.create !== true) throw this.#missing();
    this.#change();
    try {
      await mkdir(at, 0o755);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') throw this.#missing();
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    return undefined;
  }

  async #target(at: string, name: string): Promise<readonly string[]> {
    this.#symlinks += 1;
    if (this.#symlinks > MOST_SYMLINKS) throw this.#outside();
    let target: string;
    try {
      target = await readlink(at);
    } catch (error) {
      // It is no link any more.
      if (codeOf(error) !== 'EINVAL' && codeOf(error) !== 'ENOENT') throw error;
      this.#change();
      return [name];
    }
    if (isAbsolute(target)) throw this.#outside();
    return components(target);
  }

  #change(): void {
    this.#changes += 1;
    if (this.#changes > MOST_CHANGES)
      throw configError(this.#wanted.field, `"${this.#wanted.path}" does not stay the same`);
  }

  #outside(): Error {
    const { field, path, hint } = this.#wanted;
    return deniedError(field, `"${path}" leads outside the task directory through a symbolic link`, hint);
  }

  #missing(): Error {
    const { field, path } = this.#wanted;
    const hint = 'Relative paths start at the task directory: create it there, or correct the path.';
    return configError(field, `"${path}" does not exist on this node`, hint);
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
