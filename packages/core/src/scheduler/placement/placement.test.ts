import test from 'ava';
import type { Constraint } from '../../model/constraint.ts';
import type { TaskGroup } from '../../model/task-group.ts';
import { makeNetwork, makeNode, makePort, makeTask, oneGroup } from '../testing/fixtures.ts';
import { liveOf, type MemoryCluster, memoryCluster, register, runJob } from '../testing/memory-cluster.ts';

function placed(cluster: MemoryCluster, group: Partial<TaskGroup>, id = 'app') {
  register(cluster, oneGroup(group, { id }));
  const result = runJob(cluster, id);
  return { live: liveOf(cluster, id), result };
}

const distinct = (operator: 'distinct_hosts' | 'distinct_property', attribute = '', value = ''): Constraint => ({
  attribute,
  operator,
  value,
});
const rackNode = (id: string, rack: string) => makeNode(id, { meta: { rack } });

test('bin packing fills one node before it opens the next', (t) => {
  const cluster = memoryCluster(['a', 'b', 'c'].map((id) => makeNode(id)));
  placed(cluster, { count: 1 }, 'first');
  const [first] = liveOf(cluster, 'first');
  const { live } = placed(cluster, { count: 1 }, 'second');
  t.is(live[0]?.nodeId, first?.nodeId);
});

test('the spread algorithm prefers the emptiest node', (t) => {
  const cluster = memoryCluster(['a', 'b'].map((id) => makeNode(id)));
  cluster.config = { ...cluster.config, algorithm: 'spread' };
  placed(cluster, { count: 1 }, 'first');
  const { live } = placed(cluster, { count: 1 }, 'second');
  t.not(live[0]?.nodeId, liveOf(cluster, 'first')[0]?.nodeId);
});

test('distinct_hosts puts at most one instance on a node', (t) => {
  const cluster = memoryCluster(['a', 'b'].map((id) => makeNode(id)));
  const { live, result } = placed(cluster, { count: 3, constraints: [distinct('distinct_hosts')] });
  t.is(new Set(live.map(({ nodeId }) => nodeId)).size, 2);
  t.is(live.length, 2);
  t.deepEqual(result.evaluation.failedTaskGroups['web']?.constraintFiltered, { distinct_hosts: 2 });
});

test('distinct_property keeps to its limit per value, and skips nodes without the property', (t) => {
  const cluster = memoryCluster([rackNode('a', 'r1'), rackNode('b', 'r1'), rackNode('c', 'r2'), makeNode('d')]);
  const { live, result } = placed(cluster, {
    count: 6,
    constraints: [distinct('distinct_property', '${meta.rack}', '2')],
  });
  const racks = live.map(({ nodeId }) => cluster.nodes.get(nodeId)?.meta['rack']).sort();
  t.deepEqual(racks, ['r1', 'r1', 'r2', 'r2']);
  const nearest = result.evaluation.failedTaskGroups['web']?.nearest.find(({ nodeId }) => nodeId === 'd');
  t.is(nearest?.failures[0]?.reason, 'distinct_property: the node has no ${meta.rack}');
});

test('an even spread puts as many on each rack', (t) => {
  const cluster = memoryCluster([rackNode('a', 'r1'), rackNode('b', 'r2'), rackNode('c', 'r3')]);
  const { live } = placed(cluster, {
    count: 6,
    spreads: [{ attribute: '${meta.rack}', weight: 50, targets: [] }],
  });
  const perNode = Map.groupBy(live, ({ nodeId }) => nodeId);
  t.deepEqual(
    [...perNode.values()].map((list) => list.length),
    [2, 2, 2],
  );
});

test('a spread with targets keeps to the percentages', (t) => {
  const cluster = memoryCluster([rackNode('a', 'r1'), rackNode('b', 'r2'), rackNode('c', 'r3')]);
  const targets = [
    { value: 'r1', percent: 75 },
    { value: 'r2', percent: 25 },
  ];
  const { live } = placed(cluster, { count: 4, spreads: [{ attribute: '${meta.rack}', weight: 100, targets }] });
  t.deepEqual(live.map(({ nodeId }) => nodeId).sort(), ['a', 'a', 'a', 'b']);
});

test('an affinity draws, a negative one keeps away', (t) => {
  const affinity = (weight: number) => ({ attribute: '${meta.rack}', operator: '=', value: 'r2', weight }) as const;
  const nodes = [rackNode('a', 'r1'), rackNode('b', 'r2')];
  t.is(placed(memoryCluster(nodes), { affinities: [affinity(50)] }).live[0]?.nodeId, 'b');
  t.is(placed(memoryCluster(nodes), { affinities: [affinity(-50)] }).live[0]?.nodeId, 'a');
});

