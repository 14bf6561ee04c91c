// Devices of the host: compared by what they are, not by how they are called.
import type { Stats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { HostConfig } from 'dockerode';
import { configError, deniedError } from '../engine/errors.ts';
import type { DockerNodeConfig } from '../node-config.ts';
import type { TaskBlock } from './task-config.ts';

/** Most nodes below one directory of devices, and directories deep. */
const MOST_NODES = 4096;
const MOST_DEEP = 8;

const HINT = 'Add it to allow_devices in plugin "docker" of the node.';

interface DeviceNode {
  /** Real path, which only root can change. */
  readonly path: string;
  readonly number: string;
}

/** @throws DriverError `denied`, `invalid-config` */
export async function deviceSettings(block: TaskBlock, node: DockerNodeConfig): Promise<HostConfig> {
  const asked = block.blocks('devices');
  if (asked.length === 0) return {};
  const allowed = node.allowPrivileged ? undefined : await allowedNumbers(node.allowedDevices);
  const Devices = (await Promise.all(asked.map((device) => settingsOf(device, allowed)))).flat();
  return { Devices };
}

async function settingsOf(device: TaskBlock, allowed: ReadonlySet<string> | undefined): Promise<DeviceSetting[]> {
  const host = device.text('host_path') ?? '';
  const field = [...device.path, 'host_path'];
  const { root, nodes } = await nodesOf(host, field);
  const CgroupPermissions = device.text('cgroup_permissions') ?? 'rwm';
  if (!/^[rwm]{1,3}$/.test(CgroupPermissions)) {
    throw configError([...device.path, 'cgroup_permissions'], `"${CgroupPermissions}" is not made of r, w and m`);
  }
  const inside = device.text('container_path') ?? host;
  const place = posix.normalize(inside).replace(/(?<=.)\/$/, '');
  if (!posix.isAbsolute(inside) || inside.split('/').includes('..')) {
    throw configError([...device.path, 'container_path'], `"${inside}" must be an absolute path without ".."`);
  }
  for (const { path, number } of nodes) {
    if (allowed !== undefined && !allowed.has(number)) {
      throw deniedError(field, `this node does not allow the device "${host}"`, HINT);
    }
    await requireRootOnly(path, host, field);
  }
  return nodes.map(({ path }) => ({
    PathOnHost: path,
    PathInContainer: path === root ? place : join(place, path.slice(root.length)),
    CgroupPermissions,
  }));
}

interface DeviceSetting {
  readonly PathOnHost: string;
  readonly PathInContainer: string;
  readonly CgroupPermissions: string;
}

/** The device, or all that lie below a directory. */
async function nodesOf(host: string, field: readonly string[]): Promise<{ root: string; nodes: DeviceNode[] }> {
  if (!posix.isAbsolute(host) || host.split('/').includes('..') || host.includes('\0')) {
    throw deniedError(field, `"${host}" is not an absolute path without ".."`, 'Write the path of the device itself.');
  }
  let root: string;
  try {
    root = await realpath(host);
  } catch (cause) {
    if (!isGone(cause)) throw cause;
    throw configError(field, `there is no device "${host}" on this node`);
  }
  const nodes: DeviceNode[] = [];
  await collect(root, nodes, 0);
  if (nodes.length === 0) throw configError(field, `"${host}" is not a device and holds none`);
  return { root, nodes };
}

/** Symbolic links below are left out: what they mean is reached by its own name. */
async function collect(path: string, nodes: DeviceNode[], deep: number): Promise<void> {
  const found = await lstat(path).catch((error: unknown) => {
    if (isGone(error)) return undefined;
    throw error;
  });
  if (found === undefined) return;
  const number = numberOf(found);
  if (number !== undefined && nodes.length < MOST_NODES) nodes.push({ path, number });
  if (!found.isDirectory() || deep >= MOST_DEEP) return;
  for (const name of (await readdir(path)).sort()) await collect(join(path, name), nodes, deep + 1);
}

async function allowedNumbers(paths: readonly string[]): Promise<ReadonlySet<string>> {
  const nodes: DeviceNode[] = [];
  for (const path of paths) {
    const real = await realpath(path).catch((error: unknown) => {
      if (isGone(error)) return undefined;
      throw error;
    });
    if (real !== undefined) await collect(real, nodes, 0);
  }
  return new Set(nodes.map(({ number }) => number));
}

function numberOf(found: Stats): string | undefined {
  if (found.isBlockDevice()) return `b${found.rdev}`;
  if (found.isCharacterDevice()) return `c${found.rdev}`;
  return undefined;
}

/** The engine looks at the path again: nobody else may put something else there meanwhile. */
async function requireRootOnly(path: string, host: string, field: readonly string[]): Promise<void> {
  for (let at = dirname(path); ; at = dirname(at)) {
    const { uid, mode } = await stat(at);
    if (uid !== 0 || (mode & 0o022) !== 0) {
      throw deniedError(
        field,
        `"${host}" lies in a directory that others than root can write`,
        'Use a device in /dev.',
      );
    }
    if (at === '/') return;
  }
}

function isGone(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}
