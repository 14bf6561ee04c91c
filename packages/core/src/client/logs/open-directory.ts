// Opening a directory that tasks may have replaced: every component by the handle of the one before, no symlink followed.

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;
const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK;

/** `names` below `root`, which only root can alter. The caller closes it. @throws the system's error, ELOOP or ENOTDIR for a replaced one */
export async function openDirectory(root: string, names: readonly string[] = []): Promise<FileHandle> {
  let directory = await open(root, flags);
  for (const name of names) {
    try {
      const below = await open(`/proc/self/fd/${directory.fd}/${name}`, flags);
      await directory.close();
      directory = below;
    } catch (error) {
      await directory.close();
      throw error;
    }
  }
  return directory;
}

/** The path of a name in an open directory, whatever the directory's own path leads to by then. */
export function nameIn(directory: FileHandle, name: string): string {
  return `/proc/self/fd/${directory.fd}/${name}`;
}
