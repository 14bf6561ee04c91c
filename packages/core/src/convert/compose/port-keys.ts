// Ports, networks and names of a service.

import { configureMore, configureMoreAs, give } from '../draft.ts';
import { type KeyTable, readKeys, reads, warns } from '../read/key-table.ts';
import { readItems, readOneOrMore, readPort, readText } from '../read/values.ts';
import { entryOf, type Tree } from '../yaml/tree.ts';
import { configTexts } from './process-keys.ts';
import type { PortWish, ServiceContext } from './service-context.ts';

/** Most ports one range may stand for. */
const MAX_RANGE = 100;

interface Range {
  readonly first: number;
  readonly last: number;
}

function readRange(text: string): Range | undefined {
  const found = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (found === null) return undefined;
  const first = Number(found[1]);
  const last = found[2] === undefined ? first : Number(found[2]);
  return first >= 1 && last >= first && last <= 65_535 ? { first, last } : undefined;
}

function addPort(context: ServiceContext, wish: Omit<PortWish, 'label'> & { readonly name?: string }): void {
  const { ports } = context;
  // TCP and UDP of one port are one port here: both are published.
  const same = ports.find((port) => port.to === wish.to && (port.published === wish.published || wish.isInternal));
  if (same !== undefined) return;
  const plain = wish.name ?? `port${wish.to}`;
  const label = ports.some((port) => port.label === plain) ? `${plain}_${wish.published ?? ports.length}` : plain;
  ports.push({ ...wish, label });
}

/** Nobody shall be reached from elsewhere who was to be reached from his own machine only. */
function hostNetworkOf(address: string, at: Tree, { run }: ServiceContext): string | undefined {
  if (address === '' || address === '0.0.0.0' || address === '::' || address === '[::]') return undefined;
  const isLoopback = address === '127.0.0.1' || address === 'localhost' || address === '::1' || address === '[::1]';
  if (!isLoopback) {
    run.error(
      at,
      'Cannot be converted',
      `A port on the address ${address}: nodes have host networks with names instead.`,
      'leave the address out, and name a host_network in the job file',
    );
    return undefined;
  }
  run.warn(
    at,
    'Needs the node',
    `A port on ${address} becomes one of the host network "loopback": only nodes that have it run this.`,
    'configure host_network "loopback" on the node, or leave the address out',
  );
  return 'loopback';
}

function shortPort(item: Tree, context: ServiceContext): void {
  const { run } = context;
  const text = readText(run, item);
  if (text === undefined) return;
  const found = /^(?:(?:(\[[^\]]*\]|[^:]*):)?([\d-]*):)?([\d-]+)(?:\/(tcp|udp))?$/.exec(text);
  const target = found === null ? undefined : readRange(found[3] ?? '');
  const published = found?.[2] === undefined || found[2] === '' ? undefined : readRange(found[2]);
  if (found === null || target === undefined || (published === undefined && (found[2] ?? '') !== '')) {
    return void run.error(
      item,
      'Invalid port',
      `"${text}" is no port mapping.`,
      'write it like "8080:80", "80" or "53:53/udp"',
    );
  }
  addRange(target, published, found[1] ?? '', item, context);
}

function addRange(
  target: Range,
  published: Range | undefined,
  address: string,
  at: Tree,
  context: ServiceContext,
): void {
  const { run } = context;
  const size = target.last - target.first;
  if (size >= MAX_RANGE)
    return void run.error(
      at,
      'Too many ports',
      `At most ${MAX_RANGE} ports can stand in a range (limit "port range").`,
    );
  const isChoice = published !== undefined && published.last - published.first !== size;
  if (isChoice && size > 0) return void run.error(at, 'Invalid port', 'The two ranges have different lengths.');
  if (isChoice)
    run.warn(
      at,
      'Converted with a difference',
      'A port cannot be chosen from a range of the file; the scheduler chooses one.',
    );
  const hostNetwork = hostNetworkOf(address, at, context);
  for (let offset = 0; offset <= size; offset += 1) {
    addPort(context, {
      to: target.first + offset,
      ...(published === undefined || isChoice ? {} : { published: published.first + offset }),
      ...(hostNetwork === undefined ? {} : { hostNetwork }),
      isInternal: false,
      at,
    });
  }
}

