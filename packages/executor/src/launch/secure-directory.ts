// Directories that only root may change, made and checked component by component before anything in them is believed.
import { closeSync, constants, fchmodSync, fstatSync, mkdirSync, openSync, readlinkSync, type Stats } from 'node:fs';
import { ExecutorError, systemErrorCode } from '../errors.ts';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
/** Names an entry without opening it. */
const O_PATH = 0o10_000_000;
const LINK_LIMIT = 40;

export interface SecureDirectoryOptions {
  /** Of every directory that is made; what is there already loses the bits beyond it. @default 0o700 */
  readonly mode?: number;
  /** Symlinks on the way that belong to root are followed, as in a path that an operator chose. @default refused */
  readonly followsRootsLinks?: boolean;
  /** Hears of a directory above that somebody else could exchange. @default that is refused */
  readonly onUnsafeParent?: (problem: string) => void;
}

/**
 * Makes the directory with its parents, and makes sure that nobody but root (or this process's own user) could have
 * made, or can exchange, any part of it: each component is a directory and no link, belongs to root, and is not
 * writable by others, save for sticky ones such as /dev/shm above. The directory itself is not writable by others in any
 * case. Returns its path without links.
 * @param path absolute
 * @throws ExecutorError `unsafe-directory`
 */
export function secureDirectory(path: string, options: SecureDirectoryOptions = {}): string {
  const { mode = 0o700 } = options;
  let seen: string[] = [];
  let pending = path.split('/').filter((name) => name !== '' && name !== '.');
  let links = 0;
  let at = openSync('/', O_RDONLY | O_DIRECTORY);
  try {
    for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
      const place = `/${[...seen, name].join('/')}`;
      if (name === '..') throw unsafe(place, 'climbs', 'write the path without ".."');
      const child = `/proc/self/fd/${at}/${name}`;
      const found = nameOrMake(child, mode);
      if (found.isSymbolicLink()) {
        links += 1;
        if (options.followsRootsLinks !== true || found.uid !== 0 || links > LINK_LIMIT)
          throw unsafe(place, `is a symbolic link of the user ${found.uid}`, 'remove it, if it is not yours');
        const target = readlinkSync(child);
        pending = [...target.split('/').filter((part) => part !== '' && part !== '.'), ...pending];
        if (!target.startsWith('/')) continue;
        closeSync(at);
        at = openSync('/', O_RDONLY | O_DIRECTORY);
        seen = [];
        continue;
      }
      const next = enter(child, place);
      closeSync(at);
      at = next;
      seen.push(name);
      if (pending.length > 0) checkParent(fstatSync(at), place, options);
    }
    checkOwn(fstatSync(at), path);
    const own = fstatSync(at).mode & 0o7777;
    if ((own & ~mode) !== 0) fchmodSync(at, own & mode);
    return `/${seen.join('/')}`;
  } finally {
    closeSync(at);
  }
}

function nameOrMake(child: string, mode: number): Stats {
  try {
    mkdirSync(child, { mode });
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  }
  const named = openSync(child, O_PATH | O_NOFOLLOW);
  try {
    return fstatSync(named);
  } finally {
    closeSync(named);
  }
}

function enter(child: string, place: string): number {
  try {
    return openSync(child, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    if (!['ENOTDIR', 'ELOOP'].includes(systemErrorCode(error) ?? '')) throw error;
    throw unsafe(place, 'is no directory', 'remove it');
  }
}

/** Root, and whoever this process is: a server alone needs no root. */
function isTrusted(uid: number): boolean {
  return uid === 0 || uid === process.geteuid?.();
}

function checkParent(stats: Stats, place: string, { onUnsafeParent }: SecureDirectoryOptions): void {
  const { mode, uid, gid } = stats;
  const isSticky = (mode & 0o1000) !== 0;
  const isWritable = (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== 0);
  if (isTrusted(uid) && (isSticky || !isWritable)) return;
  const problem = isTrusted(uid) ? 'can be written by others' : `belongs to the user ${uid}`;
  if (onUnsafeParent === undefined)
    throw unsafe(place, problem, 'choose a directory below one that only root can write');
  onUnsafeParent(`${place} ${problem}, who can exchange what lies below it`);
}

function checkOwn({ mode, uid }: Stats, place: string): void {
  if (!isTrusted(uid))
    throw unsafe(place, `belongs to the user ${uid}`, 'somebody else made it: see what is in it, and remove it');
  if ((mode & 0o022) !== 0)
    throw unsafe(place, 'can be written by others', 'see who wrote into it, then remove it, or chmod go-w it');
}

function unsafe(place: string, problem: string, hint: string): ExecutorError {
  return new ExecutorError('unsafe-directory', `${place} ${problem}, so nothing in it can be trusted`, { hint });
}
