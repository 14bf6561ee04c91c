// What a Nomad 2.0.5 makes of our job files (recorded in test/facts/schema), against what we make of them: its parser's
// output, its canonical form, and what its server keeps. A field may differ only where docs/differences/schema.md says so.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parseJob } from '../jobspec/parse-job.ts';
import type { Job } from '../model/job.ts';
import { decodeJobJson } from './decode-wire.ts';
import { encodeJobJson } from './encode-wire.ts';

const FACTS = join(import.meta.dirname, '../../../../test/facts/schema');
const NAMES = readdirSync(FACTS).flatMap((file) => /^(.*)\.nomad\.hcl$/.exec(file)?.[1] ?? []);

interface Facts {
  readonly output: unknown;
  readonly canonical: unknown;
  readonly validated: { readonly ValidationErrors?: readonly string[] };
  readonly registered: { readonly error?: string };
}

function factsOf(name: string): Facts {
  return JSON.parse(readFileSync(join(FACTS, `${name}.json`), 'utf8')) as Facts;
}

function ourJob(name: string): Job | undefined {
  const fileName = `${name}.nomad.hcl`;
  const text = readFileSync(join(FACTS, fileName), 'utf8');
  const { job, diagnostics } = parseJob(text, { fileName, allowNotYetRunnable: true });
  if (job === undefined) throw new Error(diagnostics.map(({ detail, path }) => `${path}: ${detail}`).join('\n'));
  return job;
}

interface Difference {
  /** Path in the API's JSON; every element of a list is `[]`. */
  readonly path: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

/** In the API null, false, 0, empty text, list and object all say "nothing". */
function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function compare(ours: unknown, theirs: unknown, path: string, found: Difference[]): void {
  if (isNothing(ours) && isNothing(theirs)) return;
  const areObjects = typeof ours === 'object' && typeof theirs === 'object' && ours !== null && theirs !== null;
  if (!areObjects || Array.isArray(ours) !== Array.isArray(theirs)) {
    if (ours !== theirs) found.push({ path, ours, theirs });
    return;
  }
  const left = byLowerName(ours);
  const right = byLowerName(theirs);
  const name = (key: string) => left.get(key)?.[0] ?? right.get(key)?.[0] ?? key;
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const inner = Array.isArray(ours) ? `${path}[]` : path === '' ? name(key) : `${path}.${name(key)}`;
    compare(left.get(key)?.[1], right.get(key)?.[1], inner, found);
  }
}

/** Names of the API match in any case: their parser writes `URL` where their server writes `Url`. */
function byLowerName(value: object): Map<string, [name: string, value: unknown]> {
  return new Map(Object.entries(value).map(([key, item]) => [key.toLowerCase(), [key, item]]));
}

interface Exception {
  /** `canonical`: the parser's canonical form. `registered`: what the server keeps. */
  readonly form: 'canonical' | 'registered' | 'both';
  readonly path: string;
  /** What they have there where we have something else; absent = anything. */
  readonly theirs?: (value: unknown, ours: unknown) => boolean;
  /** Only in this file. */
  readonly only?: readonly string[];
  readonly reason: string;
}

const nothing = (value: unknown) => isNothing(value);
const GROUP = 'TaskGroups[]';
const TASK = `${GROUP}.Tasks[]`;
const SERVICE = `${GROUP}.Services[]`;
const NETWORK = `${GROUP}.Networks[]`;
const AT_REGISTRATION = 'we fill it in when the job is read, they when it is registered';
const FROM_THEIR_SERVER = 'their server adds it for parts that do not run here yet';
const OLD = ['disconnect-old', 'team-legacy'];
const OLD_NETWORK = ['task-network-old', 'team-legacy'];

