// What lies in a directory of the host and is not for everybody to read: private keys beside certificates.
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemErrorCode } from '../errors.ts';
import { believed } from './believed.ts';

const OTHERS_READ = 0o004;
/** Directories need both to be looked through. */
const OTHERS_LOOK = 0o005;
/** How long an answer is believed: such a search is long. */
const FRESH_MS = 5_000;

/** Absolute paths of files and directories below `dir` that others may not read; what is inside such a directory is not told. */
export const privatePaths = believed(FRESH_MS, search);

function search(dir: string): readonly string[] {
  return entriesOf(dir).flatMap((entry) => {
    if (!entry.isDirectory() && !entry.isFile()) return [];
    const path = join(dir, entry.name);
    const mode = lstatSync(path, { throwIfNoEntry: false })?.mode;
    if (mode === undefined) return [];
    if (entry.isFile()) return (mode & OTHERS_READ) === 0 ? [path] : [];
    return (mode & OTHERS_LOOK) === OTHERS_LOOK ? search(path) : [path];
  });
}

/** None where the directory has gone since it was found. */
function entriesOf(dir: string) {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
