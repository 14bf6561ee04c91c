// Where the native launcher lies, if it was built: beside its sources, or beside the bundled command line.
import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { systemErrorCode } from '../errors.ts';

const PLACES = ['../../native/orch-launch', './orch-launch'];

/** Absent where no C compiler was at hand: then shell scripts do the same, slower. */
export function findNativeLauncher(): string | undefined {
  return PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(systemErrorCode(error) ?? '')) return false;
    throw error;
  }
}
