// `security_opt`: what a job may say about seccomp, AppArmor and SELinux. A profile weakens the engine's own as it likes, so
// it comes from the node, or the node trusts jobs with everything.
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskConfig } from '@orch/driver-api';
import { configError, deniedError } from '../engine/errors.ts';
import { openBeneath, openForReading } from '../files/beneath.ts';
import type { DockerNodeConfig } from '../node-config.ts';
import type { TaskBlock } from './task-config.ts';

/** Profiles are some tens of kilobytes, bytes. */
const MOST_PROFILE_BYTES = 1024 * 1024;

/** The engine's own profile under its names. */
const USUAL_APPARMOR = ['docker-default', 'runtime/default'];

/** @throws DriverError `denied`, `invalid-config` */
export async function securityOptions(
  task: TaskConfig,
  block: TaskBlock,
  node: DockerNodeConfig,
  privileged: boolean,
): Promise<string[]> {
  const result: string[] = [];
  let newPrivileges = privileged;
  for (const [index, option] of block.texts('security_opt').entries()) {
    const path = ['security_opt', String(index)];
    const [name = '', value = ''] = option.split(/[=:](.*)/s);
    switch (name) {
      case 'no-new-privileges':
        if (!['', 'true', 'false'].includes(value)) throw configError(path, `"${option}" is neither true nor false`);
        newPrivileges = value === 'false';
        break;
      case 'seccomp':
        if (value === 'unconfined') requireAllowed(node, 'seccomp=unconfined', path);
        result.push(`seccomp=${value === 'unconfined' ? value : await profile(task, value, path, node)}`);
        break;
      case 'apparmor':
        if (value === 'runtime/default') break;
        if (!USUAL_APPARMOR.includes(value)) requireAllowed(node, `apparmor=${value}`, path);
        result.push(`apparmor=${value}`);
        break;
      case 'label':
        requireAllowed(node, `label=${value}`, path);
        result.push(`label=${value}`);
        break;
      default:
        throw configError(path, `there is no security option "${name}"`);
    }
  }
  if (!newPrivileges) result.push('no-new-privileges');
  return result;
}

/** By the node's own list, or because it trusts jobs with everything. */
function isAllowed(node: DockerNodeConfig, option: string): boolean {
  return node.allowPrivileged || node.allowedSecurityOptions.includes(option);
}

function requireAllowed(node: DockerNodeConfig, option: string, path: readonly string[]): void {
  if (isAllowed(node, option)) return;
  const hint = 'Add it to allow_security_opts in plugin "docker" of the node, or set allow_privileged = true there.';
  throw deniedError(path, `this node does not allow ${option}`, hint);
}

/** A seccomp profile is sent by its text: one of the node's directory, else, where jobs are trusted, of the task's. */
async function profile(
  task: TaskConfig,
  name: string,
  path: readonly string[],
  node: DockerNodeConfig,
): Promise<string> {
  const hint =
    'Name a profile of seccomp_profiles_dir in plugin "docker" of the node, or set allow_privileged = true there.';
  const own = await nodeProfile(name, path, node);
  if (own !== undefined) return own;
  if (!node.allowPrivileged) {
    throw deniedError(path, `this node has no seccomp profile "${name}", and a job may not bring one`, hint);
  }
  const wanted = { path: name, field: path, hint: 'Put the profile into the task directory.' };
  const handle = await openBeneath(task.directories, wanted);
  try {
    const { file } = await openForReading(handle, wanted, MOST_PROFILE_BYTES);
    return await textOf(file, name, path);
  } finally {
    await handle.close();
  }
}

async function nodeProfile(name: string, path: readonly string[], node: DockerNodeConfig): Promise<string | undefined> {
  const { seccompProfilesDir: directory } = node;
  if (directory === undefined || !/^[\w.-]+$/.test(name) || name === '.' || name === '..') return undefined;
  try {
    return await textOf(await open(join(directory, name), constants.O_RDONLY | constants.O_NONBLOCK), name, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function textOf(file: FileHandle, name: string, path: readonly string[]): Promise<string> {
  try {
    const { size } = await file.stat();
    if (size > MOST_PROFILE_BYTES) throw configError(path, `the profile "${name}" is too large`);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_PROFILE_BYTES + 1), 0, MOST_PROFILE_BYTES + 1, 0);
    if (bytesRead > MOST_PROFILE_BYTES) throw configError(path, `the profile "${name}" is too large`);
    const text = buffer.toString('utf8', 0, bytesRead);
    JSON.parse(text);
    return text;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw configError(path, `the profile "${name}" is not JSON`);
  } finally {
    await file.close();
  }
}
