// The worker and the plan applier: plans in flight, conflicts, errors of the scheduler.

import { silentLogger } from '@orch/core/lib/logger';
import { seededIds, seededRandom } from '@orch/core/lib/random';
import { isTerminal } from '@orch/core/model/allocation';
import type { ScheduleResult } from '@orch/core/model/plan';
import test from 'ava';
import { defaultServerConfig, type ServerContext } from '../config.ts';
import { fakeNode } from '../testing/fake-node.ts';
import { jobJson, makeNode } from '../testing/fixtures.ts';
import { type Rig, startRig } from '../testing/rig.ts';
import { turns } from '../testing/virtual-clock.ts';
import { evalBroker } from './eval-broker.ts';
import { newEvaluation } from './new-evaluation.ts';
import { planApplier } from './plan-apply.ts';
import type { RunSchedule } from './run-schedule.ts';
import { worker } from './worker.ts';

test('jobs submitted at once never over-commit a node, though their plans commit slowly', async (t) => {
  const rig = await startRig({ delay: () => turns(5) });
  t.teardown(rig.close);
  fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now });
  fakeNode(rig.server, makeNode('n2'), { now: rig.clock.now });
  await rig.until('ready', () => [...rig.store.snapshot().nodes()].length === 2);
  const ids = Array.from({ length: 12 }, (_, index) => `job-${index}`);
  await Promise.all(ids.map((id) => rig.call('PUT', '/v1/jobs', { Job: jobJson(id, { cpu: 1_000 }) })));
  await rig.until('all evaluated', () =>
    [...rig.store.snapshot().evaluations()].every((evaluation) => evaluation.status !== 'pending'),
  );
  const snapshot = rig.store.snapshot();
  const live = [...snapshot.allocations()].filter((allocation) => !isTerminal(allocation));
  t.is(live.length, 8);
  for (const nodeId of ['n1', 'n2']) t.is(snapshot.nodeUse(nodeId).cpuMhz, 4_000);
  t.is([...snapshot.evaluations()].filter((evaluation) => evaluation.status === 'blocked').length, 4);
});

/** A worker of its own over the rig's store, with a scheduler the test writes. */
function ownWorker(rig: Rig, run: RunSchedule) {
  const random = seededRandom(7);
  const context: ServerContext = {
    store: rig.store,
    clock: rig.clock,
    ids: seededIds(random),
    random,
    log: silentLogger,
    config: defaultServerConfig,
    yieldTurn: () => Promise.resolve(),
  };
  const broker = evalBroker({ clock: rig.clock, redeliverMs: 1_000, onReady: () => works.wake() });
  const applier = planApplier(context);
  const works = worker({ context, broker, applier, run });
  const job = { namespace: 'default', id: 'imagined', type: 'service', priority: 50 } as const;
  const evaluation = newEvaluation(job, 1, { id: 'e1', atMs: rig.clock.now(), triggeredBy: 'job-register' });
  return { broker, evaluation, stored: () => rig.store.snapshot().evaluation('e1') };
}

test('an evaluation whose scheduling fails three times is failed and followed up later', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  let runs = 0;
  const own = ownWorker(rig, () => {
    runs += 1;
    return Promise.reject(new Error('no idea'));
  });
  own.broker.enqueue(own.evaluation);
  await turns();
  await rig.clock.advance(1_000);
  await rig.clock.advance(20_000);
  t.is(runs, 3);
  t.is(own.stored()?.status, 'failed');
  t.regex(own.stored()?.statusDescription ?? '', /delivery limit: no idea/);
  const followUp = rig.store.snapshot().evaluation(own.stored()?.nextEvaluation ?? '');
  t.is(followUp?.triggeredBy, 'failed-follow-up');
  t.true((followUp?.waitUntilMs ?? 0) >= rig.clock.now() + 60_000 - 1);
});

test('a plan that keeps being rejected blocks its evaluation and commits nothing', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  let runs = 0;
  const own = ownWorker(rig, async (snapshot, evaluation): Promise<ScheduleResult> => {
    runs += 1;
    const placement = {
      id: `a${runs}`,
      name: 'imagined.web[0]',
      namespace: 'default',
      jobId: 'imagined',
      jobVersion: 0,
      taskGroup: 'web',
      nodeId: 'gone',
      nodeName: 'gone',
      evaluationId: evaluation.id,
      resources: { tasks: {}, shared: { diskMiB: 0, ports: [] } },
      desiredStatus: 'run',
      desiredDescription: '',
      desiredTransition: {},
      clientStatus: 'pending',
      clientDescription: '',
      taskStates: {},
      rescheduleEvents: [],
      createIndex: 0,
      modifyIndex: 0,
      allocModifyIndex: 0,
      createdAtMs: 0,
      modifiedAtMs: 0,
    } as const;
    return {
      plan: {
        evaluationId: evaluation.id,
        priority: 50,
        snapshotIndex: snapshot.index,
        namespace: 'default',
        jobId: 'imagined',
        stops: [],
        placements: [placement],
        deploymentUpdates: [],
      },
      evaluation: { ...evaluation, status: 'complete' },
      evaluations: [],
      annotations: {},
    };
  });
  own.broker.enqueue(own.evaluation);
  await rig.until('given up', () => own.stored()?.status === 'failed');
  t.is(runs, 5);
  t.regex(own.stored()?.statusDescription ?? '', /maximum attempts reached: the node is gone/);
  const blocked = rig.store.snapshot().evaluation(own.stored()?.blockedEvaluation ?? '');
  t.is(blocked?.triggeredBy, 'max-plan-attempts');
  t.deepEqual([...rig.store.snapshot().allocations()], []);
});
