// Writing files inside a directory without ever leaving it, whatever symlinks stand in the way.

import type { FileHandle } from 'node:fs/promises';
import { OrchError } from '../../lib/errors.ts';
import type { UserIds } from '../alloc-dir/users.ts';
import type { ConfinedDirectory } from './confined-directory.ts';

/**
 * Makes files below `root`. Every path is relative to it, is walked without following symlinks, and may not climb.
 * What is in the way of a file is replaced; a directory in the way is not.
 */
export class ConfinedWriter {
  readonly #root: ConfinedDirectory;
  readonly #owner: UserIds | undefined;

  /** @param root stays the caller's to close, when nothing is written any more */
  constructor(root: ConfinedDirectory, owner?: UserIds) {
    this.#root = root;
    this.#owner = owner;
  }

  async makeDirectory(path: string): Promise<void> {
    await (await this.openDirectory(path)).close();
  }

  /** The directory, made when it is not there. The caller closes it. */
  openDirectory(path: string): Promise<ConfinedDirectory> {
    return this.#openDirectory(components(path));
  }

  /** A new file of `mode`, open for writing. The caller closes it. */
  createFile(path: string, mode: number): Promise<FileHandle> {
    return this.#inParent(path, (parent, name) => parent.createFile(name, { mode: mode & 0o777, owner: this.#owner }));
  }

  /**
   * A link whose target is written so that it never leaves the root, whatever other links are made before or after it:
   * it climbs first and only as far as its own place is deep, and then goes down. `a/../b` becomes `b`, because `a` could
   * be made a link that leads up.
   * @throws OrchError `outside-destination` when the link would lead out of the root.
   */
  async createSymlink(path: string, target: string): Promise<void> {
    const parent = components(path).slice(0, -1);
    if (target.startsWith('/')) throw outside(`${path} -> ${target}`);
    components([...parent, target].join('/'));
    const straight = straightened(target);
    await this.#inParent(path, (directory, name) => directory.createLink(name, straight));
  }

  /**
   * Only of a regular file. A symlink's second name would be a link at another depth than it was checked for, so it is
   * made anew. @throws OrchError `outside-destination`
   */
  async createHardLink(path: string, existing: string): Promise<void> {
    const names = components(existing);
    const old = names.pop() ?? '';
    const from = await this.#openDirectory(names);
    try {
      const found = await from.lstat(old);
      if (found.isSymbolicLink()) return await this.createSymlink(path, await from.readLink(old));
      await this.#inParent(path, async (parent, name) => {
        await parent.createHardLink(name, from, old);
        // A task may have swapped what was looked at.
        if ((await parent.lstat(name)).isFile()) return;
        await parent.unlink(name);
        throw new OrchError('archive-invalid', `${existing} is no file that could get a second name`);
      });
    } finally {
      await from.close();
    }
  }

  async #inParent<T>(path: string, make: (parent: ConfinedDirectory, name: string) => Promise<T>): Promise<T> {
    const names = components(path);
    const name = names.pop();
    if (name === undefined) throw new OrchError('invalid-path', `${JSON.stringify(path)} names no file`);
    const parent = await this.#openDirectory(names);
    try {
      await parent.unlink(name);
      return await make(parent, name);
    } finally {
      await parent.close();
    }
  }

  async #openDirectory(names: readonly string[]): Promise<ConfinedDirectory> {
    let directory = await this.#root.again();
    for (const name of names) {
      try {
        const next = await this.#step(directory, name, names);
        await directory.close();
        directory = next;
      } catch (error) {
        await directory.close();
        throw error;
      }
    }
    return directory;
  }

  async #step(directory: ConfinedDirectory, name: string, names: readonly string[]): Promise<ConfinedDirectory> {
    const { directory: next, made } = await directory.makeOrEnter(name).catch((error) => {
      if (error instanceof OrchError && error.code === 'not-a-directory') throw outside(names.join('/'));
      throw error;
    });
    if (made && this.#owner !== undefined) await next.handle.chown(this.#owner.uid, this.#owner.gid);
    return next;
  }
}

/** The names of a path that stays inside: `..` may only take back what the path itself went down. */
export function components(path: string): string[] {
  const names: string[] = [];
  if (path.includes('\0')) throw new OrchError('invalid-path', 'a path may not hold a NUL character');
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.pop() === undefined) throw outside(path);
  }
  return names;
}

/** A relative path without detours: `..` only at its beginning. */
function straightened(path: string): string {
  const names: string[] = [];
  let up = 0;
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.pop() === undefined) up += 1;
  }
  return [...Array<string>(up).fill('..'), ...names].join('/') || '.';
}

function outside(path: string): OrchError {
  return new OrchError('outside-destination', `${JSON.stringify(path)} leads out of the directory it belongs to`);
}
