// Limits of the API: connections and waiting queries of each listener, bytes of a body. What fills one listener fills no other.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { defaultServerConfig, type HttpConfig } from '../config.ts';
import { ask } from '../testing/ask.ts';
import { startRig } from '../testing/rig.ts';

async function withListeners(t: ExecutionContext, http: Partial<HttpConfig>) {
  const dir = mkdtempSync(join(tmpdir(), 'orch-listeners-'));
  const rig = await startRig({ config: { http: { ...defaultServerConfig.http, ...http } } });
  const sockets: Socket[] = [];
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy();
    await rig.close();
    rmSync(dir, { recursive: true });
  });
  const listener = (kind: 'operator' | 'group') =>
    rig.server.listen({ kind, path: join(dir, kind), stagingDir: join(dir, 'new'), mode: 0o600 });
  const [operator, group] = [await listener('operator'), await listener('group')];
  /** Connects and says nothing; whether it is still connected a moment later. */
  const stays = async (url: string, localAddress = '127.0.0.1') => {
    const socket = url.startsWith('unix://')
      ? connect(url.slice('unix://'.length))
      : connect({ host: '127.0.0.1', port: Number(new URL(url).port), localAddress });
    sockets.push(socket);
    socket.on('error', () => {});
    await once(socket, 'connect');
    return Promise.race([
      once(socket, 'close').then(() => false),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 100)),
    ]);
  };
  const answers = async (url: string) => {
    try {
      return (await ask({ url, path: '/v1/status/leader' })).status === 200;
    } catch {
      return false;
    }
  };
  return { rig, operator: operator.url, group: group.url, stays, answers };
}

test('TCP takes so many connections of one address and so many in all; the sockets stay free', async (t) => {
  const { rig, operator, group, stays, answers } = await withListeners(t, { connections: 3, connectionsPerAddress: 2 });
  t.true(await stays(rig.url));
  t.true(await stays(rig.url));
  t.false(await stays(rig.url), 'the third of one address');
  t.true(await stays(rig.url, '127.0.0.2'));
  t.false(await stays(rig.url, '127.0.0.3'), 'the fourth in all');
  t.false(await answers(rig.url));
  t.true(await answers(group));
  t.true(await answers(operator));
});

test('the group fills its own socket and not the one of the operator', async (t) => {
  const { rig, operator, group, stays, answers } = await withListeners(t, {
    groupConnections: 2,
    operatorConnections: 2,
  });
  t.true(await stays(group));
  t.true(await stays(group));
  t.false(await stays(group));
  t.false(await answers(group));
  t.true(await answers(operator));
  t.true(await answers(rig.url));
  t.true(await stays(operator));
  t.true(await stays(operator));
  t.false(await stays(operator), "the operator's has an end, too");
});

test('so many queries wait at one listener; one more is refused, at another listener it waits', async (t) => {
  const { rig, operator } = await withListeners(t, { blockingQueries: 2 });
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const path = `/v1/jobs?index=${rig.store.index + 1_000}&wait=5m`;
  const wait = (url: string) => ask({ url, path, signal: stop.signal }).catch(() => undefined);
  const waiting = [wait(rig.url), wait(rig.url)];
  await new Promise((resolve) => setTimeout(resolve, 100));
  const third = await ask({ url: rig.url, path, signal: AbortSignal.timeout(2_000) });
  t.is(third.status, 429);
  t.regex(third.text, /2 blocking queries are waiting/);
  waiting.push(wait(operator));
  const early = await Promise.race([waiting[2], new Promise((resolve) => setTimeout(() => resolve('waits'), 100))]);
  t.is(early, 'waits');
  stop.abort();
  await Promise.all(waiting);
  const again = new AbortController();
  const fourth = ask({ url: rig.url, path, signal: again.signal }).catch(() => 'waited');
  setTimeout(() => again.abort(), 100);
  t.is(await fourth, 'waited', 'who went away no longer counts');
});

test('a body beyond its limit is refused by its length before it comes, and without a length where it passes the limit', async (t) => {
  const { rig } = await withListeners(t, { bodyBytes: 1_000 });
  const headers = { 'Content-Type': 'application/json' };
  const told = await ask({
    url: rig.url,
    path: '/v1/search',
    method: 'POST',
    headers: { ...headers, 'Content-Length': '1001' },
    unended: true,
    signal: AbortSignal.timeout(2_000),
  });
  t.is(told.status, 413);
  const part = ' '.repeat(400);
  const chunks = (count: number) =>
    ask({
      url: rig.url,
      path: '/v1/search',
      method: 'POST',
      headers,
      chunks: ['{', ...Array.from({ length: count }, () => part), '}'],
    });
  t.is((await chunks(2)).status, 200);
  t.is((await chunks(3)).status, 413);
});
