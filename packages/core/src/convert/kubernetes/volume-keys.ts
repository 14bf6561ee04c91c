// Volumes of a pod, and where its containers see them.

import { type AnyTable, type KeyTable, readKeys, reads, refuses, warns } from '../read/key-table.ts';
import { readFlag, readItems, readMode, readText } from '../read/values.ts';
import type { Tree } from '../yaml/tree.ts';
import { type DataFile, type DataSet, type Volume, type Workload, what } from './context.ts';
import { dataOf } from './environment-keys.ts';
import { readQuantity } from './quantity.ts';

interface VolumeContext {
  readonly workload: Workload;
  readonly volume: { name?: string; source?: Volume };
}

interface EmptyContext extends VolumeContext {
  readonly empty: { isMemory: boolean; sizeBytes?: number };
}
export const emptyDirKeys: KeyTable<EmptyContext> = {
  medium: reads('`Memory` becomes a tmpfs when one container mounts it', (value, { workload, empty }) => {
    const medium = readText(workload.run, value);
    if (medium === 'Memory') empty.isMemory = true;
    else if (medium !== '')
      workload.run.warn(
        value,
        'Not converted',
        `The medium "${medium ?? ''}" has no effect: the directory is on the disk of the node.`,
      );
  }),
  sizeLimit: reads('size of a tmpfs; warned about for a directory', (value, { workload, empty }) => {
    const bytes = readQuantity(workload.run, value);
    if (bytes === undefined) return;
    empty.sizeBytes = bytes;
    workload.run.warn(
      value,
      'Converted with a difference',
      'The size of a directory has a limit in memory only, not on the disk.',
    );
  }),
};

interface HostContext extends VolumeContext {
  readonly host: { path?: string };
}
export const hostPathKeys: KeyTable<HostContext> = {
  path: reads('`source` of a bind', (value, { workload, host }) => {
    const path = readText(workload.run, value);
    if (path !== undefined) host.path = path;
  }),
  type: warns('a path of the node must be there; nothing is made or checked'),
};

interface FilesContext extends VolumeContext {
  readonly files: { name?: string; optional: boolean; perms?: string; items?: DataItem[] };
}
interface DataItem {
  key?: string;
  path?: string;
  perms?: string;
}
interface ItemContext {
  readonly workload: Workload;
  readonly item: DataItem;
}
export const itemKeys: KeyTable<ItemContext> = {
  key: reads('which key of the data', (value, { workload, item }) => {
    const text = readText(workload.run, value);
    if (text !== undefined) item.key = text;
  }),
  path: reads('name of the file', (value, { workload, item }) => {
    const text = readText(workload.run, value);
    if (text !== undefined) item.path = text;
  }),
  mode: reads('template `perms`', (value, { workload, item }) => {
    const mode = readMode(workload.run, value);
    if (mode !== undefined) item.perms = mode;
  }),
};
const filesKeys = (nameKey: 'name' | 'secretName'): KeyTable<FilesContext> => ({
  [nameKey]: reads('which data of the file', (value, { workload, files }) => {
    const text = readText(workload.run, value);
    if (text !== undefined) files.name = text;
  }),
  items: reads(
    'only these keys',
    (value, { workload, files }) => {
      files.items = readItems(workload.run, value).map((tree) => {
        const item: DataItem = {};
        readKeys(tree, itemKeys, what('an item'), { workload, item }, workload.run);
        return item;
      });
    },
    { inner: () => itemKeys as AnyTable, below: 'list' },
  ),
  defaultMode: reads('template `perms`', (value, { workload, files }) => {
    const mode = readMode(workload.run, value);
    if (mode !== undefined) files.perms = mode;
  }),
  optional: reads('whether the data may be missing', (value, { workload, files }) => {
    files.optional = readFlag(workload.run, value) ?? false;
  }),
});
export const configMapVolumeKeys = filesKeys('name');
export const secretVolumeKeys = filesKeys('secretName');

const filesRow = (kind: DataSet['kind'], table: KeyTable<FilesContext>) =>
  reads<VolumeContext>(
    'a `template` and a bind for each file',
    (value, context) => {
      const { workload, volume } = context;
      const files: FilesContext['files'] = { optional: false };
      readKeys(value, table, what(`a ${kind} volume`), { ...context, files }, workload.run);
      const ref = { ...(files.name === undefined ? {} : { name: files.name }), optional: files.optional };
      const found = dataOf(kind, ref, value, { workload });
      volume.source =
        found === undefined
          ? { kind: 'none' }
          : { kind: 'files', from: found.name, files: filesOf(found, files, value, workload) };
    },
    { inner: () => table as AnyTable },
  );

