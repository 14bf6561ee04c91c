import type { JsonObject } from '@orch/driver-api';
import test from 'ava';
import { describeError } from '../../lib/errors.ts';
import type { CniRunner } from './cni-runner.ts';
import type { CommandRunner } from './command-runner.ts';
import { cniFingerprint } from './fingerprint.ts';
import type { GroupNetworkRequest } from './group-networks.ts';
import type { HostNetworkFiles } from './host-files.ts';
import type { NetworkRecordStore } from './network-record.ts';
import { createGroupNetworks } from './node-networks.ts';
import { recordFate } from './reconcile.ts';

/** A node in memory that writes down what is done to it. */
function fakeNode(options: { readonly missing?: string; readonly failingAdd?: boolean } = {}) {
  const log: string[] = [];
  const namespaces = new Set<string>();
  const records = new Map<string, JsonObject>();
  const runner: CommandRunner = {
    async run({ argv }) {
      const [tool = ''] = argv;
      log.push(argv.join(' '));
      await new Promise((resolve) => setImmediate(resolve));
      if (tool === options.missing) return { exitCode: 127, stdout: '', stderr: `${tool}: not found` };
      if (argv[1] === 'netns' && argv[2] === 'add') namespaces.add(`/run/netns/${argv[3]}`);
      if (argv[1] === 'netns' && argv[2] === 'delete') namespaces.delete(`/run/netns/${argv[3]}`);
      return {
        exitCode: 0,
        stdout: argv.includes('get') ? '[{"dev":"orch0"}]' : argv.includes('-json') ? '[]' : '',
        stderr: '',
      };
    },
  };
  const store: NetworkRecordStore = {
    async save(key, value) {
      log.push(`save ${key} ${String(value['phase'] ?? '')}`.trim());
      records.set(key, structuredClone(value));
    },
    load: async (key) => records.get(key),
    list: async () => [...records.keys()],
    async remove(key) {
      log.push(`forget ${key}`);
      records.delete(key);
    },
  };
  const files: HostNetworkFiles = {
    isNamespace: async (path) => namespaces.has(path),
    list: async () => [...namespaces].map((path) => path.slice('/run/netns/'.length)),
    read: async () => '0',
    write: async () => true,
  };
  const cni: CniRunner = {
    listNetworks: async () => ({ networks: [{ name: 'front' }, { name: 'back' }], problems: [new Error('bad.conf')] }),
    findNetwork: async (name) => ({ name, cniVersion: '1.0.0', disableCheck: false, plugins: [{ type: 'ptp' }] }),
    requirePlugins: async () => {},
    listPlugins: async () => [{ type: 'bridge', version: '1.1.1' }],
    formatArgs: (args) => Object.entries(args).join(';'),
    async add(attachment, call) {
      log.push(`ADD ${attachment.network.name} ${attachment.ifName}`);
      if (options.failingAdd)
        throw Object.assign(new Error('no more addresses'), { hint: 'widen it', plugin: 'bridge' });
      const result = { ips: [{ address: '10.1.0.5/24' }] };
      await call?.onResult?.(result);
      return result;
    },
    check: async () => [],
    async delete(attachment) {
      log.push(`DEL ${attachment.network.name} ${attachment.ifName} ${attachment.netns}`);
    },
  };
  const open = () =>
    createGroupNetworks({ runner, cni, store, files, bridge: { addressDir: '/var/lib/orch/addresses' } });
  return { log, runner, namespaces, records, open, cni };
}

const request: GroupNetworkRequest = {
  allocationId: 'a1',
  namespace: 'default',
  jobId: 'web',
  groupName: 'front',
  networks: [{ mode: 'bridge' }],
  ports: [{ label: 'http', value: 8080, to: 80, hostIp: '0.0.0.0', hostNetwork: 'default', ignoreCollision: false }],
};

test('setUp stores its intent before it makes anything, and each result before what follows', async (t) => {
  const node = fakeNode();
  const networks = node.open();
  const status = await networks.setUp(request);
  t.like(status, {
    kind: 'namespace',
    namespacePath: '/run/netns/orch-a1',
    interfaceName: 'eth0',
    address: '10.1.0.5',
  });
  const steps = node.log.filter((line) => !line.startsWith('iptables') && !line.includes('-json'));
  t.deepEqual(steps, [
    'save node',
    'save a1 setting-up',
    'ip netns add orch-a1',
    'ip -n orch-a1 link set lo up',
    'ADD orch eth0',
    'save a1 setting-up',
    'save a1 setting-up',
    'save a1 up',
    'nft -f -',
  ]);
});

