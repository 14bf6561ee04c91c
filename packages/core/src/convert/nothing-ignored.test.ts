// Nothing of an input is silently ignored: whatever stands at whatever key, the job is another one or somebody is told.

import test from 'ava';
import { stringify } from 'yaml';
import { topTable } from './compose/top-keys.ts';
import { configMapKeys, secretKeys } from './kubernetes/data-keys.ts';
import { objectKeys } from './kubernetes/object-keys.ts';
import { serviceKeys } from './kubernetes/service-keys.ts';
import { workloadKinds } from './kubernetes/workload.ts';
import type { AnyTable } from './read/key-table.ts';
import { convertText, messages } from './testing/convert-text.ts';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type Path = readonly (string | number)[];

/** Every path the tables know: `*` for names the user chooses, 0 for elements of lists. */
function paths(table: AnyTable, at: Path, depth = 0): Path[] {
  return Object.entries(table).flatMap(([key, row]) => {
    const here = [...at, key];
    const below = row.below === 'list' ? [0] : row.below === 'names' ? ['*'] : [];
    const inner = row.inner?.();
    return [here, ...(inner === undefined || depth > 9 ? [] : paths(inner, [...here, ...below], depth + 1))];
  });
}

const clone = (value: Json): Json => structuredClone(value);

/** Sets `value` at a path; what is missing on the way comes from `templates`, by the path without numbers. */
function inject(root: Json, path: Path, value: Json, templates: Readonly<Record<string, Json>>, names: string): Json {
  const copy = clone(root) as { [key: string]: Json };
  let at = copy as Record<string | number, Json>;
  path.forEach((raw, index) => {
    const step = raw === '*' ? names : raw;
    if (index === path.length - 1) {
      at[step] = value;
      return;
    }
    const isListNext = path[index + 1] === 0;
    const known = at[step];
    const fits = isListNext
      ? Array.isArray(known)
      : typeof known === 'object' && known !== null && !Array.isArray(known);
    if (!fits) {
      const key = path
        .slice(0, index + 1)
        .filter((item) => item !== 0)
        .join('.');
      at[step] = isListNext ? [] : clone(templates[key] ?? {});
    }
    at = at[step] as Record<string | number, Json>;
  });
  return copy;
}

const values: readonly Json[] = ['zz', 17, true, ['zz'], { zz: 'zz' }, '45s'];

interface Input {
  readonly base: Json;
  readonly path: Path;
  readonly templates: Readonly<Record<string, Json>>;
  readonly names: string;
  readonly render: (root: Json) => string;
}

/** Values for which neither the job nor the messages change. */
function ignored({ base, path, templates, names, render }: Input): Json[] {
  const seen = (root: Json) => {
    const result = convertText(render(root));
    return JSON.stringify([result.job, messages(result).map((line) => line.replace(/^(\w+) \S+/, '$1'))]);
  };
  // The same with the way to the key, but without the key.
  const parent = inject(base, path, null, templates, names);
  const before = seen(parent);
  return values.filter((value) => seen(inject(base, path, value, templates, names)) === before);
}

const compose: Json = {
  name: 'p',
  services: {
    web: { image: 'i:1', ports: ['8080:80'], configs: ['c'], secrets: ['s'], volumes: ['data:/d'] },
    other: { image: 'i:2' },
  },
  volumes: { data: {} },
  networks: { net: {} },
  configs: { c: { content: 'x' } },
  secrets: { s: { content: 'y' } },
};
const composeTemplates: Record<string, Json> = {
  'services.*.ports.0': { target: 80 },
  'services.*.volumes.0': { type: 'volume', source: 'data', target: '/x' },
  'services.*.configs.0': { source: 'c' },
  'services.*.secrets.0': { source: 's' },
};

/** Keys whose meaning shows only beside something else, each with why. */
const composeExceptions: Readonly<Record<string, string>> = {
  'services.*.healthcheck.interval': 'a check needs a test',
  'services.*.healthcheck.timeout': 'a check needs a test',
};

test('whatever stands at a key of a Compose file changes the job or is told', (t) => {
  const all = paths(topTable as AnyTable, []).filter((path) => path.join('.') !== 'services');
  t.true(all.length > 150, `${all.length} paths`);
  const silent: string[] = [];
  for (const path of all) {
    const name = path.join('.');
    const inList = path.indexOf(0);
    const templates =
      inList < 0
        ? {}
        : {
            [path
              .slice(0, inList + 1)
              .filter((step) => step !== 0)
              .join('.')]: composeTemplates[path.slice(0, inList + 1).join('.')] ?? {},
          };
    const names = path[0] === 'services' ? 'web' : path[0] === 'volumes' ? 'data' : path[0] === 'configs' ? 'c' : 's';
    const base = clone(compose) as { services: { web: Record<string, Json> } };
    if (inList >= 0)
      base.services.web[String(path[inList - 1])] = [
        clone(composeTemplates[path.slice(0, inList + 1).join('.')] ?? {}),
      ];
    const found = ignored({ base: base as Json, path, templates, names, render: (root) => stringify(root) });
    for (const value of found) silent.push(`${name}: ${JSON.stringify(value)}`);
  }
  const unexpected = silent.filter((line) => !Object.keys(composeExceptions).some((key) => line.startsWith(`${key}:`)));
  t.deepEqual(unexpected, []);
});

