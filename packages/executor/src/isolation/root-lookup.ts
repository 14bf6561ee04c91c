// Finds files as a task will see them: through its mounts and with symlinks that begin at its own root.
import { lstatSync, readlinkSync } from 'node:fs';
import { systemErrorCode } from '../errors.ts';

export interface RootView {
  /** Host path of the task's root; `/` for a task that sees the host. */
  readonly root: string;
  readonly mounts: readonly { readonly hostPath: string; readonly path: string }[];
}

const LINK_LIMIT = 40;

/** The host path of what the task sees at the absolute `path`, all symlinks followed; undefined when it is not there. */
export function resolveInRoot(view: RootView, path: string): string | undefined {
  let pending = path.split('/').filter(Boolean);
  let seen = '';
  let links = 0;
  while (pending.length > 0) {
    const part = pending.shift() as string;
    if (part === '.') continue;
    if (part === '..') {
      seen = seen.slice(0, Math.max(0, seen.lastIndexOf('/')));
      continue;
    }
    const next = `${seen}/${part}`;
    const target = linkTarget(hostPathOf(view, next));
    if (target === undefined) return undefined;
    if (target === 'no-link') {
      seen = next;
      continue;
    }
    links += 1;
    if (links > LINK_LIMIT) return undefined;
    pending = [...target.link.split('/').filter(Boolean), ...pending];
    if (target.link.startsWith('/')) seen = '';
  }
  return hostPathOf(view, seen || '/');
}

/** Undefined where nothing is. */
function linkTarget(host: string): 'no-link' | { readonly link: string } | undefined {
  try {
    const stat = lstatSync(host, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    return stat.isSymbolicLink() ? { link: readlinkSync(host) } : 'no-link';
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(systemErrorCode(error) ?? '')) return undefined;
    throw error;
  }
}

function isWithin(path: string, dir: string): boolean {
  return path.startsWith(dir) && (path.length === dir.length || path[dir.length] === '/');
}

function hostPathOf(view: RootView, path: string): string {
  let best: { hostPath: string; path: string } = { hostPath: view.root, path: '/' };
  for (const mount of view.mounts) {
    if (mount.path.length >= best.path.length && isWithin(path, mount.path)) best = mount;
  }
  const rest = best.path === '/' ? path : path.slice(best.path.length);
  return `${best.hostPath === '/' ? '' : best.hostPath}${rest}` || '/';
}

export type ProgramLookup = { readonly found: string } | { readonly problem: string };

/**
 * Where argv[0] leads: a name is searched in `searchPath`, anything with a slash is taken from `cwd`. Answers the path
 * as the task sees it, or why it cannot be run.
 */
export function findProgram(view: RootView, name: string, options: { cwd: string; searchPath: string }): ProgramLookup {
  if (name === '') return { problem: 'the command is empty' };
  if (name.includes('/')) {
    const path = name.startsWith('/') ? name : `${options.cwd}/${name}`;
    const problem = whyNotRunnable(view, path);
    return problem === undefined ? { found: path } : { problem: `${name} ${problem}` };
  }
  for (const dir of options.searchPath.split(':').filter(Boolean)) {
    if (whyNotRunnable(view, `${dir}/${name}`) === undefined) return { found: `${dir}/${name}` };
  }
  return { problem: `${name} is not in ${options.searchPath}` };
}

function whyNotRunnable(view: RootView, path: string): string | undefined {
  const host = resolveInRoot(view, path);
  if (host === undefined) return 'does not exist';
  // It may have gone since.
  const stat = lstatSync(host, { throwIfNoEntry: false });
  if (stat === undefined) return 'does not exist';
  if (stat.isDirectory()) return 'is a directory';
  if (!stat.isFile()) return 'is not a file';
  return (stat.mode & 0o111) === 0 ? 'is not executable' : undefined;
}
