// The agent is killed at every step of a set-up and of a tear-down: the next one leaves nothing behind.
import test from 'ava';
import { get, type NetworkRig, networkRig, nothing, run, serve } from './network-rig.ts';

const identity = { namespace: 'default', jobId: 'web', groupName: 'front' };

async function twoNetworks(rig: NetworkRig): Promise<void> {
  await rig.conflist('back', {
    cniVersion: '1.0.0',
    name: `${rig.word}back`,
    plugins: [
      {
        type: 'bridge',
        bridge: `${rig.word}1`,
        isGateway: true,
        ipMasq: true,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: `${rig.prefixes[1]}.0/24` }]],
          dataDir: `${rig.dir}/addresses`,
        },
      },
      { type: 'firewall', backend: 'iptables', iptablesAdminChainName: `${rig.word.toUpperCase()}-ADMIN` },
    ],
  });
}

function request(rig: NetworkRig, allocationId: string) {
  return {
    allocationId,
    ...identity,
    networks: [{ mode: 'bridge' }, { mode: `cni/${rig.word}back` }],
    ports: [
      {
        label: 'http',
        value: 20_000 + Math.floor(Math.random() * 10_000),
        to: 80,
        hostIp: '0.0.0.0',
        hostNetwork: 'default',
        ignoreCollision: false,
      },
    ],
  };
}

/** The bridge of a network that came from the user's own file stays: it is the user's. */
async function removeOwnBridge(rig: NetworkRig): Promise<void> {
  await run(['ip', 'link', 'delete', `${rig.word}1`]);
}

test('a set-up that is killed at any step leaves nothing after reconcile', async (t) => {
  const rig = await networkRig();
  t.teardown(async () => {
    await rig.close();
    await removeOwnBridge(rig);
  });
  await twoNetworks(rig);
  let steps = 0;
  const whole = rig.open({ onRun: () => (steps += 1) });
  const first = rig.allocationId();
  await whole.setUp(request(rig, first));
  const setUpSteps = steps;
  await whole.tearDown(first);
  await whole.close();
  await removeOwnBridge(rig);
  t.deepEqual(await rig.state(), nothing);
  t.log(`${setUpSteps} programs a set-up, ${steps - setUpSteps} a tear-down of the last allocation`);

  for (let killedAt = 0; killedAt < setUpSteps; killedAt += 1) {
    const allocationId = rig.allocationId();
    const programs: string[] = [];
    let runs = 0;
    const reached = new Promise<void>((resolve) => {
      const dying = rig.open({
        killedAt,
        onRun: (argv) => {
          programs.push(argv.join(' '));
          runs += 1;
          if (runs > killedAt) resolve();
        },
      });
      // Never settles: its process is dead.
      void dying.setUp(request(rig, allocationId));
    });
    await reached;
    await new Promise((resolve) => setTimeout(resolve, 150));
    const next = rig.open();
    const report = await next.reconcile([]);
    await next.close();
    await removeOwnBridge(rig);
    t.deepEqual(report.problems, [], `killed in ${programs.at(-1)}`);
    t.deepEqual(await rig.state(), nothing, `killed in ${programs.at(-1)}`);
  }
});

test('a tear-down that is killed at any step is finished by reconcile', async (t) => {
  const rig = await networkRig();
  t.teardown(async () => {
    await rig.close();
    await removeOwnBridge(rig);
  });
  await twoNetworks(rig);
  for (let killedAt = 0; killedAt < 12; killedAt += 1) {
    const allocationId = rig.allocationId();
    const before = rig.open();
    await before.setUp(request(rig, allocationId));
    await before.close();
    let last = '';
    const dying = rig.open({ killedAt, onRun: (argv) => (last = argv.join(' ')) });
    const ended = dying.tearDown(allocationId).then(() => true);
    const isDone = await Promise.race([ended, new Promise((resolve) => setTimeout(() => resolve(false), 500))]);
    const next = rig.open();
    const report = await next.reconcile([]);
    await next.close();
    await removeOwnBridge(rig);
    t.deepEqual(report.problems, [], `killed in ${last}`);
    t.deepEqual(await rig.state(), nothing, `killed in ${last}`);
    if (isDone) break;
  }
});

test('a new agent keeps what stands, repairs rules, and says what a vanished namespace lost', async (t) => {
  const rig = await networkRig();
  const stops: (() => Promise<void>)[] = [];
  t.teardown(async () => {
    for (const stop of stops) await stop();
    await rig.close();
    await removeOwnBridge(rig);
  });
  await twoNetworks(rig);
  const [kept, lost, dead] = [rig.allocationId(), rig.allocationId(), rig.allocationId()];
  const before = rig.open();
  const wanted = request(rig, kept);
  const status = await before.setUp(wanted);
  await before.setUp(request(rig, lost));
  await before.setUp(request(rig, dead));
  await before.close();
  stops.push(await serve(status.namespacePath ?? '', 80, 'kept', rig.dir));
  await run(['nft', 'delete', 'table', 'inet', rig.word]);
  await run(['iptables', '-F', `${rig.word.toUpperCase()}-FORWARD`]);
  await run(['ip', 'netns', 'delete', `${rig.word}-${lost}`]);
  const leaked = `${rig.word}-${rig.allocationId()}`;
  await run(['ip', 'netns', 'add', leaked]);
  await run(['ip', 'netns', 'add', `${rig.word}-other`]);

  const next = rig.open();
  t.false((await next.check(kept)).healthy);
  const report = await next.reconcile([kept, lost]);
  t.deepEqual(report, {
    kept: [kept],
    lost: [lost],
    removed: [dead],
    leakedNamespaces: [leaked],
    problems: [],
  });
  t.is(
    (await run(['ip', 'netns', 'delete', `${rig.word}-other`])).exitCode,
    0,
    'a name that is no allocation is not ours',
  );
  t.deepEqual(await next.check(kept), { healthy: true, problems: [] });
  const [port] = wanted.ports;
  t.is(await get(`127.0.0.1:${port?.value}`), 'kept');
  t.deepEqual(await next.setUp(wanted), status, 'a network that stands is not made again');
  for (const stop of stops.splice(0)) await stop();
  const { iptables, addresses } = await rig.state();
  t.false(iptables.includes(lost) || iptables.includes(dead), 'no rule of a removed allocation');
  t.is(addresses.split('\n').length, 2, 'only the addresses of the one that stands');
  await next.tearDown(kept);
  await next.close();
  await removeOwnBridge(rig);
  t.deepEqual(await rig.state(), nothing);
});