export const longPortKeys: KeyTable<{ readonly run: ServiceContext['run']; readonly port: Record<string, unknown> }> = {
  target: reads('`to` of the port', (value, { run, port }) => {
    port['to'] = readPort(run, value);
  }),
  published: reads('`static` of the port', (value, { port }) => {
    port['published'] = value;
  }),
  host_ip: reads('`host_network` "loopback" for 127.0.0.1; other addresses are errors', (value, { port }) => {
    port['address'] = value;
  }),
  name: reads('name of the port', (value, { run, port }) => {
    port['name'] = readText(run, value)?.replace(/[^A-Za-z0-9_-]/g, '_');
  }),
  protocol: reads('nothing: TCP and UDP are both published', (value, { run }) => {
    const protocol = readText(run, value);
    if (protocol !== 'tcp' && protocol !== 'udp')
      run.error(value, 'Unknown value', 'The protocol of a port is tcp or udp.');
    else run.warn(value, 'Converted with a difference', 'TCP and UDP are both published.');
  }),
  app_protocol: warns('ports have no protocol of their application'),
  mode: reads('nothing: a port is always one of the node', (value, { run }) => {
    const mode = readText(run, value);
    if (mode !== 'host')
      run.warn(
        value,
        'Converted with a difference',
        'There is no routing mesh yet: the port answers on the nodes that run the service.',
      );
  }),
};

function longPort(item: Tree, context: ServiceContext): void {
  const { run } = context;
  const port: Record<string, unknown> = {};
  readPortKeys(item, run, port);
  if (typeof port['to'] !== 'number') {
    if (entryOf(item, 'target') === undefined) run.error(item, 'Missing key', 'A port needs a target.');
    return;
  }
  const published = port['published'] as Tree | undefined;
  const text = published === undefined ? undefined : readText(run, published);
  const range = text === undefined || text === '' || text === '0' ? undefined : readRange(text);
  if (published !== undefined && range === undefined && text !== '' && text !== '0')
    return void run.error(published, 'Invalid port', 'Expected a port, or a range of ports.');
  const address = port['address'] as Tree | undefined;
  const hostNetwork = address === undefined ? undefined : hostNetworkOf(readText(run, address) ?? '', address, context);
  const isChoice = range !== undefined && range.first !== range.last;
  if (isChoice)
    run.warn(
      item,
      'Converted with a difference',
      'A port cannot be chosen from a range of the file; the scheduler chooses one.',
    );
  addPort(context, {
    to: port['to'],
    ...(range === undefined || isChoice ? {} : { published: range.first }),
    ...(hostNetwork === undefined ? {} : { hostNetwork }),
    ...(typeof port['name'] === 'string' ? { name: port['name'] } : {}),
    isInternal: false,
    at: item,
  });
}

function readPortKeys(item: Tree, run: ServiceContext['run'], port: Record<string, unknown>): void {
  readKeys(item, longPortKeys, { what: 'a port' }, { run, port }, run);
}

const noNames = 'services of different networks are not kept apart: all groups of a node are on its bridge';

