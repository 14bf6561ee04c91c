// What a Nomad 2.0.5 agent gave to raw_exec tasks (test/facts/task-environment), against ours.

import { readFileSync } from 'node:fs';
import test from 'ava';
import { makeGroup, makeJob, makeTask } from '../client/testing/make-job.ts';
import { resolveDriverConfig } from './driver-config.ts';
import { buildTaskEnvironment } from './task-environment.ts';

interface Said {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly meta?: Readonly<Record<string, string>>;
  readonly ports?: boolean;
}

interface Seen {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly refused?: boolean;
}

const facts = JSON.parse(
  readFileSync(new URL('../../../../test/facts/task-environment/raw-exec.json', import.meta.url), 'utf8'),
) as {
  readonly node: Parameters<typeof buildTaskEnvironment>[0]['node'];
  readonly hostEnvironment: Readonly<Record<string, string>>;
  readonly job: {
    id: string;
    name: string;
    region: string;
    meta: Record<string, string>;
    groupMeta: Record<string, string>;
  };
  readonly everyTask: {
    readonly cpu: number;
    readonly memory: number;
    readonly ports: readonly { readonly label: string; readonly value: number }[];
    readonly hostIp: string;
    readonly env: Readonly<Record<string, string>>;
  };
  readonly cases: Readonly<Record<string, { readonly said: Said; readonly seen: Seen }>>;
};

/** Where ours takes more than the peer does. Each is in docs/differences/run-time-interpolation.md. */
const moreThanNomad: Readonly<Record<string, Seen>> = {
  'attribute in brackets, dotted': { args: ['linux'] },
  'node metadata with a dot, in brackets': { args: ['dn'] },
};

const schema = { fields: { args: { type: { kind: 'list', of: 'string' }, doc: '' } } } as const;
const paths = (root: string) => ({
  alloc: `${root}/alloc`,
  local: `${root}/probe/local`,
  secrets: `${root}/probe/secrets`,
});

function ours(said: Said): Seen {
  const { everyTask, job: named, node, hostEnvironment } = facts;
  const task = makeTask('probe', {
    env: said.env ?? everyTask.env,
    meta: said.meta ?? {},
    config: { args: said.args ?? [] },
  });
  const group = makeGroup([task], { meta: named.groupMeta });
  const { VAULT_TOKEN: _vault, AWS_SECRET_ACCESS_KEY: _aws, ...inherited } = hostEnvironment;
  const { env, values } = buildTaskEnvironment({
    allocation: { id: '<allocation-id>', name: `${named.id}.group[0]`, namespace: 'default' },
    job: makeJob(group, named),
    group,
    task,
    node,
    resources: { cpuMhz: everyTask.cpu, memoryMiB: everyTask.memory },
    ports: (said.ports === true ? everyTask.ports : []).map(({ label, value }) => {
      return { label, value, to: 0, hostIp: everyTask.hostIp, hostNetwork: 'default', ignoreCollision: false };
    }),
    taskPaths: paths('/<allocation>'),
    hostPaths: paths('/<allocation>'),
    groupAddress: '127.0.0.1',
    parentCgroup: 'nomad.slice',
    hostEnvironment: inherited,
  });
  const { config, problems } = resolveDriverConfig(task.config, values, schema);
  if (problems.length > 0) return { refused: true };
  return { args: config['args'] as readonly string[], env };
}

/** The peer's variables, but for what it does not mean to say and what ours has beyond. */
function expectedEnv(env: Readonly<Record<string, string>>): Record<string, string> {
  // It gives a blank where there are no cores, and the first eight characters of a made-up id.
  const { NOMAD_CPU_CORES: _cores, NOMAD_SHORT_ALLOC_ID: _short, ...said } = env;
  const more: Record<string, string> = { ORCH_GROUP_ADDRESS: '127.0.0.1', NOMAD_SHORT_ALLOC_ID: '<allocat' };
  for (const name of ['NOMAD_HOST_IP_admin-ui', 'NOMAD_HOST_ADDR_admin-ui', 'NOMAD_ALLOC_PORT_admin-ui']) {
    const value = env[name];
    if (value !== undefined) more[name.replace('-', '_')] = value;
  }
  // Ours reads `${env.HOME}` in every field, the peer in a driver's config only.
  if (said['A8'] !== undefined) more['A8'] = said['A8'].replace('${env.HOME}', '/root');
  return { ...said, ...more };
}

for (const [name, { said, seen }] of Object.entries(facts.cases)) {
  test(`as Nomad: ${name}`, (t) => {
    const found = ours(said);
    const wanted = moreThanNomad[name] ?? seen;
    t.is(found.refused, wanted.refused);
    if (wanted.args !== undefined) t.deepEqual(found.args, wanted.args);
    if (wanted.env !== undefined) t.deepEqual(found.env, expectedEnv(wanted.env));
  });
}

test('what the peer keeps back from tasks is not among what it gave them', (t) => {
  const env = facts.cases['everything']?.seen.env ?? {};
  t.deepEqual(
    Object.keys(facts.hostEnvironment).filter((name) => !(name in env)),
    ['VAULT_TOKEN', 'AWS_SECRET_ACCESS_KEY'],
  );
});
