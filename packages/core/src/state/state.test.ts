// Properties of the state machine under random entries.

import test from 'ava';
import fc from 'fast-check';
import { OrchError } from '../lib/errors.ts';
import { seededRandom } from '../lib/random.ts';
import { type Allocation, isTerminal } from '../model/allocation.ts';
import type { StateSnapshot } from '../model/snapshot.ts';
import { jobStatus } from './apply/job-status.ts';
import { isOpen } from './draft.ts';
import type { Entry } from './entry.ts';
import { createState, restoreState, type State } from './state.ts';
import { randomEntry } from './testing/random-entries.ts';

const seeds = fc.integer({ min: 1, max: 2 ** 31 });

function entries(seed: number, count: number): Entry[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => randomEntry(random));
}

function applyAll(state: State, list: readonly Entry[]): State {
  for (const entry of list) state.apply(state.index + 1, entry);
  return state;
}

/** All a reader can see. */
function seen(snapshot: StateSnapshot): string {
  const nodeIds = [...Array(5).keys()].map((number) => `node-${number}`);
  const jobIds = [...Array(12).keys()].map((number) => `job-${number}`);
  return JSON.stringify([
    snapshot.index,
    snapshot.schedulerConfig(),
    [...snapshot.nodes()],
    [...snapshot.allocations()].map((row) => [row, snapshot.allocation(row.id) === row]),
    [...snapshot.evaluations()],
    [...snapshot.deployments()].map((row) => [row, snapshot.deploymentAllocations(row.id).map(({ id }) => id)]),
    nodeIds.map((id) => [
      snapshot.node(id)?.modifyIndex,
      snapshot.nodeAllocations(id).map((row) => row.id),
      snapshot.nodeUse(id),
      [...snapshot.nodePorts(id)].sort(),
    ]),
    jobIds.map((id) => [
      snapshot.job('default', id),
      snapshot.jobVersions('default', id),
      snapshot.jobAllocations('default', id).map((row) => row.id),
      snapshot.jobEvaluations('default', id).map((row) => row.id),
      snapshot.latestDeployment('default', id)?.id,
    ]),
  ]);
}

test('a snapshot never changes, whatever is applied after it', (t) => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const state = createState();
      const taken: { readonly snapshot: StateSnapshot; readonly was: string }[] = [];
      for (const [at, entry] of entries(seed, 120).entries()) {
        state.apply(state.index + 1, entry);
        if (at % 7 === 0) taken.push({ snapshot: state.snapshot(), was: seen(state.snapshot()) });
      }
      for (const { snapshot, was } of taken) if (seen(snapshot) !== was) return false;
      return true;
    }),
    { numRuns: 40 },
  );
  t.pass();
});

test('a restored state is equal, and stays equal under the entries that follow', (t) => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const list = entries(seed, 160);
      const state = applyAll(createState(), list.slice(0, 100));
      const restored = restoreState([...state.serialize()]);
      const same = () => restored.hash() === state.hash() && seen(restored.snapshot()) === seen(state.snapshot());
      if (!same()) return false;
      applyAll(state, list.slice(100));
      applyAll(restored, list.slice(100));
      return same();
    }),
    { numRuns: 40 },
  );
  t.pass();
});

test('the same entries, once through JSON, give the same state', (t) => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const list = entries(seed, 150);
      const direct = applyAll(createState(), list);
      const replayed = applyAll(createState(), JSON.parse(JSON.stringify(list)) as Entry[]);
      return direct.hash() === replayed.hash() && seen(direct.snapshot()) === seen(replayed.snapshot());
    }),
    { numRuns: 40 },
  );
  t.pass();
});

test('different states have different hashes', (t) => {
  const hashes = new Set<string>();
  const state = createState();
  const states = new Set<string>();
  for (const entry of entries(7, 400)) {
    state.apply(state.index + 1, entry);
    hashes.add(state.hash());
    states.add(seen(state.snapshot()).replace(/^\[\d+,/, ''));
  }
  t.true(hashes.size >= states.size, `${hashes.size} hashes of ${states.size} states`);
});

test('node totals, ports, indexes and job status equal what the rows say', (t) => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const state = createState();
      for (const [at, entry] of entries(seed, 120).entries()) {
        state.apply(state.index + 1, entry);
        if (at % 3 === 0) state.snapshot();
        if (at % 10 === 0) checkDerived(state.snapshot());
      }
      checkDerived(state.snapshot());
    }),
    { numRuns: 40 },
  );
  t.pass();
});

