// Where the containers of a pod see its volumes.

import type { Json } from '../../model/task.ts';
import { configureMore, configureMoreAs, literal } from '../draft.ts';
import { giveFile } from '../files.ts';
import { type KeyTable, readKeys, reads, refuses, warns } from '../read/key-table.ts';
import { readFlag, readItems, readText } from '../read/values.ts';
import type { Tree } from '../yaml/tree.ts';
import { type Container, type Volume, what } from './context.ts';

interface MountContext {
  readonly container: Container;
  readonly mount: { name?: string; path?: string; subPath?: string; readOnly: boolean; propagation?: string };
}
const mountText = (key: 'name' | 'path' | 'subPath', doc: string) =>
  reads<MountContext>(doc, (value, { container, mount }) => {
    const text = readText(container.workload.run, value);
    if (text !== undefined) mount[key] = text;
  });
export const mountKeys: KeyTable<MountContext> = {
  name: mountText('name', 'which volume of the pod'),
  mountPath: mountText('path', '`target` of the mount'),
  subPath: mountText('subPath', 'one file, or a directory below a shared one; an error for claims'),
  readOnly: reads('`readonly` of the mount', (value, { container, mount }) => {
    mount.readOnly = readFlag(container.workload.run, value) ?? false;
  }),
  mountPropagation: reads('bind option `propagation`', (value, { container, mount }) => {
    const modes: Record<string, string> = { None: 'rprivate', HostToContainer: 'rslave', Bidirectional: 'rshared' };
    const mode = readText(container.workload.run, value) ?? '';
    const found = Object.hasOwn(modes, mode) ? modes[mode] : undefined;
    if (found === undefined)
      container.workload.run.error(value, 'Unknown value', `A propagation is one of ${Object.keys(modes).join(', ')}.`);
    else mount.propagation = found;
  }),
  recursiveReadOnly: warns('mounts below are not made read-only'),
  subPathExpr: refuses('a path cannot be made of variables'),
};

/** Mounts of one container; `mounters` counts the containers that mount a volume. */
export function readMounts(value: Tree, container: Container, mounters: (volume: string) => number): void {
  const { run, volumes } = container.workload;
  for (const item of readItems(run, value)) {
    const mount: MountContext['mount'] = { readOnly: false };
    readKeys(item, mountKeys, what('a volume mount'), { container, mount }, run);
    const volume = volumes.get(mount.name ?? '');
    if (mount.path === undefined) run.error(item, 'Missing key', 'A volume mount needs a mountPath.');
    else if (volume === undefined)
      run.error(item, 'Unknown volume', `The pod has no volume "${mount.name ?? ''}".`, 'add it to volumes');
    else
      giveMount(
        volume,
        { ...mount, name: mount.name ?? '', path: mount.path },
        item,
        container,
        mounters(mount.name ?? '') > 1,
      );
  }
}

function giveMount(
  volume: Volume,
  mount: MountContext['mount'] & { readonly name: string; readonly path: string },
  at: Tree,
  { task, workload }: Container,
  isShared: boolean,
): void {
  const { run } = workload;
  const readonly: Record<string, Json> = mount.readOnly ? { readonly: true } : {};
  const options: Record<string, Json> =
    mount.propagation === undefined ? {} : { bind_options: { propagation: mount.propagation } };
  if (mount.propagation !== undefined && volume.kind !== 'host')
    run.warn(at, 'Not converted', 'The propagation has no effect: it is for paths of the node.');
  switch (volume.kind) {
    case 'shared':
      if (volume.isMemory && !isShared) {
        const size: Record<string, Json> =
          volume.sizeBytes === undefined ? {} : { tmpfs_options: { size: volume.sizeBytes } };
        configureMore(run, task, 'mount', { type: 'tmpfs', target: mount.path, ...readonly, ...size }, at);
        return;
      }
      if (volume.isMemory)
        run.warn(
          at,
          'Converted with a difference',
          `Several containers mount "${mount.name}", so it is a directory on the disk, not in memory.`,
        );
      configureMore(
        run,
        task,
        'volumes',
        `../alloc/volumes/${mount.name}${mount.subPath === undefined ? '' : `/${mount.subPath}`}:${mount.path}${mount.readOnly ? ':ro' : ''}`,
        at,
      );
      return;
    case 'host':
      configureMore(
        run,
        task,
        'mount',
        {
          type: 'bind',
          source: volume.path + (mount.subPath === undefined ? '' : `/${mount.subPath}`),
          target: mount.path,
          ...readonly,
          ...options,
        },
        at,
      );
      return;
    case 'claim':
      if (mount.subPath !== undefined)
        run.error(at, 'Cannot be converted', 'A directory inside a claim cannot be mounted.', 'use a claim of its own');
      configureMoreAs(
        run,
        task,
        'mount',
        {
          type: 'volume',
          source: volume.source,
          target: literal(mount.path),
          ...(mount.readOnly || volume.readOnly ? { readonly: true } : {}),
        },
        at,
      );
      return;
    case 'files':
      for (const file of volume.files) {
        if (mount.subPath !== undefined && mount.subPath !== file.path) continue;
        const target = mount.subPath === undefined ? `${mount.path.replace(/\/$/, '')}/${file.path}` : mount.path;
        giveFile(
          run,
          task,
          {
            directory: `files/${volume.from}`,
            name: file.path,
            content: file.content,
            target,
            ...(file.perms === undefined ? {} : { perms: file.perms }),
          },
          at,
        );
      }
      if (mount.subPath !== undefined && !volume.files.some(({ path }) => path === mount.subPath))
        run.error(at, 'Unknown key', `"${volume.from}" has no key "${mount.subPath}".`);
      return;
    case 'none':
      return;
  }
}
