// What the API refuses and how, lists and pages, plans, files and commands: over a real socket.

import { request as httpRequest } from 'node:http';
import { createClient } from '@orch/api';
import { OrchError } from '@orch/core/lib/errors';
import { silentLogger } from '@orch/core/lib/logger';
import { seededIds, seededRandom } from '@orch/core/lib/random';
import type { ServedStream } from '@orch/core/link/mux';
import test from 'ava';
import { createServer } from '../server.ts';
import { type FakeNode, fakeNode } from '../testing/fake-node.ts';
import { jobJson, makeNode } from '../testing/fixtures.ts';
import { type Rig, startRig } from '../testing/rig.ts';

async function running(rig: Rig, handle?: (stream: ServedStream) => Promise<unknown>): Promise<[FakeNode, string]> {
  const options = handle === undefined ? {} : { handle };
  const node = fakeNode(rig.server, makeNode('n1'), { now: rig.clock.now, healthy: true, ...options });
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('web') });
  await rig.until('running', () => [...rig.store.snapshot().allocations()][0]?.clientStatus === 'running');
  return [node, [...node.desired.keys()][0] ?? ''];
}

test('a bad job is refused with every problem at its field path', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const job = jobJson('web', { command: '' });
  const [group] = job['TaskGroups'] as Record<string, unknown>[];
  const [task] = (group?.['Tasks'] ?? []) as Record<string, unknown>[];
  Object.assign(task ?? {}, { Driver: 'exce' });
  const answer = await rig.call('PUT', '/v1/jobs', { Job: { ...job, Priority: 1000 } });
  t.is(answer.status, 400);
  t.regex(answer.headers.get('content-type') ?? '', /^text\/plain/);
  t.regex(answer.text, /group\["web"\]\.task\["server"\]\.driver: unknown driver "exce" \(did you mean "exec"\?\)/);
  t.regex(answer.text, /priority/);
  t.is(rig.store.snapshot().job('default', 'web'), undefined);
});

test('a driver config is checked against its schema', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const job = jobJson('web');
  const [group] = job['TaskGroups'] as Record<string, unknown>[];
  const [task] = (group?.['Tasks'] ?? []) as Record<string, unknown>[];
  Object.assign(task ?? {}, { Config: { comand: '/bin/sleep' } });
  const answer = await rig.call('PUT', '/v1/validate/job', { Job: job });
  t.is(answer.status, 200);
  t.true(answer.body.ValidationErrors.some((line: string) => line.includes('config') && line.includes('comand')));
  t.true(answer.body.Error.startsWith(`${answer.body.ValidationErrors.length} error`));
});

test('unknown paths name the nearest one, wrong methods what is taken', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const unknown = await rig.call('GET', '/v1/job/web/alocations');
  t.is(unknown.status, 404);
  const typo = await rig.call('GET', '/v1/nodez');
  t.is(typo.status, 404);
  t.regex(typo.text, /nearest known path is \/v1\/nodes/);
  const method = await rig.call('DELETE', '/v1/nodes');
  t.is(method.status, 405);
  t.regex(method.text, /takes GET/);
});

