// Writing files inside a directory without ever leaving it, whatever symlinks stand in the way.

import { constants } from 'node:fs';
import { chown, type FileHandle, link, mkdir, open, rm, symlink } from 'node:fs/promises';
import { OrchError } from '../../lib/errors.ts';
import type { UserIds } from '../alloc-dir/users.ts';

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_DIRECTORY, O_NOFOLLOW } = constants;

/**
 * Makes files below `root`. Every path is relative to it, is walked without following symlinks, and may not climb.
 * What is in the way of a file is replaced; a directory in the way is not.
 */
export class ConfinedWriter {
  readonly #root: string;
  readonly #owner: UserIds | undefined;

  constructor(root: string, owner?: UserIds) {
    this.#root = root;
    this.#owner = owner;
  }

  async makeDirectory(path: string): Promise<void> {
    await (await this.openDirectory(path)).close();
  }

  /** The directory, made when it is not there. The caller closes it. */
  openDirectory(path: string): Promise<FileHandle> {
    return this.#openDirectory(components(path));
  }

  /** A new file of `mode`, open for writing. The caller closes it. */
  createFile(path: string, mode: number): Promise<FileHandle> {
    return this.#inParent(path, async (at) => {
      const file = await open(at, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      try {
        await file.chmod(mode & 0o777);
        if (this.#owner !== undefined) await file.chown(this.#owner.uid, this.#owner.gid);
        return file;
      } catch (error) {
        await file.close();
        throw error;
      }
    });
  }

  /** @throws OrchError `outside-destination` when the link would lead out of the root. */
  async createSymlink(path: string, target: string): Promise<void> {
    const parent = components(path).slice(0, -1);
    if (target.startsWith('/')) throw outside(`${path} -> ${target}`);
    components([...parent, target].join('/'));
    await this.#inParent(path, (at) => symlink(target, at));
  }

  async createHardLink(path: string, existing: string): Promise<void> {
    const names = components(existing);
    const directory = await this.#openDirectory(names.slice(0, -1));
    try {
      await this.#inParent(path, (at) => link(`/proc/self/fd/${directory.fd}/${names.at(-1) ?? ''}`, at));
    } finally {
      await directory.close();
    }
  }

  async #inParent<T>(path: string, make: (at: string) => Promise<T>): Promise<T> {
    const names = components(path);
    const name = names.at(-1);
    if (name === undefined) throw new OrchError('invalid-path', `${JSON.stringify(path)} names no file`);
    const directory = await this.#openDirectory(names.slice(0, -1));
    try {
      const at = `/proc/self/fd/${directory.fd}/${name}`;
      await rm(at, { force: true });
      return await make(at);
    } finally {
      await directory.close();
    }
  }

  async #openDirectory(names: readonly string[]): Promise<FileHandle> {
    let directory = await open(this.#root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    for (const name of names) {
      const at = `/proc/self/fd/${directory.fd}/${name}`;
      try {
        const made = await mkdir(at, 0o755).then(
          () => true,
          (error: NodeJS.ErrnoException) => {
            if (error.code === 'EEXIST') return false;
            throw error;
          },
        );
        const next = await open(at, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ELOOP' || error.code === 'ENOTDIR') throw outside(names.join('/'));
          throw error;
        });
        if (made && this.#owner !== undefined)
          await chown(`/proc/self/fd/${next.fd}`, this.#owner.uid, this.#owner.gid);
        await directory.close();
        directory = next;
      } catch (error) {
        await directory.close();
        throw error;
      }
    }
    return directory;
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

function outside(path: string): OrchError {
  return new OrchError('outside-destination', `${JSON.stringify(path)} leads out of the directory it belongs to`);
}
