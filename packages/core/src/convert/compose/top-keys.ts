// The keys at the top of a Compose file.

import type { Conversion } from '../read/conversion.ts';
import { type AnyTable, type KeyTable, readKeys, reads, refuses, warns } from '../read/key-table.ts';
import { readEntries, readFlag, readText } from '../read/values.ts';
import { entryOf, isNull, type Tree } from '../yaml/tree.ts';
import type { FileSource, Project } from './service-context.ts';
import { serviceTable } from './service-table.ts';

/** Keys that the specification leaves to others. */
export const isExtension = (key: string): boolean => key.startsWith('x-');

interface TopContext {
  readonly run: Conversion;
  readonly project: Project & { name: string };
}

const volumeTable: KeyTable<{ readonly run: Conversion; readonly name: (name: string) => void }> = {
  name: reads('name of the Docker volume', (value, { run, name }) => {
    const text = readText(run, value);
    if (text !== undefined) name(text);
  }),
  external: reads('the name without the project before it', () => undefined),
  driver: reads('`local` is what is made anyway; others are errors', (value, { run }) => {
    if (readText(run, value) !== 'local')
      run.error(
        value,
        'Cannot be converted',
        'Volumes of other drivers are not made.',
        'make the volume on the node, and write external: true',
      );
  }),
  driver_opts: refuses('volumes with options are not made', 'make the volume on the node, and write external: true'),
  labels: warns('volumes are made without labels; write them at the mount'),
};

const networkTable: KeyTable<{ readonly run: Conversion }> = Object.fromEntries(
  [
    'attachable',
    'driver',
    'driver_opts',
    'enable_ipv4',
    'enable_ipv6',
    'external',
    'internal',
    'ipam',
    'labels',
    'name',
  ].map((key) => [key, warns('the network is not made')]),
);

const sourceTable: KeyTable<{ readonly run: Conversion; readonly found: { source?: FileSource } }> = {
  file: reads('a file of the node, as a bind', (value, { run, found }) => {
    const path = readText(run, value);
    if (path !== undefined) found.source = { kind: 'file', path };
  }),
  content: reads('a `template`', (value, { run, found }) => {
    const content = readText(run, value);
    if (content !== undefined) found.source = { kind: 'content', content };
  }),
  environment: reads('a `template` with the value of the variable', (value, { run, found }) => {
    const name = readText(run, value) ?? '';
    const content = run.options.environment?.[name];
    if (content === undefined) run.error(value, 'Variable not set', `The variable ${name} is not set.`);
    else found.source = { kind: 'content', content };
  }),
  external: reads('an error', (value, { run, found }) => {
    if (readFlag(run, value) !== true) return;
    run.error(value, 'Cannot be converted', 'There is no store of configs and secrets yet.', 'give a file or content');
    found.source = { kind: 'none' };
  }),
  name: warns('it is known by the name it has in the file'),
  labels: warns('configs and secrets have no labels'),
  template_driver: refuses('templates of other systems are not rendered'),
  driver: refuses('secrets of other systems are not fetched'),
  driver_opts: refuses('secrets of other systems are not fetched'),
};

function readSources(value: Tree, { run }: TopContext, into: Map<string, FileSource>, what: string): void {
  for (const { key, keySpan, value: inner } of readEntries(run, value)) {
    if (isExtension(key)) continue;
    const found: { source?: FileSource } = {};
    readKeys(inner, sourceTable, { what, isExtension }, { run, found }, run);
    if (found.source === undefined) run.error(keySpan, 'Missing key', `"${key}" needs a file, content or environment.`);
    into.set(key, found.source ?? { kind: 'none' });
  }
}

/** What becomes of each key at the top. `services` is read last. */
export const topTable: KeyTable<TopContext> = {
  version: warns('it has no meaning any more'),
  name: reads('job id', () => undefined),
  services: reads('a group with one task for each', () => undefined, {
    inner: () => serviceTable as AnyTable,
    below: 'names',
  }),
  volumes: reads(
    'Docker volumes of the node, `<project>_<name>`',
    (value, { run, project }) => {
      for (const { key, value: inner } of readEntries(run, value)) {
        if (isExtension(key)) continue;
        const external = entryOf(inner, 'external')?.value;
        const isExternal = external !== undefined && readFlag(run, external) === true;
        project.volumes.set(key, isExternal ? key : `${project.name}_${key}`);
        readKeys(
          inner,
          volumeTable,
          { what: 'a volume', isExtension },
          { run, name: (name) => void project.volumes.set(key, name) },
          run,
        );
      }
    },
    { inner: () => volumeTable as AnyTable, below: 'names' },
  ),
  networks: reads(
    'nothing; warned about',
    (value, { run, project }) => {
      for (const { key, keySpan, value: inner } of readEntries(run, value)) {
        if (isExtension(key)) continue;
        project.networks.add(key);
        readKeys(inner, networkTable, { what: 'a network', isExtension }, { run }, run);
        if (key === 'default' && isNull(inner)) continue;
        const hint = 'networks of their own are CNI networks: network { mode = "cni/NAME" }';
        run.warn(
          keySpan,
          'Not converted',
          `The network "${key}" is not made: all groups of a node are on its bridge.`,
          hint,
        );
      }
    },
    { inner: () => networkTable as AnyTable, below: 'names' },
  ),
  configs: reads(
    'see configs of a service',
    (value, context) => readSources(value, context, context.project.configs, 'a config'),
    { inner: () => sourceTable as AnyTable, below: 'names' },
  ),
  secrets: reads(
    'see secrets of a service',
    (value, context) => readSources(value, context, context.project.secrets, 'a secret'),
    { inner: () => sourceTable as AnyTable, below: 'names' },
  ),
  include: refuses('other files are not included', 'put them together: docker compose config'),
  models: refuses('AI models are not provided'),
};
