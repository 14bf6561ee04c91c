// Every field of a job whose run-time references a node resolves, as the driver and the network are handed it.

import type { DriverCapabilities, TaskConfig } from '@orch/driver-api';
import { createFakeDriver } from '@orch/driver-api/testing';
import test, { type ExecutionContext } from 'ava';
import type { NetworkRequest } from '../model/network.ts';
import type { Task } from '../model/task.ts';
import { AgentHarness } from './testing/agent-harness.ts';
import { makeAllocation, makeGroup, makeJob, makeTask } from './testing/make-job.ts';
import { until } from './testing/virtual-clock.ts';

const network: NetworkRequest = { mode: 'bridge', reservedPorts: [], dynamicPorts: [] };
const ports = [
  { label: 'http', value: 25000, to: 80, hostIp: '10.0.0.1', hostNetwork: 'default', ignoreCollision: false },
];

interface Ran {
  /** Takes the allocation away. */
  stop(): Promise<unknown>;
  readonly harness: AgentHarness;
  /** What the driver was handed; undefined when the task failed before. */
  readonly config: TaskConfig | undefined;
}

/** One task in one allocation of a node with a rack and a machine's environment. */
async function run(
  t: ExecutionContext,
  changes: Partial<Task>,
  more: { readonly network?: Partial<NetworkRequest>; readonly capabilities?: Partial<DriverCapabilities> } = {},
): Promise<Ran> {
  const harness = await AgentHarness.make();
  t.teardown(() => harness.close());
  const plain = createFakeDriver(harness.runtime);
  let config: TaskConfig | undefined;
  const driver = {
    ...plain,
    capabilities: { ...plain.capabilities, ...more.capabilities },
    start: (task: TaskConfig, call: { readonly signal: AbortSignal }) => {
      config = task;
      return plain.start(task, call);
    },
  };
  await harness.startAgent({
    node: { name: 'n1', datacenter: 'dc1', version: '0.1.0', meta: { rack: 'r1' }, parentCgroup: 'orch' },
    drivers: { get: (name) => (name === 'fake' ? driver : undefined), list: () => [driver] },
    hostEnvironment: { PATH: '/bin', SEEN: 'by ${NOMAD_TASK_NAME}' },
  });
  await until(() => harness.server.hellos.length === 1, 'the node says hello');
  const group = makeGroup([makeTask('web', changes)], {
    networks: [{ ...network, ...more.network }],
    meta: { colour: 'red' },
  });
  const made = makeAllocation('a1', group);
  const resources = { ...made.resources, shared: { ...made.resources.shared, ports } };
  harness.server.desire(makeJob(group), { ...made, resources });
  await until(() => ['running', 'failed'].includes(harness.server.last('a1')?.clientStatus ?? ''), 'it ran or failed');
  const stop = () => {
    harness.server.desire(makeJob(group), { ...made, resources, desiredStatus: 'stop', allocModifyIndex: 2 });
    return harness.untilStatus('a1', 'complete');
  };
  return { harness, config, stop };
}

test('task user, env, and every text and key of the config but the names of its options', async (t) => {
  const { config } = await run(t, {
    user: '${WHO}',
    env: { WHO: 'nobody', WHERE: '${node.datacenter}', '${meta.rack}': 'a name is no reference', WHAT: 'INT' },
    config: {
      stdout: 'at ${NOMAD_ADDR_http} ${upper(meta.rack)} $${KEPT}',
      ignore_signals: ['SIG${"USR"}1', '%{ if meta.rack == "r1" }SIGUSR2%{ endif }'],
      signal_exit_codes: { 'SIG${env["WHAT"]}': '${NOMAD_PORT_http}', SIGHUP: 7 },
      run_for_ms: '${NOMAD_HOST_PORT_http + 1}',
      missing: '${meta.rack != "r1"}',
    },
    meta: { who: '${node.unique.name}' },
  });
  t.is(config?.user, 'nobody');
  t.like(config?.env, {
    WHERE: 'dc1',
    '${meta.rack}': 'a name is no reference',
    NOMAD_META_who: 'n1',
    PATH: '/bin',
  });
  t.is(config?.env['SEEN'], 'by web');
  t.is(config?.env['NOMAD_PARENT_CGROUP'], 'orch');
  t.deepEqual(config?.config, {
    stdout: 'at 10.0.0.1:25000 R1 ${KEPT}',
    ignore_signals: ['SIGUSR1', 'SIGUSR2'],
    signal_exit_codes: { SIGINT: 80, SIGHUP: 7 },
    run_for_ms: 25001,
    missing: false,
  });
});

test('a list of the config may be one reference as a whole', async (t) => {
  const { config } = await run(t, { env: { LIST: '["SIGUSR1"]' }, config: { ignore_signals: '${jsondecode(LIST)}' } });
  t.deepEqual(config?.config, { ignore_signals: ['SIGUSR1'] });
});

