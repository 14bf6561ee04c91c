// Where the native launcher lies: built on this machine, or shipped for its architecture.
import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { systemErrorCode } from '../errors.ts';

/** What was built here comes first. Beside the bundled command line there is one for each architecture. */
const PLACES = [
  '../../native/orch-launch',
  `../../native/built/linux-${process.arch}/orch-launch`,
  `./built/linux-${process.arch}/orch-launch`,
];

/** Absent on an architecture that none is shipped for, where no C compiler was at hand: then a shell starts what it can. */
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