test('tearDown takes the interface away before the namespace, and everything shared with the last allocation', async (t) => {
  const node = fakeNode();
  const networks = node.open();
  await networks.setUp(request);
  node.log.length = 0;
  await networks.tearDown('a1');
  const order = [
    'save a1 tearing-down',
    'DEL orch eth0 /run/netns/orch-a1',
    'ip netns delete orch-a1',
    'forget a1',
    'ip link delete orch0',
    'forget node',
  ];
  t.deepEqual(
    order.map((line) => node.log.indexOf(line)).toSorted((left, right) => left - right),
    order.map((line) => node.log.indexOf(line)),
  );
  t.true(order.every((line) => node.log.includes(line)));
  t.is(node.records.size, 0);
  node.log.length = 0;
  await networks.tearDown('a1');
  t.deepEqual(node.log, [], 'an unknown allocation is success');
});

test('a DEL without its namespace is told so and followed by a sweep', async (t) => {
  const node = fakeNode();
  const networks = node.open();
  await networks.setUp(request);
  node.namespaces.clear();
  node.log.length = 0;
  await networks.tearDown('a1');
  t.true(node.log.includes('DEL orch eth0 '));
  t.true(node.log.includes('iptables-save -t nat'));
});

test('a missing program is named with its package, and the failed set-up leaves nothing', async (t) => {
  for (const [missing, hint] of [
    ['nft', 'install the package nftables'],
    ['ip', 'install the package iproute2'],
  ] as const) {
    const node = fakeNode({ missing });
    const error = await t.throwsAsync(node.open().setUp(request), { code: 'network-tool-missing' });
    t.is(describeError(error), `the program "${missing}" is not installed on this node (${hint})`);
    t.is(node.records.size, 0);
    t.is(node.namespaces.size, 0);
  }
});

test('a node without nft and iptables still gives groups without ports and bridge a namespace', async (t) => {
  const node = fakeNode({ missing: 'nft' });
  const networks = node.open();
  await networks.setUp({ ...request, networks: [{ mode: 'none' }], ports: [] });
  await networks.tearDown('a1');
  t.deepEqual((await networks.reconcile([])).problems, []);
  t.is(node.records.size, 0);
});

test('a plugin that fails is the cause of the error, with its hint, and nothing is left', async (t) => {
  const node = fakeNode({ failingAdd: true });
  const error = await t.throwsAsync(node.open().setUp(request), { code: 'network-failed' });
  t.is(describeError(error), 'the network of group "front" could not be set up: no more addresses (widen it)');
  t.is(node.records.size, 0);
  t.is(node.namespaces.size, 0);
});

test('rules for many groups at once are written a few times only', async (t) => {
  const node = fakeNode();
  const networks = node.open();
  const ids = Array.from({ length: 30 }, (_, index) => `a${index}`);
  const portOf = (index: number) => request.ports.map((port) => ({ ...port, value: 8000 + index }));
  await Promise.all(
    ids.map((allocationId, index) => networks.setUp({ ...request, allocationId, ports: portOf(index) })),
  );
  t.true(node.log.filter((line) => line === 'nft -f -').length < 15);
});

test('a new agent finds what stands, and a closed one refuses', async (t) => {
  const node = fakeNode();
  const first = node.open();
  const status = await first.setUp(request);
  await first.close();
  await t.throwsAsync(first.setUp(request), { code: 'network-closed' });
  const second = node.open();
  t.deepEqual(await second.find('a1'), status);
  node.log.length = 0;
  t.deepEqual(await second.setUp(request), status);
  t.deepEqual(
    node.log.filter((line) => !line.startsWith('iptables')),
    ['nft -f -'],
    'only the rules are made sure of',
  );
});

test('recordFate keeps only what is live, whole and has its namespace', async (t) => {
  const node = fakeNode();
  await node.open().setUp(request);
  const record = node.records.get('a1') as unknown as Parameters<typeof recordFate>[0];
  t.is(recordFate(record, true, true), 'keep');
  t.is(recordFate(record, true, false), 'lost');
  t.is(recordFate({ ...record, phase: 'setting-up' }, true, true), 'lost');
  t.is(recordFate({ ...record, phase: 'tearing-down' }, true, true), 'lost');
  t.is(recordFate(record, false, true), 'remove');
});

test('cniFingerprint tells plugins, networks, and what is missing for bridge mode', async (t) => {
  t.deepEqual(await cniFingerprint(fakeNode().cni, fakeNode().runner), {
    attributes: { 'plugins.cni.version.bridge': '1.1.1' },
    networks: ['back', 'front'],
    problems: ['bad.conf'],
    hasBridge: false,
    hint: 'network mode "bridge" needs the CNI plugins firewall, host-local: install the package containernetworking-plugins',
  });
});

test('cniFingerprint names the host programs that are missing', async (t) => {
  const { cni, runner } = fakeNode({ missing: 'nft' });
  const found = await cniFingerprint(cni, runner);
  t.is(found.attributes['network.tools.missing'], 'nft');
  t.regex(found.hint ?? '', /^group networks need the programs nft: install the packages nftables; /);
  t.false(found.hasBridge);
});
