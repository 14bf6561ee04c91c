// Sockets of the API: their mode from the first moment, what a dead agent left, what a clean end leaves.

import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@orch/api';
import test from 'ava';
import { ask } from '../testing/ask.ts';
import { startRig } from '../testing/rig.ts';

async function withDirectory() {
  const dir = mkdtempSync(join(tmpdir(), 'orch-listeners-'));
  const rig = await startRig();
  const close = async () => {
    await rig.close();
    rmSync(dir, { recursive: true });
  };
  const listener = (name = 'operator.sock') => ({
    kind: 'operator' as const,
    path: join(dir, name),
    stagingDir: join(dir, 'api'),
    mode: 0o600,
  });
  return { dir, rig, close, listener };
}

test('a socket is there with its mode at once, made where nobody else comes, and gone at the end', async (t) => {
  const { dir, rig, close, listener } = await withDirectory();
  t.teardown(close);
  const modes: string[] = [];
  const watcher = watch(dir, (_event, name) => {
    if (name === 'operator.sock' && existsSync(join(dir, name)))
      modes.push((lstatSync(join(dir, name)).mode & 0o777).toString(8));
  });
  const before = process.umask(0);
  const listened = rig.server.listen(listener());
  process.umask(before);
  t.false(existsSync(join(dir, 'operator.sock')), 'it listens already, and nobody sees it');
  const { url, hostPort } = await listened;
  t.is(url, `unix://${dir}/operator.sock`);
  t.is(hostPort, undefined);
  t.is(lstatSync(join(dir, 'api')).mode & 0o777, 0o700);
  t.deepEqual(readdirSync(join(dir, 'api')), []);
  t.is(lstatSync(join(dir, 'operator.sock')).mode & 0o777, 0o600);
  await new Promise((resolve) => setTimeout(resolve, 50));
  watcher.close();
  t.deepEqual([...new Set(modes)], ['600']);
  await rig.server.close();
  t.deepEqual(readdirSync(dir), ['api']);
});

test('what a dead agent left is replaced, be it a socket or a file; a link there is not followed', async (t) => {
  const { dir, rig, close, listener } = await withDirectory();
  t.teardown(close);
  writeFileSync(join(dir, 'kept'), 'kept');
  symlinkSync(join(dir, 'kept'), join(dir, 'link.sock'));
  writeFileSync(join(dir, 'file.sock'), '');
  const dead = createNetServer().listen(join(dir, 'dead.sock'));
  await new Promise((resolve) => dead.once('listening', resolve));
  for (const name of ['dead.sock', 'file.sock', 'link.sock']) {
    const { url } = await rig.server.listen(listener(name));
    t.is((await ask({ url, path: '/v1/status/leader' })).status, 200, name);
    t.true(lstatSync(join(dir, name)).isSocket(), name);
  }
  t.true(lstatSync(join(dir, 'kept')).isFile());
  dead.close();
});

test('names that the kernel would cut off, and places that are taken, are refused', async (t) => {
  const { dir, rig, close, listener } = await withDirectory();
  t.teardown(close);
  await t.throwsAsync(rig.server.listen(listener('x'.repeat(100))), { code: 'socket-path-too-long' });
  mkdirSync(join(dir, 'taken.sock', 'full'), { recursive: true });
  await t.throwsAsync(rig.server.listen(listener('taken.sock')), { code: 'listen-failed' });
});

test('on a socket callers write into Host what they like, and the client of the API goes through one', async (t) => {
  const { rig, close, listener } = await withDirectory();
  t.teardown(close);
  const { url } = await rig.server.listen(listener());
  for (const Host of ['localhost', 'docker', 'evil.example', '127.0.0.1:4646', ''])
    t.is((await ask({ url, path: '/v1/jobs', headers: { Host } })).status, 200, Host);
  t.is((await ask({ url, path: '/v1/jobs', headers: { Origin: 'http://evil.example' } })).status, 403);
  const client = createClient({ address: url });
  t.teardown(() => client.close());
  t.deepEqual((await client.jobs.list()).value, []);
  const refused = await t.throwsAsync(client.allocations.exec('x', { command: ['sh'] }));
  t.is(refused?.message, 'alloc not found', 'a WebSocket, too');
  t.deepEqual((await client.agent.leader()).value, rig.url.replace('http://', ''));
});
