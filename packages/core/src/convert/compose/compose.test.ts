import test from 'ava';
import type { Task } from '../../model/task.ts';
import type { TaskGroup } from '../../model/task-group.ts';
import { convertText, messages } from '../testing/convert-text.ts';
import { serviceTable } from './service-table.ts';

const indent = (text: string) => text.trim().replace(/^/gm, '    ');
const file = (keys: string, more = '') => `services:\n  web:\n    image: i:1\n${indent(keys)}\n${more}`;

interface Converted {
  readonly group: TaskGroup;
  readonly task: Task;
  readonly said: readonly string[];
  readonly type: string | undefined;
}

function convert(keys: string, more = '', environment: Record<string, string> = {}): Converted {
  const readFile = (path: string) => {
    if (path === 'closed.env') throw new Error('permission denied');
    return path === 'app.env' ? '# a comment\nexport A=1\nB="two words"\n' : undefined;
  };
  const result = convertText(file(keys, more), { environment, readFile });
  const [group] = result.job?.taskGroups ?? [];
  return { group: group as TaskGroup, task: group?.tasks[0] as Task, said: messages(result), type: result.job?.type };
}

type Look = (converted: Converted) => unknown;
const config =
  (name: string): Look =>
  ({ task }) =>
    task.config[name];
const ports: Look = ({ group }) =>
  group.networks
    .flatMap((network) => [...network.reservedPorts, ...network.dynamicPorts])
    .map(({ label, value, to }) => [label, value, to]);
const constraints: Look = ({ group }) =>
  group.constraints.map(({ attribute, operator, value }) => `${attribute} ${operator} ${value}`);

/** The only one of an option that may be repeated. */
const only =
  (name: string): Look =>
  ({ task }) => {
    const list = task.config[name] as unknown[] | undefined;
    return list?.length === 1 ? list[0] : list;
  };