export const portKeys: KeyTable<ServiceContext> = {
  ports: reads(
    'network `mode = "bridge"` with a `port` each: `static` for the published one, `to` for the one in the container',
    (value, context) => {
      for (const item of readItems(context.run, value)) (item.kind === 'map' ? longPort : shortPort)(item, context);
    },
    { inner: () => longPortKeys, below: 'list' },
  ),
  expose: reads(
    'a port of the node with the same number, so that the other services reach it; warned about',
    (value, context) => {
      for (const item of readItems(context.run, value)) {
        const text = readText(context.run, item)?.replace(/\/(tcp|udp)$/, '');
        const range = text === undefined ? undefined : readRange(text);
        if (range === undefined) context.run.error(item, 'Invalid port', 'Expected a port, such as 3306.');
        else if (range.last - range.first >= MAX_RANGE)
          context.run.error(
            item,
            'Too many ports',
            `At most ${MAX_RANGE} ports can stand in a range (limit "port range").`,
          );
        else
          for (let to = range.first; to <= range.last; to += 1)
            addPort(context, { to, published: to, isInternal: true, at: item });
      }
    },
  ),
  networks: reads('names that others use (`aliases`); the separation is warned about', readServiceNetworks),
  network_mode: reads(
    '`host`, `none` and `bridge` become the network mode; others are errors',
    (value, { run, facts }) => {
      const mode = readText(run, value);
      if (mode === 'host' || mode === 'none' || mode === 'bridge') facts.mode = mode;
      else if (mode !== undefined)
        run.error(
          value,
          'Cannot be converted',
          `The network mode "${mode}" has no equivalent.`,
          'tasks of one group share a network: write the job file by hand',
        );
    },
  ),
  hostname: reads('network `hostname`', (value, { run, network }, { keySpan }) => {
    const name = readText(run, value);
    if (name !== undefined) give(run, network(), 'hostname', name, keySpan);
  }),
  dns: configTexts('task config `dns_servers`', 'dns_servers'),
  dns_search: configTexts('task config `dns_search_domains`', 'dns_search_domains'),
  dns_opt: configTexts('task config `dns_options`', 'dns_options'),
  extra_hosts: reads('task config `extra_hosts`', (value, { run, task }, { keySpan }) => {
    const lines =
      value.kind === 'map'
        ? value.entries.map(({ key, value: inner }) => `${key}:${readOneOrMore(run, inner)[0] ?? ''}`)
        : readOneOrMore(run, value).map((line) => line.replace('=', ':'));
    for (const line of lines) configureMore(run, task, 'extra_hosts', line, keySpan);
  }),
  links: reads('further names of other services, for this one', (value, { run, project, task }) => {
    for (const item of readItems(run, value)) {
      const [service = '', alias = service] = readText(run, item)?.split(':') ?? [];
      if (!project.services.has(service)) run.error(item, 'Unknown service', `There is no service "${service}".`);
      else if (alias !== service)
        configureMoreAs(run, task, 'extra_hosts', `${alias}:\${attr.unique.network.ip-address}`, item);
      else run.warn(item, 'Not converted', `A link is not needed: all services of the file know "${service}".`);
    }
  }),
  external_links: warns('containers outside of the job are not known by name'),
  mac_address: warns('addresses are given by the network'),
  depends_on: reads('nothing: all services start at the same time; warned about', (value, { run }, { keySpan }) => {
    const names = value.kind === 'map' ? value.entries.map(({ key }) => key) : readOneOrMore(run, value);
    const detail = `Services start at the same time, nobody waits for ${names.join(', ')}.`;
    run.warn(
      keySpan,
      'Not converted',
      detail,
      'a program that fails at its start is started again; let it wait for what it needs',
    );
  }),
};

function readServiceNetworks(value: Tree, context: ServiceContext): void {
  const { run, project } = context;
  const entries =
    value.kind === 'map'
      ? value.entries.map(({ key, keySpan, value: inner }) => ({ key, keySpan, inner }))
      : readItems(run, value).map((item) => ({ key: readText(run, item) ?? '', keySpan: item, inner: undefined }));
  for (const { key, keySpan, inner } of entries) {
    if (key !== 'default' && !project.networks.has(key))
      run.error(keySpan, 'Unknown network', `There is no network "${key}" at the top of the file.`);
    else if (key !== 'default') run.warn(keySpan, 'Not converted', `The network "${key}" has no effect: ${noNames}.`);
    if (inner?.kind !== 'map') continue;
    for (const option of inner.entries) {
      if (option.key === 'aliases') context.aliases.push(...readOneOrMore(run, option.value));
      else
        run.warn(
          option.keySpan,
          'Not converted',
          `"${option.key}" of a network has no effect: addresses are given by the network.`,
        );
    }
  }
}
