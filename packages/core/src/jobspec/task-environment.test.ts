// The environment of a task: each variable, and which one wins.

import test from 'ava';
import { makeGroup, makeJob, makeTask } from '../client/testing/make-job.ts';
import { decodeJobJson } from '../schema/decode-wire.ts';
import { encodeJobJson } from '../schema/encode-wire.ts';
import { interpolate } from './interpolate.ts';
import { parseJob } from './parse-job.ts';
import { buildTaskEnvironment, groupValues, type TaskEnvironmentInput } from './task-environment.ts';

const task = makeTask('server', { meta: { owner: 'task' } });
const group = makeGroup([task], { name: 'web', meta: { owner: 'group', floor: '2' } });
const job = makeJob(group, { id: 'shop', name: 'the shop', region: 'north', meta: { owner: 'job', level: 'j' } });

const input: TaskEnvironmentInput = {
  allocation: { id: '5a1e4d09-0000-4000-8000-000000000001', name: 'shop.web[2]', namespace: 'sales' },
  job,
  group,
  task,
  node: {
    id: 'node-1',
    name: 'n1',
    datacenter: 'dc1',
    nodeClass: 'big',
    nodePool: 'pool-p',
    attributes: { 'kernel.name': 'linux' },
    meta: { rack: 'r1', 'with-dash': 'wd' },
  },
  resources: { cpuMhz: 500, memoryMiB: 256, memoryMaxMiB: 512, cores: [3, 0, 1] },
  ports: [
    { label: 'http', value: 22_000, to: 80, hostIp: '10.0.0.5', hostNetwork: 'default', ignoreCollision: false },
    { label: 'admin-ui', value: 9_000, to: 0, hostIp: '::1', hostNetwork: 'default', ignoreCollision: false },
    { label: 'web.x', value: 9_001, to: -1, hostIp: '10.0.0.5', hostNetwork: 'default', ignoreCollision: false },
  ],
  network: { interfaceName: 'eth0', address: '172.26.64.7', interfaces: [] },
  taskPaths: { alloc: '/alloc', local: '/local', secrets: '/secrets' },
  hostPaths: { alloc: '/var/a/alloc', local: '/var/a/t/local', secrets: '/var/a/t/secrets' },
  groupAddress: '127.0.0.1',
};

/** With other things said about the task. */
function withTask(changes: Partial<typeof task>, more: Partial<TaskEnvironmentInput> = {}): TaskEnvironmentInput {
  const changed = { ...task, ...changes };
  const changedGroup = { ...group, tasks: [changed] };
  return { ...input, task: changed, group: changedGroup, job: { ...job, taskGroups: [changedGroup] }, ...more };
}

/** Every variable that a task of this allocation has, and its value. */
const expected: Readonly<Record<string, string>> = {
  NOMAD_ALLOC_DIR: '/alloc',
  NOMAD_TASK_DIR: '/local',
  NOMAD_SECRETS_DIR: '/secrets',
  NOMAD_MEMORY_LIMIT: '256',
  NOMAD_MEMORY_MAX_LIMIT: '512',
  NOMAD_CPU_LIMIT: '500',
  NOMAD_CPU_CORES: '0-1,3',
  NOMAD_ALLOC_ID: '5a1e4d09-0000-4000-8000-000000000001',
  NOMAD_SHORT_ALLOC_ID: '5a1e4d09',
  NOMAD_ALLOC_NAME: 'shop.web[2]',
  NOMAD_ALLOC_INDEX: '2',
  NOMAD_TASK_NAME: 'server',
  NOMAD_GROUP_NAME: 'web',
  NOMAD_JOB_ID: 'shop',
  NOMAD_JOB_NAME: 'the shop',
  NOMAD_DC: 'dc1',
  NOMAD_NAMESPACE: 'sales',
  NOMAD_REGION: 'north',
  NOMAD_META_owner: 'task',
  NOMAD_META_OWNER: 'task',
  NOMAD_META_floor: '2',
  NOMAD_META_FLOOR: '2',
  NOMAD_META_level: 'j',
  NOMAD_META_LEVEL: 'j',
  ORCH_GROUP_ADDRESS: '127.0.0.1',
  NOMAD_IP_http: '10.0.0.5',
  NOMAD_PORT_http: '80',
  NOMAD_ADDR_http: '10.0.0.5:22000',
  NOMAD_HOST_IP_http: '10.0.0.5',
  NOMAD_HOST_PORT_http: '22000',
  NOMAD_HOST_ADDR_http: '10.0.0.5:22000',
  NOMAD_ALLOC_PORT_http: '80',
  NOMAD_ALLOC_INTERFACE_http: 'eth0',
  NOMAD_ALLOC_IP_http: '172.26.64.7',
  NOMAD_ALLOC_ADDR_http: '172.26.64.7:80',
  NOMAD_IP_admin_ui: '::1',
  NOMAD_PORT_admin_ui: '9000',
  NOMAD_ADDR_admin_ui: '[::1]:9000',
  NOMAD_HOST_PORT_admin_ui: '9000',
  'NOMAD_HOST_IP_admin-ui': '::1',
  'NOMAD_HOST_ADDR_admin-ui': '[::1]:9000',
  'NOMAD_ALLOC_PORT_admin-ui': '9000',
  'NOMAD_ALLOC_INTERFACE_admin-ui': 'eth0',
  'NOMAD_ALLOC_IP_admin-ui': '172.26.64.7',
  'NOMAD_ALLOC_ADDR_admin-ui': '172.26.64.7:9000',
  NOMAD_HOST_IP_admin_ui: '::1',
  NOMAD_HOST_ADDR_admin_ui: '[::1]:9000',
  NOMAD_ALLOC_PORT_admin_ui: '9000',
  NOMAD_ALLOC_INTERFACE_admin_ui: 'eth0',
  NOMAD_ALLOC_IP_admin_ui: '172.26.64.7',
  NOMAD_ALLOC_ADDR_admin_ui: '172.26.64.7:9000',
  'NOMAD_IP_web.x': '10.0.0.5',
  'NOMAD_PORT_web.x': '9001',
  'NOMAD_ADDR_web.x': '10.0.0.5:9001',
  'NOMAD_HOST_IP_web.x': '10.0.0.5',
  'NOMAD_HOST_PORT_web.x': '9001',
  'NOMAD_HOST_ADDR_web.x': '10.0.0.5:9001',
  'NOMAD_ALLOC_PORT_web.x': '9001',
  'NOMAD_ALLOC_INTERFACE_web.x': 'eth0',
  'NOMAD_ALLOC_IP_web.x': '172.26.64.7',
  'NOMAD_ALLOC_ADDR_web.x': '172.26.64.7:9001',
};

