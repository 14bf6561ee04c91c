// One process a directory: a lock that the kernel frees when its holder dies, however it dies.

import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { journalInUse } from '../errors.ts';

export interface DirectoryLock {
  release(): void;
}

const sqliteBusy = 5;

/** Locks must outlive their callers' carelessness: a database that is garbage-collected is closed, and its lock freed. */
const held = new Set<DatabaseSync>();

/**
 * Locks an existing directory through the file `lock` in it. SQLite's exclusive transaction on an empty database,
 * never committed and with its journal in memory, is nothing but a POSIX record lock: it works on a full disk. Nobody may open that file otherwise:
 * closing any descriptor of it would free the lock.
 * @throws OrchError `journal-in-use` naming the holder's process
 */
export function lockDirectory(dir: string): DirectoryLock {
  const file = join(dir, 'lock');
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== sqliteBusy) throw error;
    const pid = holderOf(file);
    throw journalInUse(dir, pid === undefined ? undefined : describeProcess(pid), pid);
  }
  held.add(database);
  return {
    release() {
      held.delete(database);
      if (database.isOpen) database.close();
    },
  };
}

/**
 * How much of the kernel's list is looked at: any user can make it as long as he likes, and the kernel takes longer for each
 * further page of it.
 */
const LIST_MOST_BYTES = 256 * 1_024;

/** The process the kernel lists as holding a lock on the file; it may be hidden from us, in another pid namespace. */
function holderOf(file: string): number | undefined {
  const inode = String(statSync(file).ino);
  for (const line of readBeginning('/proc/locks', LIST_MOST_BYTES).split('\n')) {
    // 1: POSIX  ADVISORY  WRITE 1234 fe:00:5678 1073741824 1073742335
    const [, kind, , , pid, place] = line.trim().split(/\s+/);
    if (kind === 'POSIX' && place?.split(':')[2] === inode && Number(pid) > 0) return Number(pid);
  }
  return undefined;
}

function describeProcess(pid: number): string {
  const command = readText(`/proc/${pid}/cmdline`).split('\0').filter(Boolean).join(' ');
  const since = startedAt(pid);
  const details = [command.slice(0, 200), since === undefined ? '' : `started ${since}`].filter(Boolean).join(', ');
  return details === '' ? `process ${pid}` : `process ${pid} (${details})`;
}

/** The directory in /proc is made when the process is first looked at, so its time is only a bound; the stat file counts. */
function startedAt(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const boot = /^btime (\d+)$/m.exec(readText('/proc/stat'))?.[1];
  if (Number.isNaN(ticks) || boot === undefined) return undefined;
  const clockTicks = 100;
  return new Date((Number(boot) + ticks / clockTicks) * 1_000).toISOString();
}

function readBeginning(file: string, mostBytes: number): string {
  const bytes = Buffer.alloc(mostBytes);
  let length = 0;
  try {
    const fd = openSync(file, 'r');
    try {
      for (let got = -1; got !== 0 && length < mostBytes; length += got)
        got = readSync(fd, bytes, length, mostBytes - length, null);
    } finally {
      closeSync(fd);
    }
  } catch {
    return ''; // the message does without
  }
  return bytes.toString('latin1', 0, length);
}

/** Only for the text of a message: what cannot be read is left out. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
