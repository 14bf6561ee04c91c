import test from 'ava';
import { explainJob } from './explain.ts';
import { makeNetwork, makeNode, makePort, makeTask, oneGroup, start } from './testing/fixtures.ts';
import { memoryCluster, register, runJob, snapshotOf } from './testing/memory-cluster.ts';

test('explainJob lists every failed check of every node for a job that is only proposed', (t) => {
  const undetected = { detected: false, healthy: false, description: 'install docker.io', attributes: {} };
  const cluster = memoryCluster([
    makeNode('fine', { drivers: { docker: { ...undetected, detected: true, healthy: true } } }),
    makeNode('bare', { datacenter: 'dc2', drivers: { docker: undetected } }),
    makeNode('gone', { status: 'down' }),
  ]);
  const job = oneGroup(
    {
      tasks: [makeTask({ driver: 'docker', resources: { cpuMhz: 100, memoryMiB: 9_000, devices: [] } })],
      constraints: [{ attribute: '${attr.kernel.name}', operator: '=', value: 'windows' }],
    },
    { datacenters: ['dc1'] },
  );
  const [group] = explainJob({ snapshot: snapshotOf(cluster), job, now: start }).groups;
  t.like(group, { taskGroup: 'web', count: 1, live: 0, fitting: 0 });
  const checks = group?.nodes.map(({ nodeName, failures }) => [nodeName, ...failures.map(({ check }) => check)]);
  t.deepEqual(checks, [
    ['fine', 'constraint', 'memory'],
    ['bare', 'datacenter', 'constraint', 'driver', 'memory'],
    ['gone', 'node', 'constraint', 'driver', 'memory'],
  ]);
  t.deepEqual(group?.nodes[1]?.failures[2], {
    check: 'driver',
    reason: 'driver docker: not detected',
    mend: 'install docker.io',
  });
});

test('explainJob of a registered job counts what runs', (t) => {
  const cluster = memoryCluster([makeNode('a'), makeNode('b')]);
  const job = oneGroup({
    count: 2,
    constraints: [{ attribute: '', operator: 'distinct_hosts', value: '' }],
    networks: [makeNetwork({ reservedPorts: [makePort({ value: 5_678 })] })],
  });
  register(cluster, job);
  runJob(cluster, 'app');
  const [group] = explainJob({ snapshot: snapshotOf(cluster), job, now: start }).groups;
  t.is(group?.live, 2);
  t.is(group?.fitting, 0);
  t.deepEqual(
    group?.nodes[0]?.failures.map(({ check }) => check),
    ['port', 'distinct-hosts'],
  );
});
