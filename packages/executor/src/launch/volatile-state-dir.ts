// Where state that need not survive a reboot is kept fastest.
import { createHash } from 'node:crypto';
import { statfsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { systemErrorCode } from '../errors.ts';

const TMPFS_MAGIC = 0x01021994;

/**
 * A directory in memory that belongs to `dataDir`, always the same one; a directory inside `dataDir` on a machine that
 * has no tmpfs. On a disk each start pays for a dozen small files, and waits for whoever else syncs the file system.
 */
export function volatileStateDir(dataDir: string): string {
  const digest = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const name = `${basename(dataDir).replace(/[^A-Za-z0-9_-]/g, '')}-${digest}`;
  if (isInMemory('/run')) return join('/run/orch', name);
  return isInMemory('/dev/shm') ? join('/dev/shm/orch', name) : join(dataDir, 'executor');
}

/** Whether a directory that is there lies in memory. */
export function isInMemory(path: string): boolean {
  try {
    return statfsSync(path).type === TMPFS_MAGIC;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