const pod: Json = {
  containers: [{ name: 'main', image: 'i:1', ports: [{ containerPort: 80, name: 'http' }] }],
};
const labels = { app: 'web' };
const template: Json = { metadata: { labels }, spec: pod };
const specs: Readonly<Record<string, Json>> = {
  Deployment: { selector: { matchLabels: labels }, template },
  StatefulSet: { selector: { matchLabels: labels }, template },
  DaemonSet: { selector: { matchLabels: labels }, template },
  Job: { template },
  CronJob: { schedule: '0 3 * * *', jobTemplate: { spec: { template } } },
  Pod: pod,
};
const versions: Record<string, string> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
  Pod: 'v1',
};
const object = (kind: string, name: string, rest: Record<string, Json>, apiVersion = 'v1'): Json => ({
  apiVersion,
  kind,
  metadata: { name },
  ...rest,
});
const others: readonly Json[] = [
  object('ConfigMap', 'c', { data: { k: 'v' } }),
  object('Secret', 's', { stringData: { k: 'v' } }),
  object('Service', 'web', { spec: { selector: labels, ports: [{ port: 80 }] } }),
];
const renderAll = (root: Json) => [...others, root].map((item) => stringify(item)).join('---\n');

/** Elements of lists that are whole without the key in question. */
const elements: Readonly<Record<string, Json>> = {
  containers: { name: 'main', image: 'i:1', ports: [{ containerPort: 80, name: 'http' }] },
  initContainers: { name: 'before', image: 'i:1' },
  ports: { containerPort: 80, name: 'http' },
  env: { name: 'A' },
  envFrom: {},
  volumes: { name: 'v' },
  volumeMounts: { name: 'v', mountPath: '/v' },
  items: { key: 'k', path: 'f' },
  topologySpreadConstraints: { topologyKey: 'zone' },
  matchExpressions: { key: 'disk', operator: 'In', values: ['ssd'] },
  nodeSelectorTerms: {},
  preferredDuringSchedulingIgnoredDuringExecution: {
    weight: 3,
    preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] },
  },
};

/** What a key needs around it to mean something. */
const needs: readonly (readonly [RegExp, Json])[] = [
  [/\.(liveness|readiness)Probe$/, { tcpSocket: { port: 80 } }],
  [/\.httpGet$/, { port: 80 }],
  [/\.tcpSocket$/, { port: 80 }],
  [/\.configMapKeyRef$/, { name: 'c', key: 'k' }],
  [/\.secretKeyRef$/, { name: 's', key: 'k' }],
  [/\.configMapRef$/, { name: 'c' }],
  [/\.secretRef$/, { name: 's' }],
  [/\.configMap$/, { name: 'c' }],
  [/\.secret$/, { secretName: 's' }],
  [/\.hostPath$/, { path: '/x' }],
  [/\.persistentVolumeClaim$/, { claimName: 'd' }],
  [/\.metadata$/, { labels }],
  [/^metadata$/, { name: 'web' }],
];

/** A way to the key that is a whole manifest without it. */
function prepared(base: Json, path: Path): Json {
  let root = base;
  for (let length = 1; length < path.length; length += 1) {
    const prefix = path.slice(0, length);
    const name = prefix.join('.');
    const last = prefix[length - 1];
    const present = prefix.reduce<Json | undefined>(
      (at, step) => (at as Record<string | number, Json> | undefined)?.[step],
      root,
    );
    if (present !== undefined) continue;
    const needed = needs.find(([pattern]) => pattern.test(name))?.[1];
    const value = last === 0 ? (elements[String(prefix[length - 2])] ?? {}) : path[length] === 0 ? [] : (needed ?? {});
    root = inject(root, prefix, clone(value), {}, '');
  }
  // A volume is seen when a container mounts it.
  const spec = path.indexOf('volumes');
  if (spec > 0) {
    const container = [...path.slice(0, spec), 'containers', 0, 'volumeMounts'];
    root = inject(root, container, [{ name: 'v', mountPath: '/v' }], {}, '');
  } else if (path.includes('volumeMounts')) {
    const pods = path.slice(
      0,
      path.findIndex((step) => step === 'containers' || step === 'initContainers'),
    );
    root = inject(root, [...pods, 'volumes'], [{ name: 'v', hostPath: { path: '/x' } }], {}, '');
  }
  return root;
}

