// The few files of the kernel this room reads and writes, as an interface and as the real thing.
import { readdir, readFile, statfs, writeFile } from 'node:fs/promises';

export interface HostNetworkFiles {
  /** True when `path` holds a network namespace; a plain left-over file does not. */
  isNamespace(path: string): Promise<boolean>;
  /** Names in a directory; none when it does not exist. */
  list(dir: string): Promise<readonly string[]>;
  /** Undefined when the file does not exist. */
  read(path: string): Promise<string | undefined>;
  /** False when the file does not exist. */
  write(path: string, text: string): Promise<boolean>;
}

/** Type of the file system that namespaces live in (`NSFS_MAGIC` of linux/magic.h). */
const namespaceFileSystem = 0x6e736673;

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EINVAL';
}

async function orAbsent<T, A>(work: Promise<T>, absent: A): Promise<T | A> {
  try {
    return await work;
  } catch (error) {
    if (isAbsent(error)) return absent;
    throw error;
  }
}

export const hostNetworkFiles: HostNetworkFiles = {
  isNamespace: (path) =>
    orAbsent(
      statfs(path).then((found) => found.type === namespaceFileSystem),
      false,
    ),
  list: (dir) => orAbsent(readdir(dir), []),
  read: (path) => orAbsent(readFile(path, 'utf8'), undefined),
  write: (path, text) =>
    orAbsent(
      writeFile(path, text, { flag: 'r+' }).then(() => true),
      false,
    ),
};
