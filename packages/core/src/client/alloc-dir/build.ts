// Makes and removes the directories of an allocation and of its tasks.

import { basename, dirname, join } from 'node:path';
import type { DriverCapabilities, TaskDirectories } from '@orch/driver-api';
import { describeError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { ConfinedDirectory, type Rights } from '../files/confined-directory.ts';
import { isMountPoint, mountMemory, secretsSource, unmountBelow } from '../files/confined-mounts.ts';
import { removeTree } from '../files/confined-tree.ts';
import { hasPrivateFile, makePrivateDirectory, writeMarker } from '../files/private-files.ts';
import type { CommandRunner } from '../network/command-runner.ts';
import type { AllocLayout } from './layout.ts';
import { resolveUser, type UserIds } from './users.ts';

/** Size of a task's in-memory secrets directory. */
const secretsMiB = 1;

/** What building and removing directories needs from the agent. */
export interface DirectoryTools {
  readonly runner: CommandRunner;
  readonly log: Logger;
  /** Without root, owners are not changed and secrets are a plain directory. */
  readonly isRoot: boolean;
}

/**
 * The group's shared directories, once: what stands is its tasks' from then on. Names directly in `alloc/` cannot be
 * taken away by another user (sticky bit).
 */
export async function buildAllocDir(layout: AllocLayout): Promise<void> {
  const marker = join(layout.privateRoot, 'directories-made');
  if (await hasPrivateFile(marker)) return;
  await makePrivateDirectory(dirname(layout.root));
  await within(dirname(layout.root), async (allocations) => {
    await made(allocations, basename(layout.root), { mode: 0o755 }, (root) =>
      made(root, basename(layout.shared), { mode: 0o1777 }, async (shared) => {
        await made(shared, basename(layout.data), { mode: 0o1777 });
        await made(shared, basename(layout.temporary), { mode: 0o1777 });
      }),
    );
  });
  await makePrivateDirectory(layout.privateRoot);
  await writeMarker(marker);
}

export interface TaskDirRequest {
  readonly directories: TaskDirectories & { readonly temporary: string };
  readonly isolation: DriverCapabilities['isolation'];
  readonly user: string | undefined;
}

/**
 * One task's directories. A task that runs in an image may be any user inside it, so its secrets and `local` are open to
 * all users but lie behind a directory only root may enter; those of every other task belong to its user.
 */
export async function buildTaskDir(request: TaskDirRequest, tools: DirectoryTools): Promise<void> {
  const { directories, isolation } = request;
  const inImage = isolation === 'image';
  const owner = tools.isRoot ? await ownerOf(request) : undefined;
  await within(directories.allocation, (root) =>
    made(root, basename(directories.task), { mode: inImage ? 0o700 : 0o755 }, async (task) => {
      await made(task, basename(directories.local), { mode: inImage ? 0o777 : 0o755, owner });
      await made(task, basename(directories.temporary), { mode: 0o1777 });
      await mountSecrets(task, directories.secrets, { mode: inImage ? 0o777 : 0o700, owner }, tools);
    }),
  );
  await makePrivateDirectory(directories.driver);
}

/** Takes the in-memory file systems away. What a task wrote elsewhere stays for people to read. */
export async function unmountSecrets(
  layout: AllocLayout,
  tasks: readonly string[],
  { runner }: DirectoryTools,
): Promise<void> {
  const places = tasks.map((name) => layout.task(name)).map(({ task, secrets }) => [basename(task), basename(secrets)]);
  await ifThere(layout.root, (root) => unmountBelow(root, runner, places));
}

/**
 * Removes all files of an allocation. Refuses while something is mounted inside, which would be emptied with it.
 * @throws OrchError `unmount-failed`, `not-removed`; trying again later may help
 */
export async function removeAllocDir(layout: AllocLayout, { runner }: DirectoryTools): Promise<void> {
  const paths = [layout.root, layout.privateRoot];
  for (const path of paths) await ifThere(path, (directory) => unmountBelow(directory, runner));
  for (const path of paths) await ifThere(dirname(path), (parent) => removeTree(parent, basename(path), runner));
}

/** The owner of what is the task's own; root where it is undefined. */
async function ownerOf(request: TaskDirRequest): Promise<UserIds | undefined> {
  if (request.isolation === 'image') return undefined;
  if (request.user !== undefined) return resolveUser(request.user);
  return request.isolation === 'chroot' ? resolveUser('nobody') : undefined;
}

async function mountSecrets(
  task: ConfinedDirectory,
  path: string,
  { mode, owner }: Rights,
  tools: DirectoryTools,
): Promise<void> {
  const name = basename(path);
  if (!tools.isRoot) return made(task, name, { mode });
  const directory = await task.make(name);
  try {
    if (await isMountPoint(task, name)) return;
    const who = owner === undefined ? '' : `,uid=${owner.uid},gid=${owner.gid}`;
    const options = `size=${secretsMiB}m,mode=${mode.toString(8)},noexec,nosuid,nodev${who}`;
    const reason = await mountMemory(directory, secretsSource, options, tools.runner).catch(describeError);
    if (reason === undefined) return;
    tools.log.warn('secrets are kept in a plain directory: the in-memory file system could not be mounted', {
      path,
      reason,
    });
    await made(task, name, { mode, owner });
  } finally {
    await directory.close();
  }
}

/** Makes it, by handle and with its rights whatever was there, and does the rest inside. */
async function made(
  parent: ConfinedDirectory,
  name: string,
  rights: Rights,
  inside: (directory: ConfinedDirectory) => Promise<void> = async () => {},
): Promise<void> {
  const directory = await parent.make(name, rights);
  try {
    await inside(directory);
  } finally {
    await directory.close();
  }
}

/** @param path whose parents only root can change */
async function within(path: string, work: (directory: ConfinedDirectory) => Promise<void>): Promise<void> {
  const directory = await ConfinedDirectory.open(path);
  try {
    await work(directory);
  } finally {
    await directory.close();
  }
}

async function ifThere(path: string, work: (directory: ConfinedDirectory) => Promise<void>): Promise<void> {
  const directory = await ConfinedDirectory.open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (directory === undefined) return;
  try {
    await work(directory);
  } finally {
    await directory.close();
  }
}