/** Keys of a service, what of the job is looked at, and what it is. */
const mapped: readonly (readonly [keys: string, look: Look, expected: unknown, more?: string])[] = [
  ['x-own: 1 # image:', config('image'), 'i:1'],
  ['build: .', config('image'), 'i:1'],
  ['command: run "a b" c', config('args'), ['run', 'a b', 'c']],
  ['command: [run, "a b"]', config('args'), ['run', 'a b']],
  // The node reads these as templates: what a shell in the container is to read is escaped.
  ["command: [sh, -c, 'echo $${HOME} %{x} $$HOME']", config('args'), ['sh', '-c', 'echo $${HOME} %%{x} $HOME']],
  ["labels: { rule: 'Host(`a`) && $${x}' }", config('labels'), { rule: 'Host(`a`) && $${x}' }],
  ['entrypoint: /bin/sh -c', config('entrypoint'), ['/bin/sh', '-c']],
  ['environment: { A: 1, B: "x" }', ({ task }) => task.env, { A: '1', B: 'x' }],
  ['environment: [A=1, B]', ({ task }) => task.env, { A: '1' }],
  ['env_file: app.env\nenvironment: { A: own }', ({ task }) => task.env, { A: 'own', B: 'two words' }],
  ['env_file: [{ path: gone.env, required: false }]', ({ task }) => task.env, {}],
  ['command: [sh, -c, "echo $${HOME} %{x}"]', config('args'), ['sh', '-c', 'echo $${HOME} %%{x}']],
  ['working_dir: /srv', config('work_dir'), '/srv'],
  ['user: "1000:1000"', ({ task }) => task.user, '1000:1000'],
  ['group_add: [audio]', config('group_add'), ['audio']],
  ['init: true', config('init'), true],
  ['tty: true', config('tty'), true],
  ['stdin_open: true', config('interactive'), true],
  ['runtime: runc', config('runtime'), 'runc'],
  ['stop_signal: INT', ({ task }) => task.killSignal, 'SIGINT'],
  ['stop_signal: 37', ({ task }) => task.killSignal, '37'],
  ['stop_signal: RTMIN+3', ({ task }) => task.killSignal, 'SIGRTMIN+3'],
  ['stop_grace_period: 1m30s', ({ task }) => task.killTimeoutMs, 90_000],
  ['pull_policy: always', config('force_pull'), true],
  ['platform: linux/arm64', constraints, ['${attr.kernel.name} = linux', '${attr.cpu.arch} = arm64']],
  ['labels: [a=b]', config('labels'), { a: 'b' }],
  [
    'logging: { driver: json-file, options: { max-size: 20m, max-file: 3 } }',
    ({ task }) => task.logs,
    { maxFiles: 3, maxFileSizeMb: 20, disabled: false },
  ],
  ['scale: 3', ({ group }) => group.count, 3],
  ['restart: always', ({ group }) => group.restart.mode, 'delay'],
  [
    'restart: no',
    ({ group }) => [group.restart.attempts, group.restart.mode, group.reschedule?.unlimited],
    [0, 'fail', false],
  ],
  ['restart: on-failure:4', ({ group }) => [group.restart.attempts, group.restart.mode], [4, 'fail']],
  ['ports: ["8080:80"]', ports, [['port80', 8080, 80]]],
  ['ports: [80]', ports, [['port80', 0, 80]]],
  ['ports: ["53:53/udp", "53:53/tcp"]', ports, [['port53', 53, 53]]],
  [
    'ports: ["8000-8001:80-81"]',
    ports,
    [
      ['port80', 8000, 80],
      ['port81', 8001, 81],
    ],
  ],
  ['ports: [{ target: 80, published: "8080", name: http }]', ports, [['http', 8080, 80]]],
  ['ports: ["127.0.0.1:8080:80"]', ({ group }) => group.networks[0]?.reservedPorts[0]?.hostNetwork, 'loopback'],
  ['expose: [3306]', ports, [['port3306', 3306, 3306]]],
  ['expose: [3306]\nscale: 2', ports, [['port3306', 0, 3306]]],
  ['network_mode: host', ({ group }) => group.networks[0]?.mode, 'host'],
  [
    'hostname: db1\nports: [80]',
    ({ group }) => group.networks.map(({ hostname, mode }) => [hostname, mode]),
    [['db1', 'bridge']],
  ],
  ['dns: 9.9.9.9', config('dns_servers'), ['9.9.9.9']],
  ['dns_search: [example.org]', config('dns_search_domains'), ['example.org']],
  ['dns_opt: [ndots:2]', config('dns_options'), ['ndots:2']],
  ['extra_hosts: ["a:10.0.0.1", "b=10.0.0.2"]', config('extra_hosts'), ['a:10.0.0.1', 'b:10.0.0.2']],
  [
    'links: [db:mysql]',
    ({ task }) => (task.config['extra_hosts'] as string[]).includes('mysql:${attr.unique.network.ip-address}'),
    true,
    '  db: { image: i:2, expose: [3306] }',
  ],
  [
    'networks: { n: { aliases: [other] } }\nports: ["80:80"]\nenvironment: { SELF: other }',
    config('extra_hosts'),
    ['other:127.0.0.1'],
    'networks: { n: }',
  ],
  [
    'volumes: ["data:/var/lib:ro"]',
    only('mount'),
    { type: 'volume', target: '/var/lib', source: 'app_data', readonly: true },
    'volumes: { data: }',
  ],
  [
    'volumes: ["./html:/srv", "/etc/x:/x"]',
    only('mount'),
    [
      { type: 'bind', target: '/srv', source: '/srv/app/html' },
      { type: 'bind', target: '/x', source: '/etc/x' },
    ],
  ],
  [
    'volumes: [{ type: tmpfs, target: /t, tmpfs: { size: 1m, mode: 01777 } }]',
    only('mount'),
    { type: 'tmpfs', target: '/t', tmpfs_options: { size: 1048576, mode: 1023 } },
  ],
  [
    'volumes: [{ type: volume, source: d, target: /t, volume: { nocopy: true } }]',
    only('mount'),
    { type: 'volume', source: 'shared', target: '/t', volume_options: { no_copy: true } },
    'volumes: { d: { external: true, name: shared } }',
  ],
  ['tmpfs: /run', only('mount'), { type: 'tmpfs', target: '/run' }],
  ['read_only: true', config('readonly_rootfs'), true],
  [
    'configs: [{ source: c, target: /etc/c, mode: 0440 }]',
    ({ task }) => (task.kept['template'] as { data: string; perms: string }[]).map(({ data, perms }) => [data, perms]),
    [['x={{y}}', '0440']],
    'configs: { c: { content: "x={{y}}" } }',
  ],
  [
    'secrets: [s]',
    only('mount'),
    { type: 'bind', source: '/srv/app/s.txt', target: '/run/secrets/s', readonly: true },
    'secrets: { s: { file: ./s.txt } }',
  ],
  ['cpus: 1.5', ({ task }) => task.resources.cpuMhz, 1500],
  ['mem_limit: 64m', ({ task }) => task.resources.memoryMiB, 64],
  [
    'mem_reservation: 64m\nmem_limit: 1g',
    ({ task }) => [task.resources.memoryMiB, task.config['memory_hard_limit']],
    [64, 1024],
  ],
  ['pids_limit: 100', config('pids_limit'), 100],
  ['shm_size: 64m', config('shm_size'), 64 * 1024 * 1024],
  ['ulimits: { nproc: 10, nofile: { soft: 1, hard: 2 } }', config('ulimit'), { nproc: '10', nofile: '1:2' }],
  ['sysctls: { net.core.somaxconn: 1024 }', config('sysctl'), { 'net.core.somaxconn': '1024' }],
  ['oom_score_adj: 5', config('oom_score_adj'), 5],
  [
    'devices: ["/dev/fuse:/dev/fuse:rw"]',
    only('devices'),
    { host_path: '/dev/fuse', container_path: '/dev/fuse', cgroup_permissions: 'rw' },
  ],
  ['privileged: true', config('privileged'), true],
  ['cap_add: [NET_ADMIN]', config('cap_add'), ['NET_ADMIN']],
  ['cap_drop: [ALL]', config('cap_drop'), ['ALL']],
  ['security_opt: [label=disable]', config('security_opt'), ['label=disable']],
  ['ipc: host', config('ipc_mode'), 'host'],
  ['pid: host', config('pid_mode'), 'host'],
  ['deploy: { replicas: 4 }', ({ group }) => group.count, 4],
  ['deploy: { mode: global }', ({ type }) => type, 'system'],
  ['deploy: { labels: { a: b } }', ({ group }) => group.meta, { a: 'b' }],
  [
    'deploy: { placement: { constraints: ["node.labels.disk == ssd", "node.hostname != a"] } }',
    constraints,
    ['${meta.disk} = ssd', '${node.unique.name} != a'],
  ],
  [
    'deploy: { placement: { preferences: [{ spread: node.labels.zone }], max_replicas_per_node: 2 } }',
    (converted) => [converted.group.spreads.map(({ attribute }) => attribute), constraints(converted)],
    [['${meta.zone}'], ['${node.unique.id} distinct_property 2']],
  ],
  [
    'deploy: { resources: { limits: { cpus: "0.5", memory: 64M, pids: 9 }, reservations: { cpus: "0.25", memory: 32M } } }',
    ({ task }) => [
      task.resources.cpuMhz,
      task.resources.memoryMiB,
      task.config['memory_hard_limit'],
      task.config['pids_limit'],
    ],
    [250, 32, 64, 9],
  ],
  [
    'deploy: { restart_policy: { condition: on-failure, max_attempts: 3, delay: 5s, window: 2m } }',
    ({ group }) => [group.restart.attempts, group.restart.delayMs, group.restart.intervalMs],
    [3, 5000, 120_000],
  ],
  [
    'deploy: { update_config: { parallelism: 2, monitor: 20s, failure_action: rollback, order: stop-first } }',
    ({ group }) => [group.update?.maxParallel, group.update?.minHealthyTimeMs, group.update?.autoRevert],
    [2, 20_000, true],
  ],
  [
    'ports: ["8080:80"]\nhealthcheck: { test: ["CMD", "curl", "-f", "http://localhost/up"], interval: 5s, timeout: 2s }',
    ({ group }) =>
      (group.kept['service'] as { checks: { type: string; path: string; intervalMs: number }[] }[])[0]?.checks.map(
        ({ type, path, intervalMs }) => [type, path, intervalMs],
      ),
    [['http', '/up', 5000]],
  ],
  [
    'ports: ["5432:5432"]\nhealthcheck: { test: nc -z localhost 5432 }',
    ({ group }) => (group.kept['service'] as { checks: { type: string }[] }[])[0]?.checks.map(({ type }) => type),
    [['tcp'][0]],
  ],
  ['extends: base', config('args'), ['x'], '  base: { image: i:3, command: x }'],
  ['profiles: []', config('image'), 'i:1'],
  ['depends_on: [db]', config('image'), 'i:1', '  db: { image: i:2 }'],
];

