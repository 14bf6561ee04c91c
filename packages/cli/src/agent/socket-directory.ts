// The directory of the API's sockets: nobody but its owner may have a hand in it, and one agent at a time has it.

import { chmodSync, lstatSync, mkdirSync, type Stats } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { OrchError } from '@orch/core/lib/errors';
import { lockDirectory } from '@orch/server/journal/embedded/lock';

export interface SocketDirectory {
  readonly path: string;
  /** Inside it, for the agent alone. */
  readonly privateDir: string;
  release(): void;
}

const groupOrOthersWrite = 0o022;
const sticky = 0o1000;

/**
 * Makes the directory, or takes the one that is there when every part of its path is a directory, no link, of root or of
 * this user, that others cannot change. What somebody else planted is refused, never mended.
 * @throws OrchError `socket-dir` | `sockets-in-use`
 */
export function openSocketDirectory(path: string, uid = process.geteuid?.() ?? 0): SocketDirectory {
  for (const part of partsOf(path)) ensure(part, part === path, uid);
  chmodSync(path, 0o755);
  const privateDir = join(path, 'api');
  ensure(privateDir, true, uid);
  chmodSync(privateDir, 0o700);
  try {
    const lock = lockDirectory(privateDir);
    return { path, privateDir, release: () => lock.release() };
  } catch (cause) {
    if (!(cause instanceof OrchError) || cause.code !== 'journal-in-use') throw cause;
    throw new OrchError('sockets-in-use', `another agent has its sockets in ${path}`, {
      hint: 'stop it, or give this one http { socket_dir = "/run/orchb" }',
    });
  }
}

function partsOf(path: string): readonly string[] {
  const parts: string[] = [];
  for (let part = path; part !== sep && part !== '.'; part = dirname(part)) parts.unshift(part);
  return [sep, ...parts];
}

function ensure(part: string, isOwn: boolean, uid: number): void {
  const refuse = (why: string) =>
    new OrchError('socket-dir', `the API's sockets cannot be in ${part}: ${why}`, {
      hint: 'remove it, or name a directory of root with http { socket_dir = "…" }',
    });
  let found = statOf(part);
  if (found === undefined) {
    try {
      mkdirSync(part, { mode: 0o755 });
    } catch (cause) {
      throw new OrchError('socket-dir', `the directory ${part} for the API's sockets cannot be made`, { cause });
    }
    found = lstatSync(part);
  }
  if (found.isSymbolicLink()) throw refuse('it is a link');
  if (!found.isDirectory()) throw refuse('it is no directory');
  const ours = isOwn ? found.uid === uid : found.uid === 0 || found.uid === uid;
  if (!ours) throw refuse(`it belongs to the user ${found.uid}`);
  // In a sticky directory such as /tmp others make things, but cannot take ours away.
  const open = (found.mode & groupOrOthersWrite) !== 0;
  if (open && (isOwn || (found.mode & sticky) === 0)) throw refuse('others may write in it');
}

function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}
