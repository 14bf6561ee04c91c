// A Compose file as a whole: services become groups of one job.

import { give, newJob, open, type Part, warnFilledIn } from '../draft.ts';
import type { Conversion } from '../read/conversion.ts';
import { readKeys } from '../read/key-table.ts';
import { readEntries, readText } from '../read/values.ts';
import { introduce, type Named, speaksOf } from '../siblings.ts';
import { type Entry, entryOf, isNull, type Tree } from '../yaml/tree.ts';
import { extended } from './extend.ts';
import { registerService } from './health-keys.ts';
import { giveResources } from './limit-keys.ts';
import { readEnvironments } from './process-keys.ts';
import { publishPorts } from './publish-ports.ts';
import type { FileSource, Project, ServiceContext } from './service-context.ts';
import { serviceTable } from './service-table.ts';
import { substituteTree } from './substitute.ts';
import { isExtension, topTable } from './top-keys.ts';

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
  for (const { task } of read) warnFilledIn(run, task);
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
