// What no client sends by itself: numbers and names that mean something else to this program, frames of other types, callers
// that keep half a connection.

import { once } from 'node:events';
import { connect } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import WebSocket from 'ws';
import { fakeNode } from '../testing/fake-node.ts';
import { jobJson, makeNode } from '../testing/fixtures.ts';
import { type Rig, startRig } from '../testing/rig.ts';

/** What a caller writes who wants a WebSocket, or says so. */
const upgradeOf = (rig: Rig, path: string, to: string) =>
  [
    `GET ${path} HTTP/1.1`,
    `Host: ${new URL(rig.url).host}`,
    'Connection: Upgrade',
    `Upgrade: ${to}`,
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '\r\n',
  ].join('\r\n');

async function rigOf(t: ExecutionContext): Promise<Rig> {
  const rig = await startRig();
  t.teardown(rig.close);
  return rig;
}

/** The text of a request that registers the job, with changes to its only group and task. */
function body(group: object, task: object = {}): { Job: Record<string, unknown> } {
  const base = jobJson('web');
  const [first] = base['TaskGroups'] as Record<string, unknown>[];
  const [only] = (first?.['Tasks'] ?? []) as Record<string, unknown>[];
  return { Job: { ...base, TaskGroups: [{ ...first, Tasks: [{ ...only, ...task }], ...group }] } };
}

/** What is seen when the awaited did not come in time. */
const later = (seen: string) => new Promise<string>((resolve) => setTimeout(() => resolve(seen), 3_000));

function send(rig: Rig, path: string, text: string) {
  return fetch(rig.url + path, { method: 'PUT', body: text, headers: { 'content-type': 'application/json' } });
}

test('a job is not scaled to more allocations than it may be registered with', async (t) => {
  const rig = await rigOf(t);
  // Without a deployment, which would be in the way first.
  t.is((await rig.call('PUT', '/v1/jobs', { Job: { ...jobJson('web'), Type: 'batch' } })).status, 200);
  for (const Count of [50_001, 50_000_000, 2 ** 53]) {
    const answer = await rig.call('PUT', '/v1/job/web/scale', { Count, Target: { Group: 'web' } });
    t.is(answer.status, 400);
    t.regex(answer.text, /at most 50000/);
  }
  t.is(rig.store.snapshot().job('default', 'web')?.version, 0);
});

test('a number that is infinite here and null in the journal is refused', async (t) => {
  const rig = await rigOf(t);
  const restart = { RestartPolicy: { Attempts: 1, Mode: 'fail', Delay: '@', Interval: 60_000_000_000 } };
  const text = JSON.stringify(body(restart));
  for (const number of ['1e999', '-1e999', `1${'0'.repeat(400)}`, '1e19', `"${2 ** 40}h"`]) {
    const answer = await send(rig, '/v1/jobs', text.replace('"@"', number));
    t.is(answer.status, 400, number);
  }
  const infinite = await send(rig, '/v1/jobs', text.replace('"@"', '1e999'));
  t.regex(await infinite.text(), /the number at "Delay" is too large/);
  t.is((await send(rig, '/v1/jobs', text.replace('"@"', '1e9'))).status, 200);
  const digits = `${'1'.repeat(400)} 1e999`;
  t.is((await rig.call('PUT', '/v1/jobs', body({}, { Env: { A: digits } }))).status, 200, 'inside of a text');
});

test('names that every object has are names like others, and __proto__ is none', async (t) => {
  const rig = await rigOf(t);
  for (const Driver of ['__proto__', 'constructor', 'toString', '', null]) {
    const answer = await rig.call('PUT', '/v1/jobs', body({}, { Driver }));
    t.is(answer.status, 400, String(Driver));
    t.regex(answer.text, /driver/);
  }
  const proto = JSON.stringify(body({ Name: '@' })).replace('"@"', '"__proto__"');
  t.regex(await (await send(rig, '/v1/jobs', proto)).text(), /"__proto__" means something else/);
  t.is((await rig.call('PUT', '/v1/jobs', body({ Name: 'constructor' }))).status, 200);
  const summary = (await rig.call('GET', '/v1/job/web/summary')).body.Summary;
  t.deepEqual(Object.keys(summary), ['constructor']);
});

