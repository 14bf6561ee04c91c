import { execFileSync } from 'node:child_process';
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { silentLogger } from '../../../lib/logger.ts';
import { buildAllocDir } from '../../alloc-dir/build.ts';
import { allocLayout } from '../../alloc-dir/layout.ts';
import { launcherForReal, runForReal } from '../../testing/agent-harness.ts';
import { makeAllocation, makeGroup, makeJob, makeTask } from '../../testing/make-job.ts';
import { previousDiskHook } from './previous-disk-hook.ts';

/** An allocation that ended, its successor, and the hook between them. */
async function bench(
  t: ExecutionContext,
  { launcher }: { readonly launcher: string | undefined } = { launcher: launcherForReal },
) {
  const dataDir = await mkdtemp(join(tmpdir(), 'orch-previous-'));
  t.teardown(() => rm(dataDir, { recursive: true, force: true }));
  const [previous, layout] = [allocLayout(dataDir, 'old'), allocLayout(dataDir, 'new')];
  for (const each of [previous, layout]) await buildAllocDir(each);
  const group = { ...makeGroup([makeTask('web')]), ephemeralDisk: { sizeMiB: 1, sticky: true, migrate: false } };
  const allocation = { ...makeAllocation('new', group), previousAllocation: 'old' };
  await mkdir(previous.task('web').local, { recursive: true });
  await writeFile(join(previous.task('web').local, 'file'), 'of the old one');
  await writeFile(join(previous.data, 'shared'), 'of the old group');
  const failing: string[] = [];
  const tools = {
    log: silentLogger,
    isRoot: false,
    runner: {
      launcher,
      run: async ({ argv }: { readonly argv: readonly string[] }) => {
        const isToFail = failing.some((word) => argv.includes(word));
        return isToFail ? { exitCode: 0, stdout: 'no more space\n1', stderr: '' } : runForReal(argv);
      },
    },
  };
  const take = () =>
    previousDiskHook(dataDir).setUp?.({
      facts: { allocation, job: makeJob(group), group } as never,
      layout,
      log: silentLogger,
      tools,
      signal: new AbortController().signal,
    });
  return { previous, layout, take, failing };
}

test('data and local directories are taken over, once', async (t) => {
  const { previous, layout, take } = await bench(t);
  await take();
  t.is(await readFile(join(layout.task('web').local, 'file'), 'utf8'), 'of the old one');
  t.is(await readFile(join(layout.data, 'shared'), 'utf8'), 'of the old group');
  t.is((await lstat(layout.data)).mode & 0o7777, 0o1777);
  t.deepEqual((await readdir(layout.root)).sort(), ['alloc', 'web'], 'nothing of the copying is left');
  await writeFile(join(layout.data, 'shared'), 'changed');
  await writeFile(join(previous.data, 'later'), '');
  await take();
  t.is(await readFile(join(layout.data, 'shared'), 'utf8'), 'changed', 'what the tasks have now is theirs');
});

test('a copy that was broken off at any point is made again, whole', async (t) => {
  const { layout, take } = await bench(t);
  await mkdir(join(layout.root, '.previous-disk', 'local', 'half'), { recursive: true });
  await writeFile(join(layout.root, '.previous-disk', 'data'), 'not even a directory');
  await writeFile(join(layout.data, 'half'), 'moved before the agent was killed');
  await mkdir(join(layout.task('web').local, 'half'), { recursive: true });
  await take();
  t.deepEqual(await readdir(layout.data), ['shared']);
  t.deepEqual(await readdir(layout.task('web').local), ['file']);
  t.deepEqual((await readdir(layout.root)).sort(), ['alloc', 'web']);
});

test('a failed copy leaves nothing that a task would see, says why, and is tried again', async (t) => {
  const { layout, take, failing } = await bench(t);
  failing.push('copy');
  await t.throwsAsync(async () => take(), {
    message: /data of the previous allocation could not be copied.*no more space/,
  });
  t.deepEqual(await readdir(layout.data), []);
  failing.pop();
  await take();
  t.deepEqual(await readdir(layout.data), ['shared']);
});

test('links in the place of directories are not followed, and only plain files come over', async (t) => {
  const { previous, layout, take } = await bench(t);
  const outside = await mkdtemp(join(tmpdir(), 'orch-outside-'));
  t.teardown(() => rm(outside, { recursive: true, force: true }));
  await writeFile(join(outside, 'secret'), 'of the host');
  await rm(previous.data, { recursive: true });
  await symlink(outside, previous.data);
  const { local } = previous.task('web');
  await symlink(outside, join(local, 'link'));
  execFileSync('mkfifo', [join(local, 'pipe')]);
  await truncate(join(local, 'file'), 1_000_000_000_000);
  await link(join(local, 'file'), join(local, 'same'));
  await chmod(join(local, 'file'), 0o6755);
  await take();
  t.deepEqual(await readdir(layout.data), [], 'the link is no data');
  const own = layout.task('web').local;
  t.deepEqual((await readdir(own)).sort(), ['file', 'link', 'same']);
  t.true((await lstat(join(own, 'link'))).isSymbolicLink());
  const [file, same] = [await lstat(join(own, 'file')), await lstat(join(own, 'same'))];
  t.is(file.mode & 0o7777, 0o755);
  t.is(same.ino, file.ino, 'two names of one file stay that');
  t.is(file.size, 1_000_000_000_000);
  t.true(file.blocks < 100, 'holes stay holes');
});

test('without the native launcher nothing is copied, and the reason is told', async (t) => {
  const { layout, take } = await bench(t, { launcher: undefined });
  await t.throwsAsync(async () => take(), { message: /this node has no native launcher/ });
  t.deepEqual(await readdir(layout.data), []);
});
