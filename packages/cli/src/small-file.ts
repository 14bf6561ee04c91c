// Files that job files name, as far as they may be read: regular ones, not too large.

import { readFileSync, statSync } from 'node:fs';

/** Largest file that is read: what does not fit into a job file does not fit into a job. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** The bytes of a file; undefined when there is none. @throws Error that says why it is not read */
export function readSmallFile(absolute: string): Buffer | undefined {
  const found = statSync(absolute, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isFile()) throw new Error(`${absolute} is no regular file`);
  if (found.size > MAX_FILE_BYTES)
    throw new Error(`${absolute} is larger than ${MAX_FILE_BYTES} bytes (limit "file size")`);
  return readFileSync(absolute);
}