test('a task gets exactly these variables, and no token, secret or upstream that nothing gives it', (t) => {
  t.deepEqual(buildTaskEnvironment(input).env, expected);
});

test('ports of old task networks also have the names that old job files know them by', (t) => {
  const text = `job "shop" {
    group "web" {
      task "my-db" {
        driver = "exec"
        resources {
          network {
            port "sql" {}
          }
        }
      }
      task "server" {
        driver = "exec"
      }
    }
  }`;
  const { job } = parseJob(text, { fileName: 'x' });
  const [group] = job?.taskGroups ?? [];
  const server = group?.tasks[1];
  if (job === undefined || group === undefined || server === undefined) return t.fail('the job is not read');
  const port = { label: 'sql', value: 22_000, to: 5432, hostNetwork: 'default', ignoreCollision: false };
  for (const [hostIp, family, address] of [
    ['10.0.0.5', 'IPv4', '10.0.0.5:22000'],
    ['fd00::5', 'IPv6', '[fd00::5]:22000'],
  ] as const) {
    // Through the API's JSON, as the job comes to the node.
    const sent = decodeJobJson(JSON.parse(JSON.stringify(encodeJobJson(job))), { unknownKeys: 'error' }).job ?? job;
    const onNode = { ...input, job: sent, group: sent.taskGroups[0] ?? group, task: server };
    const { env } = buildTaskEnvironment({ ...onNode, ports: [{ ...port, hostIp }] });
    t.like(env, {
      [`NOMAD_${family}_sql`]: hostIp,
      NOMAD_IP_my_db_sql: hostIp,
      NOMAD_PORT_my_db_sql: '22000',
      NOMAD_ADDR_my_db_sql: address,
      NOMAD_PORT_sql: '5432',
    });
  }
});

test('a task of an old job file finds its own port by its own name, although another task has one of that name', (t) => {
  const task = (name: string) => `task "${name}" {
    driver = "exec"
    resources {
      network {
        port "http" {}
      }
    }
  }`;
  const { job, diagnostics } = parseJob(`job "shop" {\ngroup "web" {\n${task('a')}\n${task('b')}\n}\n}`, {
    fileName: 'x',
  });
  t.deepEqual(diagnostics, []);
  // Through the API's JSON, as the job comes to the node.
  const wire: unknown = job === undefined ? {} : JSON.parse(JSON.stringify(encodeJobJson(job)));
  const { job: sent } = decodeJobJson(wire, { unknownKeys: 'error' });
  t.deepEqual(sent, job);
  const [group] = sent?.taskGroups ?? [];
  if (sent === undefined || group === undefined) return t.fail('the job is not read');
  const port = (label: string, value: number) => ({
    ...{ label, value, to: 0, hostIp: '10.0.0.5', hostNetwork: 'default', ignoreCollision: false },
  });
  const ports = [port('http', 22_000), port('b_http', 23_000)];
  const envOf = (index: number) => {
    const task = group.tasks[index];
    return task === undefined ? {} : buildTaskEnvironment({ ...input, job: sent, group, task, ports }).env;
  };
  const both = { NOMAD_ADDR_a_http: '10.0.0.5:22000', NOMAD_ADDR_b_http: '10.0.0.5:23000', NOMAD_PORT_b_http: '23000' };
  t.like(envOf(0), { ...both, NOMAD_PORT_http: '22000', NOMAD_HOST_PORT_http: '22000' });
  t.like(envOf(1), { ...both, NOMAD_PORT_http: '23000', NOMAD_HOST_PORT_http: '23000', NOMAD_IPv4_http: '10.0.0.5' });
});

