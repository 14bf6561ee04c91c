import test from 'ava';
import type { GroupNetworkRequest, GroupPort } from './group-networks.ts';
import { cniArgsOf, planGroupNetworks } from './network-modes.ts';
import { planPortMappings } from './port-mapping.ts';

const request: GroupNetworkRequest = {
  allocationId: 'alloc-1',
  namespace: 'default',
  jobId: 'web',
  groupName: 'front',
  networks: [{ mode: 'bridge', hostname: 'web-1' }],
  ports: [],
};
const http: GroupPort = {
  label: 'http',
  value: 8080,
  to: 80,
  hostIp: '192.0.2.2',
  hostNetwork: 'default',
  ignoreCollision: false,
};

test('planGroupNetworks numbers the interfaces of a list of networks', (t) => {
  const plan = planGroupNetworks({
    ...request,
    networks: [{ mode: 'bridge' }, { mode: 'cni/back', cniArgs: { A: '1' } }],
  });
  t.deepEqual(plan, {
    kind: 'namespace',
    interfaces: [
      { ifName: 'eth0', mode: { kind: 'bridge' }, cniArgs: {} },
      { ifName: 'eth1', mode: { kind: 'cni', name: 'back' }, cniArgs: { A: '1' } },
    ],
  });
});

test('no network, an empty mode and host are the host network; none is none', (t) => {
  t.deepEqual(planGroupNetworks({ ...request, networks: [] }), { kind: 'host' });
  t.deepEqual(planGroupNetworks({ ...request, networks: [{ mode: '', hostname: 'x' }], ports: [http] }), {
    kind: 'host',
    hostname: 'x',
  });
  t.deepEqual(planGroupNetworks({ ...request, networks: [{ mode: 'none' }] }), { kind: 'none' });
});

test('what does not go together is refused with the mend', (t) => {
  const wrong: readonly (readonly [Partial<GroupNetworkRequest>, RegExp])[] = [
    [{ networks: [{ mode: 'host' }, { mode: 'bridge' }] }, /"host" cannot be combined/],
    [{ networks: [{ mode: 'none' }], ports: [http] }, /port "http": a group with network mode "none" has no ports/],
    [{ networks: [{ mode: 'cni/' }] }, /network mode "cni\/" is unknown/],
    [{ networks: [{ mode: 'nat' }] }, /network mode "nat" is unknown/],
    [{ ports: [{ ...http, interfaceName: 'eth1' }] }, /no interface "eth1" \(it has eth0\)/],
  ];
  for (const [part, message] of wrong) {
    t.throws(() => planGroupNetworks({ ...request, ...part }), { message, code: 'network-invalid' });
  }
});

test('cniArgsOf lets nobody take another identity', (t) => {
  t.deepEqual(cniArgsOf(request, { ROLE: 'db', NOMAD_JOB_ID: 'other', IgnoreUnknown: 'false' }), {
    IgnoreUnknown: 'false',
    ROLE: 'db',
    NOMAD_REGION: 'global',
    NOMAD_NAMESPACE: 'default',
    NOMAD_JOB_ID: 'web',
    NOMAD_GROUP_NAME: 'front',
    NOMAD_ALLOC_ID: 'alloc-1',
  });
});

test('planPortMappings leads ports to the address of their interface and family', (t) => {
  const interfaces = [
    { name: 'eth0', addresses: ['10.1.0.5', 'fd00::5'] },
    { name: 'eth1', addresses: ['10.2.0.5'] },
  ];
  const mapped = (port: GroupPort) =>
    planPortMappings([port], interfaces).map(({ hostIp, hostPort, toIp, toPort, masquerade }) => [
      hostIp,
      hostPort,
      toIp,
      toPort,
      masquerade,
    ]);
  t.deepEqual(mapped(http), [['192.0.2.2', 8080, '10.1.0.5', 80, false]]);
  t.deepEqual(mapped({ ...http, hostIp: '', to: -1 }), [
    ['any', 8080, '10.1.0.5', 8080, false],
    ['any', 8080, 'fd00::5', 8080, false],
  ]);
  t.deepEqual(mapped({ ...http, hostIp: '0.0.0.0', interfaceName: 'eth1', to: 0 }), [
    ['any', 8080, '10.2.0.5', 8080, true],
  ]);
  t.throws(() => mapped({ ...http, hostIp: '2001:db8::1', interfaceName: 'eth1' }), {
    message: /port "http" on 2001:db8::1: interface eth1 has no address/,
  });
  t.throws(() => mapped({ ...http, hostIp: 'localhost' }), { message: /host address "localhost" is no IP address/ });
  t.throws(() => mapped({ ...http, value: 0 }), { message: /0 is not a port number/ });
  t.throws(() => mapped({ ...http, to: 70_000 }), { message: /to = 70000 is not a port number/ });
});