test('foreign hosts, foreign pages and bodies that are not JSON are refused', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const raw = (headers: Record<string, string>, method = 'GET', body?: string) =>
    new Promise<number>((resolve, reject) => {
      const request = httpRequest(`${rig.url}/v1/jobs`, { method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.once('error', reject);
      request.end(body);
    });
  t.is(await raw({ host: 'evil.example' }), 403);
  t.is(await raw({ origin: 'http://evil.example' }), 403);
  t.is(await raw({ origin: rig.url }), 200);
  t.is(await raw({ 'content-type': 'text/plain' }, 'POST', '{}'), 415);
  t.is(await raw({ 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' }, 'POST', '{}'), 403);
  t.is(await raw({}, 'POST', '{}'), 400, 'a client that names no type is no browser');
  t.is(await raw({ 'content-type': 'application/json' }, 'POST', '{'), 400);
  t.is(await raw({ 'content-type': 'application/json' }, 'POST', `"${'x'.repeat(5_000_000)}"`), 413);
});

test('a body that is no UTF-8 is refused at its first wrong byte, not read as something else', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const start = Buffer.from('{"JobHCL": "é');
  const bodies: readonly (readonly [string, readonly number[], RegExp])[] = [
    ['a byte that begins nothing', [0xff, 0x22, 0x7d], /the byte 0xFF at offset 14$/],
    ['a character that is begun and not ended', [0xc3, 0x28, 0x22, 0x7d], /the byte 0xC3 at offset 14$/],
    ['a character cut off by the end', [0xe2, 0x82], /the byte 0xE2 at offset 14$/],
  ];
  for (const [name, bytes, says] of bodies) {
    const answer = await fetch(`${rig.url}/v1/jobs/parse`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.concat([start, Buffer.from(bytes)]),
    });
    t.is(answer.status, 400, name);
    t.regex(await answer.text(), says, name);
  }
});

test('the API refuses to listen beyond loopback', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const random = seededRandom(1);
  const second = createServer({
    store: rig.store,
    clock: rig.clock,
    ids: seededIds(random),
    random,
    log: silentLogger,
  });
  t.teardown(() => second.close());
  const error = await t.throwsAsync(second.listen({ kind: 'tcp', host: '0.0.0.0', port: 0 }), {
    instanceOf: OrchError,
  });
  t.is(error?.code, 'bind-not-loopback');
  const taken = Number(new URL(rig.url).port);
  const inUse = await t.throwsAsync(second.listen({ kind: 'tcp', host: '127.0.0.1', port: taken }), {
    instanceOf: OrchError,
  });
  t.is(inUse?.code, 'address-in-use');
});

test('lists are cut by prefix, page and namespace, and name a filter as unsupported', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  for (const id of ['api/one', 'api/two', 'web']) await rig.call('PUT', '/v1/jobs', { Job: jobJson(id) });
  const ids = (answer: { body: readonly { ID: string }[] }) => answer.body.map((job) => job.ID);
  t.deepEqual(ids(await rig.call('GET', '/v1/jobs?prefix=api')), ['api/one', 'api/two']);
  const page = await rig.call('GET', '/v1/jobs?per_page=2');
  t.deepEqual(ids(page), ['api/one', 'api/two']);
  t.is(page.headers.get('x-nomad-nexttoken'), 'web');
  t.deepEqual(ids(await rig.call('GET', '/v1/jobs?per_page=2&next_token=web')), ['web']);
  t.deepEqual(ids(await rig.call('GET', '/v1/jobs?reverse=true&per_page=1')), ['web']);
  t.deepEqual(ids(await rig.call('GET', '/v1/jobs?namespace=other')), []);
  t.deepEqual(ids(await rig.call('GET', '/v1/jobs?namespace=*')).length, 3);
  const filter = await rig.call('GET', '/v1/jobs?filter=Name==x');
  t.is(filter.status, 400);
  t.regex(filter.text, /filter/);
  t.is((await rig.call('GET', '/v1/job/api/one')).body.ID, 'api/one');
  t.is((await rig.call('GET', '/v1/job/api%2Ftwo/summary')).body.JobID, 'api/two');
  const found = await rig.call('POST', '/v1/search', { Prefix: 'api', Context: 'jobs' });
  t.deepEqual(found.body.Matches.jobs, ['api/one', 'api/two']);
});

test('every answer carries an index of at least 1, a leader and a contact', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  for (const path of [
    '/v1/jobs',
    '/v1/nodes',
    '/v1/agent/self',
    '/v1/status/leader',
    '/v1/namespaces',
    '/v1/regions',
  ]) {
    const answer = await rig.call('GET', path);
    t.is(answer.status, 200, path);
    t.true(Number(answer.headers.get('x-nomad-index')) >= 1, path);
    t.is(answer.headers.get('x-nomad-knownleader'), 'true');
    t.is(answer.headers.get('x-nomad-lastcontact'), '0');
  }
});

test('an enforced index holds off a job that changed meanwhile', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const first = await rig.call('PUT', '/v1/jobs', { Job: jobJson('web'), EnforceIndex: true, JobModifyIndex: 0 });
  t.is(first.status, 200);
  const again = await rig.call('PUT', '/v1/jobs', { Job: jobJson('web'), EnforceIndex: true, JobModifyIndex: 0 });
  t.is(again.status, 409);
  t.regex(again.text, /^Enforcing job modify index 0: job already exists/);
  const index = first.body.JobModifyIndex;
  const changed = { Job: jobJson('web', { count: 2 }), EnforceIndex: true, JobModifyIndex: index };
  t.is((await rig.call('PUT', '/v1/jobs', changed)).status, 200);
  t.is((await rig.call('PUT', '/v1/jobs', changed)).status, 409);
});

