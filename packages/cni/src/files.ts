// The few file operations this package needs, as an interface and as the real thing.
import { constants } from 'node:fs';
import { access, readdir, readFile, stat } from 'node:fs/promises';

export interface CniFiles {
  /** Names in a directory; undefined when there is no such directory. */
  list(dir: string): Promise<readonly string[] | undefined>;
  read(path: string): Promise<string>;
  /** True for a regular file this process may execute. */
  isExecutable(path: string): Promise<boolean>;
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

export const hostFiles: CniFiles = {
  async list(dir) {
    try {
      return await readdir(dir);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  },
  read: (path) => readFile(path, 'utf8'),
  async isExecutable(path) {
    try {
      const found = await stat(path);
      if (!found.isFile()) return false;
      await access(path, constants.X_OK);
      return true;
    } catch (error) {
      if (isAbsent(error) || (error as NodeJS.ErrnoException).code === 'EACCES') return false;
      throw error;
    }
  },
};
