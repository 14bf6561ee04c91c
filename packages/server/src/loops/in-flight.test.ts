// Plans in flight: what they place counts at once, what they stop only when it is written.

import type { Allocation } from '@orch/core/model/allocation';
import type { Plan } from '@orch/core/model/plan';
import { createState } from '@orch/core/state';
import test from 'ava';
import { makeNode } from '../testing/fixtures.ts';
import { inFlightPlans } from './in-flight.ts';

function placed(id: string, port: number): Allocation {
  const address = { label: 'http', to: port, hostIp: '127.0.0.1', hostNetwork: 'default', ignoreCollision: false };
  return {
    id,
    name: `${id}.web[0]`,
    namespace: 'default',
    jobId: id,
    jobVersion: 0,
    taskGroup: 'web',
    nodeId: 'n1',
    nodeName: 'n1',
    evaluationId: `evaluation of ${id}`,
    resources: {
      tasks: { server: { cpuMhz: 100, memoryMiB: 64 } },
      shared: { diskMiB: 10, ports: [{ ...address, value: port }] },
    },
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
  };
}

function planOf(jobId: string, changes: Partial<Plan>): Plan {
  const base = { evaluationId: 'e', priority: 50, snapshotIndex: 1, namespace: 'default', jobId };
  return { ...base, stops: [], placements: [], deploymentUpdates: [], ...changes };
}

test('the room of what a plan stops is not given away before the stop is written: its commit may fail', (t) => {
  const state = createState();
  state.apply(1, { kind: 'node-register', node: makeNode('n1', { status: 'ready' }), atMs: 0, evaluations: [] });
  const plan = planOf('old', { placements: [placed('old', 20_000)] });
  state.apply(2, { kind: 'plan-apply', plan, atMs: 0, evaluations: [] });
  const flight = inFlightPlans();
  const stops = [{ allocationId: 'old', desiredStatus: 'stop', description: 'replaced' }] as const;
  const replacing = planOf('old', { stops, placements: [placed('new', 20_001)] });
  flight.add(replacing);
  const view = flight.view(state.snapshot());
  t.deepEqual([...view.nodePorts('n1')].sort(), [20_000, 20_001]);
  t.is(view.nodeUse('n1').cpuMhz, 200);
  t.is(view.nodeAllocations('n1').find(({ id }) => id === 'old')?.desiredStatus, 'run');
  flight.remove(replacing);
  t.deepEqual([...flight.view(state.snapshot()).nodePorts('n1')], [20_000]);
});
