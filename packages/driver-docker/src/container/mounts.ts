// What of the host a container sees: the allocation's directories, the group's volumes, and its own mounts, confined.
// Everything below a directory that a task can write is opened here and bound by its handle (files/binds.ts).
import { stat } from 'node:fs/promises';
import { isAbsolute, normalize, relative } from 'node:path';
import type { TaskConfig, TaskDirectories } from '@orch/driver-api';
import type { MountSettings } from 'dockerode';
import { configError, deniedError } from '../engine/errors.ts';
import { isOfAllocation, openBeneath } from '../files/beneath.ts';
import type { TaskBinds } from '../files/binds.ts';
import { isOfKernel, PLACE_HINT, plainTarget } from './places.ts';
import type { TaskBlock } from './task-config.ts';

const VOLUMES_HINT =
  'Set volumes { enabled = true } in the config of plugin "docker" on the node, or use a path in the task directory.';

const PROPAGATION = { private: 'rprivate', 'host-to-task': 'rslave', bidirectional: 'rshared' } as const;

interface Ground {
  readonly directories: TaskDirectories;
  readonly volumesEnabled: boolean;
  readonly binds: TaskBinds;
}

/** A source as it is handed to the engine. */
interface BindSource {
  readonly path: string;
  readonly field: readonly string[];
  readonly create: boolean;
  readonly readOnly: boolean;
  readonly propagation: string;
}

/**
 * All mounts of a task. Sources in the allocation are held by `binds`, which must make them before the engine is asked.
 * @throws DriverError `invalid-config`, `denied`
 */
export async function resolveMounts(
  task: TaskConfig,
  block: TaskBlock,
  volumesEnabled: boolean,
  binds: TaskBinds,
): Promise<readonly MountSettings[]> {
  const ground = { directories: task.directories, volumesEnabled, binds };
  const mounts = await taskMounts(task, ground);
  for (const [index, volume] of block.texts('volumes').entries()) {
    mounts.push(await volumeMount(ground, volume, ['volumes', String(index)]));
  }
  for (const mount of [...block.blocks('mount'), ...block.blocks('mounts')]) {
    mounts.push(await blockMount(ground, mount));
  }
  return mounts;
}

async function taskMounts(task: TaskConfig, ground: Ground): Promise<MountSettings[]> {
  const { shared, local, secrets } = task.directories;
  const mounts: MountSettings[] = [];
  for (const [path, Target] of [
    [shared, '/alloc'],
    [local, '/local'],
    [secrets, '/secrets'],
  ] as const) {
    // As a job would write it, for errors.
    const written = relative(task.directories.task, path);
    const source = { path: written, field: [], create: false, readOnly: false, propagation: 'rprivate' };
    mounts.push({ Type: 'bind', Source: await heldSource(ground, source), Target });
  }
  for (const mount of task.mounts) {
    mounts.push({
      Type: 'bind',
      Source: mount.hostPath,
      Target: mountTarget(mount.taskPath, ['volume_mount'], ground.volumesEnabled),
      ReadOnly: mount.readOnly,
      BindOptions: { Propagation: PROPAGATION[mount.propagation ?? 'private'] },
    });
  }
  return mounts;
}

async function volumeMount(ground: Ground, volume: string, path: readonly string[]): Promise<MountSettings> {
  const [source = '', target = '', mode = 'rw', ...rest] = volume.split(':');
  if (source === '' || target === '' || rest.length > 0 || !/^(ro|rw)$/.test(mode)) {
    throw configError(path, `"${volume}" is not a volume`, 'Write it as source:target or source:target:ro.');
  }
  const ReadOnly = mode === 'ro';
  const Target = mountTarget(target, path, ground.volumesEnabled);
  if (!source.includes('/') && source !== '.' && source !== '..') {
    if (ground.volumesEnabled) return { Type: 'volume', Source: source, Target, ReadOnly };
    // Without named volumes a plain word is a directory of the task.
  }
  const bound = { path: source, field: path, create: true, readOnly: ReadOnly, propagation: 'rprivate' };
  return { Type: 'bind', Source: await bindSource(ground, bound), Target, ReadOnly };
}

