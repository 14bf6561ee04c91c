// What each route asks of its caller, over every route, method and kind of caller, through real listeners.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ask } from '../testing/ask.ts';
import { startRig } from '../testing/rig.ts';
import type { Api } from './api.ts';
import { type Access, accessClasses, accessPolicy, type PrincipalKind, principalKinds } from './policy.ts';
import { allRoutes } from './routes.ts';

/** Routes are made from an API, and only their handlers look at it. */
const routes = allRoutes({} as Api);
const token = 'a'.repeat(64);

/** Whoever adds to it gives it to every user and task of the machine. */
const openRoutes = ['/v1/agent/health', '/v1/regions', '/v1/status/leader', '/v1/status/peers'];

test('every route says what it asks of its caller, and the open ones are these four', (t) => {
  for (const { path, access } of routes) t.true(accessClasses.includes(access), path);
  t.deepEqual(
    routes
      .filter(({ access }) => access === 'open')
      .map(({ path }) => path)
      .sort(),
    openRoutes,
  );
});

test('what changes state is declared as that, but for these that only answer', (t) => {
  const answers = ['/v1/job/*jobId/plan', '/v1/job/*jobId/explain', '/v1/jobs/parse', '/v1/search', '/v1/validate/job'];
  for (const { path, methods, access } of routes) {
    const writes = methods.some((method) => method !== 'GET');
    if (writes && !answers.includes(path)) t.is(access, 'write', path);
  }
  const gets = routes.filter(({ methods, access }) => methods.includes('GET') && access === 'write');
  t.deepEqual(gets.map(({ path }) => path).sort(), [
    '/v1/client/allocation/:allocationId/exec',
    '/v1/client/allocation/:allocationId/gc',
    '/v1/client/gc',
  ]);
});

test('a route that declares nothing is refused to everybody, the operator too', (t) => {
  const access = undefined as unknown as Access;
  for (const kind of principalKinds) {
    const question = { principal: { kind, name: '' }, method: 'GET', route: '/v1/new', access, namespace: 'default' };
    t.is(accessPolicy(question), 'Permission denied', kind);
  }
});

test('every route, method and caller: who is not known gets the open ones and nothing else, who is known is let in', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'orch-listeners-'));
  const rig = await startRig();
  t.teardown(async () => {
    await rig.close();
    rmSync(dir, { recursive: true });
  });
  const closed = await rig.server.listen({ kind: 'tcp', host: '127.0.0.1', port: 0, token });
  const socket = (kind: 'operator' | 'group') =>
    rig.server.listen({ kind, path: join(dir, kind), stagingDir: join(dir, 'new'), mode: 0o600 });
  const listeners: Readonly<
    Record<PrincipalKind, { readonly url: string; readonly headers?: Record<string, string> }>
  > = {
    operator: await socket('operator'),
    group: await socket('group'),
    token: { url: closed.url, headers: { 'X-Nomad-Token': token } },
    open: rig,
    anonymous: closed,
  };
  let denied = 0;
  for (const { path: pattern, methods, access } of routes) {
    const path = pattern.replaceAll(/[:*]\w+/g, 'x');
    for (const method of [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])]) {
      for (const kind of principalKinds) {
        const { url, headers = {} } = listeners[kind];
        const { status, text } = await ask({ url, path, method, headers });
        const may = kind !== 'anonymous' || access === 'open';
        t.is(status !== 403, may, `${kind} ${method} ${pattern}: ${status} ${text}`);
        if (may) continue;
        denied += 1;
        if (method !== 'HEAD') t.is(text, 'Permission denied');
      }
    }
  }
  t.true(denied > 80, `${denied}`);
});
