import test from 'ava';
import type { Constraint } from '../../model/constraint.ts';
import { makeGroup, makeNetwork, makeNode, makePort, makeTask } from '../testing/fixtures.ts';
import { checkCapacity } from './capacity-check.ts';
import { checkConstraint, compileConstraints } from './constraint-check.ts';
import { checkCores } from './cores-check.ts';
import { checkDatacenter, matchesGlob } from './datacenter-check.ts';
import { checkDevices } from './device-check.ts';
import { checkDriver } from './driver-check.ts';
import { checkHostNetwork, findHostNetwork } from './host-network-check.ts';
import { checkNetwork } from './network-check.ts';
import { checkNodePool } from './node-pool-check.ts';
import { checkNodeState } from './node-state-check.ts';

test('matchesGlob takes * for any characters', (t) => {
  t.true(matchesGlob('*', 'dc1'));
  t.true(matchesGlob('eu-*', 'eu-west'));
  t.true(matchesGlob('*-west', 'eu-west'));
  t.true(matchesGlob('e*-w*t', 'eu-west'));
  t.false(matchesGlob('e*-w*s', 'eu-west'));
  t.false(matchesGlob('ab*ba', 'aba'));
  t.false(matchesGlob('dc1', 'dc10'));
});

test('checkDatacenter names both sides and the mend', (t) => {
  t.is(checkDatacenter(['dc*'], makeNode('a')), undefined);
  const failure = checkDatacenter(['dc2', 'eu-*'], makeNode('a'));
  t.is(failure?.reason, 'the node is in datacenter "dc1", the job asks for "dc2", "eu-*"');
  t.is(failure?.mend, 'add "dc1" to the job\'s datacenters');
});

test('checkNodePool lets the pool all take every node', (t) => {
  t.is(checkNodePool('all', makeNode('a', { nodePool: 'gpu' })), undefined);
  t.is(checkNodePool('', makeNode('a')), undefined);
  t.regex(checkNodePool('default', makeNode('a', { nodePool: 'gpu' }))?.reason ?? '', /pool "gpu".*"default"/);
});

test('checkNodeState refuses nodes that are down, draining or ineligible', (t) => {
  t.is(checkNodeState(makeNode('a')), undefined);
  t.is(checkNodeState(makeNode('a', { status: 'down' }))?.countedAs, 'node down');
  t.is(checkNodeState(makeNode('a', { schedulingEligibility: 'ineligible' }))?.countedAs, 'node ineligible');
  const drain = { deadlineMs: 1, ignoreSystemJobs: false, startedAtMs: 1 };
  t.is(checkNodeState(makeNode('a', { drain }))?.countedAs, 'node draining');
});

const windows: Constraint = { attribute: '${attr.kernel.name}', operator: '=', value: 'windows' };

test('checkConstraint says what the node has', (t) => {
  const [compiled] = compileConstraints([windows]);
  if (compiled === undefined) return t.fail('one constraint is compiled');
  const failure = checkConstraint(compiled, makeNode('a'));
  t.is(failure?.reason, 'constraint `${attr.kernel.name} = windows`: the node has "linux"');
  t.is(failure?.countedAs, '${attr.kernel.name} = windows');
  const bare = checkConstraint(compiled, makeNode('a', { attributes: {} }));
  t.is(bare?.reason, 'constraint `${attr.kernel.name} = windows`: the node has no ${attr.kernel.name}');
});

test('checkConstraint names a pattern or version constraint that cannot be understood', (t) => {
  const [pattern] = compileConstraints([{ ...windows, operator: 'regexp', value: '(' }]);
  const [version] = compileConstraints([{ ...windows, operator: 'version', value: 'new' }]);
  if (pattern === undefined || version === undefined) return t.fail('both are compiled');
  t.regex(checkConstraint(pattern, makeNode('a'))?.reason ?? '', /"\(" is not a valid pattern/);
  t.regex(checkConstraint(version, makeNode('a'))?.reason ?? '', /"new" is not a valid version constraint/);
});

test('compileConstraints resolves node facts, meta and values, and knows unique ones', (t) => {
  const node = makeNode('a', { nodeClass: 'big', meta: { rack: 'r1' }, attributes: { want: 'r1' } });
  const ask = (attribute: string, value: string) => compileConstraints([{ attribute, operator: '=', value }])[0];
  t.true(ask('${node.unique.name}', 'a')?.holds(node));
  t.true(ask('${node.unique.id}', 'a')?.escapes);
  t.true(ask('${node.class}', 'big')?.holds(node));
  t.true(ask('${node.datacenter}', 'dc1')?.holds(node));
  t.true(ask('${node.pool}', 'default')?.holds(node));
  t.true(ask('${meta.rack}', '${attr.want}')?.holds(node));
  t.false(ask('${meta.rack}', 'r1')?.escapes);
  t.true(ask('${attr.unique.hostname}', 'a')?.escapes);
  t.true(ask('literal', 'literal')?.holds(node));
  t.false(ask('${meta.toString}', 'x')?.holds(node));
});

