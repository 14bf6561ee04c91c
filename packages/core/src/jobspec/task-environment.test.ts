// The environment of a task and run-time references.

import test from 'ava';
import type { Job } from '../model/job.ts';
import { interpolate, interpolateJson } from './interpolate.ts';
import { parseJob } from './parse-job.ts';
import { buildTaskEnvironment, cleanKey, type TaskEnvironmentInput } from './task-environment.ts';

const job = parseJob(
  `job "shop" {
  meta { owner = "a" }
  group "web" {
    meta { owner = "b" }
    task "server" {
      driver = "exec"
      meta { "tier" = "front" }
      env {
        URL  = "http://\${NOMAD_ADDR_http}/\${node.datacenter}/\${meta.rack}/\${attr.kernel.name}"
        DATA = "\${NOMAD_ALLOC_DIR}/data"
        PATH = "/own"
        KEPT = "\${unknown.thing} \${env["HOME"]}"
      }
    }
  }
}`.replace('"tier" =', 'tier ='),
  { fileName: 'x.hcl' },
).job as Job;
const group = job.taskGroups[0] as Job['taskGroups'][number];
const task = group.tasks[0] as (typeof group.tasks)[number];

const input: TaskEnvironmentInput = {
  allocation: { id: '5a1e4d09-0000-4000-8000-000000000001', name: 'shop.web[2]', namespace: 'default' },
  job,
  group,
  task,
  node: {
    id: 'node-1',
    name: 'n1',
    datacenter: 'dc1',
    nodeClass: 'big',
    nodePool: 'default',
    attributes: { 'kernel.name': 'linux' },
    meta: { rack: 'r1' },
  },
  resources: { cpuMhz: 500, memoryMiB: 256, memoryMaxMiB: 512, cores: [3, 0, 1] },
  ports: [
    { label: 'http', value: 22_000, to: 80, hostIp: '10.0.0.5', hostNetwork: 'default', ignoreCollision: false },
    { label: 'admin-ui', value: 9_000, to: 9_000, hostIp: '::1', hostNetwork: 'default', ignoreCollision: false },
  ],
  network: { interfaceName: 'eth0', address: '172.26.64.7', interfaces: [] },
  taskPaths: { alloc: '/alloc', local: '/local', secrets: '/secrets' },
  hostPaths: { alloc: '/var/a/alloc', local: '/var/a/t/local', secrets: '/var/a/t/secrets' },
  groupAddress: '127.0.0.1',
  hostEnvironment: { PATH: '/host', HOME: '/root', NOMAD_DC: 'false' },
};

test('a task gets the NOMAD_ variables of its allocation', (t) => {
  const { env } = buildTaskEnvironment(input);
  t.like(env, {
    NOMAD_ALLOC_ID: '5a1e4d09-0000-4000-8000-000000000001',
    NOMAD_SHORT_ALLOC_ID: '5a1e4d09',
    NOMAD_ALLOC_NAME: 'shop.web[2]',
    NOMAD_ALLOC_INDEX: '2',
    NOMAD_ALLOC_DIR: '/alloc',
    NOMAD_TASK_DIR: '/local',
    NOMAD_SECRETS_DIR: '/secrets',
    NOMAD_TASK_NAME: 'server',
    NOMAD_GROUP_NAME: 'web',
    NOMAD_JOB_ID: 'shop',
    NOMAD_JOB_NAME: 'shop',
    NOMAD_DC: 'dc1',
    NOMAD_NAMESPACE: 'default',
    NOMAD_REGION: 'global',
    NOMAD_CPU_LIMIT: '500',
    NOMAD_CPU_CORES: '0-1,3',
    NOMAD_MEMORY_LIMIT: '256',
    NOMAD_MEMORY_MAX_LIMIT: '512',
    NOMAD_META_owner: 'b',
    NOMAD_META_OWNER: 'b',
    NOMAD_META_tier: 'front',
    ORCH_GROUP_ADDRESS: '127.0.0.1',
  });
  t.false('NOMAD_JOB_PARENT_ID' in env);
});

test('each port has its addresses on the node and inside the namespace', (t) => {
  const { env } = buildTaskEnvironment(input);
  t.like(env, {
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
    NOMAD_ADDR_admin_ui: '[::1]:9000',
  });
  const { network: _, ...hostMode } = input;
  t.false('NOMAD_ALLOC_IP_http' in buildTaskEnvironment(hostMode).env);
});

test("the job's variables win over the host's, hooks win over the job's, NOMAD_ ones over the host's", (t) => {
  const { env } = buildTaskEnvironment({ ...input, hookEnvironment: { DATA: 'hook' } });
  t.deepEqual([env['PATH'], env['HOME'], env['DATA'], env['NOMAD_DC']], ['/own', '/root', 'hook', 'dc1']);
});

test('references are resolved, unknown ones stay, and host paths are used where the node reads', (t) => {
  const { env, hostEnv, values, hostValues } = buildTaskEnvironment(input);
  t.is(env['URL'], 'http://10.0.0.5:22000/dc1/r1/linux');
  t.is(env['KEPT'], '${unknown.thing} /root');
  t.deepEqual([env['DATA'], hostEnv['DATA']], ['/alloc/data', '/var/a/alloc/data']);
  t.is(interpolate('${NOMAD_TASK_DIR}/x ${env["NOMAD_TASK_DIR"]} ${meta["rack"]}', values), '/local/x /local r1');
  t.is(interpolate('${NOMAD_TASK_DIR}/x', hostValues), '/var/a/t/local/x');
  t.deepEqual(interpolateJson({ a: ['${node.unique.name}', 1, null], '${node.class}': true }, values), {
    a: ['n1', 1, null],
    big: true,
  });
});

test('a resolved value is not read again, and members every object has are unknown names', (t) => {
  const values = { env: { A: '${B}', B: 'b' }, node: {}, attributes: {}, meta: {} };
  t.is(interpolate('${A}', values), '${B}');
  t.is(interpolate('${constructor} ${attr.toString} $${A}', values), '${constructor} ${attr.toString} $${B}');
});

test('only names with a prefix of Nomad are cleaned', (t) => {
  t.deepEqual(['NOMAD_META_a-b.c', 'MY-NAME', 'NOMAD_PORT_x y'].map(cleanKey), [
    'NOMAD_META_a_b.c',
    'MY-NAME',
    'NOMAD_PORT_x_y',
  ]);
});
