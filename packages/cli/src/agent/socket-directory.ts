// The directory of the API's sockets: nobody but its owner may have a hand in it, and one agent at a time has it.

import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { OrchError } from '@orch/core/lib/errors';
import { secureDirectory } from '@orch/executor';
import { type DirectoryLock, lockDirectory } from '@orch/server/journal/embedded/lock';

export interface SocketDirectory {
  readonly path: string;
  /** Inside it, for the agent alone. */
  readonly privateDir: string;
  release(): void;
}

/** Others pass through it to the group's socket. */
const reachable = 0o755;

/**
 * Makes the directory, or takes the one that is there where nobody else could have made or can exchange a part of it.
 * @param path absolute
 * @throws OrchError `socket-dir` | `sockets-in-use`
 */
export function openSocketDirectory(path: string): SocketDirectory {
  const privateDir = join(path, 'api');
  try {
    secureDirectory(path, { mode: reachable });
    // One that root made for itself alone before, and its group reaches from now on.
    chmodSync(path, reachable);
    secureDirectory(privateDir);
  } catch (cause) {
    throw new OrchError('socket-dir', `the API's sockets cannot be in ${path}`, {
      cause,
      hint: 'mend what is wrong, or name a directory that only root can change with http { socket_dir = "…" }',
    });
  }
  const lock = claim(path, privateDir);
  return { path, privateDir, release: () => lock.release() };
}

function claim(path: string, privateDir: string): DirectoryLock {
  try {
    return lockDirectory(privateDir);
  } catch (cause) {
    if (!(cause instanceof OrchError) || cause.code !== 'journal-in-use') throw cause;
    throw new OrchError('sockets-in-use', `another agent has its sockets in ${path}`, {
      hint: 'stop it, or give this one http { socket_dir = "/run/orchb" }',
    });
  }
}