const wrong: readonly (readonly [string, Task['config'], RegExp])[] = [
  [
    'an unknown variable',
    { stdout: '${NOMAD_PORT_htp}' },
    /config\.stdout: "\$\{NOMAD_PORT_htp\}" is neither.*did you mean "NOMAD_PORT_http"/,
  ],
  ['unknown metadata', { stdout: '${meta.rak}' }, /config\.stdout: .*no member "rak".*did you mean "rack"/],
  ['what a shell would read', { ignore_signals: ['a', 'echo ${x:-1}'] }, /config\.ignore_signals\[1\]: /],
  [
    'a value of the wrong kind',
    { run_for_ms: '${meta.rack}' },
    /config\.run_for_ms: .*is a number, this is the text "r1"/,
  ],
  ['a value out of range', { run_for_ms: '${0 - 1}' }, /config\.run_for_ms: -1 is too small/],
  ['a function that needs files', { stdout: '${file("/etc/shadow")}' }, /config\.stdout: function not available/],
  ['an endless list', { stdout: '${join("", range(100000000))}' }, /config\.stdout: /],
];
for (const [what, config, message] of wrong) {
  test(`${what} in the config fails the task at once, with the field and the mend`, async (t) => {
    const ran = await run(t, { config });
    t.is(ran.config, undefined, 'the driver was not asked');
    const events = ran.harness.server.last('a1')?.taskStates['web']?.events ?? [];
    t.regex(events.find(({ type }) => type === 'Failed Validation')?.message ?? '', message);
    t.is(events.at(-1)?.type, 'Not Restarting');
  });
}

test("a group's hostname, name servers and CNI arguments, also with what only its task knows", async (t) => {
  const { harness, config } = await run(
    t,
    {},
    {
      network: {
        hostname: 'h-${NOMAD_ALLOC_INDEX}-${NOMAD_META_colour}-${NOMAD_TASK_NAME}',
        dns: { servers: ['${meta.rack}'], searches: ['${NOMAD_TASK_NAME}.x'], options: ['ndots:${NOMAD_PORT_http}'] },
        cniArgs: { WHO: '${node.unique.name}', '${meta.rack}': 'key' },
      },
    },
  );
  t.like(harness.networks.requests[0]?.networks[0], {
    hostname: 'h-0-red-${NOMAD_TASK_NAME}',
    dns: { servers: ['r1'], searches: ['${NOMAD_TASK_NAME}.x'], options: ['ndots:80'] },
    cniArgs: { WHO: 'n1', '${meta.rack}': 'key' },
  });
  t.is(config?.network.hostname, 'h-0-red-web');
  t.deepEqual(config?.network.kind === 'none' ? undefined : config?.network.dns, {
    servers: ['r1'],
    searches: ['web.x'],
    options: ['ndots:80'],
  });
});

test('fields the node does not resolve reach the driver as they are', async (t) => {
  const { config } = await run(t, { killSignal: '${meta.rack}' });
  t.is(config?.killSignal, '${meta.rack}');
});

const kinds: readonly (readonly [DriverCapabilities['isolation'], boolean])[] = [
  ['none', true],
  ['chroot', true],
  ['image', false],
  ['vm', false],
];
for (const [isolation, inherits] of kinds) {
  test(`a task with isolation "${isolation}" ${inherits ? 'has' : 'does not have'} the machine's variables`, async (t) => {
    const { config } = await run(t, {}, { capabilities: { isolation } });
    t.is(config?.env['SEEN'], inherits ? 'by web' : undefined);
    t.is(config?.env['PATH'], inherits ? '/bin' : undefined);
  });
}

test('paths are those of the task inside it, and of the node where it has no view of its own', async (t) => {
  const taskPaths = { shared: '/alloc', local: '/local', secrets: '/secrets' };
  const config = { stdout: '${NOMAD_ALLOC_DIR} ${NOMAD_TASK_DIR} ${NOMAD_SECRETS_DIR}' };
  const inside = await run(t, { config }, { capabilities: { taskPaths } });
  t.is(inside.config?.config['stdout'], '/alloc /local /secrets');
  const bare = await run(t, { config });
  const root = `${bare.harness.dataDir}/allocations/a1`;
  t.is(bare.config?.config['stdout'], `${root}/alloc ${root}/web/local ${root}/web/secrets`);
});

test('a task that runs is found again also by an agent whose node no longer knows what its block refers to', async (t) => {
  const { harness, stop } = await run(t, { config: { stdout: '${meta.rack}' } });
  await harness.agent?.close();
  const before = harness.server.hellos.length;
  await harness.startAgent({ node: { name: 'n1', datacenter: 'dc1', version: '0.1.0' } });
  await until(() => harness.server.hellos.length > before, 'the next agent says hello');
  await until(() => harness.calls('recover').length === 1, 'the task is found again');
  t.is(harness.server.last('a1')?.clientStatus, 'running');
  t.deepEqual(harness.calls('start'), ['a1/web/1'], 'nothing was started again');
  await stop();
  t.is(harness.runtime.tasks.size, 0, 'it is watched: it could be stopped');
});