const sometimes: readonly (readonly [string, TaskEnvironmentInput, string | undefined, string])[] = [
  ['of a child of another job', { ...input, parentJobId: 'parent' }, 'parent', 'NOMAD_JOB_PARENT_ID'],
  ['of a job without a parent', input, undefined, 'NOMAD_JOB_PARENT_ID'],
  ['where the node says it', { ...input, parentCgroup: 'orch' }, 'orch', 'NOMAD_PARENT_CGROUP'],
  ['without a higher limit', { ...input, resources: { cpuMhz: 1, memoryMiB: 1 } }, undefined, 'NOMAD_MEMORY_MAX_LIMIT'],
  ['without cores of its own', { ...input, resources: { cpuMhz: 1, memoryMiB: 1 } }, undefined, 'NOMAD_CPU_CORES'],
  ['with cores only', { ...input, resources: { cpuMhz: 0, cores: [1], memoryMiB: 1 } }, undefined, 'NOMAD_CPU_LIMIT'],
  ['left out at the dispatch', { ...input, optionalMeta: ['who', 'owner'] }, '', 'NOMAD_META_who'],
  ['left out, in upper case', { ...input, optionalMeta: ['who'] }, '', 'NOMAD_META_WHO'],
  ['given at the dispatch', { ...input, optionalMeta: ['owner'] }, 'task', 'NOMAD_META_owner'],
];
for (const [when, given, value, name] of sometimes) {
  test(`${name} ${when}`, (t) => t.is(buildTaskEnvironment(given).env[name], value));
}

test('in the network of the node there is no address of the group', (t) => {
  const { network: _, ...hostMode } = input;
  const names = Object.keys(buildTaskEnvironment(hostMode).env);
  t.deepEqual(
    names.filter((name) => /^NOMAD_ALLOC_(IP|ADDR|INTERFACE)_/.test(name)),
    [],
  );
});

test('later wins: NOMAD_, metadata, the host where unset, the task, hooks', (t) => {
  const hostEnvironment = { PATH: '/host', HOME: '/root', NOMAD_DC: 'host', SHELL: '/bin/sh', LANG: 'C' };
  const { env } = buildTaskEnvironment(
    withTask(
      { env: { PATH: '/own', NOMAD_JOB_NAME: 'mine', NOMAD_META_owner: 'me', SHELL: 'own', LANG: 'own' } },
      { hostEnvironment, hookEnvironment: { LANG: 'hook', NEW: '${node.datacenter}' } },
    ),
  );
  t.like(env, {
    PATH: '/own',
    HOME: '/root',
    NOMAD_DC: 'dc1',
    NOMAD_JOB_NAME: 'mine',
    NOMAD_META_owner: 'me',
    NOMAD_META_OWNER: 'task',
    SHELL: 'own',
    LANG: 'hook',
    NEW: 'dc1',
  });
});

test('values refer to the node, to what lies below and to each other, in whatever order they stand', (t) => {
  const { env } = buildTaskEnvironment(
    withTask(
      {
        env: {
          A: 'a${B}',
          C: 'c',
          B: 'b${C}',
          PATH: '${PATH}:/own',
          NODE: '${node.unique.id} ${node.unique.name} ${node.datacenter} ${node.class} ${node.pool} ${node.region}',
          NODE_MORE: '${attr.kernel.name} ${meta.rack} ${meta.with-dash}',
          KEPT: '${no.such} ${NO_SUCH} ${secret.s.key} ${ NOMAD_DC } ${upper(NOMAD_DC)} $${NOMAD_DC} ${}${',
          PORT: '${NOMAD_PORT_http} ${NOMAD_ADDR_admin-ui} ${NOMAD_ADDR_admin_ui}',
          WHERE: '${NOMAD_ALLOC_DIR}/x',
          LOST: '${LOST}',
        },
        meta: { one: '1${NOMAD_META_two}', two: '2', '${NOMAD_TASK_NAME}-key': 'k' },
      },
      { hostEnvironment: { PATH: '/bin', SEEN: 'by ${NOMAD_TASK_NAME}' } },
    ),
  );
  t.like(env, {
    A: 'abc',
    B: 'bc',
    PATH: '/bin:/own',
    NODE: 'node-1 n1 dc1 big pool-p north',
    NODE_MORE: 'linux r1 wd',
    KEPT: '${no.such} ${NO_SUCH} ${secret.s.key} ${ NOMAD_DC } ${upper(NOMAD_DC)} $dc1 ${}${',
    PORT: '80 [::1]:9000 [::1]:9000',
    WHERE: '/alloc/x',
    LOST: '${LOST}',
    SEEN: 'by server',
    NOMAD_META_one: '12',
    NOMAD_META_server_key: 'k',
  });
});

