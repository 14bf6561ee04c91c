import { mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeTaskConfig } from '@orch/driver-api/testing';
import test, { type ExecutionContext } from 'ava';
import { openBeneath, openForReading, pathOf } from './beneath.ts';

interface Ground {
  readonly root: string;
  opened(path: string, create?: boolean): Promise<string>;
}

async function withTask(t: ExecutionContext, run: (ground: Ground) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'orch-beneath-'));
  try {
    const allocation = join(root, 'alloc-1');
    const { directories } = makeTaskConfig('a/web/0', allocation);
    for (const each of [directories.local, directories.shared, join(allocation, 'db/local')])
      await mkdir(each, { recursive: true });
    await writeFile(join(root, 'secret'), 'host');
    await run({
      root: allocation,
      async opened(path, create = false) {
        const handle = await openBeneath(directories, { path, field: ['volumes', '0'], create, hint: 'Mend it.' });
        try {
          return (await readlink(pathOf(handle))).slice(allocation.length + 1);
        } finally {
          await handle.close();
        }
      },
    });
  } finally {
    await rm(root, { recursive: true });
  }
  t.pass();
}

test('what lies in the task and in the shared directory is opened, links between them are followed', (t) =>
  withTask(t, async ({ root, opened }) => {
    await mkdir(join(root, 'alloc/data'));
    await symlink('../../alloc/data', join(root, 'web/local/data'));
    t.is(await opened('local'), 'web/local');
    t.is(await opened('./local/../local/.'), 'web/local');
    t.is(await opened('.'), 'web');
    t.is(await opened('../alloc/data'), 'alloc/data');
    t.is(await opened('local/data'), 'alloc/data');
    t.is(await opened(join(root, 'web/local')), 'web/local');
  }));

test('directories are made where that is asked for, also behind a link, and nowhere else', (t) =>
  withTask(t, async ({ root, opened }) => {
    await symlink('../../../elsewhere', join(root, 'web/local/out'));
    await symlink('../../alloc/new', join(root, 'web/local/in'));
    t.is(await opened('local/a/b/c', true), 'web/local/a/b/c');
    t.is(await opened('local/in/d', true), 'alloc/new/d');
    await t.throwsAsync(opened('local/out/d', true), { message: /leads outside/ });
    await t.throwsAsync(opened('local/none'), { message: /does not exist/ });
    t.deepEqual((await readdir(join(root, '..'))).sort(), ['alloc-1', 'secret']);
  }));

const outside: readonly [title: string, path: string, link?: string][] = [
  ['dots is refused', '../../secret'],
  ['the allocation itself is refused', '..'],
  ['a sibling task is refused', '../db/local'],
  ['an absolute path is refused', '/etc'],
  ['a relative link is refused', 'local/link', '../../../secret'],
  ['a link to a sibling task is refused', 'local/link', '../../db/local'],
  ['a link to the allocation is refused', 'local/link', '../..'],
  ['an absolute link is refused', 'local/link', '/etc'],
  ['a link to itself is refused', 'local/link', 'link'],
  ['a link on the way is refused', 'local/link/hostname', '../../../'],
];

for (const [title, path, link] of outside) {
  test(title, (t) =>
    withTask(t, async ({ root, opened }) => {
      if (link !== undefined) await symlink(link, join(root, 'web/local/link'));
      const error = (await t.throwsAsync(opened(path))) as unknown as { code: string; path: string[] };
      t.is(error.code, 'denied');
      t.deepEqual(error.path, ['volumes', '0']);
    }),
  );
}

test('only regular files of a bounded size are read', (t) =>
  withTask(t, async ({ root }) => {
    const { directories } = makeTaskConfig('a/web/0', root);
    await writeFile(join(directories.local, 'file'), 'text');
    const wanted = { path: 'local/file', field: ['load'], hint: '' };
    const handle = await openBeneath(directories, wanted);
    const { file, bytes } = await openForReading(handle, wanted, 4);
    t.is(bytes, 4);
    t.is(await file.readFile('utf8'), 'text');
    await file.close();
    await t.throwsAsync(openForReading(handle, wanted, 3), { message: /larger than 3 bytes/ });
    await handle.close();
    const directory = await openBeneath(directories, { ...wanted, path: 'local' });
    await t.throwsAsync(openForReading(directory, wanted, 4), { message: /not a regular file/ });
    await directory.close();
  }));
