// Makes and removes the directories of an allocation and of its tasks.

import { chmod, chown, lstat, mkdir, readFile, rm } from 'node:fs/promises';
import type { DriverCapabilities, TaskDirectories } from '@orch/driver-api';
import { describeError, OrchError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
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

/** The group's shared directories. Names directly in `alloc/` cannot be taken away by another user (sticky bit). */
export async function buildAllocDir(layout: AllocLayout): Promise<void> {
  await makeDir(layout.root, 0o755);
  await makeDir(layout.shared, 0o1777);
  await Promise.all([makeDir(layout.data, 0o1777), makeDir(layout.temporary, 0o1777)]);
  await makeDir(layout.privateRoot, 0o700);
}

export interface TaskDirRequest {
  readonly directories: TaskDirectories & { readonly temporary: string };
  readonly isolation: DriverCapabilities['isolation'];
  readonly user: string | undefined;
}

/**
 * One task's directories. A task that runs in an image may be any user inside it, so its secrets are open to all users
 * but lie behind a directory only root may enter; every other task's secrets belong to its user, mode 0700.
 */
export async function buildTaskDir(request: TaskDirRequest, tools: DirectoryTools): Promise<void> {
  const { directories, isolation } = request;
  const inImage = isolation === 'image';
  const owner = tools.isRoot ? await secretsOwner(request) : undefined;
  await makeDir(directories.task, inImage ? 0o700 : 0o755);
  await Promise.all([
    makeDir(directories.local, 0o777, owner),
    makeDir(directories.temporary, 0o1777),
    makeDir(directories.driver, 0o700),
    mountSecrets(directories.secrets, inImage ? 0o777 : 0o700, owner, tools),
  ]);
}

/** Takes the in-memory file systems away. What a task wrote elsewhere stays for people to read. */
export async function unmountSecrets(directories: readonly TaskDirectories[], tools: DirectoryTools): Promise<void> {
  const mounted = await mountPoints();
  for (const { secrets } of directories) {
    if (!mounted.has(secrets)) continue;
    const result = await tools.runner.run({ argv: ['umount', '-l', secrets] });
    if (result.exitCode !== 0) {
      throw new OrchError('unmount-failed', `${secrets} could not be unmounted: ${result.stderr.trim()}`);
    }
  }
}

/** Removes all files of an allocation. Refuses while something is mounted inside, which would be emptied with it. */
export async function removeAllocDir(layout: AllocLayout, tools: DirectoryTools): Promise<void> {
  for (const point of await mountPoints()) {
    if (!point.startsWith(`${layout.root}/`)) continue;
    const result = await tools.runner.run({ argv: ['umount', '-l', point] });
    if (result.exitCode !== 0) {
      throw new OrchError('unmount-failed', `${point} could not be unmounted: ${result.stderr.trim()}`, {
        hint: 'the directory is kept so that nothing mounted inside is deleted',
      });
    }
  }
  await rm(layout.root, { recursive: true, force: true });
  await rm(layout.privateRoot, { recursive: true, force: true });
}

/** `mkdir` that follows no symlink at the last component and sets the mode whatever the umask. */
async function makeDir(path: string, mode: number, owner?: UserIds): Promise<void> {
  await mkdir(path, { recursive: true });
  const found = await lstat(path);
  if (!found.isDirectory()) {
    throw new OrchError('not-a-directory', `${path} should be a directory and is something else`, {
      hint: 'a task may have replaced it; stop the allocation and let it be collected',
    });
  }
  if ((found.mode & 0o7777) !== mode) await chmod(path, mode);
  if (owner !== undefined && (found.uid !== owner.uid || found.gid !== owner.gid))
    await chown(path, owner.uid, owner.gid);
}

async function secretsOwner(request: TaskDirRequest): Promise<UserIds | undefined> {
  if (request.isolation === 'image') return undefined;
  if (request.user !== undefined) return resolveUser(request.user);
  return request.isolation === 'chroot' ? resolveUser('nobody') : undefined;
}

async function mountSecrets(
  path: string,
  mode: number,
  owner: UserIds | undefined,
  tools: DirectoryTools,
): Promise<void> {
  if (tools.isRoot && !(await mountPoints()).has(path)) {
    await makeDir(path, 0o700);
    const who = owner === undefined ? '' : `,uid=${owner.uid},gid=${owner.gid}`;
    const options = `size=${secretsMiB}m,mode=${mode.toString(8)},noexec,nosuid,nodev${who}`;
    const warn = (reason: string) =>
      tools.log.warn('secrets are kept in a plain directory: the in-memory file system could not be mounted', {
        path,
        reason,
      });
    try {
      const result = await tools.runner.run({ argv: ['mount', '-t', 'tmpfs', '-o', options, 'orch-secrets', path] });
      if (result.exitCode === 0) return;
      warn(result.stderr.trim());
    } catch (error) {
      warn(describeError(error));
    }
  }
  await makeDir(path, mode, owner);
}

async function mountPoints(): Promise<ReadonlySet<string>> {
  const text = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const points = text.split('\n').map((line) => decodeMount(line.split(' ')[4] ?? ''));
  return new Set(points);
}

/** The kernel writes blanks and backslashes in octal. */
function decodeMount(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
