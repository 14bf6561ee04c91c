import test from 'ava';
import { checkPlacement, checkPlan } from './check-placement.ts';
import { makeNetwork, makeNode, makePort, makeTask, oneGroup } from './testing/fixtures.ts';
import {
  apply,
  change,
  decide,
  liveOf,
  memoryCluster,
  register,
  runJob,
  snapshotOf,
} from './testing/memory-cluster.ts';

const half = (changes = {}) => [makeTask({ resources: { cpuMhz: 2_000, memoryMiB: 100, devices: [] }, ...changes })];

test('checkPlan accepts a plan made on the same state whole', (t) => {
  const cluster = memoryCluster([makeNode('a')]);
  register(cluster, oneGroup({ count: 2, tasks: half() }));
  const { plan } = decide(cluster, 'app');
  if (plan === undefined) return t.fail('there is a plan');
  const { rejected, accepted } = checkPlan(snapshotOf(cluster), plan);
  t.deepEqual(rejected, []);
  t.is(accepted, plan);
});

test('checkPlan leaves out the nodes another plan has filled meanwhile', (t) => {
  const cluster = memoryCluster([makeNode('a')]);
  register(cluster, oneGroup({ count: 1, tasks: half() }, { id: 'one' }));
  register(cluster, oneGroup({ count: 2, tasks: half() }, { id: 'two' }));
  const late = decide(cluster, 'two');
  apply(cluster, decide(cluster, 'one'));
  if (late.plan === undefined) return t.fail('there is a plan');
  const { rejected, accepted } = checkPlan(snapshotOf(cluster), late.plan);
  t.deepEqual(rejected, [{ nodeId: 'a', reason: 'cpu: needs 2000 MHz, has 0 free of 4000' }]);
  t.deepEqual(accepted.placements, []);
});

test('checkPlan counts the stops of the plan in, and drops a stop with its successor', (t) => {
  const cluster = memoryCluster([makeNode('a')]);
  register(cluster, oneGroup({ count: 2, tasks: half() }));
  runJob(cluster, 'app');
  register(cluster, oneGroup({ count: 2, tasks: half({ env: { A: '1' } }) }));
  const { plan } = decide(cluster, 'app');
  if (plan === undefined) return t.fail('there is a plan');
  t.deepEqual(checkPlan(snapshotOf(cluster), plan).rejected, []);
  cluster.nodes.set('a', makeNode('a', { status: 'down' }));
  const { accepted, rejected } = checkPlan(snapshotOf(cluster), plan);
  t.is(rejected[0]?.reason, 'the node takes no new work');
  t.deepEqual([accepted.stops, accepted.placements], [[], []]);
});

test('checkPlacement names the port, the core or the node that is in the way', (t) => {
  const cluster = memoryCluster([makeNode('a')]);
  const networks = [makeNetwork({ reservedPorts: [makePort({ value: 80 })] })];
  const cores = [makeTask({ resources: { cpuMhz: 0, cores: 1, memoryMiB: 10, devices: [] } })];
  register(cluster, oneGroup({ networks }, { id: 'port' }));
  register(cluster, oneGroup({ tasks: cores }, { id: 'core' }));
  runJob(cluster, 'port');
  runJob(cluster, 'core');
  const [port] = liveOf(cluster, 'port');
  const [core] = liveOf(cluster, 'core');
  if (port === undefined || core === undefined) return t.fail('both are placed');
  const snapshot = snapshotOf(cluster);
  t.deepEqual(checkPlacement(snapshot, port), { ok: true });
  const reason = `port 80 (http) is held by allocation ${port.id.slice(0, 8)} (port.web[0])`;
  t.deepEqual(checkPlacement(snapshot, { ...port, id: 'new' }), { ok: false, reason });
  const coreCheck = checkPlacement(snapshot, { ...core, id: 'new' });
  t.deepEqual(coreCheck, { ok: false, reason: 'core 0 is reserved by another allocation' });
  t.deepEqual(checkPlacement(snapshot, { ...port, nodeId: 'b' }), { ok: false, reason: 'the node is gone' });
  change(cluster, port.id, { clientStatus: 'complete' });
  t.deepEqual(checkPlacement(snapshotOf(cluster), { ...port, id: 'new' }), { ok: true });
});