async function blockMount(ground: Ground, mount: TaskBlock): Promise<MountSettings> {
  const type = mount.text('type') ?? 'volume';
  const source = mount.text('source') ?? '';
  const Target = mountTarget(mount.text('target') ?? '', [...mount.path, 'target'], ground.volumesEnabled);
  const shared = { Target, ReadOnly: mount.flag('readonly') };
  switch (type) {
    case 'bind': {
      const propagation = mount.block('bind_options')?.text('propagation') ?? 'rprivate';
      const field = [...mount.path, 'source'];
      const bound = { path: source, field, create: false, readOnly: shared.ReadOnly, propagation };
      const Source = await bindSource(ground, bound);
      return { Type: 'bind', Source, ...shared, BindOptions: { Propagation: propagation as 'rprivate' } };
    }
    case 'tmpfs': {
      const options = mount.block('tmpfs_options');
      const SizeBytes = options?.number('size') ?? 0;
      const TmpfsOptions = { SizeBytes, Mode: options?.number('mode') ?? 0o1777 };
      return { Type: 'tmpfs', Source: '', ...shared, TmpfsOptions };
    }
    case 'volume': {
      if (!ground.volumesEnabled)
        throw deniedError([...mount.path], 'this node does not allow volumes of the engine', VOLUMES_HINT);
      const options = mount.block('volume_options');
      if (options === undefined) return { Type: 'volume', Source: source, ...shared };
      const driver = options.block('driver_config');
      const DriverConfig = { Name: driver?.text('name') ?? 'local', Options: driver?.textMap('options') ?? {} };
      const VolumeOptions = { NoCopy: options.flag('no_copy'), Labels: options.textMap('labels'), DriverConfig };
      return { Type: 'volume', Source: source, ...shared, VolumeOptions };
    }
    default:
      throw configError([...mount.path, 'type'], `there is no mount type "${type}"`, 'Use bind, volume or tmpfs.');
  }
}

/**
 * A place in the container, as it is written. What lies over /proc, /sys or /dev can pretend to be the kernel to the
 * runtime: only where the node trusts jobs with paths of the host. Where it leads is judged later (places.ts).
 */
export function mountTarget(target: string, path: readonly string[], volumesEnabled: boolean): string {
  if (!isAbsolute(target) || target.includes('\0')) {
    throw configError(path, `the target "${target}" must be an absolute path in the container`);
  }
  const place = plainTarget(target);
  if (place === '/') throw configError(path, 'the root of the container cannot be a target');
  if (isOfKernel(place) && !volumesEnabled)
    throw deniedError(path, `this node does not allow a mount at "${target}"`, PLACE_HINT);
  return place;
}

/**
 * The path for the engine. Unless the node enables volumes, the source must lie in the task's own or the shared
 * directory after all symbolic links are followed. What lies there goes by its handle in either case.
 */
async function bindSource(ground: Ground, source: BindSource): Promise<string> {
  const { path, field } = source;
  if (path === '') throw configError(field, 'a bind needs a source');
  if (isAbsolute(path) && ground.volumesEnabled && !isOfAllocation(ground.directories, path)) {
    const wanted = normalize(path);
    await requireExisting(wanted, field);
    return wanted;
  }
  if (/shared$/.test(source.propagation) && !ground.volumesEnabled) {
    const message = 'this node does not allow mounts that travel from a container to the host';
    throw deniedError([...field.slice(0, -1), 'bind_options'], message, VOLUMES_HINT);
  }
  return heldSource(ground, source);
}

async function heldSource(ground: Ground, source: BindSource): Promise<string> {
  const { path, field, create, readOnly, propagation } = source;
  if (ground.volumesEnabled && !isOfAllocation(ground.directories, path)) {
    const hint = 'Name a directory of the node by its absolute path.';
    throw deniedError(field, `"${path}" leads out of the task directory`, hint);
  }
  const handle = await openBeneath(ground.directories, { path, field, create, hint: VOLUMES_HINT });
  try {
    const found = await handle.stat();
    if (found.isBlockDevice() || found.isCharacterDevice()) {
      throw deniedError(field, `"${path}" is a device`, 'Ask for it with devices.');
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
  const travels = !propagation.endsWith('private');
  return ground.binds.add(handle, travels ? (readOnly ? 'rs' : 'ws') : readOnly ? 'rp' : 'wp', path);
}

async function requireExisting(path: string, field: readonly string[]): Promise<void> {
  try {
    await stat(path);
  } catch {
    const hint = 'Create it on the node, or correct the path.';
    throw configError(field, `the source "${path}" does not exist on this node`, hint);
  }
}
