// A Compose file as a whole: services become groups of one job.

import { give, newJob, open, type Part } from '../draft.ts';
import type { Conversion } from '../read/conversion.ts';
import { type AnyTable, type KeyTable, readKeys, reads, refuses, warns } from '../read/key-table.ts';
import { readEntries, readFlag, readText } from '../read/values.ts';
import { introduce, type Named, speaksOf } from '../siblings.ts';
import { type Entry, entryOf, isNull, type Tree } from '../yaml/tree.ts';
import { deployKeys } from './deploy-keys.ts';
import { extended } from './extend.ts';
import { healthKeys, registerService } from './health-keys.ts';
import { giveResources, limitKeys } from './limit-keys.ts';
import { portKeys, publishPorts } from './port-keys.ts';
import { processKeys, readEnvironments } from './process-keys.ts';
import type { FileSource, Project, ServiceContext } from './service-context.ts';
import { substituteTree } from './substitute.ts';
import { volumeKeys } from './volume-keys.ts';

const isExtension = (key: string) => key.startsWith('x-');

/** What becomes of each key of a service. */
export const serviceTable: KeyTable<ServiceContext> = {
  ...processKeys,
  ...portKeys,
  ...volumeKeys,
  ...limitKeys,
  ...deployKeys,
  ...healthKeys,
  extends: reads('the keys of another service of the file; those of other files are errors', () => undefined),
  profiles: reads('services of profiles that are not in COMPOSE_PROFILES are left out; warned about', () => undefined),
};

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
    if (found.source === undefined && !isNull(inner))
      run.error(keySpan, 'Missing key', `"${key}" needs a file, content or environment.`);
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

/** Builds the job; undefined when there is nothing to build. */
export function composeJob(root: Tree, run: Conversion): Part | undefined {
  const tree = substituteTree(run, root);
  if (tree.kind !== 'map') {
    run.error(tree, 'Wrong type', 'A Compose file is a map with services in it.');
    return undefined;
  }
  const name = entryOf(tree, 'name');
  const id = (name === undefined ? undefined : readText(run, name.value)) ?? run.options.defaultName;
  const services = entryOf(tree, 'services');
  const project = {
    name: id,
    run,
    services: new Map(
      services === undefined
        ? []
        : readEntries(run, services.value)
            .filter(({ key }) => !isExtension(key))
            .map(({ key, value }) => [key, value]),
    ),
    volumes: new Map<string, string>(),
    configs: new Map<string, FileSource>(),
    secrets: new Map<string, FileSource>(),
    networks: new Set<string>(),
  };
  const job = newJob(run, name?.keySpan ?? services?.keySpan ?? tree);
  job.record['id'] = id;
  readKeys(tree, topTable, { what: 'a Compose file', isExtension }, { run, project }, run);
  if (services === undefined || services.value.kind !== 'map' || services.value.entries.length === 0) {
    run.error(services?.keySpan ?? tree, 'No services', 'A Compose file needs services.');
    return undefined;
  }
  const read = services.value.entries.flatMap((entry) =>
    isExtension(entry.key) ? [] : (readService(entry, job, project, run) ?? []),
  );
  giveType(run, job, read);
  introduceServices(run, read);
  return job;
}

function isActive({ key, keySpan, value }: Entry, run: Conversion): boolean {
  const profiles = entryOf(value, 'profiles')?.value;
  if (profiles === undefined || profiles.kind !== 'list') {
    if (profiles !== undefined && !isNull(profiles)) run.error(profiles, 'Wrong type', 'Profiles are a list of names.');
    return true;
  }
  const names = profiles.items.flatMap((item) => readText(run, item) ?? []);
  const active = (run.options.environment?.['COMPOSE_PROFILES'] ?? '').split(',');
  if (names.length === 0 || names.some((name) => active.includes(name)) || active.includes('*')) return true;
  run.warn(
    keySpan,
    'Left out',
    `"${key}" belongs to the profile ${names.join(', ')}, which is not active.`,
    `set COMPOSE_PROFILES=${names[0]}`,
  );
  return false;
}

function readService(entry: Entry, job: Part, project: Project, run: Conversion): ServiceContext | undefined {
  if (!isActive(entry, run)) return undefined;
  const tree = extended(entry, project, run);
  const group = open(run, job, 'group', entry.keySpan, entry.key);
  const task = open(run, group, 'task', entry.keySpan, entry.key);
  give(run, task, 'driver', 'docker', entry.keySpan);
  let network: Part | undefined;
  const context: ServiceContext = {
    run,
    network() {
      network ??= open(run, group, 'network', entry.keySpan);
      return network;
    },
    project,
    name: entry.key,
    at: entry.keySpan,
    group,
    task,
    ports: [],
    aliases: [],
    facts: { count: 1, mode: 'bridge', jobType: 'service', hasImage: false },
  };
  readEnvironments(tree, context);
  readKeys(tree, serviceTable, { what: 'a service', isExtension }, context, run);
  const { facts } = context;
  if (!facts.hasImage) {
    const build = entryOf(tree, 'build');
    const detail =
      build === undefined
        ? `The service "${entry.key}" names no image.`
        : `The image of "${entry.key}" would have to be built, which is not done here.`;
    run.error(build?.keySpan ?? entry.keySpan, 'No image', detail, 'build and push it, and add image:');
  }
  if (facts.count !== 1) give(run, group, 'count', facts.count, facts.countAt ?? entry.keySpan);
  publishPorts(context);
  giveResources(context);
  registerService(context);
  return context;
}

/** A job has one type, so all services of a file have one mode. */
function giveType(run: Conversion, job: Part, services: readonly ServiceContext[]): void {
  const [first] = services;
  if (first === undefined) return;
  const other = services.find(({ facts }) => facts.jobType !== first.facts.jobType);
  if (other !== undefined) {
    const detail = `"${other.name}" becomes a ${other.facts.jobType} job, "${first.name}" a ${first.facts.jobType} job; a file becomes one job of one type.`;
    run.error(other.at, 'Different types', detail, 'put it in a file of its own');
  }
  if (first.facts.jobType !== 'service') give(run, job, 'type', first.facts.jobType, first.at);
}

function introduceServices(run: Conversion, services: readonly ServiceContext[]): void {
  const tasks = services
    .filter(({ facts }) => facts.mode === 'bridge')
    .map(({ task, name, at }) => ({
      part: task,
      group: name,
      at,
      text: JSON.stringify([task.record['env'], task.record['config']]),
    }));
  const others = services.map(({ name, aliases, ports, facts }): Named => {
    const isReachable = ports.some(
      (port) => port.published === port.to && port.hostNetwork === undefined && !(port.isInternal && facts.count > 1),
    );
    return { names: [name, ...aliases], group: name, isReachable };
  });
  introduce(run, tasks, others);
  for (const service of services) warnUnreachable(run, service, services);
}

/** Says so when another service speaks of this one, and no port of it answers under its name. */
function warnUnreachable(run: Conversion, service: ServiceContext, services: readonly ServiceContext[]): void {
  const { name, at, ports, project } = service;
  if (ports.some((port) => port.published === port.to)) return;
  const speaker = services.find((other) => {
    const tree = project.services.get(other.name);
    return other !== service && tree !== undefined && speaksOf(run.source.text.slice(tree.from, tree.to), name);
  });
  if (speaker === undefined) return;
  const detail = `"${speaker.name}" speaks of "${name}", and does not reach it by that name: no port of it has the same number on the node.`;
  run.warn(at, 'Not reachable by name', detail, 'name the port it listens on: expose: [3306]');
}
