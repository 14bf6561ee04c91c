// Files of a service: volumes, binds, memory file systems, configs and secrets.

import type { Json } from '../../model/task.ts';
import { configureMore } from '../draft.ts';
import { type AnyTable, type KeyTable, readKeys, reads, refuses, warns } from '../read/key-table.ts';
import { readBytes, readFlag, readItems, readMode, readOneOrMore, readText, readTextMap } from '../read/values.ts';
import type { Tree } from '../yaml/tree.ts';
import { fileKeys, readFiles } from './file-keys.ts';
import { hostPath } from './host-path.ts';
import { configFlag } from './process-keys.ts';
import type { ServiceContext } from './service-context.ts';

interface MountContext {
  readonly service: ServiceContext;
  readonly mount: { type?: string; source?: string; target?: string; readonly?: boolean };
  readonly bind: Record<string, Json>;
  readonly volume: Record<string, Json>;
  readonly tmpfs: Record<string, Json>;
}
type MountTable = KeyTable<MountContext>;

const bindKeys: MountTable = {
  propagation: reads('bind option `propagation`', (value, { service, bind }) => {
    const text = readText(service.run, value);
    if (text !== undefined) bind['propagation'] = text;
  }),
  create_host_path: reads('nothing: a path of the node must be there', (value, { service: { run } }, { keySpan }) => {
    if (readFlag(run, value) === true)
      run.warn(keySpan, 'Not converted', 'A path of the node is not made: it must be there.');
  }),
  selinux: warns('files are not relabelled'),
  recursive: warns('binds are recursive'),
};
const volumeOptionKeys: MountTable = {
  nocopy: reads('volume option `no_copy`', (value, { service, volume }) => {
    const flag = readFlag(service.run, value);
    if (flag !== undefined) volume['no_copy'] = flag;
  }),
  labels: reads('volume option `labels`', (value, { service, volume }) => {
    volume['labels'] = readTextMap(service.run, value);
  }),
  subpath: refuses('a directory inside a volume cannot be mounted'),
};
const tmpfsKeys: MountTable = {
  size: reads('tmpfs option `size`', (value, { service, tmpfs }) => {
    const bytes = readBytes(service.run, value);
    if (bytes !== undefined) tmpfs['size'] = bytes;
  }),
  mode: reads('tmpfs option `mode`', (value, { service, tmpfs }) => {
    const mode = readMode(service.run, value);
    if (mode !== undefined) tmpfs['mode'] = Number.parseInt(mode, 8);
  }),
};

const inside = (doc: string, what: string, table: MountTable) =>
  reads<MountContext>(doc, (value, context) => readKeys(value, table, { what }, context, context.service.run), {
    inner: () => table as AnyTable,
  });

export const mountKeys: MountTable = {
  type: reads('`type` of the mount: volume, bind or tmpfs; others are errors', (value, { service, mount }) => {
    const type = readText(service.run, value);
    if (type === 'volume' || type === 'bind' || type === 'tmpfs') mount.type = type;
    else service.run.error(value, 'Cannot be converted', 'A mount is a volume, a bind or a tmpfs.');
  }),
  source: reads('`source` of the mount', (value, { service, mount }) => {
    const text = readText(service.run, value);
    if (text !== undefined) mount.source = text;
  }),
  target: reads('`target` of the mount', (value, { service, mount }) => {
    const text = readText(service.run, value);
    if (text !== undefined) mount.target = text;
  }),
  read_only: reads('`readonly` of the mount', (value, { service, mount }) => {
    const flag = readFlag(service.run, value);
    if (flag !== undefined) mount.readonly = flag;
  }),
  bind: inside('bind options', 'a bind', bindKeys),
  volume: inside('volume options', 'a volume mount', volumeOptionKeys),
  tmpfs: inside('tmpfs options', 'a tmpfs', tmpfsKeys),
  consistency: warns('it is for other systems than Linux'),
  image: refuses('images cannot be mounted'),
  cluster: refuses('cluster volumes cannot be mounted'),
};

function longVolume(item: Tree, service: ServiceContext): void {
  const context: MountContext = { service, mount: {}, bind: {}, volume: {}, tmpfs: {} };
  readKeys(item, mountKeys, { what: 'a volume' }, context, service.run);
  const { mount } = context;
  if (mount.target === undefined) return void service.run.error(item, 'Missing key', 'A volume needs a target.');
  addMount(item, service, mount.type ?? 'volume', mount.source ?? '', mount.target, mount.readonly ?? false, context);
}