test('plan says what would happen and writes nothing; explain names every node', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  await running(rig);
  const index = rig.store.index;
  const same = await rig.call('PUT', '/v1/job/web/plan', { Job: jobJson('web'), Diff: true });
  t.is(same.body.Diff.Type, 'None');
  t.is(same.body.Annotations.DesiredTGUpdates.web.Ignore, 1);
  const more = await rig.call('PUT', '/v1/job/web/plan', { Job: jobJson('web', { count: 3 }), Diff: true });
  t.is(more.body.Annotations.DesiredTGUpdates.web.Place, 2);
  t.is(more.body.Diff.Type, 'Edited');
  t.is(more.body.Diff.TaskGroups[0].Updates.create, 2);
  const huge = await rig.call('PUT', '/v1/job/huge/plan', { Job: jobJson('huge', { cpu: 90_000 }) });
  t.is(
    huge.body.FailedTGAllocs.web.DimensionExhausted !== null || huge.body.FailedTGAllocs.web.NodesFiltered > 0,
    true,
  );
  t.is(rig.store.index, index);
  const explained = await rig.call('GET', '/v1/job/web/explain');
  t.deepEqual(explained.body.Groups.web.Nodes, [{ NodeID: 'n1', NodeName: 'name-of-n1', Failures: [] }]);
});

test('scale changes one count; a stopped allocation is replaced', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const [node, id] = await running(rig);
  t.is((await rig.call('POST', '/v1/job/web/scale', { Count: 2, Target: { Group: 'nope' } })).status, 400);
  await rig.until('deployed', () => rig.store.snapshot().latestDeployment('default', 'web')?.status === 'successful');
  const scaled = await rig.call('POST', '/v1/job/web/scale', { Count: 2, Target: { Group: 'web' } });
  t.is(scaled.status, 200, scaled.text);
  await rig.until('two', () => node.desired.size === 2);
  t.is((await rig.call('GET', '/v1/job/web/scale')).body.TaskGroups.web.Desired, 2);
  t.is((await rig.call('PUT', `/v1/allocation/${id}/stop`)).status, 200);
  await rig.until('replaced', () => node.desired.size === 3);
  t.is(node.desired.get(id)?.desiredStatus, 'stop');
});

test('logs come plain and framed, errors of the node keep their status', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const text = 'line one\nline two\n';
  const [, id] = await running(rig, async (stream) => {
    const params = stream.params as { path?: string };
    if (params.path === 'missing') throw new OrchError('file-not-found', 'no file "missing"');
    await stream.write(0, new TextEncoder().encode(text));
    return { bytes: text.length };
  });
  const plain = await rig.call('GET', `/v1/client/fs/logs/${id}?task=server&type=stdout&plain=true`);
  t.is(plain.text, text);
  const framed = await rig.call('GET', `/v1/client/fs/logs/${id}?task=server&type=stdout`);
  const frame = JSON.parse(framed.text.trim());
  t.is(Buffer.from(frame.Data, 'base64').toString(), text);
  t.is(frame.Offset, text.length);
  const missing = await rig.call('GET', `/v1/client/fs/cat/${id}?path=missing`);
  t.is(missing.status, 404);
  t.is(missing.text, 'no file "missing"');
  t.is((await rig.call('GET', `/v1/client/fs/logs/${id}?task=other`)).status, 404);
  t.is((await rig.call('GET', '/v1/client/fs/logs/unknown?task=server')).text, 'alloc not found');
});

test('the client follows logs until it is told to stop', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const canceled = Promise.withResolvers<void>();
  const [, id] = await running(rig, async (stream) => {
    stream.canceled.addEventListener('abort', () => canceled.resolve(), { once: true });
    await stream.write(0, new TextEncoder().encode('first\n'));
    await canceled.promise;
    return { bytes: 6 };
  });
  const client = createClient({ address: rig.url });
  t.teardown(() => client.close());
  const stop = new AbortController();
  for await (const chunk of client.allocations.logs(id, { follow: true, signal: stop.signal })) {
    t.is(Buffer.from(chunk).toString(), 'first\n');
    stop.abort();
  }
  await canceled.promise;
});

test('exec carries input, output, resizes and the exit code; a refusal carries its reason', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const sizes: unknown[] = [];
  const [, id] = await running(rig, async (stream) => {
    const { command } = stream.params as { command: readonly string[] };
    if (command[0] === 'absent') throw new OrchError('not-found', 'no program "absent"');
    for await (const event of stream.events()) {
      if (event.type === 'note') sizes.push(event.note);
      if (event.type === 'data') await stream.write(1, event.bytes);
      if (event.type === 'finish') break;
    }
    await stream.write(2, new TextEncoder().encode('bye'));
    return { exitCode: 7 };
  });
  const client = createClient({ address: rig.url });
  t.teardown(() => client.close());
  const session = await client.allocations.exec(id, { command: ['cat'], tty: true });
  session.resize(80, 24);
  session.write(new TextEncoder().encode('echoed'));
  session.closeInput();
  const output: Record<string, string> = { stdout: '', stderr: '' };
  for await (const { stream, data } of session.output) output[stream] += Buffer.from(data).toString();
  t.deepEqual(output, { stdout: 'echoed', stderr: 'bye' });
  t.is(await session.exitCode, 7);
  t.deepEqual(sizes, [{ columns: 80, rows: 24 }]);

  const failed = await client.allocations.exec(id, { command: ['absent'] });
  await t.throwsAsync(failed.exitCode, { message: /no program "absent"/ });
  const refused = await t.throwsAsync(client.allocations.exec(id, { task: 'other', command: ['sh'] }));
  t.regex(refused?.message ?? '', /task "other" is not one of server/);
});

