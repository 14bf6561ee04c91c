// Where compiled code is kept between runs. Node runs what it finds there unseen, and by itself it looks in the directory for
// temporary files, where whoever comes first decides what root runs: so it is a directory that only this user can change.

import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface CacheUser {
  readonly uid: number;
  /** Of everybody but root, whose home another user's environment may name. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The directory, made if need be; undefined where none can be trusted, and then nothing is kept. */
export function compileCacheDirectory(user: CacheUser = thisUser()): string | undefined {
  try {
    let path = cacheOf(user);
    make(path);
    for (const name of ['orch', 'compiled']) {
      path = join(path, name);
      make(path);
    }
    const real = realpathSync(path);
    return isOwn(real, user.uid) ? real : undefined;
  } catch {
    return undefined;
  }
}

function thisUser(): CacheUser {
  return { uid: process.geteuid?.() ?? -1, home: homedir(), env: process.env };
}

function cacheOf({ uid, home, env }: CacheUser): string {
  if (uid === 0) return '/var/cache';
  const named = env['XDG_CACHE_HOME'] ?? '';
  return named.startsWith('/') ? named : join(home, '.cache');
}

/** One level: nobody is made a home by this. */
function make(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * Whether nobody but root and the user can change the directory, or exchange it: of each directory on the way. In a sticky
 * one nobody takes away what is another's, and what was there before is seen by its owner.
 */
function isOwn(path: string, uid: number): boolean {
  const parts = path.split('/').slice(1);
  return ['/', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)].every((place) => {
    const stats = lstatSync(place);
    const isShut = (stats.mode & 0o022) === 0 || ((stats.mode & 0o1000) !== 0 && place !== path);
    return stats.isDirectory() && (stats.uid === 0 || stats.uid === uid) && isShut;
  });
}
