import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ImageRecords } from './image-records.ts';

test('records of brought images outlive the process, uses of other images are not noted', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'orch-records-'));
  try {
    const records = new ImageRecords(join(directory, 'state'));
    await records.add('app:1', 10);
    await records.used('somebody-elses:1', 20);
    await Promise.all([records.add('app:2', 30), records.add('app:3', 40)]);
    await records.replaced('app:3', 'sha256:old', 50);
    await records.replaced('somebody-elses:1', 'sha256:theirs', 50);
    await records.remove('app:2');
    t.deepEqual(await new ImageRecords(join(directory, 'state')).all(), [
      { reference: 'app:1', lastUsedMs: 10 },
      { reference: 'app:3', lastUsedMs: 50 },
      { reference: 'sha256:old', lastUsedMs: 50 },
    ]);
  } finally {
    await rm(directory, { recursive: true });
  }
});