const later = (path: string): Exception => ({ form: 'canonical', path, theirs: nothing, reason: AT_REGISTRATION });
const added = (path: string): Exception => ({
  form: 'registered',
  path,
  theirs: (_value, ours) => isNothing(ours),
  reason: FROM_THEIR_SERVER,
});
const upper = (path: string): Exception => ({
  form: 'canonical',
  path,
  theirs: (value, ours) => String(value).toUpperCase() === ours,
  reason: AT_REGISTRATION,
});
const alias = (path: string): Exception => ({
  form: 'both',
  path,
  theirs: (value) => ['==', 'is', 'not', 'set_contains_all'].includes(String(value)),
  reason: 'of several spellings of an operator we keep one',
});

const EXCEPTIONS: readonly Exception[] = [
  later('Datacenters'),
  later('NodePool'),
  later('ParameterizedJob.Payload'),
  later(`${NETWORK}.DynamicPorts[].HostNetwork`),
  later(`${NETWORK}.ReservedPorts[].HostNetwork`),
  later(`${SERVICE}.Checks[].Name`),
  later(`${SERVICE}.Checks[].TaskName`),
  later(`${TASK}.Services[].Checks[].Name`),
  later(`${TASK}.Services[].Checks[].TaskName`),
  later(`${TASK}.Services[].TaskName`),
  later(`${TASK}.ScalingPolicies[].Enabled`),
  later(`${TASK}.Identity.Audience`),
  later(`${TASK}.Identity.Name`),
  upper(`${TASK}.Identities[].ChangeSignal`),
  upper(`${TASK}.Vault.ChangeSignal`),
  {
    form: 'canonical',
    path: `${SERVICE}.Name`,
    theirs: (value) => String(value).includes('${TASKGROUP}'),
    reason: AT_REGISTRATION,
  },
  {
    form: 'canonical',
    path: `${TASK}.Services[].Name`,
    theirs: (value) => String(value).includes('${JOB}'),
    reason: AT_REGISTRATION,
  },
  {
    form: 'both',
    path: `${NETWORK}.Mode`,
    theirs: nothing,
    reason: 'the default mode is written as "host", they leave it empty; both mean the same',
  },
  alias('Constraints[].Operand'),
  alias('Affinities[].Operand'),
  {
    form: 'both',
    path: 'Update',
    theirs: (_value, ours) => isNothing(ours),
    reason: 'an update block that is not written at the job exists in its groups only',
  },
  ...[
    'HealthCheck',
    'MinHealthyTime',
    'HealthyDeadline',
    'ProgressDeadline',
    'Canary',
    'AutoRevert',
    'AutoPromote',
  ].map(
    (name): Exception => ({
      form: 'registered',
      path: `Update.${name}`,
      theirs: nothing,
      reason: 'their server keeps max_parallel and stagger of the block of the job only; the groups have all of it',
    }),
  ),
  ...['HealthCheck', 'HealthyDeadline', 'MinHealthyTime'].map((name) => later(`Migrate.${name}`)),
  ...['DelayFunction', 'MaxDelay', 'Unlimited'].map((name) => later(`Reschedule.${name}`)),
  ...['Migrate', 'Reschedule'].map(
    (path): Exception => ({
      form: 'registered',
      path,
      theirs: nothing,
      reason: 'their server forgets the block of the job; the groups have all of it',
    }),
  ),
  {
    form: 'both',
    path: `${GROUP}.Disconnect`,
    theirs: nothing,
    only: OLD,
    reason: 'we read the old spellings as what they meant; they keep them and act on disconnect alone',
  },
  ...['MaxClientDisconnect', 'StopAfterClientDisconnect', 'PreventRescheduleOnLost'].map(
    (name): Exception => ({
      form: 'both',
      path: `${GROUP}.${name}`,
      only: OLD,
      reason: 'we read the old spellings as what they meant: they are in disconnect',
    }),
  ),
  ...[`${GROUP}.Networks`, `${TASK}.Resources.Networks`].map(
    (path): Exception => ({
      form: 'both',
      path,
      only: OLD_NETWORK,
      reason: 'the network of a task becomes that of its group',
    }),
  ),
  ...['ports', 'port_map'].map(
    (name): Exception => ({
      form: 'both',
      path: `${TASK}.Config.${name}`,
      only: OLD_NETWORK,
      reason: 'what port_map said stands in the ports of the group, which the container is told to publish',
    }),
  ),
  {
    form: 'both',
    path: `${TASK}.LogConfig.Enabled`,
    theirs: (value) => value === true,
    only: ['logs-old'],
    reason: 'the old spelling becomes `disabled`',
  },
  {
    form: 'both',
    path: `${TASK}.LogConfig.Disabled`,
    only: ['logs-old'],
    reason: 'we act on the old spelling `enabled = false`; they ignore it',
  },
  added('Stable'),
  added(`${GROUP}.Constraints[]`),
  added(`${TASK}.Constraints[]`),
  added(`${NETWORK}.DynamicPorts[]`),
  added(`${GROUP}.Scaling.ID`),
  added(`${GROUP}.Scaling.Target`),
  added(`${TASK}.ScalingPolicies[].Target`),
  added(`${SERVICE}.Namespace`),
  added(`${TASK}.Services[].Namespace`),
  added(`${SERVICE}.Identity.Name`),
  added(`${SERVICE}.Identity.ServiceName`),
  added(`${SERVICE}.Connect.SidecarService.Proxy.Expose.Paths[]`),
  added(`${SERVICE}.Connect.SidecarService.Proxy.Upstreams[].MeshGateway`),
  added(`${TASK}.Identity`),
  added(`${TASK}.Kind`),
  added(`${GROUP}.Tasks[]`),
  {
    form: 'registered',
    path: `${NETWORK}.Device`,
    theirs: nothing,
    only: ['network'],
    reason: 'their server forgets it; it has no effect in either',
  },
  {
    form: 'registered',
    path: `${SERVICE}.CheckRestart`,
    theirs: nothing,
    reason: 'their server keeps it in the checks only; our service keeps it, too',
  },
];

