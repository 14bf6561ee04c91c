import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject, TaskNetwork } from '@orch/driver-api';
import { makeTaskConfig } from '@orch/driver-api/testing';
import test from 'ava';
import { readTaskConfig } from '../container/task-config.ts';
import { renderHosts, renderResolvConf } from './name-files.ts';
import { planNetwork } from './network.ts';

const ports = [{ label: 'http', hostIp: '192.0.2.1', hostPort: 20_000, to: 8080 }];
const plan = (network: TaskNetwork, config: JsonObject = {}, root = '/nonexistent') =>
  planNetwork(makeTaskConfig('0123456789/web/0', root, { network }), readTaskConfig({ image: 'a', ...config }));

test('ports of a task on the host are published by the engine for tcp and udp', async (t) => {
  const { host, container } = await plan({ kind: 'host', ports }, { ports: ['http'] });
  const binding = [{ HostIp: '192.0.2.1', HostPort: '20000' }];
  t.deepEqual(host.PortBindings, { '8080/tcp': binding, '8080/udp': binding });
  t.deepEqual(Object.keys(container.ExposedPorts ?? {}), ['8080/tcp', '8080/udp']);
  t.is(host.NetworkMode, 'default');
});

test('in the network of the host nothing is published', async (t) => {
  const { host } = await plan({ kind: 'host', ports }, { ports: ['http'], network_mode: 'host' });
  t.is(host.PortBindings, undefined);
  t.is(host.NetworkMode, 'host');
});

test('a task in a namespace joins it under a name made of group and allocation, with its own name files', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'orch-network-'));
  try {
    const made = await plan({ kind: 'namespace', path: '/run/netns/x', ports }, { ports: ['http'] }, root);
    t.deepEqual(made.join, { path: '/run/netns/x', hostname: 'group-01234567' });
    t.deepEqual(
      made.mounts.map(({ Target }) => Target),
      ['/etc/hosts', '/etc/resolv.conf'],
    );
    t.regex(await readFile(made.mounts[0]?.Source ?? '', 'utf8'), /127\.0\.0\.1 group-01234567/);
  } finally {
    await rm(root, { recursive: true });
  }
});

const refused: readonly [TaskNetwork, JsonObject, RegExp][] = [
  [{ kind: 'namespace', path: '/x', ports: [] }, { network_mode: 'host' }, /network_mode cannot be used/],
  [{ kind: 'host', ports }, { ports: ['https'] }, /no port "https"/],
  [{ kind: 'host', ports: [] }, { ipv4_address: '192.0.2.9' }, /needs network_mode/],
  [{ kind: 'none' }, { network_mode: 'bridge' }, /cannot be "bridge"/],
  [{ kind: 'host', ports: [] }, { network_mode: 'container:x' }, /may not join/],
  [{ kind: 'host', ports: [] }, { hostname: 'a b' }, /not a host name/],
  [{ kind: 'namespace', path: '/x', ports: [] }, { hostname: 'a\n1.2.3.4 bank' }, /not a host name/],
  [{ kind: 'namespace', path: '/x', ports: [] }, { extra_hosts: ['a:1.2.3.4\n5.6.7.8 bank'] }, /not name:address/],
];

for (const [network, config, message] of refused) {
  test(`${JSON.stringify(config)} in a ${network.kind} network is refused with ${message}`, async (t) => {
    await t.throwsAsync(plan(network, config), { message });
  });
}

test('a network is named, not described by a path', async (t) => {
  const wanted = plan({ kind: 'host', ports: [] }, { network_mode: 'ns:/proc/1/ns/net' });
  await t.throwsAsync(wanted, { message: /not the name of a network/ });
});

test('hosts has the loopback names and the extra ones', (t) => {
  t.is(
    renderHosts('web', ['db:2001:db8::1']),
    '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n127.0.0.1 web\n2001:db8::1 db\n',
  );
  t.throws(() => renderHosts('web', ['nothing']), { message: /"nothing" is not name:address/ });
});

test("resolv.conf takes over the node's without name servers nobody answers on", (t) => {
  const node = 'nameserver 127.0.0.53\nnameserver 192.0.2.53\nsearch example.test\noptions edns0 # comment\n';
  const none = { servers: [], searches: [], options: [] };
  t.is(renderResolvConf(none, node), 'nameserver 192.0.2.53\nsearch example.test\noptions edns0\n');
  t.is(
    renderResolvConf({ servers: ['192.0.2.1'], searches: ['a', 'b'], options: [] }, ''),
    'nameserver 192.0.2.1\nsearch a b\n',
  );
});
