// What the root of an isolated task is made of. The native launcher makes it, in memory, in the task's mount namespace.
import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { posix } from 'node:path';
import { ExecutorError } from '../errors.ts';
import { believed, FRESH_MS } from './believed.ts';
import type { ChrootMount } from './default-mounts.ts';
import { privatePaths } from './private-paths.ts';

/** The host's own, which programs and libraries are taken from: nothing of a job may lie upon them. */
const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
const OWN = ['/', '/proc', '/dev', '/etc'];

export interface RootRequest {
  /** The task's directory. What is in it beside the mounts is seen at the same names. */
  readonly root: string;
  readonly mounts: readonly ChrootMount[];
  readonly etcDir: string;
  readonly devDir: string;
}

export interface RootPlan {
  readonly root: string;
  /** All mounts, those that others lie upon first. */
  readonly mounts: readonly ChrootMount[];
  readonly steps: readonly RootStep[];
}

/** One thing the launcher makes, in this order. Paths inside the root are absolute. */
export type RootStep =
  | { readonly kind: 'link'; readonly target: string; readonly path: string }
  /** Something that a mount would show, and is not for tasks. */
  | { readonly kind: 'hide'; readonly path: string }
  | {
      readonly kind: 'bind';
      readonly hostPath: string;
      /** Below this directory no symlink is followed. */
      readonly beneath?: string;
      readonly path: string;
      readonly readOnly: boolean;
      /** Device nodes in it can be opened. */
      readonly devices: boolean;
    };

/** Orders the mounts, which `checkMounts` has let pass. @throws ExecutorError `invalid` without the host's /usr */
export function planRoot(request: RootRequest): RootPlan {
  if (!request.mounts.some(({ path }) => path === '/usr')) {
    throw new ExecutorError('invalid', 'an isolated task needs the host directory /usr', {
      hint: 'begin the mounts with defaultChrootMounts()',
    });
  }
  const etc: ChrootMount = { hostPath: request.etcDir, path: '/etc', readOnly: true };
  const dev: ChrootMount = { hostPath: request.devDir, path: '/dev', readOnly: true, devices: true };
  const mounts = [...request.mounts, etc, dev].sort((left, right) => left.path.length - right.path.length);
  const hidden = request.mounts.flatMap(hiddenIn).map((path) => ({ kind: 'hide' as const, path }));
  return { root: request.root, mounts, steps: [...mounts.map((mount) => rootStep(mount)), ...hidden] };
}

/** Where programs below /usr have settings of this machine. The rest of it is what every machine has. */
const SETTINGS = ['/usr/etc', '/usr/local/etc'];

/**
 * What the host keeps from its users below a directory of its /etc, or of /usr that is like it: a task may be root, or
 * read what it likes.
 */
function hiddenIn({ hostPath, path }: ChrootMount): readonly string[] {
  if (hostPath !== path) return [];
  if (path === '/usr') return SETTINGS.filter(isPlainDirectory).flatMap((dir) => privatePaths(dir));
  return path.startsWith('/etc/') ? privatePaths(path) : [];
}

/** Behind a link they lie outside of what tasks see. Only that it is one is believed: one may come at any moment. */
const isPlainDirectory = believed(FRESH_MS, (path): true | undefined => {
  const isOne = lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true && realpathSync(path) === path;
  return isOne ? true : undefined;
});

/**
 * Before anything is made of their paths. @throws ExecutorError `invalid` when one would replace system directories or
 * what the launcher makes itself, `not-found` when the source of a job's mount is missing
 */
export function checkMounts(mounts: readonly ChrootMount[]): void {
  for (const mount of mounts) checkMount(mount);
}

function checkMount(mount: ChrootMount): void {
  // Compared letter by letter below: one way to write a path, and none that climbs.
  if (!mount.path.startsWith('/') || posix.normalize(mount.path) !== mount.path) {
    throw new ExecutorError('invalid', `mount path "${mount.path}" is not an absolute path inside the task`);
  }
  const system = SYSTEM.find((dir) => mount.path === dir || mount.path.startsWith(`${dir}/`));
  const isHostsOwn = mount.hostPath === mount.path && mount.readOnly;
  if ((system !== undefined && !(isHostsOwn && mount.path === system)) || OWN.includes(mount.path)) {
    throw new ExecutorError('invalid', `nothing can be mounted at ${mount.path} in an isolated task`, {
      hint: 'choose a path that is not a system directory',
    });
  }
  if (!isHostsOwn && lstatSync(mount.hostPath, { throwIfNoEntry: false }) === undefined)
    throw new ExecutorError('not-found', `the mount source ${mount.hostPath} does not exist`);
}

function rootStep({ hostPath, beneath, path, readOnly, devices = false }: ChrootMount): RootStep {
  const link = hostPath === path && SYSTEM.includes(path) ? linkToUsr(path) : undefined;
  if (link !== undefined) return { kind: 'link', target: link, path };
  return { kind: 'bind', hostPath, path, readOnly, devices, ...(beneath === undefined ? {} : { beneath }) };
}

const links = new Map<string, string | undefined>();

/** Where /bin is a link into /usr the task gets the link: one mount less for each. Asked once: no host changes that. */
function linkToUsr(path: string): string | undefined {
  if (!links.has(path)) {
    const target = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : '';
    links.set(path, /^\/?usr\/[a-z0-9]+$/.test(target) ? target : undefined);
  }
  return links.get(path);
}
