// `healthcheck` and the service's registration under its name.

import type { Span } from '../../jobspec/syntax/source.ts';
import { fieldValue, give, open, type Part } from '../draft.ts';
import { type AnyTable, type KeyTable, readKeys, reads, warns } from '../read/key-table.ts';
import { readDuration, readFlag, readText, readTexts } from '../read/values.ts';
import type { Tree } from '../yaml/tree.ts';
import type { ServiceContext } from './service-context.ts';
import { splitWords } from './words.ts';

interface CheckContext {
  readonly service: ServiceContext;
  readonly check: Check;
}
interface Check {
  words?: readonly string[];
  testAt?: Span;
  intervalMs: number;
  timeoutMs: number;
  isOff: boolean;
}

const duration = (doc: string, key: 'intervalMs' | 'timeoutMs') =>
  reads<CheckContext>(doc, (value, { service, check }) => {
    const ms = readDuration(service.run, value);
    if (ms !== undefined) check[key] = Math.max(1000, ms);
  });

export const healthTable: KeyTable<CheckContext> = {
  test: reads(
    'an `http` or `tcp` check where the command is curl, wget or nc on localhost; other commands are warned about',
    (value, { service, check }) => {
      const { run } = service;
      const list = value.kind === 'list' ? readTexts(run, value) : ['CMD-SHELL', readText(run, value) ?? ''];
      check.testAt = value;
      if (list[0] === 'NONE') check.isOff = true;
      else check.words = list[0] === 'CMD-SHELL' ? (splitWords(list[1] ?? '') ?? []) : list.slice(1);
    },
  ),
  interval: duration('check `interval`', 'intervalMs'),
  timeout: duration('check `timeout`', 'timeoutMs'),
  retries: warns('a check fails with its first failure'),
  start_period: warns('a service is checked from its start'),
  start_interval: warns('a service is checked from its start'),
  disable: reads('no check', (value, { service, check }) => {
    check.isOff = readFlag(service.run, value) === true;
    if (check.isOff) service.run.warn(value, 'Not converted', 'Checks of the image are not run anyway.');
  }),
};

export const healthKeys: KeyTable<ServiceContext> = {
  healthcheck: reads(
    'service `check`',
    (tree, { facts }, { keySpan: at }) => {
      facts.check = { tree, at };
    },
    { inner: () => healthTable as AnyTable },
  ),
};

/** Registers the service under its name, with its check, once its ports are known. */
export function registerService(context: ServiceContext): void {
  const { run, group, name, ports, facts } = context;
  const [port] = ports;
  const service = port === undefined ? undefined : open(run, group, 'service', context.at);
  if (service !== undefined && port !== undefined) {
    give(run, service, 'name', name.toLowerCase().replace(/[^a-z0-9-]/g, '-'), context.at);
    give(run, service, 'port', port.label, context.at);
    give(run, service, 'provider', 'nomad', context.at);
  }
  if (facts.check !== undefined) addCheck(facts.check.tree, facts.check.at, service, context);
}

function addCheck(tree: Tree, at: Span, part: Part | undefined, service: ServiceContext): void {
  const { run, ports } = service;
  const check: Check = { intervalMs: 30_000, timeoutMs: 30_000, isOff: false };
  readKeys(tree, healthTable, { what: 'a health check' }, { service, check }, run);
  if (check.isOff || check.words === undefined) return;
  const probe = understand(check.words);
  const port = ports.find(({ to }) => to === probe?.port);
  if (probe === undefined || port === undefined || part === undefined) {
    const why =
      probe === undefined
        ? 'commands are not run inside the container'
        : `port ${probe.port} is neither published nor exposed`;
    run.warn(
      check.testAt ?? at,
      'Not converted',
      `The health check has no effect: ${why}.`,
      'check with curl, wget or nc on localhost, at a port of the service',
    );
    return;
  }
  const target = open(run, part, 'check', at);
  give(run, target, 'type', probe.path === undefined ? 'tcp' : 'http', at);
  if (probe.path !== undefined) give(run, target, 'path', probe.path, at);
  if (probe.isTls) give(run, target, 'protocol', 'https', at);
  if (port.label !== fieldValue(part, 'port')) give(run, target, 'port', port.label, at);
  give(run, target, 'interval', check.intervalMs, at);
  give(run, target, 'timeout', check.timeoutMs, at);
}

interface Probe {
  readonly port: number;
  readonly path?: string;
  readonly isTls?: boolean;
}

function understand(words: readonly string[]): Probe | undefined {
  const program = words[0]?.replace(/^.*\//, '');
  if (program === 'curl' || program === 'wget') {
    for (const word of words.slice(1)) {
      const found = /^(https?):\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::(\d+))?(\/\S*)?$/.exec(word);
      if (found === null) continue;
      const isTls = found[1] === 'https';
      return { port: Number(found[2] ?? (isTls ? 443 : 80)), path: found[3] ?? '/', isTls };
    }
  }
  const port = Number(words.at(-1));
  return program === 'nc' && words.includes('-z') && Number.isInteger(port) ? { port } : undefined;
}