test('checkDriver tells missing, undetected and unhealthy drivers apart', (t) => {
  const fact = { attributes: {}, description: 'install a JRE' };
  const drivers = {
    java: { ...fact, detected: false, healthy: false },
    docker: { ...fact, detected: true, healthy: false, description: 'the engine does not answer' },
  };
  const node = makeNode('a', { drivers });
  t.is(checkDriver('exec', makeNode('a')), undefined);
  t.is(checkDriver('java', node)?.reason, 'driver java: not detected');
  t.is(checkDriver('java', node)?.mend, 'install a JRE');
  t.is(checkDriver('docker', node)?.reason, 'driver docker: unhealthy');
  t.is(checkDriver('qemu', node)?.reason, 'driver qemu: not enabled on the node (it has docker, java)');
});

test('checkNetwork asks for the CNI plugins of bridge mode and for named CNI networks', (t) => {
  const bridge = makeNetwork({ mode: 'bridge' });
  const attributes = Object.fromEntries(
    ['bridge', 'firewall', 'host-local', 'loopback'].map((name) => [`plugins.cni.version.${name}`, '1.1.1']),
  );
  t.is(checkNetwork(makeNetwork(), makeNode('a')), undefined);
  t.is(checkNetwork(makeNetwork({ mode: 'none' }), makeNode('a')), undefined);
  t.is(checkNetwork(bridge, makeNode('a', { attributes })), undefined);
  t.is(checkNetwork(bridge, makeNode('a', { cniNetworks: ['bridge'] })), undefined);
  const bare = makeNode('a', { attributes: { ...attributes, 'network.tools.missing': 'nft' } });
  t.is(checkNetwork(bridge, bare)?.reason, 'network mode bridge: the program nft is not installed on the node');
  t.regex(checkNetwork(bridge, makeNode('a'))?.reason ?? '', /bridge is not installed; firewall is not installed/);
  const old = { ...attributes, 'plugins.cni.version.firewall': '0.3.1' };
  const tooOld = checkNetwork(bridge, makeNode('a', { attributes: old }));
  t.is(tooOld?.reason, 'network mode bridge: CNI plugin firewall is 0.3.1, at least 0.4.0 is needed');
  const named = makeNetwork({ mode: 'cni/vlan7' });
  t.is(checkNetwork(named, makeNode('a', { cniNetworks: ['vlan7'] })), undefined);
  t.regex(checkNetwork(named, makeNode('a', { cniNetworks: ['x'] }))?.reason ?? '', /"vlan7".*it has x/);
  t.regex(checkNetwork(makeNetwork({ mode: 'weird' }), makeNode('a'))?.reason ?? '', /"weird" is unknown/);
});

test('checkHostNetwork resolves names and node facts', (t) => {
  const networks = [
    { name: 'public', device: 'eth0', address: '198.51.100.1' },
    { name: 'private', device: 'eth1', address: '10.0.0.1' },
  ];
  const node = makeNode('a', { meta: { net: 'private' }, resources: { ...makeNode('a').resources, networks } });
  t.is(findHostNetwork(node, 'private')?.address, '10.0.0.1');
  t.is(findHostNetwork(node, 'default')?.address, '198.51.100.1');
  t.is(findHostNetwork(node, '${meta.net}')?.address, '10.0.0.1');
  t.is(findHostNetwork(node, '${meta.other}'), undefined);
  t.regex(
    checkHostNetwork(makePort({ hostNetwork: 'dmz' }), node)?.reason ?? '',
    /"dmz", the node has public, private/,
  );
});

test('checkCapacity lists every dimension that is too small, with numbers', (t) => {
  const capacity = { cpuMhz: 4_000, memoryMiB: 2_048, diskMiB: 1_000 };
  const used = { cpuMhz: 3_800, memoryMiB: 1_848, diskMiB: 0 };
  const failures = checkCapacity({ cpuMhz: 500, memoryMiB: 512, diskMiB: 1_000 }, used, capacity);
  t.deepEqual(
    failures.map(({ reason, mend }) => [reason, mend]),
    [
      ['cpu: needs 500 MHz, has 200 free of 4000', 'free 300 MHz on the node, lower resources.cpu, or add a node'],
      [
        'memory: needs 512 MiB, has 200 free of 2048',
        'free 312 MiB on the node, lower resources.memory, or add a node',
      ],
    ],
  );
  const [disk] = checkCapacity({ cpuMhz: 0, memoryMiB: 0, diskMiB: 1_500 }, used, capacity);
  t.is(disk?.mend, 'lower ephemeral_disk.size by 500 MiB, or add a larger node');
});

test('checkCores and checkDevices say what is missing', (t) => {
  t.is(checkCores(2, 2, makeNode('a')), undefined);
  t.is(checkCores(3, 1, makeNode('a'))?.reason, 'cores: needs 3, has 1 free of 4');
  t.is(checkDevices(makeGroup()), undefined);
  const device = { name: 'gpu', count: 1, constraints: [], affinities: [] };
  const group = makeGroup({ tasks: [makeTask({ resources: { cpuMhz: 1, memoryMiB: 1, devices: [device] } })] });
  t.regex(checkDevices(group)?.reason ?? '', /task "main" asks for device "gpu"/);
});
