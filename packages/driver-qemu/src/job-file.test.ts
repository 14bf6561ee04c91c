import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskDirectories } from '@orch/driver-api';
import test from 'ava';
import { findJobFile, type JobFileRules } from './job-file.ts';

function fixture() {
  const root = mkdtempSync(join(tmpdir(), 'orch-confined-'));
  for (const dir of ['alloc', 'task/local', 'images', 'elsewhere']) mkdirSync(join(root, dir), { recursive: true });
  for (const file of ['task/local/disk', 'alloc/shared', 'images/base', 'elsewhere/secret'])
    writeFileSync(join(root, file), 'disk');
  symlinkSync(join(root, 'elsewhere/secret'), join(root, 'task/local/link'));
  symlinkSync(join(root, 'elsewhere/none'), join(root, 'task/local/dangling'));
  symlinkSync('disk', join(root, 'task/local/inside'));
  const directories: TaskDirectories = {
    allocation: root,
    shared: join(root, 'alloc'),
    task: join(root, 'task'),
    local: join(root, 'task/local'),
    secrets: join(root, 'task/secrets'),
    driver: join(root, 'driver'),
  };
  const rules: JobFileRules = { directories, allowed: [], reader: { uid: 7, gid: 7, groups: [] }, headBytes: 0 };
  return { root, rules, done: () => rmSync(root, { recursive: true, force: true }) };
}

const found = async (path: string, rules: JobFileRules) => {
  const file = await findJobFile('kernel', path, rules);
  return join(file.base, file.path);
};

test('findJobFile finds relative, in-task and allowed absolute paths, below a base that no job writes', async (t) => {
  const { root, rules, done } = fixture();
  t.teardown(done);
  t.is(await found('local/disk', rules), join(root, 'task/local/disk'));
  t.is(await found('/local/disk', rules), join(root, 'task/local/disk'));
  t.is(await found('/alloc/shared', rules), join(root, 'alloc/shared'));
  const allowed = { ...rules, allowed: [join(root, 'images')] };
  t.is(await found(join(root, 'images/base'), allowed), join(root, 'images/base'));
  t.like(await findJobFile('kernel', 'local/inside', { ...rules, headBytes: 3 }), {
    base: join(root, 'task'),
    path: 'local/disk',
    head: Buffer.from('dis'),
  });
});

test('findJobFile does not say whether there is something outside, also behind .. and links, and names the field', async (t) => {
  const { root, rules, done } = fixture();
  t.teardown(done);
  for (const path of [
    '../elsewhere/secret',
    'local/link',
    'local/dangling',
    join(root, 'elsewhere/secret'),
    join(root, 'elsewhere/none'),
    '/alloc/../elsewhere/secret',
    join(root, 'images/base'),
  ]) {
    const message = `kernel "${path}" is nowhere in the task's directories`;
    const error = await t.throwsAsync(findJobFile('kernel', path, rules), { code: 'not-found', message });
    t.deepEqual((error as unknown as { path: string[] }).path, ['kernel']);
    t.is(error?.cause, undefined, 'it would tell what is there');
  }
  // A prefix of a name is not a directory above it.
  const near = { ...rules, allowed: [join(root, 'else')] };
  await t.throwsAsync(findJobFile('kernel', join(root, 'elsewhere/secret'), near), { code: 'not-found' });
});

test('findJobFile says what does not exist and what is no file, and waits for nobody at a pipe', async (t) => {
  const { root, rules, done } = fixture();
  t.teardown(done);
  await t.throwsAsync(findJobFile('initrd', 'local/none', rules), {
    code: 'not-found',
    message: 'initrd "local/none" is nowhere in the task\'s directories',
  });
  execFileSync('mkfifo', [join(root, 'task/local/pipe')]);
  for (const path of ['local', 'local/pipe'])
    await t.throwsAsync(findJobFile('initrd', path, { ...rules, headBytes: 8 }), {
      code: 'not-found',
      message: `initrd "${path}" is not a file`,
    });
});

test('findJobFile asks whether the emulator may read the file: root opens it for nobody', async (t) => {
  const { root, rules, done } = fixture();
  t.teardown(done);
  const file = join(root, 'task/local/disk');
  chmodSync(file, 0o640);
  const refused = { code: 'denied', message: /cannot be read by the emulator, which runs as user id 7/ };
  await t.throwsAsync(findJobFile('image_path', 'local/disk', rules), refused);
  const { uid, gid } = statSync(file);
  await t.notThrowsAsync(findJobFile('image_path', 'local/disk', { ...rules, reader: { uid, gid: 7, groups: [] } }));
  const member = { uid: 7, gid: 7, groups: [gid] };
  await t.notThrowsAsync(findJobFile('image_path', 'local/disk', { ...rules, reader: member }));
  // The owner's bits count for the owner, even where others have more.
  chmodSync(file, 0o004);
  await t.throwsAsync(findJobFile('image_path', 'local/disk', { ...rules, reader: { uid, gid: 7, groups: [] } }), {
    code: 'denied',
  });
});
