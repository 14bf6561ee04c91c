import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskDirectories } from '@orch/driver-api';
import test from 'ava';
import { confinedFile } from './confined-path.ts';

function fixture() {
  const root = mkdtempSync(join(tmpdir(), 'orch-confined-'));
  for (const dir of ['alloc', 'task/local', 'images', 'elsewhere']) mkdirSync(join(root, dir), { recursive: true });
  for (const file of ['task/local/disk', 'alloc/shared', 'images/base', 'elsewhere/secret'])
    writeFileSync(join(root, file), 'x');
  symlinkSync(join(root, 'elsewhere/secret'), join(root, 'task/local/link'));
  const directories: TaskDirectories = {
    allocation: root,
    shared: join(root, 'alloc'),
    task: join(root, 'task'),
    local: join(root, 'task/local'),
    secrets: join(root, 'task/secrets'),
    driver: join(root, 'driver'),
  };
  return { root, directories, done: () => rmSync(root, { recursive: true, force: true }) };
}

test('confinedFile resolves relative, in-task and allowed absolute paths', async (t) => {
  const { root, directories, done } = fixture();
  t.teardown(done);
  t.is(await confinedFile('image_path', 'local/disk', directories, []), join(root, 'task/local/disk'));
  t.is(await confinedFile('image_path', '/local/disk', directories, []), join(root, 'task/local/disk'));
  t.is(await confinedFile('image_path', '/alloc/shared', directories, []), join(root, 'alloc/shared'));
  t.is(
    await confinedFile('image_path', join(root, 'images/base'), directories, [join(root, 'images')]),
    join(root, 'images/base'),
  );
});

test('confinedFile refuses what lies outside, also behind .. and links, and names the field', async (t) => {
  const { root, directories, done } = fixture();
  t.teardown(done);
  for (const path of [
    '../elsewhere/secret',
    'local/link',
    join(root, 'elsewhere/secret'),
    '/alloc/../elsewhere/secret',
    join(root, 'images/base'),
  ]) {
    const error = await t.throwsAsync(confinedFile('kernel', path, directories, []), { code: 'denied' });
    t.deepEqual((error as unknown as { path: string[] }).path, ['kernel']);
  }
  // A prefix of a name is not a directory above it.
  await t.throwsAsync(confinedFile('kernel', join(root, 'elsewhere/secret'), directories, [join(root, 'else')]), {
    code: 'denied',
  });
});

test('confinedFile says what does not exist and what is no file', async (t) => {
  const { directories, done } = fixture();
  t.teardown(done);
  await t.throwsAsync(confinedFile('initrd', 'local/none', directories, []), {
    code: 'not-found',
    message: 'initrd "local/none" does not exist on this node',
  });
  await t.throwsAsync(confinedFile('initrd', 'local', directories, []), {
    code: 'not-found',
    message: 'initrd "local" is not a file',
  });
});
