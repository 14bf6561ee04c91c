// The rules in the kernel: what nft accepts, UDP, IPv6, and that shared chains are given back.
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createCni } from '@orch/cni';
import { createGroupNetworks, fileNetworkRecordStore } from '@orch/core/client/network/index';
import { renderTable } from '@orch/core/client/network/nft-table';
import { createExecutor } from '@orch/executor';
import test from 'ava';
import { get, must, networkRig, nothing, run, serve } from './network-rig.ts';

const identity = { namespace: 'default', jobId: 'web', groupName: 'front' };
const common = { hostNetwork: 'default', ignoreCollision: false };
const somePort = () => 20_000 + Math.floor(Math.random() * 10_000);

test('nft accepts what the renderer writes, for both families, thousands of ports and overlapping networks', async (t) => {
  const allocations = Array.from({ length: 1000 }, (_, index) => ({
    allocationId: `a${index}`,
    mappings: [
      {
        label: 'a',
        hostIp: 'any',
        hostPort: 1000 + index,
        toIp: `10.1.${index >> 8}.${index & 255}`,
        toPort: 80,
        masquerade: false,
      },
      {
        label: 'b',
        hostIp: '192.0.2.2',
        hostPort: 3000 + index,
        toIp: `10.1.${index >> 8}.${index & 255}`,
        toPort: 81,
        masquerade: index % 7 === 0,
      },
      {
        label: 'c',
        hostIp: '2001:db8::1',
        hostPort: 5000 + index,
        toIp: `fd00::${index.toString(16)}`,
        toPort: 82,
        masquerade: index % 5 === 0,
      },
      {
        label: 'd',
        hostIp: 'any',
        hostPort: 7000 + index,
        toIp: `fd00::${index.toString(16)}`,
        toPort: 83,
        masquerade: false,
      },
    ],
    routes: [
      { device: 'orch0', subnet: '10.1.0.0/16' },
      { device: index % 2 === 0 ? 'br.1' : 'br-2', subnet: '10.1.2.0/24' },
      { device: 'orch0', subnet: `fd00::${index.toString(16)}/64` },
    ],
  }));
  const began = performance.now();
  const text = renderTable('orchcheck', allocations);
  const rendered = performance.now();
  const { exitCode, stderr } = await run(['nft', '-c', '-f', '-'], { stdin: text });
  t.is(exitCode, 0, stderr.slice(0, 500));
  t.log(
    `4,000 mappings: rendered in ${Math.round(rendered - began)} ms, checked by nft in ${Math.round(performance.now() - rendered)} ms`,
  );
  t.is((await run(['nft', '-c', '-f', '-'], { stdin: renderTable('orchcheck', []) })).exitCode, 0);
});

function askUdp(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const timer = setTimeout(() => done('no answer'), 4_000);
    const done = (text: string) => {
      clearTimeout(timer);
      socket.close();
      resolve(text);
    };
    socket.on('message', (data) => done(data.toString()));
    socket.on('error', (error) => done(error.message));
    socket.send('ping', port, '127.0.0.1');
  });
}

test('UDP is published as TCP is', async (t) => {
  const rig = await networkRig();
  const networks = rig.open();
  t.teardown(() => rig.close());
  const value = somePort();
  const allocationId = rig.allocationId();
  const ports = [{ label: 'dns', value, to: 53, hostIp: '0.0.0.0', ...common }];
  const status = await networks.setUp({ allocationId, ...identity, networks: [{ mode: 'bridge' }], ports });
  const script = `const s = require('dgram').createSocket('udp4');
s.on('message', (m, from) => s.send('pong ' + m, from.port, from.address)); s.bind(53, () => console.log('up'));`;
  const child = spawn('nsenter', [`--net=${status.namespacePath}`, process.execPath, '-e', script]);
  t.teardown(() => void child.kill('SIGKILL'));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  t.is(await askUdp(value), 'pong ping');
  child.kill('SIGKILL');
  await networks.tearDown(allocationId);
  t.deepEqual(await rig.state(), nothing);
});

