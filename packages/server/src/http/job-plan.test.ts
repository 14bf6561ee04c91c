// What a plan answers about the difference: over a real socket, with the rules the scheduler goes by.

import test from 'ava';
import { fakeNode } from '../testing/fake-node.ts';
import { jobJson, makeNode } from '../testing/fixtures.ts';
import { type Rig, startRig } from '../testing/rig.ts';

type Parts = Record<string, unknown>;

async function running(rig: Rig): Promise<void> {
  fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now, healthy: true });
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('web') });
  await rig.until('running', () => [...rig.store.snapshot().allocations()][0]?.clientStatus === 'running');
}

/** The job with other fields of its task. */
function withTask(changes: Parts): Parts {
  const job = structuredClone(jobJson('web')) as Parts;
  const [group] = job['TaskGroups'] as Parts[];
  const [task] = (group?.['Tasks'] ?? []) as Parts[];
  Object.assign(task ?? {}, changes);
  return job;
}

const ROWS: readonly (readonly [string, Parts, string, string])[] = [
  ['the environment', { Env: { A: '1' } }, 'create/destroy update', 'forces create/destroy update'],
  ['the kill time-out', { KillTimeout: 9_000_000_000 }, 'in-place update', 'forces in-place update'],
  ['the leader', { Leader: true }, 'in-place update', 'forces in-place update'],
];

for (const [what, changes, update, annotation] of ROWS) {
  test(`a plan that changes ${what} of a task: ${update}, for the group's counts and the task alike`, async (t) => {
    const rig = await startRig();
    t.teardown(rig.close);
    await running(rig);
    const { body } = await rig.call('PUT', '/v1/job/web/plan', { Job: withTask(changes), Diff: true });
    const [group] = body.Diff.TaskGroups;
    t.deepEqual(group.Updates, { [update]: 1 });
    t.deepEqual(group.Tasks[0].Annotations, [annotation]);
    const counts = body.Annotations.DesiredTGUpdates.web;
    t.deepEqual([counts.InPlaceUpdate, counts.DestructiveUpdate], update === 'in-place update' ? [1, 0] : [0, 1]);
  });
}

test('a plan of a stopped job says that it runs again, and nothing else that did not change', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  await running(rig);
  await rig.call('DELETE', '/v1/job/web');
  const { body } = await rig.call('PUT', '/v1/job/web/plan', { Job: jobJson('web'), Diff: true });
  t.is(body.Diff.Type, 'Edited');
  t.deepEqual(body.Diff.Fields, [{ Type: 'Edited', Name: 'Stop', Old: 'true', New: 'false', Annotations: null }]);
  t.is(body.Diff.TaskGroups[0].Type, 'None');
});

test('a plan without Diff has none', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const { body } = await rig.call('PUT', '/v1/job/web/plan', { Job: jobJson('web') });
  t.is(body.Diff, null);
});
