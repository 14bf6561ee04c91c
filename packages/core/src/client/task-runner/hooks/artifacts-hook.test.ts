import { createHash } from 'node:crypto';
import { lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { DriverCapabilities } from '@orch/driver-api';
import { createFakeDriver, FakeRuntime } from '@orch/driver-api/testing';
import test, { type ExecutionContext } from 'ava';
import { type Header, pack } from 'tar-stream';
import type { Node } from '../../../model/node.ts';
import type { Artifact } from '../../../model/task.ts';
import { buildAllocDir } from '../../alloc-dir/build.ts';
import { allocLayout } from '../../alloc-dir/layout.ts';
import { httpGet } from '../../artifacts/http-get.ts';
import { makeAllocation, makeGroup, makeJob, makeTask } from '../../testing/make-job.ts';
import { runtimeLanguage } from '../language-environment.ts';
import type { TaskContext } from '../task-context.ts';
import { startFailureOf } from '../task-hook.ts';
import { artifactsHook } from './artifacts-hook.ts';

async function tarOf(entries: readonly (Partial<Header> & { name: string; text?: string })[]): Promise<Buffer> {
  const archive = pack();
  for (const { text, ...header } of entries) archive.entry(header, text ?? '');
  archive.finalize();
  const parts: Uint8Array[] = [];
  for await (const part of archive) parts.push(part as Uint8Array);
  return Buffer.concat(parts);
}

/** A task's directory, a source of files, and the hook between them. */
async function bench(
  t: ExecutionContext,
  files: Readonly<Record<string, Buffer | string>> = {},
  taskPaths: DriverCapabilities['taskPaths'] = 'host',
  meta: Readonly<Record<string, string>> = {},
) {
  const base = await mkdtemp(join(tmpdir(), 'orch-artifacts-'));
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').slice(1).split('?');
    const body = files[path];
    if (path === 'loop') response.writeHead(302, { Location: '/loop' }).end();
    else if (body === undefined) response.writeHead(path === 'broken' ? 500 : 404).end();
    else response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(async () => {
    server.close();
    await rm(base, { recursive: true, force: true });
  });
  const sources = join(base, 'sources');
  await mkdir(sources);
  const layout = allocLayout(join(base, 'data'), 'alloc-1');
  await buildAllocDir(layout);
  const directories = layout.task('web');
  await mkdir(directories.local, { recursive: true });
  await mkdir(directories.driver, { recursive: true });
  const limits = { maxBytes: 100_000, timeoutMs: 10_000 };
  const hook = artifactsHook({ get: httpGet(), fileRoots: [sources], limits });
  const fetchAll = async (...changes: readonly (Partial<Artifact> & { source: string })[]) => {
    const artifacts = changes.map((change) => ({
      mode: 'any' as const,
      destination: 'local/',
      options: {},
      headers: {},
      insecure: false,
      chown: false,
      ...change,
    }));
    const task = makeTask('web', { artifacts, meta: { name: 'named', ...meta } });
    const group = makeGroup([task]);
    const capabilities = { ...createFakeDriver(new FakeRuntime()).capabilities, taskPaths };
    const hostPaths = { shared: layout.shared, local: directories.local, secrets: directories.secrets };
    await hook.prepare?.({
      context: { layout } as TaskContext,
      task,
      driver: { ...createFakeDriver(new FakeRuntime()), capabilities },
      environment: runtimeLanguage({ host: {} }).task({
        allocation: makeAllocation('alloc-1', group),
        job: makeJob(group),
        group,
        node: { datacenter: 'dc1', attributes: {}, meta: {} } as unknown as Node,
        task,
        paths: taskPaths === 'host' ? hostPaths : taskPaths,
        hostPaths,
        groupAddress: '127.0.0.1',
        seesHost: true,
      }),
      attempt: 1,
      signal: new AbortController().signal,
      note() {},
    });
  };
  const failure = async (change: Partial<Artifact> & { source: string }) => {
    try {
      await fetchAll(change);
    } catch (error) {
      return startFailureOf(error, 'Setup Failure');
    }
    throw new Error('it did not fail');
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, sources, layout, directories, fetchAll, failure };
}

test('a file comes over http into local/, checked against its checksum', async (t) => {
  const { url, directories, fetchAll } = await bench(t, { 'app.bin': 'content' });
  const checksum = `sha256:${createHash('sha256').update('content').digest('hex')}`;
  await fetchAll({ source: `${url}/app.bin`, options: { checksum } });
  t.is(await readFile(join(directories.local, 'app.bin'), 'utf8'), 'content');
});

test('mode "file" writes to the destination itself, interpolated', async (t) => {
  const { url, directories, fetchAll } = await bench(t, { 'app.bin': 'content' });
  await fetchAll({ source: `${url}/app.bin`, mode: 'file', destination: 'local/bin/${NOMAD_META_name}' });
  t.is(await readFile(join(directories.local, 'bin/named'), 'utf8'), 'content');
});

test('an archive is unpacked with its links and without special bits', async (t) => {
  const archive = await tarOf([
    { name: 'site', type: 'directory' },
    { name: 'site/index.html', text: '<p>', mode: 0o4755 },
    { name: 'site/home', type: 'symlink', linkname: 'index.html' },
    { name: 'copy', type: 'link', linkname: 'site/index.html' },
  ]);
  const { url, directories, fetchAll } = await bench(t, { 'site.tgz': gzipSync(archive), 'site.tar': archive });
  await fetchAll({ source: `${url}/site.tgz` }, { source: `${url}/site.tar`, destination: 'local/again/' });
  t.is(await readFile(join(directories.local, 'site/home'), 'utf8'), '<p>');
  t.is(await readFile(join(directories.local, 'copy'), 'utf8'), '<p>');
  t.is((await lstat(join(directories.local, 'site/index.html'))).mode & 0o7777, 0o755);
  t.is(await readFile(join(directories.local, 'again/site/index.html'), 'utf8'), '<p>');
});

test('an archive that climbs out, by names or by links, is refused', async (t) => {
  const climbing = {
    'dots.tar': await tarOf([{ name: '../../escaped', text: 'x' }]),
    'link.tar': await tarOf([{ name: 'out', type: 'symlink', linkname: '/etc' }]),
    'relative.tar': await tarOf([{ name: 'out', type: 'symlink', linkname: '../..' }]),
    'hard.tar': await tarOf([{ name: 'out', type: 'link', linkname: '../../../x' }]),
    'device.tar': await tarOf([{ name: 'disk', type: 'block-device' }]),
  };
  const { url, failure } = await bench(t, climbing);
  for (const name of Object.keys(climbing)) {
    const { recoverable, message } = await failure({ source: `${url}/${name}` });
    t.false(recoverable, name);
    t.regex(message, /leads out|not unpacked/, name);
  }
});

test('links planted in the directories are not followed', async (t) => {
  const { url, layout, directories, failure, sources } = await bench(t, { 'app.bin': 'content' });
  await symlink(sources, join(directories.local, 'sly'));
  await symlink(sources, join(layout.data, 'sly'));
  t.regex((await failure({ source: `${url}/app.bin`, destination: 'local/sly/' })).message, /leads out/);
  t.regex((await failure({ source: `${url}/app.bin`, destination: '../alloc/data/sly/' })).message, /leads out/);
  t.regex((await failure({ source: `${url}/app.bin`, destination: '../../other/' })).message, /leads out/);
});

test('the shared directory is a destination too', async (t) => {
  const { url, layout, fetchAll } = await bench(t, { 'app.bin': 'content' });
  await fetchAll({ source: `${url}/app.bin`, destination: '../alloc/data/' });
  await fetchAll({ source: `${url}/app.bin`, destination: join(layout.shared, 'tmp') });
  t.is(await readFile(join(layout.data, 'app.bin'), 'utf8'), 'content');
  t.is(await readFile(join(layout.temporary, 'app.bin'), 'utf8'), 'content');
});

const inTask = { shared: '/alloc', local: '/local', secrets: '/secrets' };

for (const taskPaths of ['host', inTask] as const) {
  const view = taskPaths === 'host' ? "the node's paths" : 'paths of its own';
  test(`variables of directories name the same places for a task with ${view}`, async (t) => {
    const { url, layout, directories, fetchAll } = await bench(t, { 'app.bin': 'content' }, taskPaths);
    const source = `${url}/app.bin`;
    await fetchAll(
      { source, mode: 'file', destination: '${NOMAD_TASK_DIR}/own' },
      { source, mode: 'file', destination: '${NOMAD_ALLOC_DIR}/data/shared' },
      { source, mode: 'file', destination: '${NOMAD_SECRETS_DIR}/secret' },
      { source, mode: 'file', destination: '/local/rooted' },
    );
    t.is(await readFile(join(directories.local, 'own'), 'utf8'), 'content');
    t.is(await readFile(join(layout.data, 'shared'), 'utf8'), 'content');
    t.is(await readFile(join(directories.secrets, 'secret'), 'utf8'), 'content');
    t.is(await readFile(join(directories.local, 'rooted'), 'utf8'), 'content');
  });

  test(`hostile values in a destination stay inside for a task with ${view}`, async (t) => {
    const hostile = ['../../etc', '../../../../../../../../etc', '../../../client/tasks/alloc-1/web', 'x/../../../..'];
    for (const evil of hostile) {
      const { url, failure } = await bench(t, { 'app.bin': 'content' }, taskPaths, { evil });
      for (const destination of [
        '${NOMAD_META_evil}',
        'local/${NOMAD_META_evil}/x',
        '${NOMAD_ALLOC_DIR}/${NOMAD_META_evil}',
      ]) {
        const { message, recoverable } = await failure({ source: `${url}/app.bin`, destination });
        t.regex(message, /leads out/, `${destination} with ${evil}`);
        t.false(recoverable);
      }
    }
    const { url, directories, fetchAll } = await bench(t, { 'app.bin': 'content' }, taskPaths, { evil: '/etc/cron.d' });
    await fetchAll({ source: `${url}/app.bin`, destination: '${NOMAD_META_evil}' });
    t.is(await readFile(join(directories.task, 'etc/cron.d/app.bin'), 'utf8'), 'content', 'absolute is from the task');
  });
}

test('a link planted where an interpolated destination leads is not followed', async (t) => {
  const { url, sources, directories, failure } = await bench(t, { 'app.bin': 'content' }, 'host', {
    place: 'sly/deep',
  });
  await symlink(sources, join(directories.local, 'sly'));
  const { message } = await failure({
    source: `${url}/app.bin`,
    destination: '${NOMAD_TASK_DIR}/${NOMAD_META_place}/',
  });
  t.regex(message, /leads out/);
});

test('source, options and headers are interpolated, and a file name from there is a plain name', async (t) => {
  const meta = { file: 'app.bin', up: '../up', option: 'renamed' };
  const { url, directories, fetchAll, failure } = await bench(t, { 'app.bin': 'content' }, 'host', meta);
  await fetchAll({ source: `${url}/\${NOMAD_META_file}`, options: { filename: '${NOMAD_META_option}' } });
  t.is(await readFile(join(directories.local, 'renamed'), 'utf8'), 'content');
  const { message } = await failure({ source: `${url}/app.bin`, options: { filename: '${NOMAD_META_up}' } });
  t.regex(message, /is not a plain name/);
});

test('a wrong checksum and a missing file are final, a broken server may be tried again', async (t) => {
  const { url, failure } = await bench(t, { 'app.bin': 'content' });
  const wrong = await failure({ source: `${url}/app.bin`, options: { checksum: `sha256:${'0'.repeat(64)}` } });
  t.like(wrong, { recoverable: false, eventType: 'Failed Artifact Download' });
  t.regex(wrong.message, /the job expects 0000/);
  t.like(await failure({ source: `${url}/none` }), { recoverable: false });
  t.like(await failure({ source: `${url}/broken` }), { recoverable: true });
  t.like(await failure({ source: 'http://127.0.0.1:1/x' }), { recoverable: true });
});

test('an artifact larger than the limit is broken off', async (t) => {
  const { url, failure } = await bench(t, { big: 'x'.repeat(200_000) });
  t.regex((await failure({ source: `${url}/big` })).message, /larger than 100000 bytes/);
});

test('local files come only from the directories the node allows', async (t) => {
  const { sources, directories, fetchAll, failure } = await bench(t);
  await writeFile(join(sources, 'app.jar'), 'jar');
  await symlink('/etc/hostname', join(sources, 'sly'));
  await fetchAll({ source: join(sources, 'app.jar') });
  t.is(await readFile(join(directories.local, 'app.jar'), 'utf8'), 'jar');
  t.regex((await failure({ source: 'file:///etc/passwd' })).message, /does not give files/);
  t.regex((await failure({ source: join(sources, 'sly') })).message, /does not give files/);
  t.regex((await failure({ source: join(sources, 'none') })).message, /does not exist/);
});

test('what is told of a failed artifact names its host and path, and nothing that may be secret', async (t) => {
  const { url, failure } = await bench(t, { 'app.bin': 'content' });
  const secret = (path: string) => `${url.replace('://', '://user:s3cret@')}/${path}?token=s3cret`;
  const headers = { 'X-Token': 's3cret' };
  for (const [change, code] of [
    [{ source: secret('none') }, /\/none\?… answered 404/],
    [{ source: secret('broken') }, /\/broken\?… answered 500/],
    [{ source: 'http://user:s3cret@127.0.0.1:1/x?token=s3cret' }, /127\.0\.0\.1:1\/x\?… broke off.*ECONNREFUSED/],
    [
      { source: secret('app.bin'), options: { checksum: `md5:${'a'.repeat(32)}` } },
      /\/app\.bin\?… has the md5 checksum/,
    ],
    [{ source: 'git::https://user:s3cret@host/x?sshkey=s3cret' }, /kind "git" are not supported/],
    [{ source: 'host/x?sshkey=s3cret' }, /names no way to fetch it/],
    [{ source: secret('app.zip') }, /"zip" are not supported/],
    [{ source: secret('app.bin'), headers: { 'X-Token': 's3cret\n' } }, /broke off/],
    [{ source: secret('app.bin'), destination: '../../../x' }, /leads out/],
  ] as const) {
    const { message } = await failure({ headers, ...change });
    t.regex(message, code);
    t.false(message.includes('s3cret') || message.includes('user'), message);
  }
});

test('trouble on the way names the artifact and its reason, and may be tried again', async (t) => {
  const { url, failure } = await bench(t);
  const loop = await failure({ source: `${url}/loop` });
  t.true(loop.recoverable);
  t.regex(
    loop.message,
    /^fetching the artifact http:\/\/127\.0\.0\.1:\d+\/loop broke off: the server redirects more than 20/,
  );
});
