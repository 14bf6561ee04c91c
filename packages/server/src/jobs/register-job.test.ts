import test from 'ava';
import { jobJson } from '../testing/fixtures.ts';
import { startRig } from '../testing/rig.ts';

test('counts and resources of the running job are kept when that is asked for, each by itself', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const seen = () => {
    const [group] = rig.store.snapshot().job('default', 'web')?.job.taskGroups ?? [];
    return [group?.count, group?.tasks[0]?.resources.cpuMhz, group?.tasks[0]?.config['args']];
  };
  const put = async (cpu: number, count: number, more: object = {}) => {
    const { status } = await rig.call('PUT', '/v1/jobs', { Job: jobJson('web', { cpu, count }), ...more });
    t.is(status, 200);
  };
  await put(100, 1, { PreserveCounts: true, PreserveResources: true });
  t.deepEqual(seen(), [1, 100, ['60']], 'of a job that is new there is nothing to keep');
  await put(200, 2, { PreserveResources: true });
  t.deepEqual(seen(), [2, 100, ['60']]);
  await put(300, 3, { PreserveCounts: true });
  t.deepEqual(seen(), [2, 300, ['60']]);
  await put(400, 4, { PreserveCounts: true, PreserveResources: true });
  t.deepEqual(seen(), [2, 300, ['60']]);
  await put(500, 5);
  t.deepEqual(seen(), [5, 500, ['60']]);
});
