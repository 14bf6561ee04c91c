// Wrong configurations and failing plugins: one clear message each, and nothing left.
import { chmod, writeFile } from 'node:fs/promises';
import { describeError, OrchError } from '@orch/core/lib/errors';
import test from 'ava';
import { type NetworkRig, networkRig, nothing, run } from './network-rig.ts';

const identity = { namespace: 'default', jobId: 'web', groupName: 'front' };
const systemPlugins = ['/opt/cni/bin', '/usr/lib/cni', '/usr/libexec/cni'];

async function plugin(rig: NetworkRig, name: string, script: string): Promise<void> {
  await writeFile(`${rig.dir}/${name}`, `#!/bin/sh\n${script}\n`);
  await chmod(`${rig.dir}/${name}`, 0o755);
}

async function failure(rig: NetworkRig, mode: string): Promise<OrchError> {
  const networks = rig.open({ binDirs: [...systemPlugins, rig.dir] });
  const request = { allocationId: rig.allocationId(), ...identity, networks: [{ mode }], ports: [] };
  try {
    await networks.setUp(request);
  } catch (error) {
    if (error instanceof OrchError) return error;
    throw error;
  } finally {
    await networks.close();
  }
  throw new Error('the set-up succeeded');
}

test('a network that does not exist is named with the directories, the known names and the nearest', async (t) => {
  const rig = await networkRig();
  t.teardown(() => rig.close());
  await rig.conflist('front', { cniVersion: '1.0.0', name: 'frontend', plugins: [{ type: 'bridge' }] });
  const error = await failure(rig, 'cni/fronted');
  t.is(error.code, 'network-unknown');
  const text = describeError(error);
  t.true(text.includes(`no CNI network "fronted" in ${rig.configDir}; known: frontend`), text);
  t.true(text.includes('did you mean "frontend"?'), text);
  t.deepEqual(await rig.state(), nothing);
});

test('a configuration that cannot be read names its file and field', async (t) => {
  const rig = await networkRig();
  t.teardown(() => rig.close());
  await rig.conflist('broken', { cniVersion: '1.0.0', name: 'broken', plugins: [{ kind: 'bridge' }] });
  const text = describeError(await failure(rig, 'cni/broken'));
  t.true(text.includes(`${rig.configDir}/broken.conflist: plugins[0].type: expected the name`), text);
  t.deepEqual(await rig.state(), nothing);
});

test('a plugin that is missing, fails, crashes or talks nonsense is named with what it said, and leaves nothing', async (t) => {
  const rig = await networkRig();
  t.teardown(() => rig.close());
  const bridge = {
    type: 'bridge',
    bridge: `${rig.word}1`,
    isGateway: true,
    ipMasq: true,
    ipam: { type: 'host-local', ranges: [[{ subnet: `${rig.prefixes[1]}.0/24` }]], dataDir: `${rig.dir}/addresses` },
  };
  await plugin(
    rig,
    'fails',
    '[ $CNI_COMMAND = DEL ] || { echo \'{"code":7,"msg":"speed is not a number"}\'; exit 1; }',
  );
  await plugin(rig, 'crashes', '[ $CNI_COMMAND = DEL ] || { echo "panic: nil map" >&2; kill -SEGV $$; }');
  await plugin(rig, 'broken', 'echo "wrong library" >&2; exit 127');
  await plugin(rig, 'talks', 'echo hello');
  const wanted: Readonly<Record<string, RegExp>> = {
    absent: /the CNI plugin "absent" that .*absent\.conflist asks for is in none of .*install the package/,
    fails: /CNI plugin "fails" \(ADD, .*fails\.conflist\): speed is not a number \(correct the network configuration\)/,
    crashes: /CNI plugin "crashes" \(ADD.*without an error object: panic: nil map/,
    broken: /CNI plugin "broken" \(ADD.*ended with exit code 127 without an error object: wrong library/,
    talks: /CNI plugin "talks" \(ADD.*its answer is not JSON: hello/,
  };
  for (const [type, message] of Object.entries(wanted)) {
    await rig.conflist(type, { cniVersion: '1.0.0', name: type, plugins: [bridge, { type }] });
    const error = await failure(rig, `cni/${type}`);
    t.regex(describeError(error), message);
    // The device comes from the user's own file and stays, as with every CNI runtime.
    await run(['ip', 'link', 'delete', `${rig.word}1`]);
    t.false(describeError(error).includes('could not be removed'));
    t.deepEqual(await rig.state(), nothing, type);
    t.is((await run(['find', `${rig.dir}/records`, '-type', 'f'])).stdout, '', 'no record is left');
  }
});

test('a used-up subnet says so, and what was given back can be used again', async (t) => {
  const rig = await networkRig();
  t.teardown(() => rig.close());
  const name = `${rig.word}tiny`;
  const ipam = {
    type: 'host-local',
    ranges: [[{ subnet: `${rig.prefixes[1]}.0/30` }]],
    dataDir: `${rig.dir}/addresses`,
  };
  await rig.conflist('tiny', {
    cniVersion: '1.0.0',
    name,
    plugins: [{ type: 'bridge', bridge: `${rig.word}1`, ipam }],
  });
  const networks = rig.open();
  const request = () => ({
    allocationId: rig.allocationId(),
    ...identity,
    networks: [{ mode: `cni/${name}` }],
    ports: [],
  });
  const first = request();
  await networks.setUp(first);
  const error = await t.throwsAsync(networks.setUp(request()));
  t.regex(describeError(error), /no IP addresses available.*widen it/);
  await networks.tearDown(first.allocationId);
  const third = request();
  await networks.setUp(third);
  await networks.tearDown(third.allocationId);
  await run(['ip', 'link', 'delete', `${rig.word}1`]);
  t.deepEqual(await rig.state(), nothing);
});