function shortVolume(item: Tree, service: ServiceContext): void {
  const text = readText(service.run, item);
  if (text === undefined) return;
  const [first = '', second, options = ''] = text.split(':');
  const [source, target] = second === undefined ? ['', first] : [first, second];
  let isReadOnly = false;
  for (const option of options === '' ? [] : options.split(',')) {
    if (option === 'ro') isReadOnly = true;
    else if (option !== 'rw') service.run.warn(item, 'Not converted', `The volume option "${option}" has no effect.`);
  }
  if (text.split(':').length > 3)
    return void service.run.error(item, 'Invalid volume', `"${text}" is no volume.`, 'write it like source:target:ro');
  addMount(item, service, isPath(source) ? 'bind' : 'volume', source, target, isReadOnly);
}

function isPath(source: string): boolean {
  return /^[/.~]/.test(source);
}

function addMount(
  at: Tree,
  service: ServiceContext,
  type: string,
  source: string,
  target: string,
  isReadOnly: boolean,
  options?: Pick<MountContext, 'bind' | 'volume' | 'tmpfs'>,
): void {
  const { run, task } = service;
  if (!target.startsWith('/'))
    return void run.error(at, 'Invalid volume', `The target "${target}" is no absolute path in the container.`);
  const mount: Record<string, Json> = { type, target };
  const from =
    type === 'bind' ? hostPath(source, at, service) : type === 'volume' ? volumeName(source, at, service) : '';
  if (from === undefined) return;
  if (from !== '') mount['source'] = from;
  if (isReadOnly) mount['readonly'] = true;
  const chosen = type === 'bind' ? options?.bind : type === 'volume' ? options?.volume : options?.tmpfs;
  if (chosen !== undefined && Object.keys(chosen).length > 0) mount[`${type}_options`] = chosen;
  for (const [name, other] of Object.entries({ bind: options?.bind, volume: options?.volume, tmpfs: options?.tmpfs }))
    if (name !== type && other !== undefined && Object.keys(other).length > 0)
      run.error(at, 'Invalid volume', `The options of "${name}" do not belong to a mount of type "${type}".`);
  configureMore(run, task, 'mount', mount, at);
}

function volumeName(source: string, at: Tree, { run, project, name }: ServiceContext): string | undefined {
  if (source === '') {
    run.warn(
      at,
      'Converted with a difference',
      'A volume without a name is new for each container.',
      'give it a name to keep its data',
    );
    return '';
  }
  const volume = project.volumes.get(source);
  if (volume === undefined) {
    run.error(
      at,
      'Unknown volume',
      `"${name}" uses the volume "${source}", which is not declared.`,
      `add ${source}: under volumes: at the top of the file`,
    );
    return undefined;
  }
  run.warn(
    at,
    'Stays on its node',
    `The volume "${source}" is one of the node's Docker engine: its data does not follow the service to another node.`,
    'pin the service to a node by a placement constraint',
  );
  return volume;
}

export const volumeKeys: KeyTable<ServiceContext> = {
  volumes: reads(
    'task config `mount`: named volumes are Docker volumes `<project>_<name>` of the node, paths are binds of the node',
    (value, service) => {
      for (const item of readItems(service.run, value)) (item.kind === 'map' ? longVolume : shortVolume)(item, service);
    },
    { inner: () => mountKeys as AnyTable, below: 'list' },
  ),
  tmpfs: reads('task config `mount` of type tmpfs', (value, { run, task }) => {
    for (const path of readOneOrMore(run, value)) {
      const [target = '', options] = path.split(':');
      if (options !== undefined)
        run.warn(
          value,
          'Not converted',
          `The options "${options}" of a tmpfs have no effect.`,
          'write it as a volume of type tmpfs with size and mode',
        );
      configureMore(run, task, 'mount', { type: 'tmpfs', target }, value);
    }
  }),
  read_only: configFlag('task config `readonly_rootfs`', 'readonly_rootfs'),
  configs: reads(
    'a file of the node as a bind, other content as a `template`',
    (value, service) => readFiles(value, service, service.project.configs, 'config'),
    { inner: () => fileKeys as AnyTable, below: 'list' },
  ),
  secrets: reads(
    'as configs, under /run/secrets',
    (value, service) => readFiles(value, service, service.project.secrets, 'secret'),
    { inner: () => fileKeys as AnyTable, below: 'list' },
  ),
};