const used = new Set<Exception>();

function unexplained(name: string, form: 'canonical' | 'registered', found: readonly Difference[]): Difference[] {
  return found.filter(({ path, ours, theirs }) => {
    const exception = EXCEPTIONS.find(
      (item) =>
        (item.form === form || item.form === 'both') &&
        item.path === path &&
        (item.only === undefined || item.only.includes(name)) &&
        (item.theirs === undefined || item.theirs(theirs, ours)),
    );
    if (exception !== undefined) used.add(exception);
    return exception === undefined;
  });
}

/** What we make of the file in the API's form, compared with one of the recorded forms. */
function differences(name: string, form: 'canonical' | 'registered'): Difference[] {
  const job = ourJob(name);
  const found: Difference[] = [];
  compare(job === undefined ? undefined : encodeJobJson(job), factsOf(name)[form], '', found);
  return unexplained(name, form, found);
}

for (const name of NAMES) {
  test(`${name}: what the peer's parser prints is, read as JSON, the job that we read from the file`, (t) => {
    const { job, errors } = decodeJobJson(factsOf(name).output, { unknownKeys: 'error' });
    t.deepEqual(errors, []);
    t.deepEqual(job, ourJob(name));
  });

  test(`${name}: the job goes through the API's JSON unchanged`, (t) => {
    const job = ourJob(name);
    const wire: unknown = JSON.parse(JSON.stringify(job === undefined ? null : encodeJobJson(job)));
    t.deepEqual(decodeJobJson({ Job: wire }, { unknownKeys: 'error' }).job, job);
  });

  test(`${name}: the canonical form is that of the peer, but for named differences`, (t) => {
    t.deepEqual(differences(name, 'canonical'), []);
  });

  const { registered } = factsOf(name);
  if (registered.error === undefined) {
    test(`${name}: the form kept by the peer's server is ours, but for named differences`, (t) => {
      t.deepEqual(differences(name, 'registered'), []);
      t.deepEqual(decodeJobJson(registered, { unknownKeys: 'error' }).errors, []);
    });
  }
}

test.after.always('every named difference still exists', (t) => {
  const stale = EXCEPTIONS.filter((exception) => !used.has(exception)).map(({ form, path }) => `${form} ${path}`);
  t.deepEqual(stale, []);
});
