import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readTaskConfig } from '../container/task-config.ts';
import { ImageAccess } from './image-access.ts';
import { ImageRecords } from './image-records.ts';

const image = 'r.test/team/app:1';
const id = 'sha256:a';
const job = (password?: string) =>
  readTaskConfig({ image, ...(password === undefined ? {} : { auth: { username: 'team', password } }) });

async function withAccess(t: ExecutionContext, run: (access: ImageAccess) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'orch-access-'));
  try {
    await run(new ImageAccess(new ImageRecords(directory)));
  } finally {
    await rm(directory, { recursive: true });
  }
  t.pass();
}

test('what was brought with a password is for those who know it, from before the engine has it', (t) =>
  withAccess(t, async (access) => {
    await access.begin(image, job('right'), true);
    t.true(await access.isLocked(image, id, job()));
    for (const other of [job(), job('wrong')]) {
      await access.begin(image, other, true);
      await access.end(image, other, true, undefined);
      t.true(await access.isLocked(image, id, job()));
    }
    await access.end(image, job('right'), true, id);
    t.true(await access.isLocked(image, id, job()));
    t.true(await access.isLocked(image, id, job('wrong')));
    t.false(await access.isLocked(image, id, job('right')));
    t.true(await access.isLocked(`r.test/team/app@sha256:${'ab'.repeat(32)}`, id, job()));
    t.false(await access.isLocked('r.test/other/app:1', id, job()));
  }));

test('somebody who gets it from the registry without a password opens it; one who gets it with another one joins', (t) =>
  withAccess(t, async (access) => {
    await access.end(image, job('right'), true, id);
    await access.end(image, job('second'), false, id);
    t.false(await access.isLocked(image, id, job('second')));
    t.true(await access.isLocked(image, id, job()));
    await access.end(image, job(), false, id);
    t.false(await access.isLocked(image, id, job()));
  }));

test('what was here for everybody is not taken from them, and a pull that failed changes nothing', (t) =>
  withAccess(t, async (access) => {
    await access.begin(image, job('right'), false);
    await access.end(image, job('right'), false, id);
    t.false(await access.isLocked(image, id, job()));
    await access.begin(image, job('right'), true);
    await access.end(image, job('right'), true, undefined);
    t.false(await access.isLocked(image, id, job()));
  }));