test('a network with IPv4 and IPv6 addresses publishes on both', async (t) => {
  const rig = await networkRig();
  const networks = rig.open();
  const stops: (() => Promise<void>)[] = [];
  t.teardown(async () => {
    for (const stop of stops) await stop();
    await rig.close();
    await run(['ip', 'link', 'delete', `${rig.word}1`]);
  });
  const name = `${rig.word}dual`;
  const prefix = `fd00:${(Number.parseInt(rig.word.slice(4, 8), 16) | 1).toString(16)}::`;
  const ranges = [[{ subnet: `${rig.prefixes[1]}.0/24` }], [{ subnet: `${prefix}/64` }]];
  const ipam = {
    type: 'host-local',
    ranges,
    routes: [{ dst: '0.0.0.0/0' }, { dst: '::/0' }],
    dataDir: `${rig.dir}/addresses`,
  };
  await rig.conflist('dual', {
    cniVersion: '1.0.0',
    name,
    plugins: [{ type: 'bridge', bridge: `${rig.word}1`, isGateway: true, hairpinMode: true, ipam }],
  });
  const value = somePort();
  const allocationId = rig.allocationId();
  const ports = [{ label: 'http', value, to: 80, hostIp: '', ...common }];
  const status = await networks.setUp({ allocationId, ...identity, networks: [{ mode: `cni/${name}` }], ports });
  t.true(status.addressIpv6?.startsWith(prefix.slice(0, -1)));
  stops.push(await serve(status.namespacePath ?? '', 80, 'dual', rig.dir));
  t.is(await get(`127.0.0.1:${value}`), 'dual');
  // A new device's addresses are not the node's yet while the kernel looks for duplicates.
  for (let attempt = 0; attempt < 40; attempt += 1) {
    if ((await must('ip', '-6', 'addr', 'show', 'dev', `${rig.word}1`, 'tentative')).trim() === '') break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  t.is(await get(`[${prefix}1]:${value}`), 'dual', 'by the gateway of the bridge, an address of the node');
  t.is(await get(`[${prefix}1]:${value}`, status.namespacePath), 'dual', 'hairpin');
  for (const stop of stops.splice(0)) await stop();
  await networks.tearDown(allocationId);
  await run(['ip', 'link', 'delete', `${rig.word}1`]);
  t.deepEqual(await rig.state(), nothing);
});

test('the tables of iptables are as they were, and another rule in a shared chain is left alone', async (t) => {
  const rig = await networkRig();
  t.teardown(() => rig.close());
  const plain = async () => (await must('iptables-save')).replaceAll(/\[\d+:\d+\]/g, '').replaceAll(/^#.*\n/gm, '');
  const before = await plain();
  const networks = rig.open();
  const allocationId = rig.allocationId();
  const ports = [{ label: 'http', value: somePort(), to: 80, hostIp: '0.0.0.0', ...common }];
  const request = { allocationId, ...identity, networks: [{ mode: 'bridge' }], ports };
  await networks.setUp(request);
  t.not(await plain(), before);
  await networks.tearDown(allocationId);
  t.is(await plain(), before);

  await networks.setUp(request);
  const others = ['CNI-FORWARD', '-s', '203.0.113.9/32', '-j', 'ACCEPT'];
  await must('iptables', '-A', ...others);
  await networks.tearDown(allocationId);
  t.true((await plain()).includes('203.0.113.9/32'));
  await must('iptables', '-D', ...others);
  if (before.includes(':CNI-FORWARD')) return;
  // Orch's own part went; the rest is now the other program's to remove, here ours.
  await run([
    'iptables',
    '-D',
    'FORWARD',
    '-m',
    'comment',
    '--comment',
    'CNI firewall plugin rules',
    '-j',
    'CNI-FORWARD',
  ]);
  await run(['iptables', '-F', 'CNI-FORWARD']);
  await run(['iptables', '-X', 'CNI-FORWARD']);
  await run(['iptables', '-F', `${rig.word.toUpperCase()}-ADMIN`]);
  await run(['iptables', '-X', `${rig.word.toUpperCase()}-ADMIN`]);
  t.is(await plain(), before);
});

test("all of it runs through the executor's launcher", async (t) => {
  const rig = await networkRig();
  const executor = await createExecutor({ stateDir: `${rig.dir}/executor`, cgroupParent: rig.word });
  t.teardown(async () => {
    await executor.close();
    await rig.close();
  });
  const networks = createGroupNetworks({
    runner: executor,
    cni: createCni({
      run: (binary, { env, stdin, signal }) =>
        executor.run({ argv: [binary], env, stdin, timeoutMs: 60_000 }, { signal }),
      configDirs: [rig.configDir],
    }),
    store: fileNetworkRecordStore(`${rig.dir}/records`),
    bridge: { subnet: `${rig.prefixes[0]}.0/24`, addressDir: `${rig.dir}/addresses` },
    word: rig.word,
  });
  const allocationId = rig.allocationId();
  const ports = [{ label: 'http', value: somePort(), to: 80, hostIp: '0.0.0.0', ...common }];
  const request = { allocationId, ...identity, networks: [{ mode: 'bridge' }], ports };
  await networks.setUp(request);
  t.deepEqual(await networks.check(allocationId), { healthy: true, problems: [] });
  const began = performance.now();
  const second = rig.allocationId();
  await networks.setUp({ ...request, allocationId: second, ports: [] });
  t.log(`a set-up without ports: ${Math.round(performance.now() - began)} ms`);
  await networks.tearDown(second);
  await networks.tearDown(allocationId);
  t.deepEqual(await rig.state(), nothing);
});
