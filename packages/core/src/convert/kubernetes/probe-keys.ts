// Probes become checks of a service.

import { give, open, type Part } from '../draft.ts';
import { type AnyTable, type KeyTable, readKeys, reads, warns } from '../read/key-table.ts';
import { readInteger, readItems, readSeconds, readText } from '../read/values.ts';
import { entryOf, isNull, type Tree } from '../yaml/tree.ts';
import { type Container, what } from './context.ts';

interface ProbeContext {
  readonly container: Container;
  readonly probe: Probe;
}
export interface Probe {
  type?: 'http' | 'tcp';
  port?: number | string;
  path?: string;
  isTls?: boolean;
  headers?: Record<string, string[]>;
  intervalMs: number;
  timeoutMs: number;
  failures: number;
  delayMs: number;
}

const port = reads<ProbeContext>('port of the check', (value, { container, probe }) => {
  const text = readText(container.workload.run, value);
  if (text !== undefined) probe.port = /^\d+$/.test(text) ? Number(text) : text;
});
export const httpKeys: KeyTable<ProbeContext> = {
  path: reads('check `path`', (value, { container, probe }) => {
    const text = readText(container.workload.run, value);
    if (text !== undefined) probe.path = text;
  }),
  port,
  scheme: reads('check `protocol`', (value, { container, probe }) => {
    const scheme = readText(container.workload.run, value);
    if (scheme === 'HTTPS' || scheme === 'HTTP') probe.isTls = scheme === 'HTTPS';
    else container.workload.run.error(value, 'Unknown value', 'A scheme is HTTP or HTTPS.');
  }),
  httpHeaders: reads('check `header`', (value, { container, probe }) => {
    const { run } = container.workload;
    probe.headers = {};
    for (const item of readItems(run, value)) {
      const [name, text] = [entryOf(item, 'name'), entryOf(item, 'value')];
      if (name === undefined || text === undefined) run.error(item, 'Missing key', 'A header has a name and a value.');
      else probe.headers[readText(run, name.value) ?? ''] = [readText(run, text.value) ?? ''];
      for (const { key, keySpan } of item.kind === 'map' ? item.entries : [])
        if (key !== 'name' && key !== 'value') run.error(keySpan, 'Unknown key', `A header has no key "${key}".`);
    }
  }),
  host: warns('the container itself is asked'),
};
export const tcpKeys: KeyTable<ProbeContext> = { port, host: warns('the container itself is asked') };

const seconds = (doc: string, key: 'intervalMs' | 'timeoutMs' | 'delayMs') =>
  reads<ProbeContext>(doc, (value, { container, probe }) => {
    const ms = readSeconds(container.workload.run, value);
    if (ms !== undefined) probe[key] = key === 'delayMs' ? ms : Math.max(1000, ms);
  });

export const probeKeys: KeyTable<ProbeContext> = {
  httpGet: reads(
    'an `http` check',
    (value, context) => {
      context.probe.type = 'http';
      readKeys(value, httpKeys, what('an httpGet'), context, context.container.workload.run);
    },
    { inner: () => httpKeys as AnyTable },
  ),
  tcpSocket: reads(
    'a `tcp` check',
    (value, context) => {
      context.probe.type = 'tcp';
      readKeys(value, tcpKeys, what('a tcpSocket'), context, context.container.workload.run);
    },
    { inner: () => tcpKeys as AnyTable },
  ),
  exec: warns('commands are not run inside the container', 'check with httpGet or tcpSocket'),
  grpc: warns('gRPC is not checked', 'check with httpGet or tcpSocket'),
  periodSeconds: seconds('check `interval`', 'intervalMs'),
  timeoutSeconds: seconds('check `timeout`', 'timeoutMs'),
  initialDelaySeconds: seconds('check_restart `grace`', 'delayMs'),
  failureThreshold: reads('check_restart `limit` of a liveness probe', (value, { container, probe }) => {
    const count = readInteger(container.workload.run, value, 1);
    if (count !== undefined) probe.failures = count;
  }),
  successThreshold: warns('a check passes with its first success'),
  terminationGracePeriodSeconds: warns('tasks have one grace period; use that of the pod'),
};

/** Reads the probe; undefined when it is none that can be done. */
export function readProbe(tree: Tree, kind: 'liveness' | 'readiness', container: Container): Probe | undefined {
  for (const key of kind === 'readiness' ? ['initialDelaySeconds', 'failureThreshold'] : []) {
    const entry = entryOf(tree, key);
    if (entry !== undefined && !isNull(entry.value))
      container.workload.run.warn(
        entry.keySpan,
        'Not converted',
        `"${key}" of a readiness probe has no effect: the check begins with the start, and fails with its first failure.`,
      );
  }
  const probe: Probe = { intervalMs: 10_000, timeoutMs: 1_000, failures: 3, delayMs: 0 };
  readKeys(tree, probeKeys, what('a probe'), { container, probe }, container.workload.run);
  return probe.type === undefined ? undefined : probe;
}

export function giveCheck(
  service: Part,
  probe: Probe,
  kind: 'liveness' | 'readiness',
  portLabel: string | undefined,
  at: Tree | { from: number; to: number },
  container: Container,
): void {
  const { run } = container.workload;
  const check = open(run, service, 'check', at);
  give(run, check, 'type', probe.type, at);
  if (probe.type === 'http') give(run, check, 'path', probe.path ?? '/', at);
  if (probe.isTls === true) give(run, check, 'protocol', 'https', at);
  if (probe.headers !== undefined) give(run, check, 'header', probe.headers, at);
  if (portLabel !== undefined) give(run, check, 'port', portLabel, at);
  give(run, check, 'interval', probe.intervalMs, at);
  give(run, check, 'timeout', probe.timeoutMs, at);
  if (kind !== 'liveness') return;
  const restart = open(run, check, 'check_restart', at);
  give(run, restart, 'limit', probe.failures, at);
  give(run, restart, 'grace', Math.max(1000, probe.delayMs), at);
}