test('a ring of variables is entered at its first name, and ends with what lies below', (t) => {
  const env = { L2: '2${L1}', L1: '1${L2}' };
  t.like(buildTaskEnvironment(withTask({ env })).env, { L1: '12${L1}', L2: '2${L1}' });
  const hostEnvironment = { L1: 'h' };
  t.like(buildTaskEnvironment(withTask({ env }, { hostEnvironment })).env, { L1: '12h', L2: '2h' });
});

test('variables that grow by naming each other, or name each other too deeply, are refused by name', (t) => {
  const doubling = Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => [`V${at}`, `\${V${at + 1}}\${V${at + 1}}`]),
  );
  const grow = t.throws(() => buildTaskEnvironment(withTask({ env: { ...doubling, V40: '0123456789' } })));
  t.regex(grow?.message ?? '', /more than 1048576 characters/);
  const deep = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`W${at + 1000}`, `\${W${at + 1001}}`]));
  const chain = t.throws(() => buildTaskEnvironment(withTask({ env: deep })), { code: 'environment-too-large' });
  t.regex(chain?.message ?? '', /more than 64 variables name each other/);
  const wide = { BIG: 'x'.repeat(500_000), MANY: '${BIG}'.repeat(1000) };
  t.throws(() => buildTaskEnvironment(withTask({ env: wide })), { code: 'value-too-large' });
});

test('names with five prefixes of Nomad are cleaned, dots kept; all others are the job’s own affair', (t) => {
  const own = {
    'NOMAD_META_a-b.c': '1',
    'NOMAD_PORT_x y': '2',
    'NOMAD_ADDR_x-y': '3',
    NOMAD_IP_é: '4',
    'NOMAD_HOST_PORT_a-b': '5',
    'NOMAD_HOST_IP_a-b': '6',
    'MY-NAME': '7',
    '${NOMAD_DC}': '8',
  };
  const { env } = buildTaskEnvironment(withTask({ env: own }));
  t.like(env, {
    'NOMAD_META_a_b.c': '1',
    NOMAD_PORT_x_y: '2',
    NOMAD_ADDR_x_y: '3',
    NOMAD_IP___: '4',
    NOMAD_HOST_PORT_a_b: '5',
    'NOMAD_HOST_IP_a-b': '6',
    'MY-NAME': '7',
    '${NOMAD_DC}': '8',
  });
  t.false('NOMAD_META_a-b.c' in env);
});

test('paths differ for the task and for the node, also inside variables that hold them', (t) => {
  const { values, hostValues } = buildTaskEnvironment(withTask({ env: { DATA: '${NOMAD_ALLOC_DIR}/data' } }));
  const text = '${NOMAD_TASK_DIR} ${NOMAD_SECRETS_DIR} ${DATA} ${env["DATA"]} ${meta["rack"]}';
  t.is(interpolate(text, values), '/local /secrets /alloc/data /alloc/data r1');
  t.is(interpolate(text, hostValues), '/var/a/t/local /var/a/t/secrets /var/a/alloc/data /var/a/alloc/data r1');
});

test('a resolved value is not read again, and members every object has are unknown names', (t) => {
  const values = { env: { A: '${B}', B: 'b' }, node: {}, attributes: {}, meta: {} };
  t.is(interpolate('${A}', values), '${B}');
  t.is(interpolate('${constructor} ${attr.toString} $${A}', values), '${constructor} ${attr.toString} $${B}');
});

test('fields of the group know the allocation, its ports and its metadata, but no task', (t) => {
  const values = groupValues(input);
  const text = '${NOMAD_ALLOC_INDEX}.${NOMAD_GROUP_NAME}.${NOMAD_META_owner}.${NOMAD_PORT_http}.${node.class}';
  t.is(interpolate(text, values), '2.web.group.80.big');
  const unknown = '${NOMAD_TASK_NAME} ${NOMAD_TASK_DIR} ${NOMAD_CPU_LIMIT}';
  t.is(interpolate(unknown, values), unknown);
});