for (const [keys, look, expected, more] of mapped) {
  test(`a service with ${keys.replaceAll('\n', ' and ')} becomes what it says`, (t) => {
    const converted = convert(keys, more);
    t.truthy(converted.group, converted.said.join('\n'));
    if (converted.group !== undefined) t.deepEqual(look(converted), expected);
  });
}

/** Keys that are named in a warning or an error, with a value that is right in Compose. */
const told: readonly (readonly [keys: string, severity: 'warning' | 'error', word: RegExp])[] = [
  ...[
    'annotations: {a: b}',
    'attach: false',
    'container_name: x',
    'develop: {}',
    'label_file: x',
    'cgroup: host',
    'cgroup_parent: x',
    'domainname: x',
    'isolation: x',
  ].map((keys) => [keys, 'warning', /has no effect/] as const),
  ...[
    'post_start: []',
    'pre_stop: []',
    'storage_opt: {}',
    'userns_mode: host',
    'uts: host',
    'external_links: [x]',
    'mac_address: x',
    'blkio_config: {}',
    'cpu_count: 1',
  ].map((keys) => [keys, 'warning', /has no effect/] as const),
  ...[
    'cpu_percent: 1',
    'cpu_shares: 1',
    'cpu_period: 1',
    'cpu_quota: 1',
    'cpu_rt_runtime: 1',
    'cpu_rt_period: 1',
    'cpuset: "0"',
    'device_cgroup_rules: []',
    'mem_swappiness: 1',
  ].map((keys) => [keys, 'warning', /has no effect/] as const),
  ...['memswap_limit: 1', 'oom_kill_disable: true'].map((keys) => [keys, 'warning', /has no effect/] as const),
  ...[
    'credential_spec: {}',
    'models: []',
    'provider: {}',
    'use_api_socket: true',
    'volumes_from: [x]',
    'gpus: all',
  ].map((keys) => [keys, 'error', /Cannot be converted/] as const),
];

