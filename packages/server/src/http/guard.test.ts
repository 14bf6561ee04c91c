// Pages in a browser of this machine: what they can make it send, and that it changes and tells nothing.

import test from 'ava';
import { ask, upgradeHeaders } from '../testing/ask.ts';
import { fakeNode } from '../testing/fake-node.ts';
import { makeNode } from '../testing/fixtures.ts';
import { startRig } from '../testing/rig.ts';

const token = 'b'.repeat(64);
const collect = '/v1/client/gc?node_id=n1';
const exec = '/v1/client/allocation/x/exec?command=%5B%22sh%22%5D';

/** What browsers add to an image of a foreign page, today's and those of some years ago. */
const browsers: readonly Record<string, string>[] = [
  { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' },
  { 'Sec-Fetch-Site': 'same-site' },
  { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate' },
  { 'Sec-Fetch-Dest': 'image' },
  { Referer: 'http://evil.example/' },
  { 'User-Agent': 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_13_6) AppleWebKit/605.1.15 Version/13.1 Safari/605.1.15' },
];

async function withNode() {
  const rig = await startRig();
  let collected = 0;
  fakeNode(rig.server, makeNode('n1'), {
    now: rig.clock.now,
    handle: async () => {
      collected += 1;
      return { collected: 1 };
    },
  });
  await rig.until('ready', () => rig.store.snapshot().node('n1')?.status === 'ready');
  return { rig, collected: () => collected };
}

test('a GET that changes state is refused to every browser, also as HEAD, and taken from programs', async (t) => {
  const { rig, collected } = await withNode();
  t.teardown(rig.close);
  const own = { Origin: rig.url };
  for (const headers of [...browsers, own])
    for (const method of ['GET', 'HEAD'])
      for (const path of [collect, '/v1/client/allocation/x/gc'])
        t.is((await ask({ url: rig.url, path, method, headers })).status, 403, JSON.stringify(headers));
  t.is(collected(), 0);
  t.is((await ask({ url: rig.url, path: collect, headers: { 'User-Agent': 'curl/8.0' } })).status, 200);
  t.is((await ask({ url: rig.url, path: collect, method: 'PUT' })).status, 200);
  t.is(collected(), 2);
});

test('with the token a GET that changes state is taken from a browser too, which adds none by itself', async (t) => {
  const { rig, collected } = await withNode();
  t.teardown(rig.close);
  const { url } = await rig.server.listen({ kind: 'tcp', host: '127.0.0.1', port: 0, token });
  const browser = { 'Sec-Fetch-Site': 'same-origin', 'User-Agent': 'Mozilla/5.0' };
  t.is((await ask({ url, path: collect, headers: browser })).status, 403);
  t.is(collected(), 0);
  t.is((await ask({ url, path: collect, headers: { ...browser, 'X-Nomad-Token': token } })).status, 200);
  t.is(collected(), 1);
});

test('pages of other sites are refused for every method, and answers say that no other site may embed them', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const site = (value: string) => ({ 'Sec-Fetch-Site': value });
  for (const path of ['/v1/jobs', '/v1/status/leader', '/v1/client/stats'])
    for (const value of ['cross-site', 'same-site', 'none, cross-site'])
      t.is((await ask({ url: rig.url, path, headers: site(value) })).status, 403, `${path} ${value}`);
  for (const value of ['none', 'same-origin']) {
    const { status, headers } = await ask({ url: rig.url, path: '/v1/jobs', headers: site(value) });
    t.is(status, 200);
    t.is(headers['cross-origin-resource-policy'], 'same-origin');
    t.is(headers['x-content-type-options'], 'nosniff');
  }
});

test('the WebSocket of exec is guarded as the rest: names, pages, browsers, the token', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const closed = await rig.server.listen({ kind: 'tcp', host: '127.0.0.1', port: 0, token });
  const open = (url: string, headers: Record<string, string>, path = exec) =>
    ask({ url, path, headers: { ...upgradeHeaders, ...headers } });
  t.is((await open(rig.url, {})).text, 'alloc not found', 'a program is let through to the allocation');
  t.is((await open(rig.url, { Host: 'evil.example' })).status, 403);
  t.is((await open(rig.url, { Origin: 'http://evil.example' })).status, 403);
  t.is((await open(rig.url, { 'Sec-Fetch-Site': 'cross-site' })).status, 403);
  t.is((await open(rig.url, { Origin: rig.url })).status, 403, 'no page of our own runs commands');
  t.like(await open(closed.url, {}), { status: 403, text: 'Permission denied' });
  t.like(await open(closed.url, { 'X-Nomad-Token': 'wrong' }), { status: 403, text: 'Permission denied' });
  t.is((await open(closed.url, { 'X-Nomad-Token': token })).text, 'alloc not found');
  t.is((await open(closed.url, { Authorization: `Bearer ${token}` })).text, 'alloc not found');
});

test('there is no link for nodes: not as a path, not as a WebSocket, whoever asks', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const closed = await rig.server.listen({ kind: 'tcp', host: '127.0.0.1', port: 0, token });
  for (const [url, headers] of [
    [rig.url, {}],
    [closed.url, {}],
    [closed.url, { 'X-Nomad-Token': token }],
  ] as const) {
    t.is((await ask({ url, path: '/v1/link', headers })).status, 404);
    t.is((await ask({ url, path: '/v1/link', headers: { ...upgradeHeaders, ...headers } })).status, 404);
  }
  for (const path of ['/v1/jobs', '/v1/client/allocation/x/stats'])
    t.like(await ask({ url: rig.url, path, headers: upgradeHeaders }), {
      status: 404,
      text: `no WebSocket at ${path}`,
    });
});