test('searches and submissions are taken in the types they have', async (t) => {
  const rig = await rigOf(t);
  t.is((await rig.call('PUT', '/v1/search', { Prefix: '', Context: { toString: 1 } })).status, 400);
  let deep: unknown = 'x';
  for (let depth = 0; depth < 5_000; depth += 1) deep = [deep];
  const submission = { Source: 'job "web" {}', Format: 'hcl2' };
  for (const wrong of [{ Variables: 5 }, { Variables: ['x'] }, { VariableFlags: { a: 5 } }, { VariableFlags: [] }]) {
    const Submission = { ...submission, ...wrong };
    t.is((await rig.call('PUT', '/v1/jobs', { Job: jobJson('web'), Submission })).status, 400, JSON.stringify(wrong));
  }
  const text = `{"Job":${JSON.stringify(jobJson('web'))},"Submission":{"Source":"x","VariableFlags":{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}}}`;
  t.is((await send(rig, '/v1/jobs', text)).status, 400);
  const right = { ...submission, Variables: 'a = 1', VariableFlags: { b: '2' } };
  t.is((await rig.call('PUT', '/v1/jobs', { Job: jobJson('web'), Submission: right })).status, 200);
  t.is((await rig.call('GET', '/v1/job/web/submission')).body.VariableFlags.b, '2');
});

test('a frame of exec whose data is no text ends the session', async (t) => {
  const rig = await rigOf(t);
  let taken = 0;
  const node = fakeNode(rig.server, makeNode('n1'), {
    now: rig.clock.now,
    healthy: true,
    handle: async (stream) => {
      for await (const event of stream.events()) if (event.type === 'data') taken += event.bytes.length;
      return { exitCode: 0 };
    },
  });
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('web') });
  await rig.until('running', () => [...rig.store.snapshot().allocations()][0]?.clientStatus === 'running');
  const [id = ''] = node.desired.keys();
  for (const frame of [
    '{"stdin":{"data":{"length":5000}}}',
    '{"stdin":{"data":[104]}}',
    '{"stdin":{"data":5}}',
    'null',
  ]) {
    const url = `${rig.url.replace('http', 'ws')}/v1/client/allocation/${id}/exec?command=%5B%22cat%22%5D`;
    const socket = new WebSocket(url);
    await once(socket, 'open');
    socket.send(frame);
    const closed = once(socket, 'close').then(([code]) => code);
    t.is(await Promise.race([closed, later('it goes on')]), 4_400, frame);
    socket.terminate();
  }
  t.is(taken, 0);
});

test('a refused upgrade does not keep the connection of a caller that keeps its side open', async (t) => {
  const rig = await rigOf(t);
  const { hostname, port } = new URL(rig.url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  t.teardown(() => socket.destroy());
  socket.write(upgradeOf(rig, '/x', 'x'));
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  await once(socket, 'end');
  t.regex(text, /^HTTP\/1\.1 404 /);
  // Whoever writes to a connection that is wholly gone is told so.
  const told = once(socket, 'error').then(() => 'gone');
  const writing = setInterval(() => socket.write('x'), 20);
  t.teardown(() => clearInterval(writing));
  t.is(await Promise.race([told, later('kept')]), 'gone');
});

test('a session whose caller says nothing any more does not keep the server from its end', async (t) => {
  const rig = await startRig();
  const never = new Promise<never>(() => {});
  const node = fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now, healthy: true, handle: () => never });
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('web') });
  await rig.until('running', () => [...rig.store.snapshot().allocations()][0]?.clientStatus === 'running');
  const [id = ''] = node.desired.keys();
  const { hostname, port } = new URL(rig.url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  t.teardown(() => socket.destroy());
  socket.on('error', () => {});
  socket.write(upgradeOf(rig, `/v1/client/allocation/${id}/exec?command=%5B%22cat%22%5D`, 'websocket'));
  const [answer] = await once(socket, 'data');
  t.regex(String(answer), /^HTTP\/1\.1 101 /);
  t.is(await Promise.race([rig.close().then(() => 'closed'), later('it waits')]), 'closed');
});
