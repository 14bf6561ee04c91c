// A directory held open: whatever root does to names in it goes through the handle, never by a path a task could bend.

import { constants, type Stats } from 'node:fs';
import {
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rmdir,
  symlink,
  unlink,
} from 'node:fs/promises';
import { OrchError } from '../../lib/errors.ts';
import type { UserIds } from '../alloc-dir/users.ts';

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_APPEND, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;

/** Names an entry without opening it: no device is touched, no FIFO waited for. Node has no name for it. */
export const O_PATH = 0o10_000_000;

const appendFlags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
/** A name leads to something that is not, or not now, a file to write to. */
const takenCodes = ['ELOOP', 'ENXIO', 'EISDIR', 'EAGAIN', 'ETXTBSY', 'EPERM'];

export interface Rights {
  /** All twelve bits, whatever the umask. */
  readonly mode: number;
  /** @default stays as it is */
  readonly owner?: UserIds | undefined;
}

export class ConfinedDirectory {
  readonly handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.handle = handle;
  }

  /** @param path of a directory whose parents only root can change. @throws OrchError `not-a-directory`, or a system error */
  static async open(path: string): Promise<ConfinedDirectory> {
    return new ConfinedDirectory(await openDirectory(path, path));
  }

  /** Leads to this very directory, also after it was renamed; for this process. */
  get path(): string {
    return `/proc/self/fd/${this.handle.fd}`;
  }

  /** The same for a process that this one starts, as long as the handle is open. */
  get pathForPrograms(): string {
    return `/proc/${process.pid}/fd/${this.handle.fd}`;
  }

  /** Where it lies at the moment, for messages and for looking it up among the mounts. */
  realPath(): Promise<string> {
    return readlink(this.path);
  }

  /**
   * `names` below `root`, of which only root can change the parents.
   * @throws OrchError `not-a-directory` where a task has put something else, or a system error. The caller closes it.
   */
  static async walk(root: string, names: readonly string[]): Promise<ConfinedDirectory> {
    let directory = await ConfinedDirectory.open(root);
    for (const name of names) {
      const above = directory;
      try {
        directory = await above.enter(name);
      } finally {
        await above.close();
      }
    }
    return directory;
  }

  /** A second handle of the same directory. The caller closes it. */
  async again(): Promise<ConfinedDirectory> {
    return new ConfinedDirectory(await openDirectory(`${this.path}/.`, this.path));
  }

  /** @throws OrchError `not-a-directory` for a link or a file, or a system error. The caller closes it. */
  async enter(name: string): Promise<ConfinedDirectory> {
    return new ConfinedDirectory(await openDirectory(this.#child(name), name));
  }

  /** Made when it is not there. Given `rights` hold in either case. The caller closes it. */
  async make(name: string, rights?: Rights): Promise<ConfinedDirectory> {
    const { directory } = await this.makeOrEnter(name);
    if (rights === undefined) return directory;
    try {
      await setRights(directory.handle, rights);
      return directory;
    } catch (error) {
      await directory.close();
      throw error;
    }
  }

  /** A new one has mode 0755 at most. */
  async makeOrEnter(name: string): Promise<{ readonly directory: ConfinedDirectory; readonly made: boolean }> {
    const made = await mkdir(this.#child(name), 0o755).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false;
        throw error;
      },
    );
    return { directory: await this.enter(name), made };
  }

  /** A new regular file, open for writing. What has the name is an error. */
  async createFile(name: string, rights: Rights): Promise<FileHandle> {
    const file = await open(this.#child(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      await setRights(file, rights);
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * A plain file of this user's to append to, made when it is not there; whatever the umask or others made of its mode, it
   * has `mode`. Undefined where the name leads to something else, which is not waited for. The caller closes it.
   */
  async openToAppend(name: string, mode: number): Promise<FileHandle | undefined> {
    let file: FileHandle;
    try {
      file = await open(this.#child(name), appendFlags, mode);
    } catch (error) {
      if (takenCodes.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw error;
    }
    try {
      const found = await file.stat();
      if (found.isFile() && found.uid === process.geteuid?.()) {
        if ((found.mode & 0o7777) !== mode) await file.chmod(mode);
        return file;
      }
      await file.close();
      return undefined;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  createLink(name: string, target: string): Promise<void> {
    return symlink(target, this.#child(name));
  }

  /** Another name for what is called `existing` in `from`, itself: links are not followed. */
  createHardLink(name: string, from: ConfinedDirectory, existing: string): Promise<void> {
    return link(from.#child(existing), this.#child(name));
  }

  /**
   * Names what is called `name`, itself, without opening it: a link, a FIFO, a device. `reopen` opens it then.
   * The caller closes it.
   */
  async name(name: string): Promise<{ readonly handle: FileHandle; readonly stats: Stats }> {
    const handle = await open(this.#child(name), O_PATH | O_NOFOLLOW);
    try {
      return { handle, stats: await handle.stat() };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  readLink(name: string): Promise<string> {
    return readlink(this.#child(name));
  }

  /** What a name is, itself: a link is not followed. */
  lstat(name: string): Promise<Stats> {
    return lstat(this.#child(name));
  }

  /** In no order. */
  names(): Promise<string[]> {
    return readdir(this.path);
  }

  /** Not of a directory. A name that is not there is success. */
  async unlink(name: string): Promise<void> {
    await unlink(this.#child(name)).catch(unlessAbsent);
  }

  /** Of an empty directory. A name that is not there is success. */
  async removeDirectory(name: string): Promise<void> {
    await rmdir(this.#child(name)).catch(unlessAbsent);
  }

  /** Replaces a file or an empty directory of that name. */
  rename(name: string, to: ConfinedDirectory, newName: string): Promise<void> {
    return rename(this.#child(name), to.#child(newName));
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  #child(name: string): string {
    if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0'))
      throw new OrchError('invalid-path', `${JSON.stringify(name)} is not the name of a file`);
    return `${this.path}/${name}`;
  }
}

/** Opens for reading what `ConfinedDirectory.name` named: that file and no other, whatever its name leads to by now. */
export function reopen(named: FileHandle, stats: Stats): Promise<FileHandle> {
  return open(`/proc/self/fd/${named.fd}`, O_RDONLY | O_NONBLOCK | (stats.isDirectory() ? O_DIRECTORY : 0));
}

/** Number of the mount an open file lies on, as in /proc/self/mountinfo. */
export async function mountIdOf(handle: FileHandle): Promise<number> {
  const info = await readFile(`/proc/self/fdinfo/${handle.fd}`, 'utf8');
  return Number(/^mnt_id:\s*(\d+)/m.exec(info)?.[1]);
}

async function openDirectory(path: string, name: string): Promise<FileHandle> {
  try {
    return await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ELOOP' && code !== 'ENOTDIR') throw error;
    throw new OrchError('not-a-directory', `${name} should be a directory and is something else`, {
      hint: 'a task may have replaced it; stop the allocation and let it be collected',
      cause: error,
    });
  }
}

/** The owner first: afterwards the special bits would be taken away. */
async function setRights(handle: FileHandle, { mode, owner }: Rights): Promise<void> {
  const found = await handle.stat();
  if (owner !== undefined && (found.uid !== owner.uid || found.gid !== owner.gid))
    await handle.chown(owner.uid, owner.gid);
  if ((found.mode & 0o7777) !== mode) await handle.chmod(mode);
}

function unlessAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