test('the scores of the metrics are those of the formulas and their mean', (t) => {
  const cluster = memoryCluster([rackNode('a', 'r1')]);
  const affinity = { attribute: '${meta.rack}', operator: '=', value: 'r1', weight: 50 } as const;
  const { live } = placed(cluster, { count: 2, affinities: [affinity] });
  const second = live.find(({ name }) => name === 'app.web[1]')?.metrics?.scores[0];
  const binpack = (20 - (10 ** 0.75 + 10 ** 0.875)) / 18;
  t.deepEqual(second?.scores, { binpack, 'job-anti-affinity': -1, 'node-affinity': 1 });
  t.is(second?.normScore, binpack / 3);
});

test('reserved resources and ports of a node are not given away', (t) => {
  const reserved = { cpuMhz: 3_600, memoryMiB: 0, diskMiB: 0, ports: [8_080] };
  const cluster = memoryCluster([makeNode('a', { reserved })]);
  const reservedPorts = [makePort({ value: 8_080 })];
  const { result } = placed(cluster, { networks: [makeNetwork({ reservedPorts })] });
  const reasons = result.evaluation.failedTaskGroups['web']?.nearest[0]?.failures.map(({ reason }) => reason);
  t.deepEqual(reasons, [
    'cpu: needs 500 MHz, has 400 free of 400',
    'port 8080 (http) is held by the reserved ports of the node',
  ]);
});

test('a static port is given once per address, and its holder is named', (t) => {
  const networks = [
    { name: 'default', device: 'eth0', address: '192.0.2.1' },
    { name: 'private', device: 'eth1', address: '10.0.0.1' },
  ];
  const node = makeNode('a', { resources: { ...makeNode('a').resources, networks } });
  const cluster = memoryCluster([node]);
  const asking = (hostNetwork: string) => ({
    networks: [makeNetwork({ reservedPorts: [makePort({ value: 5_678, to: 80, hostNetwork })] })],
  });
  const first = placed(cluster, asking('default'), 'first').live[0];
  t.deepEqual(first?.resources.shared.ports, [
    { label: 'http', value: 5_678, to: 80, hostIp: '192.0.2.1', hostNetwork: 'default', ignoreCollision: false },
  ]);
  t.is(placed(cluster, asking('private'), 'second').live.length, 1);
  const { live, result } = placed(cluster, asking('default'), 'third');
  t.is(live.length, 0);
  t.is(
    result.evaluation.failedTaskGroups['web']?.nearest[0]?.failures[0]?.reason,
    `port 5678 (http) is held by allocation ${first?.id.slice(0, 8)} (first.web[0])`,
  );
});

test('ignore_collision lets instances share a static port', (t) => {
  const port = makePort({ value: 5_678, ignoreCollision: true });
  const { live } = placed(memoryCluster([makeNode('a')]), {
    count: 2,
    networks: [makeNetwork({ reservedPorts: [port] })],
  });
  t.is(live.length, 2);
});

test('dynamic ports come from the range of the node until the last one is given', (t) => {
  const resources = { ...makeNode('a').resources, dynamicPortMin: 20_000, dynamicPortMax: 20_004 };
  const cluster = memoryCluster([makeNode('a', { resources })]);
  const dynamicPorts = [makePort({ label: 'a' }), makePort({ label: 'b', to: -1 })];
  const { live, result } = placed(cluster, { count: 3, networks: [makeNetwork({ dynamicPorts })] });
  t.is(live.length, 2);
  const ports = live.flatMap((allocation) => allocation.resources.shared.ports);
  t.is(new Set(ports.map(({ value }) => value)).size, 4);
  t.true(ports.every(({ value, to }) => value >= 20_000 && value <= 20_004 && to === value));
  t.is(
    result.evaluation.failedTaskGroups['web']?.nearest[0]?.failures[0]?.reason,
    'needs 2 dynamic ports, 1 more than are free in 20000–20004',
  );
});

test('reserved cores are concrete, disjoint and count as their share of the cpu', (t) => {
  const cluster = memoryCluster([makeNode('a')]);
  const task = (name: string) => makeTask({ name, resources: { cpuMhz: 0, cores: 1, memoryMiB: 10, devices: [] } });
  const { live, result } = placed(cluster, { count: 3, tasks: [task('one'), task('two')] });
  const cores = live.flatMap(({ resources }) => Object.values(resources.tasks).flatMap((given) => given.cores ?? []));
  t.deepEqual(cores.sort(), [0, 1, 2, 3]);
  t.is(live[0]?.resources.tasks['one']?.cpuMhz, 1_000);
  const reasons = result.evaluation.failedTaskGroups['web']?.nearest[0]?.failures.map(({ check }) => check);
  t.deepEqual(reasons, ['cpu', 'cores']);
});

test('memory_max is only given where the cluster allows oversubscription', (t) => {
  const tasks = [makeTask({ resources: { cpuMhz: 1, memoryMiB: 10, memoryMaxMiB: 20, devices: [] } })];
  const cluster = memoryCluster([makeNode('a')]);
  t.is(placed(cluster, { tasks }, 'one').live[0]?.resources.tasks['main']?.memoryMaxMiB, undefined);
  cluster.config = { ...cluster.config, memoryOversubscription: true };
  t.is(placed(cluster, { tasks }, 'two').live[0]?.resources.tasks['main']?.memoryMaxMiB, 20);
});
