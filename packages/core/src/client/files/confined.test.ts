import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { fewNamesIn, openConfined } from './confined.ts';
import { listFiles, refuseSecrets, statFile } from './file-info.ts';

async function tree(t: ExecutionContext): Promise<string> {
  const base = await mkdtemp(join(tmpdir(), 'orch-fs-'));
  t.teardown(() => rm(base, { recursive: true, force: true }));
  await writeFile(join(base, 'outside.txt'), 'not yours');
  const root = join(base, 'root');
  await mkdir(join(root, 'web', 'local', 'deep'), { recursive: true });
  await mkdir(join(root, 'web', 'secrets'));
  await writeFile(join(root, 'web', 'secrets', 'token'), 'hidden');
  await writeFile(join(root, 'web', 'local', 'index.html'), '<p>');
  return root;
}

async function read(root: string, path: string): Promise<string> {
  const { handle } = await openConfined(root, path, refuseSecrets(['web']));
  try {
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

test('a file inside is opened, also through links that stay inside', async (t) => {
  const root = await tree(t);
  await symlink('index.html', join(root, 'web/local/home'));
  await symlink('../..', join(root, 'web/local/up'));
  t.is(await read(root, '/web/local/index.html'), '<p>');
  t.is(await read(root, 'web/local/home'), '<p>');
  t.is(await read(root, 'web/local/up/web/local/deep/../index.html'), '<p>');
});

test('no path and no link leads out of the root', async (t) => {
  const root = await tree(t);
  await symlink('../../../outside.txt', join(root, 'web/local/relative'));
  await symlink('/etc/passwd', join(root, 'web/local/absolute'));
  await symlink('/etc', join(root, 'web/local/etc'));
  await symlink('loop', join(root, 'web/local/loop'));
  for (const path of [
    '../outside.txt',
    'web/../../outside.txt',
    'web/local/relative',
    'web/local/absolute',
    'web/local/etc/passwd',
    'web/local/loop',
  ]) {
    await t.throwsAsync(read(root, path), { message: /leads out of the allocation/ }, path);
  }
});

test('secrets are refused however they are reached', async (t) => {
  const root = await tree(t);
  await symlink('../secrets/token', join(root, 'web/local/sly'));
  for (const path of ['web/secrets/token', 'web/local/../secrets/token', 'web/local/sly']) {
    await t.throwsAsync(read(root, path), { message: /secrets directory/ }, path);
  }
  await t.throwsAsync(listFiles(root, 'web/secrets', refuseSecrets(['web'])), { message: /secrets directory/ });
});

test('a FIFO does not hang the reader, and a missing file is named', async (t) => {
  const root = await tree(t);
  execFileSync('mkfifo', [join(root, 'web/local/pipe')]);
  await t.throwsAsync(read(root, 'web/local/pipe'), { message: /neither a file nor a directory/ });
  await t.throwsAsync(read(root, 'web/local/none'), { message: /there is no file/ });
  await t.throwsAsync(read(root, 'web/local/index.html/x'), { message: /there is no file/ });
});

test('listFiles and statFile describe entries without following links', async (t) => {
  const root = await tree(t);
  await symlink('/etc/passwd', join(root, 'web/local/link'));
  const infos = await listFiles(root, 'web/local', () => {});
  t.deepEqual(
    infos.map(({ name, isDirectory, mode }) => [name, isDirectory, mode[0]]),
    [
      ['deep', true, 'd'],
      ['index.html', false, '-'],
      ['link', false, 'L'],
    ],
  );
  t.like(await statFile(root, 'web/local/index.html', () => {}), {
    sizeBytes: 3,
    contentType: 'text/html; charset=utf-8',
  });
});

test('a directory of too many files is not read to its end', async (t) => {
  const root = await tree(t);
  for (let index = 0; index < 30; index += 1) await writeFile(join(root, `web/local/deep/${index}`), '');
  const { handle } = await openConfined(root, 'web/local/deep');
  t.is(await fewNamesIn(handle, 29), undefined);
  t.is((await fewNamesIn(handle, 30))?.length, 30);
  await handle.close();
});

test('a path deeper than what is held open at once is refused', async (t) => {
  const root = await tree(t);
  await mkdir(join(root, Array(600).fill('d').join('/')), { recursive: true });
  await t.throwsAsync(read(root, Array(600).fill('d').join('/')), { message: /too deep/ });
});
