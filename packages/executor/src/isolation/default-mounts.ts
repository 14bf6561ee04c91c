// What of the host an isolated task sees by default: programs, libraries and the few files of /etc these need.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { believed, FRESH_MS } from './believed.ts';

export interface ChrootMount {
  readonly hostPath: string;
  /** A directory above `hostPath` below which tasks may write: on the way from there no symlink is followed. */
  readonly beneath?: string;
  readonly path: string;
  readonly readOnly: boolean;
  /** Device nodes work there. @default false */
  readonly devices?: boolean;
}

const SYSTEM_DIRECTORIES = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/opt/java'];
/** Java looks for /etc/java-*; TLS for /etc/ssl and /etc/pki; Debian's commands lead through /etc/alternatives. */
const ETC_DIRECTORY = /^(java.*|ssl|pki|alternatives)$/;

/**
 * The host's system directories, read-only, for `ChrootIsolation.mounts`. The executor gives each root its own /etc with
 * generated files and copies of small ones; these mounts lie upon it. Few on purpose: each costs time at every start.
 */
export const defaultChrootMounts = mountFinder('/etc');

/** What has gone from `etcDir` is never believed to be there: a task would be refused for it. */
export function mountFinder(etcDir: string): () => readonly ChrootMount[] {
  let changedMs: number | undefined;
  let listed = believed(FRESH_MS, listMounts);
  return () => {
    const { mtimeMs } = statSync(etcDir);
    if (mtimeMs !== changedMs) listed = believed(FRESH_MS, listMounts);
    changedMs = mtimeMs;
    return listed(etcDir);
  };
}

function listMounts(etcDir: string): readonly ChrootMount[] {
  const etc = readdirSync(etcDir)
    .filter((name) => ETC_DIRECTORY.test(name))
    .map((name) => `${etcDir}/${name}`)
    .filter((path) => existsSync(path));
  return [...SYSTEM_DIRECTORIES.filter((path) => existsSync(path)), ...etc].map((path) => ({
    hostPath: path,
    path,
    readOnly: true,
  }));
}