function filesOf(
  found: DataSet,
  { items, perms, optional }: FilesContext['files'],
  at: Tree,
  { run }: Workload,
): DataFile[] {
  const wanted = items ?? [...found.data.keys()].map((key): DataItem => ({ key, path: key }));
  return wanted.flatMap((item) => {
    const content = found.data.get(item.key ?? '');
    if (content === undefined) {
      if (!optional) run.error(at, 'Unknown key', `The ${found.kind} "${found.name}" has no key "${item.key ?? ''}".`);
      return [];
    }
    const mode = item.perms ?? perms;
    return [{ path: item.path ?? item.key ?? '', content, ...(mode === undefined ? {} : { perms: mode }) }];
  });
}

interface ClaimContext extends VolumeContext {
  readonly claim: { name?: string; readOnly: boolean };
}
export const claimVolumeKeys: KeyTable<ClaimContext> = {
  claimName: reads('the Docker volume `<namespace>_<claim>` of the node', (value, { workload, claim }) => {
    const text = readText(workload.run, value);
    if (text !== undefined) claim.name = text;
  }),
  readOnly: reads('`readonly` of the mount', (value, { workload, claim }) => {
    claim.readOnly = readFlag(workload.run, value) ?? false;
  }),
};

const inside = <C extends VolumeContext>(
  doc: string,
  table: KeyTable<C>,
  read: (value: Tree, context: VolumeContext) => Volume,
) =>
  reads<VolumeContext>(
    doc,
    (value, context) => {
      context.volume.source = read(value, context);
    },
    { inner: () => table as AnyTable, nullable: true },
  );

const unknownSources = [
  ...[
    'awsElasticBlockStore',
    'azureDisk',
    'azureFile',
    'cephfs',
    'cinder',
    'csi',
    'downwardAPI',
    'ephemeral',
    'fc',
    'flexVolume',
  ],
  ...[
    'flocker',
    'gcePersistentDisk',
    'gitRepo',
    'glusterfs',
    'image',
    'iscsi',
    'nfs',
    'photonPersistentDisk',
    'portworxVolume',
  ],
  ...['projected', 'quobyte', 'rbd', 'scaleIO', 'storageos', 'vsphereVolume'],
];

export const volumeKeys: KeyTable<VolumeContext> = {
  name: reads('which volume a container mounts', (value, { workload, volume }) => {
    const text = readText(workload.run, value);
    if (text !== undefined) volume.name = text;
  }),
  emptyDir: inside(
    'a directory the tasks of the group share: `../alloc/volumes/<name>`',
    emptyDirKeys,
    (value, context) => {
      const empty: EmptyContext['empty'] = { isMemory: false };
      readKeys(value, emptyDirKeys, what('an emptyDir'), { ...context, empty }, context.workload.run);
      return { kind: 'shared', ...empty };
    },
  ),
  hostPath: inside('a bind of the node', hostPathKeys, (value, context) => {
    const host: HostContext['host'] = {};
    const { run } = context.workload;
    readKeys(value, hostPathKeys, what('a hostPath'), { ...context, host }, run);
    if (host.path === undefined) run.error(value, 'Missing key', 'A hostPath needs a path.');
    else
      run.warn(
        value,
        'A path of the node',
        `${host.path} is mounted from the node that runs the task: it must be there, and the node must allow it.`,
      );
    return host.path === undefined ? { kind: 'none' } : { kind: 'host', path: host.path };
  }),
  persistentVolumeClaim: inside('a Docker volume of the node', claimVolumeKeys, (value, context) => {
    const claim: ClaimContext['claim'] = { readOnly: false };
    const { run, cluster } = context.workload;
    readKeys(value, claimVolumeKeys, what('a claim'), { ...context, claim }, run);
    const source =
      cluster.claims.get(claim.name ?? '') ?? `${cluster.namespace?.name ?? 'default'}_${claim.name ?? ''}`;
    run.warn(
      value,
      'Stays on its node',
      `The claim "${claim.name ?? ''}" is a volume of the node's Docker engine: its data does not follow the pod to another node.`,
      'pin the pod to a node by its nodeSelector',
    );
    return { kind: 'claim', source, readOnly: claim.readOnly };
  }),
  configMap: filesRow('ConfigMap', configMapVolumeKeys),
  secret: filesRow('Secret', secretVolumeKeys),
  ...Object.fromEntries(
    unknownSources.map((key) => [
      key,
      refuses<VolumeContext>('volumes of this kind cannot be mounted', 'use a claim, a hostPath or an emptyDir'),
    ]),
  ),
};

export function readVolumes(value: Tree, workload: Workload): void {
  const { run } = workload;
  for (const item of readItems(run, value)) {
    const volume: VolumeContext['volume'] = {};
    readKeys(item, volumeKeys, what('a volume'), { workload, volume }, run);
    if (volume.name === undefined) run.error(item, 'Missing key', 'A volume needs a name.');
    else if (volume.source === undefined)
      run.error(
        item,
        'Missing key',
        `The volume "${volume.name}" does not say what it is.`,
        'add emptyDir: {} for an empty directory',
      );
    workload.volumes.set(volume.name ?? '', volume.source ?? { kind: 'none' });
  }
}
