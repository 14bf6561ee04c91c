// The data directory as a mount of its own with `nosuid,nodev`: what tasks leave in it is neither set-user-id nor a device
// to the host. One mount for all of it, so that files can still be linked and moved between its parts.

import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describeError } from '../../lib/errors.ts';
import type { DirectoryTools } from '../alloc-dir/build.ts';
import { allocationsDir } from '../alloc-dir/layout.ts';
import { ConfinedDirectory, mountIdOf } from './confined-directory.ts';
import { type MountEntry, reach, readMounts, secretsSource, unmountHandle } from './confined-mounts.ts';

const wanted = ['nosuid', 'nodev'] as const;
/** What the mount below has is to hold for the one upon it. */
const inherited = ['ro', 'noexec', 'noatime', 'nodiratime', 'relatime', 'nosymfollow'];

/**
 * Makes the directory of all allocations, which only root enters, and mounts the data directory upon itself unless an
 * earlier agent did. Answers whether set-user-id bits and devices in it mean nothing to the host; where the kernel
 * refuses the mount, that is logged and the mode alone guards.
 * @param dataDir that only root can change
 */
export async function openDataDir(dataDir: string, tools: DirectoryTools): Promise<boolean> {
  await makeAllocations(dataDir);
  if (!tools.isRoot) return false;
  try {
    const found = await ownMount(dataDir);
    if (found === undefined) await bindUponItself(dataDir, tools);
    const mount = await ownMount(dataDir);
    if (mount !== undefined && !isGuarded(mount)) {
      await run(tools, ['mount', '-o', guarding(mount), dataDir]);
    }
    const now = await ownMount(dataDir);
    if (now !== undefined && isGuarded(now)) return true;
    throw new Error(`it has ${now === undefined ? 'no mount of its own' : now.options.join(',')}`);
  } catch (error) {
    tools.log.warn('set-user-id files of tasks keep their meaning on this host: the data directory cannot be mounted', {
      directory: dataDir,
      reason: describeError(error),
    });
    return false;
  }
}

/**
 * With all that is mounted in it: an agent before this one had no such mount, and secrets of its tasks lie in there. Where
 * the mounts below are not shared, what was copied stays behind the new mount and keeps the directory it lies upon from
 * being removed: secrets are taken away there. Where they are shared, both go together when a task ends.
 */
async function bindUponItself(dataDir: string, tools: DirectoryTools): Promise<void> {
  await onDirectory(dataDir, async (data) => {
    const root = await data.realPath();
    const mounts = await readMounts();
    const inner = mounts.filter(({ point }) => point.startsWith(`${root}/`));
    const isShared = ({ parentId }: MountEntry) => mounts.find(({ id }) => id === parentId)?.isShared !== false;
    const covered: FileHandle[] = [];
    try {
      for (const mount of inner.filter((one) => one.source === secretsSource && !isShared(one)))
        covered.push(await reach(data, namesBelow(root, mount)));
      await run(tools, ['mount', '--rbind', dataDir, dataDir]);
      for (const handle of covered) await unmountHandle(handle, tools.runner);
    } finally {
      for (const handle of covered) await handle.close();
    }
    for (const mount of inner.filter((one) => !isGuarded(one)))
      await guardCopy(dataDir, namesBelow(root, mount), mount, tools);
  });
}

/** Of a disk that an operator has mounted in there, for one. */
async function guardCopy(dataDir: string, names: readonly string[], mount: MountEntry, tools: DirectoryTools) {
  await onDirectory(dataDir, async (data) => {
    const handle = await reach(data, names);
    try {
      await run(tools, ['mount', '--no-canonicalize', '-o', guarding(mount), `/proc/${process.pid}/fd/${handle.fd}`]);
    } finally {
      await handle.close();
    }
  });
}

function namesBelow(root: string, { point }: MountEntry): readonly string[] {
  return point.slice(root.length + 1).split('/');
}

function guarding(mount: MountEntry): string {
  const kept = mount.options.filter((option) => inherited.includes(option));
  return ['remount', 'bind', ...kept, ...wanted].join(',');
}

/** Takes the mount away; the directory and its modes stay. Only when no task has its files there. */
export async function closeDataDir(dataDir: string, tools: DirectoryTools): Promise<void> {
  if (!tools.isRoot) return;
  try {
    const mount = await ownMount(dataDir);
    if (mount === undefined) return;
    // Where mounts are shared, a disk that an operator mounted in there would go with it, everywhere.
    if (mount.isShared && (await readMounts()).some(({ parentId }) => parentId === mount.id)) return;
    await run(tools, ['umount', '--lazy', dataDir]);
  } catch (error) {
    tools.log.warn('the data directory stays mounted upon itself', { reason: describeError(error) });
  }
}

/** The topmost mount on the directory, if it shows the directory itself; a disk that an operator mounted there does not. */
async function ownMount(dataDir: string): Promise<MountEntry | undefined> {
  return onDirectory(dataDir, async (data) => {
    const mounts = await readMounts();
    const id = await mountIdOf(data.handle);
    const point = await data.realPath();
    const top = mounts.find((mount) => mount.id === id && mount.point === point);
    const below = mounts.find((mount) => mount.id === top?.parentId);
    if (top === undefined || below === undefined || below.device !== top.device) return undefined;
    const rest = below.point === '/' ? point : point.slice(below.point.length);
    const shown = rest === '' ? below.root : join(below.root, rest);
    return shown === top.root ? top : undefined;
  });
}

async function makeAllocations(dataDir: string): Promise<void> {
  const path = allocationsDir(dataDir);
  await onDirectory(dirname(path), async (data) => {
    await (await data.make(basename(path), { mode: 0o700 })).close();
  });
}

async function onDirectory<T>(path: string, work: (directory: ConfinedDirectory) => Promise<T>): Promise<T> {
  // The data directory itself may be root's link to a disk.
  const directory = await ConfinedDirectory.open(`${path}/.`);
  try {
    return await work(directory);
  } finally {
    await directory.close();
  }
}

function isGuarded(mount: MountEntry): boolean {
  return wanted.every((option) => mount.options.includes(option));
}

async function run(tools: DirectoryTools, argv: readonly string[]): Promise<void> {
  const result = await tools.runner.run({ argv });
  if (result.exitCode !== 0) throw new Error(result.stderr.trim() || `${argv[0]} ended with ${result.exitCode}`);
}
