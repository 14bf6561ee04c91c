// Prepares a task's root directory: mount points and the table of mounts its own mount namespace will carry.
import { lstatSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { ExecutorError } from '../errors.ts';
import { quoteFstab } from '../launch/shell-quote.ts';
import type { ChrootMount } from './default-mounts.ts';

/** Programs that run as root inside the root before privileges are dropped come from here, so nothing may lie upon it. */
const TRUSTED = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
const OWN = ['/', '/proc', '/dev', '/etc'];

export interface RootPlan {
  readonly root: string;
  /** All mounts, those that others lie upon first. */
  readonly mounts: readonly ChrootMount[];
  readonly etcDir: string;
  readonly devDir: string;
}

/**
 * Orders the mounts. Pure. @throws ExecutorError `invalid` when a mount would replace the system directories, which
 * root's own helper programs are taken from, or one of the directories the executor makes itself.
 */
export function planRoot(plan: RootPlan): RootPlan {
  for (const mount of plan.mounts) {
    if (!mount.path.startsWith('/') || mount.path.split('/').includes('..')) {
      throw new ExecutorError('invalid', `mount path "${mount.path}" is not an absolute path inside the task`);
    }
    const system = TRUSTED.find((dir) => mount.path === dir || mount.path.startsWith(`${dir}/`));
    const isHostsOwn = mount.hostPath === mount.path && mount.path === system && mount.readOnly;
    if ((system !== undefined && !isHostsOwn) || OWN.includes(mount.path)) {
      throw new ExecutorError('invalid', `nothing can be mounted at ${mount.path} in an isolated task`, {
        hint: 'choose a path that is not a system directory',
      });
    }
  }
  if (!plan.mounts.some(({ path }) => path === '/usr')) {
    throw new ExecutorError('invalid', 'an isolated task needs the host directory /usr', {
      hint: 'begin the mounts with defaultChrootMounts()',
    });
  }
  const etc: ChrootMount = { hostPath: plan.etcDir, path: '/etc', readOnly: true };
  const dev: ChrootMount = { hostPath: plan.devDir, path: '/dev', readOnly: true };
  const mounts = [...plan.mounts, etc, dev].sort((left, right) => left.path.length - right.path.length);
  return { ...plan, mounts };
}

/** Makes every mount point, following no symlink a task may have left. @throws ExecutorError `not-found` | `invalid` */
export function makeMountPoints(plan: RootPlan): void {
  mkdirSync(plan.root, { recursive: true });
  for (const dir of ['proc', 'tmp']) makeMountPoint(plan.root, `/${dir}`, true, dir === 'tmp' ? 0o1777 : 0o755);
  for (const [index, mount] of plan.mounts.entries()) {
    const isDirectory = sourceIsDirectory(mount);
    const below = plan.mounts.slice(0, index).findLast(({ path }) => mount.path.startsWith(`${path}/`));
    if (below === undefined) makeMountPoint(plan.root, mount.path, isDirectory, 0o755);
    else makeMountPoint(below.hostPath, mount.path.slice(below.path.length), isDirectory, 0o755);
  }
}

function sourceIsDirectory(mount: ChrootMount): boolean {
  try {
    return statSync(mount.hostPath).isDirectory();
  } catch (cause) {
    throw new ExecutorError('not-found', `the mount source ${mount.hostPath} does not exist`, { cause });
  }
}

function makeMountPoint(base: string, path: string, isDirectory: boolean, mode: number): void {
  const parts = path.split('/').filter(Boolean);
  let current = base;
  for (const [index, part] of parts.entries()) {
    current = `${current}/${part}`;
    const last = index === parts.length - 1;
    const kind = kindOf(current);
    if (kind === 'absent') {
      if (last && !isDirectory) writeFileSync(current, '', { flag: 'wx', mode: 0o644 });
      else makeDirectory(current, last ? mode : 0o755);
    } else if (kind !== (last && !isDirectory ? 'file' : 'directory')) {
      throw new ExecutorError('invalid', `${current} is a ${kind}, so nothing can be mounted at it`, {
        hint: 'remove it from the task directory',
      });
    }
  }
}

function makeDirectory(path: string, mode: number): void {
  // The process's mask would take bits away, so the mode is set behind it.
  const mask = process.umask(0);
  try {
    mkdirSync(path, { mode });
  } finally {
    process.umask(mask);
  }
}

function kindOf(path: string): 'absent' | 'directory' | 'symlink' | 'file' {
  // Absence is the usual case here, and an exception with its stack costs more than the call.
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 'absent';
  return stat.isSymbolicLink() ? 'symlink' : stat.isDirectory() ? 'directory' : 'file';
}

/** One mount, with the words `mount -o` takes. */
export interface MountStep {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** What the task's mount namespace gets, in order. Pure. */
export function mountSteps(plan: RootPlan, options: { ownProc: boolean }): readonly MountStep[] {
  const at = (path: string, source: string, type: string, words: readonly string[]): MountStep => ({
    source,
    target: plan.root + path,
    type,
    options: words,
  });
  const binds = plan.mounts
    .filter(({ hostPath, path }) => hostPath !== `${plan.root}${path}`)
    .map(({ hostPath, path, readOnly }) => {
      const devices = path === '/dev' ? [] : ['nodev'];
      return at(path, hostPath, 'none', ['bind', ...devices, 'nosuid', ...(readOnly ? ['ro'] : [])]);
    });
  const proc = options.ownProc
    ? at('/proc', 'proc', 'proc', ['nosuid', 'nodev', 'noexec'])
    : at('/proc', '/proc', 'none', ['rbind']);
  const terminals = ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'];
  return [
    ...binds,
    proc,
    at('/dev/pts', 'devpts', 'devpts', terminals),
    at('/dev/shm', 'tmpfs', 'tmpfs', ['nosuid', 'nodev', 'noexec', 'mode=1777', 'size=64m']),
  ];
}

/** The text of an fstab that one `mount --all` works off in order. Pure. */
export function renderMountTable(steps: readonly MountStep[]): string {
  const lines = steps.map(
    ({ source, target, type, options }) =>
      `${quoteFstab(source)} ${quoteFstab(target)} ${type} ${options.join(',')} 0 0`,
  );
  return [...lines, ''].join('\n');
}
