// Files of the agent's own, in directories that only root can enter: there a path is what it says.

import { constants, createReadStream } from 'node:fs';
import { access, type FileHandle, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/** With its parents; one that is there stays as it is. */
export async function makePrivateDirectory(path: string, mode = 0o700): Promise<void> {
  await mkdir(path, { recursive: true, mode });
}

/** For reading. The caller closes it. */
export function openPrivateFile(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
}

export function streamPrivateFile(path: string): Readable {
  return createReadStream(path);
}

export function hasPrivateFile(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Its text; undefined when it is not there. */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** By a new file that takes the old one's place: readers find either. */
export async function replacePrivateFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** An empty file that says: this was done. */
export async function writeMarker(path: string): Promise<void> {
  await writeFile(path, '', { mode: 0o600 });
}

/** What is not there is success. */
export async function removePrivateFile(path: string): Promise<void> {
  await rm(path, { force: true });
}
