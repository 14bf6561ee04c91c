// Files of the agent's own, in directories that only root can enter: there a path is what it says.

import { constants, createReadStream } from 'node:fs';
import { access, type FileHandle, mkdir, open, rm, writeFile } from 'node:fs/promises';
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

/** An empty file that says: this was done. */
export async function writeMarker(path: string): Promise<void> {
  await writeFile(path, '', { mode: 0o600 });
}

/** What is not there is success. */
export async function removePrivateFile(path: string): Promise<void> {
  await rm(path, { force: true });
}
