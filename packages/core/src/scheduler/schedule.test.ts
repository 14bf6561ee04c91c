import test from 'ava';
import { makeNetwork, makeNode, makePort, oneGroup } from './testing/fixtures.ts';
import { decide, liveOf, memoryCluster, register, runJob } from './testing/memory-cluster.ts';

test('schedule places every instance of a new job with names, resources and metrics', (t) => {
  const cluster = memoryCluster([makeNode('a'), makeNode('b')]);
  register(cluster, oneGroup({ count: 3, networks: [makeNetwork({ dynamicPorts: [makePort()] })] }));
  const result = runJob(cluster, 'app');
  t.is(result.evaluation.status, 'complete');
  t.deepEqual(result.evaluation.queuedAllocations, { web: 0 });
  const live = liveOf(cluster, 'app');
  t.deepEqual(live.map(({ name }) => name).sort(), ['app.web[0]', 'app.web[1]', 'app.web[2]']);
  const [first] = live;
  t.deepEqual(first?.resources.tasks, { main: { cpuMhz: 500, memoryMiB: 512 } });
  t.is(first?.resources.shared.diskMiB, 300);
  const [port] = first?.resources.shared.ports ?? [];
  t.true(port !== undefined && port.value >= 20_000 && port.value <= 32_000);
  t.is(port?.to, port?.value);
  t.is(port?.hostIp, '192.0.2.1');
  t.is(first?.metrics?.nodesEvaluated, 2);
  t.is(first?.metrics?.scores.length, 1);
  t.is(decide(cluster, 'app').plan, undefined);
});

test('schedule leaves a blocked evaluation with reasons and the nearest nodes when nothing fits', (t) => {
  const cluster = memoryCluster([makeNode('a'), makeNode('b', { status: 'down' })]);
  register(
    cluster,
    oneGroup({ count: 20, constraints: [{ attribute: '${attr.kernel.name}', operator: '=', value: 'linux' }] }),
  );
  const result = runJob(cluster, 'app');
  t.is(liveOf(cluster, 'app').length, 8);
  t.deepEqual(result.evaluation.queuedAllocations, { web: 12 });
  const [blocked] = result.evaluations;
  t.is(blocked?.status, 'blocked');
  t.is(result.evaluation.blockedEvaluation, blocked?.id);
  const failure = result.evaluation.failedTaskGroups['web'];
  t.deepEqual(failure?.dimensionExhausted, { cpu: 1 });
  t.is(failure?.coalescedFailures, 11);
  t.deepEqual(failure?.nearest[0], {
    nodeId: 'a',
    nodeName: 'a',
    failures: [
      {
        check: 'cpu',
        reason: 'cpu: needs 500 MHz, has 0 free of 4000',
        mend: 'free 500 MHz on the node, lower resources.cpu, or add a node',
      },
    ],
  });
  t.is(failure?.nearest[1]?.failures[0]?.reason, 'the node is down');
});

test('schedule refuses system jobs by name', (t) => {
  const cluster = memoryCluster([makeNode('a')]);
  register(cluster, oneGroup({}, { type: 'system' }));
  const { evaluation, plan } = runJob(cluster, 'app');
  t.is(evaluation.status, 'failed');
  t.regex(evaluation.statusDescription, /type system/);
  t.is(plan, undefined);
});
