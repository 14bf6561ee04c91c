import { mkdtemp, rm, writeFile } from 'node:fs/promises';
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

test('records of earlier versions are read, an image is found by the archive it came from', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'orch-records-'));
  try {
    await writeFile(join(directory, 'images.json'), '{"app:1":10}');
    const records = new ImageRecords(directory);
    t.deepEqual(await records.all(), [{ reference: 'app:1', lastUsedMs: 10 }]);
    await records.loaded('sha256:a', 'archive mine:1', 20);
    await records.used('sha256:a', 30);
    const next = new ImageRecords(directory);
    t.is(await next.loadedFrom('archive mine:1'), 'sha256:a');
    t.is(await next.loadedFrom('archive mine:2'), undefined);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('a locked image is for those who know the credentials, until somebody gets it without', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'orch-records-'));
  try {
    await new ImageRecords(directory).lock('r.test/app', 'sha256:a', 'one');
    const records = new ImageRecords(directory);
    t.true(await records.isLocked('r.test/app', 'sha256:a'));
    t.true(await records.isLocked('r.test/app', 'sha256:a', 'two'));
    t.false(await records.isLocked('r.test/app', 'sha256:a', 'one'));
    t.false(await records.isLocked('r.test/app', 'sha256:b'));
    t.deepEqual(await records.locked(), ['sha256:a']);
    await records.unlock('r.test/app', 'sha256:a');
    t.false(await records.isLocked('r.test/app', 'sha256:a'));
    await records.lock('r.test/app', 'sha256:b', 'one');
    await records.forgetLocks('sha256:b');
    t.deepEqual(await records.locked(), []);
  } finally {
    await rm(directory, { recursive: true });
  }
});
