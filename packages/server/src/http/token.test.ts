// The token on TCP: how it may be presented, what passes, how it is compared.

import { timingSafeEqual } from 'node:crypto';
import test from 'ava';
import { ask } from '../testing/ask.ts';
import { startRig } from '../testing/rig.ts';
import { tokenCheck } from './token.ts';

const token = '0123456789abcdef0123456789abcdef';

test('the token is taken as the field presents it, whole and exact', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const { url } = await rig.server.listen({ kind: 'tcp', host: '127.0.0.1', port: 0, token });
  const status = async (headers: Record<string, string>, path = '/v1/jobs') =>
    (await ask({ url, path, headers })).status;
  t.is(await status({ 'X-Nomad-Token': token }), 200);
  t.is(await status({ Authorization: `Bearer ${token}` }), 200);
  t.is(await status({ authorization: `bearer  ${token} ` }), 200);
  t.is(await status({ 'X-Nomad-Token': '', Authorization: `Bearer ${token}` }), 200);
  const wrong: readonly Record<string, string>[] = [
    {},
    { 'X-Nomad-Token': token.slice(1) },
    { 'X-Nomad-Token': token.slice(0, -1) },
    { 'X-Nomad-Token': `${token}0` },
    { 'X-Nomad-Token': token.toUpperCase() },
    { 'X-Nomad-Token': `${token}, ${token}` },
    { 'X-Nomad-Token': 'wrong', Authorization: `Bearer ${token}` },
    { Authorization: token },
    { Authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` },
    { Authorization: 'Bearer' },
    { Cookie: `token=${token}` },
  ];
  for (const headers of wrong) t.is(await status(headers), 403, JSON.stringify(headers));
  t.is(await status({}, `/v1/jobs?token=${token}`), 403, 'not in the address, which is logged and remembered');
  t.is(await status({ 'X-Nomad-Token': 'wrong' }, '/v1/status/leader'), 200, 'what asks for nothing answers all');
});

test('a denial is what the field says, as a text and as data, before a body is read', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const { url } = await rig.server.listen({ kind: 'tcp', host: '127.0.0.1', port: 0, token });
  const denied = await ask({
    url,
    path: '/v1/jobs',
    method: 'PUT',
    headers: { 'Content-Length': '100', 'Content-Type': 'application/json' },
    unended: true,
  });
  t.like(denied, { status: 403, text: 'Permission denied' });
  const data = await ask({ url, path: '/v1/jobs', headers: { Accept: 'application/problem+json' } });
  t.deepEqual(JSON.parse(data.text), { title: 'Forbidden', status: 403, detail: 'Permission denied' });
});

test('tokens are compared by a function whose time tells nothing, as digests of one length', (t) => {
  const compared: (readonly [number, number])[] = [];
  const check = tokenCheck(token, (left, right) => {
    compared.push([left.length, right.length]);
    return timingSafeEqual(left, right);
  });
  t.is(check({ 'x-nomad-token': token }), 'right');
  t.is(check({ 'x-nomad-token': `x${token.slice(1)}` }), 'wrong');
  t.is(check({ 'x-nomad-token': 'short' }), 'wrong');
  t.is(check({ 'x-nomad-token': 'long'.repeat(1_000) }), 'wrong');
  t.is(check({}), 'none');
  t.deepEqual(
    compared,
    Array.from({ length: 4 }, () => [32, 32] as const),
  );
});
