// Node entries: who writes which field.

import test from 'ava';
import { createState } from '../state.ts';
import { aNode } from '../testing/rows.ts';

test('node-register of a known node keeps eligibility, drain and its first index', (t) => {
  const state = createState();
  state.apply(1, { kind: 'node-register', node: aNode('n1'), atMs: 10, evaluations: [] });
  const drain = { deadlineMs: 5, ignoreSystemJobs: false, startedAtMs: 11 };
  state.apply(2, { kind: 'node-drain', nodeId: 'n1', drain, markEligible: false, atMs: 11, evaluations: [] });
  t.like(state.snapshot().node('n1'), { drain, schedulingEligibility: 'ineligible', modifyIndex: 2 });
  state.apply(3, { kind: 'node-register', node: aNode('n1', { version: '0.2.0' }), atMs: 20, evaluations: [] });
  t.like(state.snapshot().node('n1'), {
    version: '0.2.0',
    drain,
    schedulingEligibility: 'ineligible',
    createIndex: 1,
    modifyIndex: 3,
    statusUpdatedAtMs: 10,
  });
});

test('node-register of an identical node changes nothing', (t) => {
  const state = createState();
  state.apply(1, { kind: 'node-register', node: aNode('n1'), atMs: 10, evaluations: [] });
  const changes = state.apply(2, { kind: 'node-register', node: aNode('n1'), atMs: 20, evaluations: [] });
  t.deepEqual(changes.nodes, []);
  t.is(state.snapshot().node('n1')?.modifyIndex, 1);
});

test('node-drain ends with the node eligible only when asked', (t) => {
  const state = createState();
  state.apply(1, { kind: 'node-register', node: aNode('n1'), atMs: 10, evaluations: [] });
  const drain = { deadlineMs: 5, ignoreSystemJobs: false, startedAtMs: 11 };
  for (const markEligible of [false, true]) {
    state.apply(state.index + 1, { kind: 'node-drain', nodeId: 'n1', drain, markEligible, atMs: 1, evaluations: [] });
    state.apply(state.index + 1, {
      kind: 'node-drain',
      nodeId: 'n1',
      drain: null,
      markEligible,
      atMs: 1,
      evaluations: [],
    });
    t.is(state.snapshot().node('n1')?.drain, undefined);
    t.is(state.snapshot().node('n1')?.schedulingEligibility, markEligible ? 'eligible' : 'ineligible');
  }
});

test('node-status and node-eligibility write their fields, and unknown nodes change nothing', (t) => {
  const state = createState();
  state.apply(1, { kind: 'node-register', node: aNode('n1'), atMs: 10, evaluations: [] });
  state.apply(2, { kind: 'node-status', nodeId: 'n1', status: 'down', description: 'gone', atMs: 30, evaluations: [] });
  state.apply(3, { kind: 'node-eligibility', nodeId: 'n1', eligibility: 'ineligible', atMs: 31, evaluations: [] });
  t.like(state.snapshot().node('n1'), {
    status: 'down',
    statusDescription: 'gone',
    statusUpdatedAtMs: 30,
    schedulingEligibility: 'ineligible',
    modifyIndex: 3,
  });
  const changes = state.apply(4, {
    kind: 'node-status',
    nodeId: 'n2',
    status: 'down',
    description: '',
    atMs: 30,
    evaluations: [],
  });
  t.deepEqual(changes.nodes, []);
  t.is(state.snapshot().node('n2'), undefined);
});
