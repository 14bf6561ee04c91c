// What lies in a directory of the host and is not for everybody to read: private keys beside certificates.
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const OTHERS_READ = 0o004;
/** Directories need both to be looked through. */
const OTHERS_LOOK = 0o005;
/** How long an answer is believed: many launches in a row need not look each time. */
const FRESH_MS = 5_000;

const known = new Map<string, { readonly atMs: number; readonly paths: readonly string[] }>();

/** Absolute paths of files and directories below `dir` that others may not read; what is inside such a directory is not told. */
export function privatePaths(dir: string): readonly string[] {
  const atMs = performance.now();
  const before = known.get(dir);
  if (before !== undefined && atMs - before.atMs < FRESH_MS) return before.paths;
  const paths = search(dir);
  known.set(dir, { atMs, paths });
  return paths;
}

function search(dir: string): readonly string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory() && !entry.isFile()) return [];
    const path = join(dir, entry.name);
    const mode = lstatSync(path, { throwIfNoEntry: false })?.mode;
    if (mode === undefined) return [];
    if (entry.isFile()) return (mode & OTHERS_READ) === 0 ? [path] : [];
    return (mode & OTHERS_LOOK) === OTHERS_LOOK ? search(path) : [path];
  });
}