for (const [keys, severity, word] of told) {
  test(`a service with ${keys} is told about as ${severity}`, (t) => {
    const said = convert(keys).said.find((line) => line.startsWith(`${severity} 4:5 `));
    t.regex(said ?? '', word);
  });
}

test('a file of variables that is there and cannot be read is an error, also when it need not be there', (t) => {
  const { said } = convert('env_file: [{ path: closed.env, required: false }]');
  t.true(
    said.some((line) => line.startsWith('error 4:') && line.includes('"closed.env" cannot be read: permission denied')),
    said.join('\n'),
  );
});

test('a value of the environment that the node will fill in is told', (t) => {
  const { task, said } = convert('environment: { A: "$${B} $${C}", B: "x" }');
  t.is(task.env['A'], '${B} ${C}');
  t.true(
    said.some((line) => /^warning 4:23 Filled in by the node: "\$\{B\}" in A/.test(line)),
    said.join('\n'),
  );
});

test('a config or secret that says nothing is an error, not nothing', (t) => {
  for (const what of ['configs', 'secrets']) {
    const { said } = convert(`${what}: [b]`, `${what}: { b: }`);
    t.true(
      said.some((line) => line.startsWith('error') && line.includes('"b" needs a file, content or environment')),
      said.join('\n'),
    );
  }
});

test('every key of a service has a row in these tables', (t) => {
  const rows = [...mapped, ...told].flatMap(([keys]) =>
    [...`image: i:1\n${keys}`.matchAll(/^([a-z_]+):/gm)].map(([, key]) => key),
  );
  t.deepEqual(
    Object.keys(serviceTable).filter((key) => !rows.includes(key)),
    [],
  );
});

test('every key of the specification that a service can have is known', (t) => {
  const specification = `annotations attach build blkio_config cpu_count cpu_percent cpu_shares cpu_period cpu_quota cpu_rt_runtime
    cpu_rt_period cpus cpuset cap_add cap_drop cgroup cgroup_parent command configs container_name credential_spec depends_on deploy
    develop device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file environment expose extends external_links
    extra_hosts gpus group_add healthcheck hostname image init ipc isolation labels label_file links logging mac_address mem_limit
    mem_reservation mem_swappiness memswap_limit models network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform
    ports post_start pre_stop privileged profiles provider pull_policy read_only restart runtime scale secrets security_opt shm_size
    stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volumes
    volumes_from working_dir`;
  t.deepEqual(Object.keys(serviceTable).sort(), specification.trim().split(/\s+/).sort());
});