const kubernetesExceptions: readonly (readonly [RegExp, string])[] = [
  [/^metadata$/, 'an object without a name is one error, whatever stands there'],
  [/\.ports\.0\.name$/, 'a name to refer to'],
  [/matchExpressions\.0\.operator$/, 'an unknown operator and none are the same error'],
  [/^spec\.template\.metadata\.labels$/, 'a selector that does not match is one error'],
  [/\.optional$/, 'the data is there'],
  [/\.runAsNonRoot$/, 'beside a user it holds'],
  [/envFrom\.0\.prefix$/, 'nothing is taken over'],
  [/tcpSocket$|httpGet$/, 'a map without a port is reported at the port'],
];

for (const [kind, { table }] of Object.entries(workloadKinds)) {
  test(`whatever stands at a key of a ${kind} changes the job or is told`, (t) => {
    const base = object(kind, 'web', { spec: clone(specs[kind] ?? {}) }, versions[kind]);
    // Pods are the same in all kinds, and init containers are containers: once is enough.
    const isOnce = (path: Path) => kind !== 'Deployment' && path.includes('template') && path.at(-1) !== 'template';
    const isTwice = (path: Path) =>
      path.includes('initContainers') && path.at(-1) !== 'initContainers' && path.at(-1) !== 'restartPolicy';
    const own = paths(table as AnyTable, ['spec']).filter((path) => kind !== 'Pod' && !isOnce(path) && !isTwice(path));
    const meta = paths(objectKeys as AnyTable, []).filter(([first]) => first === 'metadata' || first === 'status');
    const silent: string[] = [];
    for (const path of [...own, ...meta]) {
      const name = path.join('.');
      const found = ignored({ base: prepared(base, path), path, templates: {}, names: 'x', render: renderAll });
      for (const value of found) silent.push(`${name}: ${JSON.stringify(value)}`);
    }
    const unexpected = silent.filter(
      (line) => !kubernetesExceptions.some(([key]) => key.test(line.slice(0, line.indexOf(':')))),
    );
    t.deepEqual(unexpected, []);
  });
}

test('whatever stands at a key of a Service, a ConfigMap or a Secret changes the job or is told', (t) => {
  const deployment = object(
    'Deployment',
    'web',
    {
      spec: {
        ...(specs['Deployment'] as object),
        template: {
          metadata: { labels },
          spec: {
            containers: [
              { name: 'main', image: 'i:1', envFrom: [{ configMapRef: { name: 'c' } }, { secretRef: { name: 's' } }] },
            ],
          },
        },
      } as Json,
    },
    'apps/v1',
  );
  const rest: Readonly<Record<string, { readonly base: Json; readonly paths: Path[] }>> = {
    Service: {
      base: object('Service', 'web', { spec: { selector: labels, ports: [{ port: 80 }] } }),
      paths: paths(serviceKeys as AnyTable, ['spec']),
    },
    ConfigMap: { base: object('ConfigMap', 'c', { data: { k: 'v' } }), paths: paths(configMapKeys as AnyTable, []) },
    Secret: { base: object('Secret', 's', { stringData: { k: 'v' } }), paths: paths(secretKeys as AnyTable, []) },
  };
  const silent: string[] = [];
  for (const [kind, { base, paths: own }] of Object.entries(rest)) {
    const around = [deployment, ...others.filter((item) => (item as { kind: string }).kind !== kind)];
    const render = (root: Json) => [...around, root].map((item) => stringify(item)).join('---\n');
    for (const path of own) {
      const found = ignored({ base, path, templates: {}, names: 'x', render });
      for (const value of found) silent.push(`${kind} ${path.join('.')}: ${JSON.stringify(value)}`);
    }
  }
  t.deepEqual(silent, []);
});

test('a key that no table knows is an error with its place, at every map of a file', (t) => {
  const roots: readonly (readonly [Json, (root: Json) => string])[] = [
    [compose, (root) => stringify(root)],
    ...Object.entries(specs).map(
      ([kind, spec]) => [object(kind, 'web', { spec: clone(spec) }, versions[kind]), renderAll] as const,
    ),
  ];
  let count = 0;
  for (const [root, render] of roots) {
    for (const path of maps(root, [])) {
      const free = ['services', 'volumes', 'networks', 'configs', 'secrets', 'labels', 'matchLabels'];
      if (free.includes(String(path.at(-1) ?? ''))) continue;
      const result = convertText(render(inject(root, [...path, 'zzz'], 'x', {}, '')));
      t.true(
        result.diagnostics.some(({ detail, range }) => detail.includes('"zzz"') && range !== undefined),
        path.join('.'),
      );
      t.is(result.job, undefined);
      count += 1;
    }
  }
  t.true(count > 30);
});

function maps(value: Json, at: Path): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.entries(value).flatMap(([key, item]) =>
    maps(item, [...at, Array.isArray(value) ? Number(key) : key]),
  );
  return Array.isArray(value) ? below : [at, ...below];
}
