// SQLite's write-ahead log as a file: allocated ahead, and kept when SQLite would remove it, so that a full disk does not
// take the place of the writes to come.

import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';

/** Bytes of zeros written in one call. */
const zeros = Buffer.alloc(64 * 1024);
const headBytes = 32;

const logOf = (file: string) => `${file}-wal`;
/** A second name of the log, while SQLite removes the first. */
const keptOf = (file: string) => `${file}-wal.kept`;

/** Writes zeros behind the end of an open file, up to `size`; false when there is no room, and what could be is kept. */
export function growFile(descriptor: number, size: number): boolean {
  let at = fstatSync(descriptor).size;
  try {
    while (at < size) at += writeSync(descriptor, zeros, 0, Math.min(zeros.length, size - at), at);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') return false;
    throw error;
  }
}

/** Zeros behind its last frame are no frames to SQLite. The log is there: the database is open. */
export function growLog(file: string, size: number): boolean {
  const descriptor = openSync(logOf(file), 'r+');
  try {
    return growFile(descriptor, size);
  } finally {
    closeSync(descriptor);
  }
}

/** Before the database is opened: what an end in the middle of `keepingLog` left. */
export function takeUpKeptLog(file: string): void {
  const kept = keptOf(file);
  if (!existsSync(kept)) return;
  if (existsSync(logOf(file))) rmSync(kept);
  else renameEmptied(file);
}

/** Runs `close`, which removes the log, and puts an empty one of the same blocks, `size` bytes at most, in its place. */
export function keepingLog(file: string, size: number, close: () => void): void {
  const isKept = size > 0 && linkKept(file);
  close();
  if (isKept) renameEmptied(file, size);
}

function linkKept(file: string): boolean {
  try {
    rmSync(keptOf(file), { force: true });
    linkSync(logOf(file), keptOf(file));
    return true;
  } catch {
    return false;
  }
}

/** Without its head it holds nothing: what it held is in the database. */
function renameEmptied(file: string, size?: number): void {
  const kept = keptOf(file);
  const descriptor = openSync(kept, 'r+');
  try {
    writeSync(descriptor, zeros, 0, headBytes, 0);
    if (size !== undefined && fstatSync(descriptor).size > size) ftruncateSync(descriptor, size);
  } finally {
    closeSync(descriptor);
  }
  if (existsSync(logOf(file))) rmSync(kept);
  else renameSync(kept, logOf(file));
}