test('a call to a node without a link says so', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const [node, id] = await running(rig);
  node.disconnect();
  await rig.until('unlinked', () => node.closed !== undefined);
  await new Promise((resolve) => setImmediate(resolve));
  const answer = await rig.call('GET', `/v1/client/allocation/${id}/stats`);
  t.is(answer.status, 502);
  t.regex(answer.text, /no link to this server/);
});

test('a job file is parsed to JSON, its errors named by line', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const source =
    'job "web" {\n  group "g" {\n    task "t" {\n      driver = "exec"\n      config { command = "/bin/true" }\n    }\n  }\n}\n';
  const parsed = await rig.call('POST', '/v1/jobs/parse', { JobHCL: source, Canonicalize: true });
  t.is(parsed.status, 200, parsed.text);
  t.is(parsed.body.TaskGroups[0].Tasks[0].Driver, 'exec');
  const broken = await rig.call('POST', '/v1/jobs/parse', { JobHCL: source.replace('driver =', 'drivr =') });
  t.is(broken.status, 400);
  t.regex(broken.text, /input\.hcl:4:\d+.*drivr/s);
  const withMeta = (value: string) => ({ JobHCL: source.replace('driver =', `meta { m = ${value} }\n driver =`) });
  const hashed = await rig.call('POST', '/v1/jobs/parse', withMeta('md5("x")'));
  t.is(hashed.body.TaskGroups[0].Tasks[0].Meta.m, '9dd4e461268c8034f5c8564e155c67a6');
  for (const expression of [
    'yamldecode("a: 1").a',
    'uuidv5("dns", "example.test")',
    'upper(uuidv4())',
    'sha256("x")',
  ]) {
    const { status, text } = await rig.call('POST', '/v1/jobs/parse', withMeta(expression));
    t.is(status, 200, text);
  }
  const slow = await rig.call('POST', '/v1/jobs/parse', withMeta('bcrypt("x")'));
  t.is(slow.status, 400);
  t.regex(slow.text, /bcrypt/);
  const reading = await rig.call('POST', '/v1/jobs/parse', withMeta('basename("a/b")'));
  t.is(reading.status, 400);
  t.regex(reading.text, /reads files, which the server does not do/);
});

test('a blocking query for the summary wakes when only what is queued changes', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  const first = await rig.call('PUT', '/v1/jobs', { Job: jobJson('web', { count: 2 }) });
  await rig.until('evaluated', () => rig.store.snapshot().evaluation(first.body.EvalID)?.status === 'complete');
  const seen = await rig.call('GET', '/v1/job/web/summary');
  t.is(seen.body.Summary.web.Queued, 2);
  const index = seen.headers.get('x-nomad-index');
  const waiting = rig.call('GET', `/v1/job/web/summary?index=${index}&wait=1m`);
  const blocked = [...rig.store.snapshot().evaluations()].find(({ status }) => status === 'blocked');
  if (blocked === undefined) return t.fail('an evaluation is blocked');
  await rig.store.submit({
    kind: 'evaluation-upsert',
    evaluations: [{ ...blocked, queuedAllocations: { web: 1 } }],
  });
  t.is((await waiting).body.Summary.web.Queued, 1);
});

test('a blocking query for the allocations of a job wakes when the job is another one of the same name', async (t) => {
  const rig = await startRig();
  t.teardown(rig.close);
  await running(rig);
  const seen = await rig.call('GET', '/v1/job/web/allocations');
  t.is(seen.body.length, 1);
  await rig.call('DELETE', '/v1/job/web?purge=true');
  await rig.until('ended', () => [...rig.store.snapshot().allocations()][0]?.clientStatus === 'complete');
  const purged = await rig.call('GET', '/v1/job/web/allocations');
  const index = purged.headers.get('x-nomad-index');
  const waiting = rig.call('GET', `/v1/job/web/allocations?index=${index}&wait=1m`);
  const Datacenters = ['elsewhere'];
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('web', { job: { Datacenters } }) });
  t.deepEqual((await waiting).body, []);
});
