// What of the host a container sees: the allocation's directories, the group's volumes, and its own mounts, confined.
import { mkdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, normalize, relative } from 'node:path';
import type { TaskConfig, TaskDirectories } from '@orch/driver-api';
import type { MountSettings } from 'dockerode';
import { configError, deniedError } from '../engine/errors.ts';
import type { TaskBlock } from './task-config.ts';

const VOLUMES_HINT =
  'Set volumes { enabled = true } in the config of plugin "docker" on the node, or use a path in the task directory.';

/** All mounts of a task, sources resolved. @throws DriverError `invalid-config`, `denied` */
export async function resolveMounts(
  task: TaskConfig,
  block: TaskBlock,
  volumesEnabled: boolean,
): Promise<readonly MountSettings[]> {
  const own: MountSettings[] = [];
  for (const [index, volume] of block.texts('volumes').entries()) {
    own.push(await volumeMount(task.directories, volume, ['volumes', String(index)], volumesEnabled));
  }
  for (const mount of [...block.blocks('mount'), ...block.blocks('mounts')]) {
    own.push(await blockMount(task.directories, mount, volumesEnabled));
  }
  return [...taskMounts(task), ...own];
}

function taskMounts(task: TaskConfig): readonly MountSettings[] {
  const { shared, local, secrets } = task.directories;
  const bind = (source: string, target: string): MountSettings => ({ Type: 'bind', Source: source, Target: target });
  return [
    bind(shared, '/alloc'),
    bind(local, '/local'),
    bind(secrets, '/secrets'),
    ...task.mounts.map((mount) => ({
      ...bind(mount.hostPath, mount.taskPath),
      ReadOnly: mount.readOnly,
      BindOptions: { Propagation: PROPAGATION[mount.propagation ?? 'private'] },
    })),
  ];
}

const PROPAGATION = { private: 'rprivate', 'host-to-task': 'rslave', bidirectional: 'rshared' } as const;

async function volumeMount(
  directories: TaskDirectories,
  volume: string,
  path: readonly string[],
  enabled: boolean,
): Promise<MountSettings> {
  const [source = '', target = '', mode = 'rw', ...rest] = volume.split(':');
  if (source === '' || target === '' || rest.length > 0 || !/^(ro|rw)$/.test(mode)) {
    throw configError(path, `"${volume}" is not a volume`, 'Write it as source:target or source:target:ro.');
  }
  const ReadOnly = mode === 'ro';
  const Target = absoluteTarget(target, path);
  if (!source.includes('/') && source !== '.' && source !== '..') {
    if (enabled) return { Type: 'volume', Source: source, Target, ReadOnly };
    // Without named volumes a plain word is a directory of the task.
  }
  return { Type: 'bind', Source: await bindSource(directories, source, path, enabled, true), Target, ReadOnly };
}

async function blockMount(directories: TaskDirectories, mount: TaskBlock, enabled: boolean): Promise<MountSettings> {
  const type = mount.text('type') ?? 'volume';
  const source = mount.text('source') ?? '';
  const Target = absoluteTarget(mount.text('target') ?? '', [...mount.path, 'target']);
  const shared = { Target, ReadOnly: mount.flag('readonly') };
  switch (type) {
    case 'bind': {
      const Source = await bindSource(directories, source, [...mount.path, 'source'], enabled, false);
      const propagation = mount.block('bind_options')?.text('propagation') ?? 'rprivate';
      const BindOptions = { Propagation: propagation as 'rprivate' };
      return { Type: 'bind', Source, ...shared, BindOptions };
    }
    case 'tmpfs': {
      const options = mount.block('tmpfs_options');
      const SizeBytes = options?.number('size') ?? 0;
      const TmpfsOptions = { SizeBytes, Mode: options?.number('mode') ?? 0o1777 };
      return { Type: 'tmpfs', Source: '', ...shared, TmpfsOptions };
    }
    case 'volume': {
      if (!enabled) throw deniedError([...mount.path], 'this node does not allow volumes of the engine', VOLUMES_HINT);
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

function absoluteTarget(target: string, path: readonly string[]): string {
  if (!isAbsolute(target)) throw configError(path, `the target "${target}" must be an absolute path in the container`);
  return normalize(target);
}

/**
 * The real path behind `source`. Relative ones start at the task directory. Unless the node enables volumes, it must lie
 * in the task's own or the shared directory after all symbolic links are followed.
 */
async function bindSource(
  directories: TaskDirectories,
  source: string,
  path: readonly string[],
  enabled: boolean,
  create: boolean,
): Promise<string> {
  if (source === '') throw configError(path, 'a bind needs a source');
  const wanted = isAbsolute(source) ? normalize(source) : join(directories.task, source);
  const roots = [directories.task, directories.shared, directories.local, directories.secrets];
  if (enabled && isAbsolute(source)) {
    await requireExisting(wanted, source, path);
    return wanted;
  }
  if (!roots.some((root) => contains(root, wanted))) {
    throw deniedError(path, `"${source}" is outside the task directory, which this node does not allow`, VOLUMES_HINT);
  }
  const realRoots = await Promise.all(roots.map((root) => realpath(root).catch(() => root)));
  const parent = await nearestReal(wanted);
  if (!realRoots.some((root) => contains(root, parent))) {
    throw deniedError(path, `"${source}" leads outside the task directory through a symbolic link`, VOLUMES_HINT);
  }
  if (create) await mkdir(wanted, { recursive: true }).catch(ignoreExisting);
  await requireExisting(wanted, source, path);
  return realpath(wanted);
}

function ignoreExisting(error: unknown): void {
  if ((error as { code?: string }).code !== 'EEXIST') throw error;
}

/** The real path of the deepest part that exists. */
async function nearestReal(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const parent = join(path, '..');
    if ((error as { code?: string }).code !== 'ENOENT' || parent === path) throw error;
    return nearestReal(parent);
  }
}

async function requireExisting(path: string, source: string, field: readonly string[]): Promise<void> {
  try {
    await stat(path);
  } catch {
    throw configError(
      field,
      `the source "${source}" does not exist on this node`,
      `Create ${path} or correct the path.`,
    );
  }
}

function contains(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}
