// Groups on the default bridge: reaching each other, published ports, and that nothing is left.
import test from 'ava';
import { get, hostAddress, networkRig, nothing, run, serve } from './network-rig.ts';

const identity = { namespace: 'default', jobId: 'web', groupName: 'front' };

function port(label: string, value: number, to: number, hostIp: string) {
  return { label, value, to, hostIp, hostNetwork: 'default', ignoreCollision: false };
}

test('two groups on the bridge reach each other, and their published ports answer from everywhere', async (t) => {
  const rig = await networkRig();
  const networks = rig.open();
  const stops: (() => Promise<void>)[] = [];
  t.teardown(async () => {
    for (const stop of stops) await stop();
    await rig.close();
  });
  const hostIp = await hostAddress();
  const base = 20_000 + Math.floor(Math.random() * 10_000);
  const [first, second] = [rig.allocationId(), rig.allocationId()];
  const began = performance.now();
  const [a, b] = await Promise.all([
    networks.setUp({
      allocationId: first,
      ...identity,
      networks: [{ mode: 'bridge', hostname: 'a' }],
      ports: [port('http', base, 80, hostIp)],
    }),
    networks.setUp({
      allocationId: second,
      ...identity,
      networks: [{ mode: 'bridge' }],
      ports: [port('http', base + 1, 8080, '0.0.0.0')],
    }),
  ]);
  t.log(`two set-ups in ${Math.round(performance.now() - began)} ms`);
  t.is(a.interfaceName, 'eth0');
  t.is(a.hostname, 'a');
  t.true(a.address.startsWith(`${rig.prefixes[0]}.`));
  t.not(a.address, b.address);
  const [pathA, pathB] = [a.namespacePath ?? '', b.namespacePath ?? ''];
  stops.push(await serve(pathA, 80, 'from a', rig.dir), await serve(pathB, 8080, 'from b', rig.dir));

  t.is(await get(`${b.address}:8080`, pathA), 'from b', 'a to b by address');
  t.is(await get(`${a.address}:80`, pathB), 'from a', 'b to a by address');
  t.is(await get(`127.0.0.1:${base}`), 'from a', 'host by loopback');
  t.is(await get(`127.0.0.1:${base + 1}`), 'from b', 'host by loopback, port on any address');
  t.is(await get(`${hostIp}:${base}`), 'from a', 'host by its address');
  t.is(await get(`${hostIp}:${base + 1}`), 'from b');
  t.is(await get(`${hostIp}:${base}`, pathA), 'from a', 'hairpin');
  t.is(await get(`${hostIp}:${base}`, pathB), 'from a', 'from a sibling by the published port');
  t.is(await get(`${rig.prefixes[0]}.1:${base + 1}`, pathA), 'from b', 'by the gateway');
  t.deepEqual(await networks.check(first), { healthy: true, problems: [] });

  for (const stop of stops.splice(0)) await stop();
  await networks.tearDown(first);
  t.regex(await get(`127.0.0.1:${base}`), /^curl: 7/, 'the port is closed');
  t.deepEqual(await networks.check(second), { healthy: true, problems: [] });
  await networks.tearDown(second);
  await networks.tearDown(second);
  t.deepEqual(await rig.state(), nothing);
  await networks.close();
});

test('a port published beside Docker answers callers that come through forwarding', async (t) => {
  const rig = await networkRig();
  const networks = rig.open();
  const outside = `${rig.word}o`;
  const stops: (() => Promise<void>)[] = [];
  t.teardown(async () => {
    for (const stop of stops) await stop();
    await run(['ip', 'netns', 'delete', outside]);
    await rig.close();
  });
  // Another machine: a namespace behind a point-to-point link.
  for (const argv of [
    ['ip', 'netns', 'add', outside],
    ['ip', 'link', 'add', `${rig.word}v`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', outside],
    ['ip', 'addr', 'add', `${rig.prefixes[1]}.1/24`, 'dev', `${rig.word}v`],
    ['ip', 'link', 'set', `${rig.word}v`, 'up'],
    ['ip', '-n', outside, 'addr', 'add', `${rig.prefixes[1]}.2/24`, 'dev', 'eth0'],
    ['ip', '-n', outside, 'link', 'set', 'eth0', 'up'],
    ['ip', '-n', outside, 'route', 'add', 'default', 'via', `${rig.prefixes[1]}.1`],
  ]) {
    const { exitCode, stderr } = await run(argv);
    t.is(exitCode, 0, `${argv.join(' ')}: ${stderr}`);
  }
  const allocationId = rig.allocationId();
  const value = 20_000 + Math.floor(Math.random() * 10_000);
  const status = await networks.setUp({
    allocationId,
    ...identity,
    networks: [{ mode: 'bridge' }],
    ports: [port('http', value, 80, `${rig.prefixes[1]}.1`)],
  });
  stops.push(await serve(status.namespacePath ?? '', 80, 'hello outside', rig.dir));
  t.is(await get(`${rig.prefixes[1]}.1:${value}`, `/run/netns/${outside}`), 'hello outside');
  // Not published, so not let in: only the destination that orch itself gave a connection is accepted.
  const policy = await run(['iptables', '-S', 'FORWARD']);
  if (policy.stdout.includes('-P FORWARD DROP')) {
    t.regex(await get(`${status.address}:80`, `/run/netns/${outside}`), /^curl: 28/);
  }
  // The namespaces cannot reach what listens on the node's own loopback.
  await run(['ip', '-n', `${rig.word}-${allocationId}`, 'route', 'add', '127.0.0.0/8', 'via', `${rig.prefixes[0]}.1`]);
  t.regex(await get(`127.0.0.2:${value}`, status.namespacePath), /^curl: (7|28)/);
});

test('network mode none has loopback only, host has no namespace, and nothing is left of either', async (t) => {
  const rig = await networkRig();
  const networks = rig.open();
  t.teardown(() => rig.close());
  const allocationId = rig.allocationId();
  const status = await networks.setUp({ allocationId, ...identity, networks: [{ mode: 'none' }], ports: [] });
  t.is(status.kind, 'none');
  const { stdout } = await run(['ip', '-n', `${rig.word}-${allocationId}`, '-br', 'link']);
  t.regex(stdout, /^lo\s+(UNKNOWN|UP)/);
  t.is(stdout.trim().split('\n').length, 1);
  const host = await networks.setUp({ allocationId: rig.allocationId(), ...identity, networks: [], ports: [] });
  t.is(host.kind, 'host');
  t.is(host.namespacePath, undefined);
  await networks.tearDown(allocationId);
  t.deepEqual(await rig.state(), nothing);
});