function checkDerived(snapshot: StateSnapshot): void {
  const all = [...snapshot.allocations()];
  const equal = (left: unknown, right: unknown, what: string) => {
    if (JSON.stringify(left) !== JSON.stringify(right))
      throw new Error(`${what}: ${JSON.stringify(left)} is not ${JSON.stringify(right)}`);
  };
  const ids = (rows: Iterable<{ readonly id: string }>) => [...rows].map((row) => row.id);
  for (const nodeId of new Set(all.map((row) => row.nodeId))) {
    const own = all.filter((row) => row.nodeId === nodeId);
    const live = own.filter((row) => !isTerminal(row));
    equal(ids(snapshot.nodeAllocations(nodeId)), ids(own), 'allocations of a node');
    equal(snapshot.nodeUse(nodeId), useOf(live), 'use of a node');
    const ports = new Set(live.flatMap((row) => row.resources.shared.ports.map((port) => port.value)));
    equal([...snapshot.nodePorts(nodeId)].sort(), [...ports].sort(), 'ports of a node');
  }
  for (const evaluationId of new Set(all.map((row) => row.evaluationId))) {
    equal(
      ids(snapshot.evaluationAllocations(evaluationId)),
      ids(all.filter((row) => row.evaluationId === evaluationId)),
      'by evaluation',
    );
  }
  for (const { id } of snapshot.deployments()) {
    equal(ids(snapshot.deploymentAllocations(id)), ids(all.filter((row) => row.deploymentId === id)), 'by deployment');
  }
  for (const version of snapshot.jobs()) {
    const { namespace, id } = version.job;
    const own = all.filter((row) => row.jobId === id);
    const evaluations = [...snapshot.evaluations()].filter((row) => row.jobId === id);
    equal(ids(snapshot.jobAllocations(namespace, id)), ids(own), 'allocations of a job');
    equal(ids(snapshot.jobEvaluations(namespace, id)), ids(evaluations), 'evaluations of a job');
    const status = jobStatus(version, {
      allocations: own.length,
      liveAllocations: own.filter((row) => !isTerminal(row)).length,
      evaluations: evaluations.length,
      openEvaluations: evaluations.filter(isOpen).length,
    });
    equal(version.status, status, 'status of a job');
  }
}

function useOf(rows: readonly Allocation[]) {
  const sum = { cpuMhz: 0, memoryMiB: 0, diskMiB: 0 };
  for (const row of rows) {
    for (const task of Object.values(row.resources.tasks)) {
      sum.cpuMhz += task.cpuMhz;
      sum.memoryMiB += task.memoryMiB;
    }
    sum.diskMiB += row.resources.shared.diskMiB;
  }
  return sum;
}

test('restoreState refuses a text that is cut, altered or of another format', (t) => {
  const lines = [...applyAll(createState(), entries(3, 100)).serialize()];
  const code = (list: readonly string[]) => {
    const error = t.throws(() => restoreState(list), { instanceOf: OrchError });
    return error.code;
  };
  t.is(code([]), 'state-invalid');
  t.is(code(lines.slice(0, -1)), 'state-invalid');
  t.is(code(lines.toSpliced(1, 1)), 'state-invalid');
  t.is(code(lines.map((line) => line.replace('"node-1"', '"node-9"'))), 'state-invalid');
  t.is(code(lines.with(0, '{"orchState":99}')), 'state-invalid');
  t.is(code(lines.with(1, '{"half')), 'state-invalid');
});

test('an empty state can be saved and restored', (t) => {
  const state = createState();
  t.is(restoreState(state.serialize()).hash(), state.hash());
  t.is(state.index, 0);
});

test('apply refuses an index that does not come after the last', (t) => {
  const state = applyAll(createState(), entries(1, 5));
  t.throws(() => state.apply(5, { kind: 'state-hash', atIndex: 1, hash: '' }));
});
