// The built command line against an agent whose every text is hostile: what it prints steers no terminal.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeNode } from '@orch/server/testing/fake-node';
import { jobJson, makeNode } from '@orch/server/testing/fixtures';
import { type Rig, startRig } from '@orch/server/testing/rig';
import test from 'ava';
import { jobText, runOrch } from '../e2e/shared/dev-agent.ts';

/** Title, clear, C1, direction, line separator, a false line. Long runs of it break nothing either. */
const noise = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e\u2028\u007f\r\n==> false line\b\b';
const harmful =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/;
/** What decides which way a command goes; the rest of every answer is noisy. */
const steering = new Set([
  'Status',
  'ClientStatus',
  'DesiredStatus',
  'State',
  'Type',
  'Severity',
  'StartedAt',
  'FinishedAt',
  'Source',
]);

let rig: Rig;
let proxy: Server;
let address: string;
let dir: string;

function noisy(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return steering.has(key) ? value : value + noise;
  if (Array.isArray(value)) return value.map((item) => noisy(item, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [/^[A-Z]/.test(name) ? name : name + noise, noisy(inner, name)]),
  );
}

/** As the caller wrote it before it was told noisy names. */
const quiet = (text: string) =>
  text.replaceAll(encodeURIComponent(noise), '').replaceAll(JSON.stringify(noise).slice(1, -1), '');

test.before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'orch-terminal-'));
  rig = await startRig();
  const events = [{ type: 'Driver', atMs: 1, message: 'message', details: { detail: 'text' } }];
  const taskStates = { server: { state: 'running', failed: false, restarts: 0, startedAtMs: 1, events } } as const;
  const node = fakeNode(rig.server, makeNode('n1'), {
    now: rig.clock.now,
    obedient: false,
    handle: async ({ method }) => {
      const file = {
        name: 'file',
        isDirectory: method === 'fs.stat',
        sizeBytes: 1,
        mode: '-rw-r--r--',
        modifiedAtMs: 1,
      };
      if (method === 'fs.list') return [file];
      if (method === 'fs.stat') return file;
      throw new Error('the node says no');
    },
  });
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('web') });
  await rig.until('an allocation', () => node.desired.size === 1);
  const [id = ''] = node.desired.keys();
  node.report(id, 'running', { taskStates, healthy: true });
  await rig.call('PUT', '/v1/jobs', { Job: jobJson('large', { cpu: 900_000 }) });
  await rig.until('both evaluated', () =>
    [...rig.store.snapshot().evaluations()].some((item) => item.status === 'blocked'),
  );
  proxy = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', async () => {
      const body = quiet(Buffer.concat(parts).toString());
      const headers = { 'content-type': 'application/json' };
      const init = body === '' ? {} : { body, headers };
      // Nobody is to wait here for what does not change.
      const path = quiet(request.url ?? '').replace(/([?&])(?:index|wait)=[^&]*/g, '$1');
      const answer = await fetch(rig.url + path, { method: request.method ?? 'GET', ...init });
      const text = await answer.text();
      const isJson = answer.headers.get('content-type')?.includes('json') === true;
      response.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? '',
        'x-nomad-index': '7',
      });
      response.end(isJson ? JSON.stringify(noisy(JSON.parse(text))) : text + noise);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  await writeFile(join(dir, 'web.nomad.hcl'), jobText('web', { config: 'command = "/bin/true"' }));
  await writeFile(
    join(dir, 'evil.nomad.hcl'),
    jobText('e', {
      config: `command = "${JSON.stringify(noise).slice(1, -1)}"`,
      job: `  meta { "a\\n\\u001b[2J" = "b" }\n`,
    }),
  );
});
test.after.always(async () => {
  proxy?.close();
  await rig?.close();
  await rm(dir, { recursive: true, force: true });
});

const orch = (args: readonly string[]) => runOrch(args, { env: { ORCH_ADDR: address }, timeoutMs: 30_000 });

/** Commands, and a part of what they print: that they went the way that is meant. */
const commands: readonly (readonly [args: string[], expected: RegExp])[] = [
  [['job', 'status'], /^ID .*\n(?:.*\n)?web\\u001b/],
  [['job', 'status', 'web'], /Summary\n/],
  [['job', 'status', 'large'], /Placement Failure\nTask Group "web\\u001b/],
  [['job', 'explain', 'large'], /Task Group "web\\u001b/],
  [['job', 'logs', 'web'], /Error|job/],
  [['node', 'status'], /name-of-n1\\u001b/],
  [['node', 'status', '-verbose', 'n1'], /kernel\.name\\u001b/],
  [['node', 'purge', 'n1'], /Error: node "n1\\u001b.* is ready/s],
  [['alloc', 'status'], /^ID /],
  [['alloc', 'fs', 'ALLOC', 'file'], /file\\u001b/],
  [['alloc', 'status', '-verbose', 'ALLOC'], /Task "server\\u001b.*message\\u001b/s],
  [['alloc', 'logs', '-task', 'none', 'ALLOC'], /Error/],
  [['job', 'status', 'none'], /Error: no job/],
  [['alloc', 'status', 'WRONG'], /Error: alloc not found\\u001b/],
  [['job', 'plan', 'web.nomad.hcl'], /Job: "web\\u001b/],
  [['job', 'validate', 'evil.nomad.hcl'], /error|Error/],
  [['job', 'run', '-detach', 'web.nomad.hcl'], /Evaluation ID: .*\\u001b/],
  [['job', 'stop', '-detach', 'web'], /./],
];

test('whatever an agent answers, nothing that is printed steers a terminal', async (t) => {
  const { body } = await rig.call('GET', '/v1/allocations');
  const ids: Record<string, string> = { ALLOC: body[0].ID, WRONG: '00000000-0000-0000-0000-000000000000' };
  for (const [args, expected] of commands) {
    const { text } = await orch(args.map((arg) => ids[arg] ?? (arg.endsWith('.hcl') ? join(dir, arg) : arg)));
    const name = args.join(' ');
    t.false(harmful.test(text), `${name}: ${JSON.stringify(text)}`);
    t.regex(text, expected, name);
    if (name !== 'job plan web.nomad.hcl')
      t.false(/^==> false line/m.test(text), `${name} makes no line that is not its own`);
  }
});

test('JSON is as harmless, and means what the agent said', async (t) => {
  for (const args of [
    ['job', 'status', '-json'],
    ['node', 'status', '-json'],
    ['job', 'inspect', 'large'],
  ]) {
    const { stdout } = await orch(args);
    t.false(harmful.test(stdout), args.join(' '));
    t.true(JSON.stringify(JSON.parse(stdout)).includes(JSON.stringify(noise).slice(1, -1)), args.join(' '));
  }
});
