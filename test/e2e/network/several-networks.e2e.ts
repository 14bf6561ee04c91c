// Groups on several networks at once, and on networks from the user's own files.
import test from 'ava';
import { get, type NetworkRig, networkRig, nothing, run, serve } from './network-rig.ts';

const identity = { namespace: 'default', jobId: 'web', groupName: 'front' };

function bridgeList(rig: NetworkRig, name: string, subnet: string, device: string): object {
  return {
    cniVersion: '1.0.0',
    name,
    plugins: [
      {
        type: 'bridge',
        bridge: device,
        isGateway: true,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet }]],
          routes: [{ dst: '0.0.0.0/0' }],
          dataDir: `${rig.dir}/addresses`,
        },
        dns: { nameservers: ['198.51.100.53'] },
      },
      // Docker drops what is forwarded, between ports of one bridge too.
      { type: 'firewall', backend: 'iptables', iptablesAdminChainName: `${rig.word.toUpperCase()}-ADMIN` },
    ],
  };
}

test('a group has eth0 and eth1, the default route on the first, and publishes a port on a chosen one', async (t) => {
  const rig = await networkRig();
  const networks = rig.open();
  const stops: (() => Promise<void>)[] = [];
  t.teardown(async () => {
    for (const stop of stops) await stop();
    await rig.close();
    await run(['ip', 'link', 'delete', `${rig.word}1`]);
  });
  const name = `${rig.word}back`;
  await rig.conflist(name, bridgeList(rig, name, `${rig.prefixes[1]}.0/24`, `${rig.word}1`));
  const value = 20_000 + Math.floor(Math.random() * 10_000);
  const common = { hostIp: '0.0.0.0', hostNetwork: 'default', ignoreCollision: false };
  const [first, second] = [rig.allocationId(), rig.allocationId()];
  const both = [{ mode: 'bridge' }, { mode: `cni/${name}`, cniArgs: { ROLE: 'database' } }];
  const status = await networks.setUp({
    allocationId: first,
    ...identity,
    networks: both,
    ports: [
      { label: 'front', value, to: 80, ...common },
      { label: 'back', value: value + 1, to: 80, interfaceName: 'eth1', ...common },
    ],
  });
  const other = await networks.setUp({ allocationId: second, ...identity, networks: [...both].reverse(), ports: [] });
  t.deepEqual(
    status.interfaces.map(({ network, name: device }) => [device, network]),
    [
      ['eth0', rig.word],
      ['eth1', name],
    ],
  );
  t.true(status.interfaces[1]?.address.startsWith(`${rig.prefixes[1]}.`));
  t.regex(status.interfaces[1]?.mac ?? '', /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
  t.deepEqual(status.dns?.servers, ['198.51.100.53'], 'name servers of the network that has some');
  const routes = async (id: string) =>
    (await run(['ip', '-n', `${rig.word}-${id}`, 'route', 'show', 'default'])).stdout;
  t.is((await routes(first)).trim(), `default via ${rig.prefixes[0]}.1 dev eth0`);
  t.is((await routes(second)).trim(), `default via ${rig.prefixes[1]}.1 dev eth0`);

  stops.push(await serve(status.namespacePath ?? '', 80, 'hello', rig.dir));
  for (const address of status.interfaces) t.is(await get(`${address.address}:80`, other.namespacePath), 'hello');
  t.is(await get(`127.0.0.1:${value}`), 'hello');
  t.is(
    await get(`127.0.0.1:${value + 1}`),
    'hello',
    'the answer of eth1 comes back though the default route is on eth0',
  );
  t.deepEqual(await networks.check(first), { healthy: true, problems: [] });
  const setting = `/proc/sys/net/ipv4/conf/${rig.word}1/route_localnet`;
  t.is((await run(['cat', setting])).stdout.trim(), '1');
  for (const stop of stops.splice(0)) await stop();
  await networks.tearDown(first);
  t.is((await run(['cat', setting])).stdout.trim(), '0', 'a device that is not ours gets its setting back');
  await networks.tearDown(second);
  await run(['ip', 'link', 'delete', `${rig.word}1`]);
  t.deepEqual(await rig.state(), nothing);
});

test('many groups at once get an address each and leave nothing', async (t) => {
  const rig = await networkRig();
  const networks = rig.open();
  t.teardown(() => rig.close());
  const base = 20_000 + Math.floor(Math.random() * 10_000);
  const common = { to: 80, hostIp: '0.0.0.0', hostNetwork: 'default', ignoreCollision: false };
  const ids = Array.from({ length: 10 }, () => rig.allocationId());
  const statuses = await Promise.all(
    ids.map((allocationId, index) =>
      networks.setUp({
        allocationId,
        ...identity,
        networks: [{ mode: 'bridge' }],
        ports: [{ label: 'http', value: base + index, ...common }],
      }),
    ),
  );
  t.is(new Set(statuses.map((status) => status.address)).size, ids.length);
  const checks = await Promise.all(ids.map((id) => networks.check(id)));
  t.deepEqual(
    checks.flatMap((check) => check.problems),
    [],
  );
  await Promise.all(ids.map((id) => networks.tearDown(id)));
  t.deepEqual(await rig.state(), nothing);
});
