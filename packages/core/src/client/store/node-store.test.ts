import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { NodeStore, type StoredAlloc, type StoredAllocRun, type StoredTask } from './node-store.ts';

const alloc = (id: string) =>
  ({ allocation: { id }, jobKey: 'j', bootId: 'b', receivedAtMs: 1 }) as unknown as StoredAlloc;
const run = { run: { phase: 'done' } } as unknown as StoredAllocRun;
const task = { run: { state: 'dead' }, hooksDone: [] } as unknown as StoredTask;

test('NodeStore keeps nothing of an allocation that was removed, whatever comes late', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'orch-store-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  await mkdir(join(dir, 'client'));
  const store = new NodeStore(dir);
  await store.open();
  store.putJob('j', { id: 'j' } as never);
  for (const id of ['gone', 'here']) {
    await store.putAlloc(alloc(id));
    await store.putRun(id, run);
    await store.putTask(id, 't', task);
  }
  await store.removeAlloc('gone', ['t']);
  await store.putRun('gone', run);
  await store.putTask('gone', 't', task);
  await store.close();

  const again = new NodeStore(dir);
  const restored = await again.open();
  t.deepEqual(
    restored.map(({ id, damage }) => [id, damage]),
    [['here', undefined]],
  );
  await again.putTask('here', 'second', task);
  await again.close();
  const third = new NodeStore(dir);
  t.deepEqual([...((await third.open())[0]?.tasks.keys() ?? [])], ['t', 'second']);
  await third.close();
});
