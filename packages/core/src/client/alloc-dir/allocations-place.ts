// The directory of all allocations: only root enters it, and what tasks leave there is neither setuid nor a device to the
// host, because it is mounted upon itself with `nosuid,nodev`.

import { basename, dirname, join } from 'node:path';
import { describeError } from '../../lib/errors.ts';
import { ConfinedDirectory, mountIdOf } from '../files/confined-directory.ts';
import { type MountEntry, readMounts } from '../files/confined-mounts.ts';
import type { DirectoryTools } from './build.ts';
import { allocationsDir } from './layout.ts';

const wanted = ['nosuid', 'nodev'] as const;
/** What a mount below has is to hold for the one upon it. */
const inherited = ['ro', 'noexec', 'noatime', 'nodiratime', 'relatime', 'nosymfollow'];

/**
 * Makes the directory, mode 0700, and mounts it upon itself unless an earlier agent did. Answers whether set-user-id bits
 * and devices in it mean nothing to the host; where the kernel refuses the mount, that is logged and the mode alone
 * guards. @param dataDir that only root can change
 */
export async function openAllocations(dataDir: string, tools: DirectoryTools): Promise<boolean> {
  const path = allocationsDir(dataDir);
  await onAllocations(dataDir, async () => {});
  if (!tools.isRoot) return false;
  try {
    const found = await ownMount(dataDir);
    if (found === undefined) await run(tools, ['mount', '--bind', path, path]);
    const mount = await ownMount(dataDir);
    if (mount !== undefined && !isGuarded(mount)) {
      const kept = mount.options.filter((option) => inherited.includes(option));
      await run(tools, ['mount', '-o', ['remount', 'bind', ...kept, ...wanted].join(','), path]);
    }
    const now = await ownMount(dataDir);
    if (now !== undefined && isGuarded(now)) return true;
    throw new Error(`it has ${now === undefined ? 'no mount of its own' : now.options.join(',')}`);
  } catch (error) {
    tools.log.warn('set-user-id files of tasks keep their meaning on this host: their directory could not be mounted', {
      directory: path,
      reason: describeError(error),
    });
    return false;
  }
}

/** Takes the mount away; the directory and its mode stay. Only when no task has its files there. */
export async function closeAllocations(dataDir: string, tools: DirectoryTools): Promise<void> {
  if (!tools.isRoot) return;
  try {
    if ((await ownMount(dataDir)) !== undefined) await run(tools, ['umount', '--lazy', allocationsDir(dataDir)]);
  } catch (error) {
    tools.log.warn('the directory of the allocations stays mounted upon itself', { reason: describeError(error) });
  }
}

/** The topmost mount on the directory, if it shows the directory itself; an operator's disk that is mounted there does not. */
async function ownMount(dataDir: string): Promise<MountEntry | undefined> {
  return onAllocations(dataDir, async (allocations) => {
    const mounts = await readMounts();
    const id = await mountIdOf(allocations.handle);
    const top = mounts.find((mount) => mount.id === id);
    const point = await allocations.realPath();
    if (top === undefined || top.point !== point) return undefined;
    const below = mounts.find((mount) => mount.id === top.parentId);
    if (below === undefined || below.device !== top.device) return undefined;
    const rest = below.point === '/' ? point : point.slice(below.point.length);
    const shown = rest === '' ? below.root : join(below.root, rest);
    return shown === top.root ? top : undefined;
  });
}

async function onAllocations<T>(dataDir: string, work: (directory: ConfinedDirectory) => Promise<T>): Promise<T> {
  const path = allocationsDir(dataDir);
  // The data directory itself may be root's link to a disk.
  const data = await ConfinedDirectory.open(`${dirname(path)}/.`);
  try {
    const allocations = await data.make(basename(path), { mode: 0o700 });
    try {
      return await work(allocations);
    } finally {
      await allocations.close();
    }
  } finally {
    await data.close();
  }
}

function isGuarded(mount: MountEntry): boolean {
  return wanted.every((option) => mount.options.includes(option));
}

async function run(tools: DirectoryTools, argv: readonly string[]): Promise<void> {
  const result = await tools.runner.run({ argv });
  if (result.exitCode !== 0) throw new Error(result.stderr.trim() || `${argv[0]} ended with ${result.exitCode}`);
}
