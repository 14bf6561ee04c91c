// Where a job file may come from, the flags that Nomad's users know, and the examples that `job init` writes.

import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execaNode } from 'execa';
import { fetchText, UnreadableFile } from '../../../packages/cli/src/job-text.ts';
import { type DevAgent, jobText, startDevAgent, until } from '../shared/dev-agent.ts';

let agent: DevAgent;
test.before(async () => {
  agent = await startDevAgent();
});
test.after.always(() => agent?.close());

const batch = (id: string) => jobText(id, { config: 'command = "true"', job: '  type = "batch"\n' });

async function serve(t: ExecutionContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function purge(t: ExecutionContext, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) t.is((await agent.orch(['job', 'stop', '--purge', id])).exitCode, 0);
}

test.serial('a job file comes from standard input, and is called so in messages', async (t) => {
  t.is((await agent.orch(['job', 'run', '-detach', '-'], { input: batch('piped') })).exitCode, 0);
  const bad = await agent.orch(['job', 'run', '-'], { input: 'job "x" {\n  cuont = 1\n}\n' });
  t.is(bad.exitCode, 1);
  t.regex(bad.stderr, /^<stdin>:2:3: error: Unknown attribute/);
  const empty = await agent.orch(['job', 'run', '-'], { input: '' });
  t.is(empty.exitCode, 1);
  t.regex(empty.stderr, /<stdin>:1:1: error: No job/);
  const large = await agent.orch(['job', 'run', '-'], { input: '#'.repeat(5 * 1024 * 1024) });
  t.is(large.exitCode, 1);
  t.is(large.stderr, 'Error: <stdin> cannot be read: it is larger than 4 MiB');
  await purge(t, 'piped');
});

test.serial('a job file comes over HTTP, over redirects too, with places in messages', async (t) => {
  const url = await serve(t, (request, response) => {
    if (request.url === '/moved') response.writeHead(302, { location: '/web.nomad.hcl' }).end();
    else if (request.url === '/bad.hcl') response.end('job "x" {\n  cuont = 1\n}\n');
    else response.end(batch('fetched'));
  });
  t.is((await agent.orch(['job', 'run', '-detach', `${url}/moved`])).exitCode, 0);
  t.is((await agent.api.jobs.read('fetched')).value.ID, 'fetched');
  const bad = await agent.orch(['job', 'run', `${url}/bad.hcl`]);
  t.true(bad.stderr.startsWith(`${url}/bad.hcl:2:3: error: Unknown attribute`), bad.stderr);
  await purge(t, 'fetched');
});

test.serial('what cannot be fetched says why, and nothing waits for ever', async (t) => {
  const url = await serve(t, (request, response) => {
    const path = request.url ?? '';
    if (path === '/none') response.writeHead(404).end('no');
    else if (path === '/loop') response.writeHead(301, { location: '/loop' }).end();
    else if (path === '/away') response.writeHead(301, { location: 'ftp://127.0.0.1/x' }).end();
    else if (path === '/nowhere') response.writeHead(301, { location: 'http://:bad' }).end();
    else if (path === '/page') response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>');
    else if (path === '/slow') response.write('job');
    else if (path === '/cut') {
      response.writeHead(200, { 'content-length': 100 }).write('job');
      setTimeout(() => response.destroy(), 50);
    } else response.end('#'.repeat(2_000_000));
  });
  const limits = { timeoutMs: 500, redirects: 3, bytes: 1024 * 1024 };
  for (const [path, reason] of [
    ['/none', /answers 404 Not Found$/],
    ['/loop', /more than 3 redirects$/],
    ['/away', /ftp:\/\/ is not supported; use http:\/\/ or https:\/\//],
    ['/nowhere', /it redirects to "http:\/\/:bad", which is no address$/],
    ['/page', /it is a web page, not a job file/],
    ['/slow', /no complete answer within 0\.5 s$/],
    ['/cut', /cannot be read: \w/],
    ['/large', /cannot be read: it is larger than 1 MiB$/],
  ] as const) {
    const error = await t.throwsAsync(fetchText(url + path, limits), { instanceOf: UnreadableFile }, path);
    t.regex(error?.message ?? '', reason, path);
    t.true(error?.message.startsWith(`Error: ${url}${path} `), error?.message);
  }
  const refused = await agent.orch(['job', 'run', 'http://127.0.0.1:1/x.hcl']);
  t.is(refused.exitCode, 1);
  t.is(refused.stderr, 'Error: http://127.0.0.1:1/x.hcl cannot be read: nothing listens at 127.0.0.1:1');
  t.regex((await agent.orch(['job', 'run', 's3://bucket/x.hcl'])).stderr, /s3:\/\/ is not supported/);
});

test.serial('what -output prints is a job file too, and comes back the same', async (t) => {
  const file = await agent.file('out.nomad.hcl', batch('out'));
  const printed = await agent.orch(['job', 'run', '-output', file]);
  t.is(printed.exitCode, 0);
  t.deepEqual((await agent.api.jobs.list()).value, [], 'nothing was submitted');
  const whole = JSON.parse(printed.stdout);
  t.is(whole.Job.ID, 'out');
  for (const value of [whole, whole.Job]) {
    const json = await agent.file('out.json', JSON.stringify(value));
    const again = await agent.orch(['job', 'run', '-json', '-output', json]);
    t.deepEqual(JSON.parse(again.stdout), whole, again.stderr);
  }
  t.is((await agent.orch(['job', 'run', '-json', '-detach', join(agent.dir, 'out.json')])).exitCode, 0);
  const not = await agent.orch(['job', 'run', '-json', file]);
  t.is(not.exitCode, 1);
  t.regex(not.stderr, /out\.nomad\.hcl: error: JSON expected/);
  await purge(t, 'out');
});

test.serial('the spellings of Nomad’s flags work', async (t) => {
  const text = `variable "word" {\n  type = string\n}\nvariable "count" {\n  type    = number\n  default = 1\n}\n${batch('flags').replace('"true"', '"echo"\nargs = [var.word]').replace('group "g" {', 'group "g" {\n    count = var.count')}`;
  const file = await agent.file('flags.nomad.hcl', text);
  const values = await agent.file('values.hcl', 'word = "from a file"\nunknown = 1\n');
  const plan = (...words: readonly string[]) => agent.orch(['plan', ...words, file]);
  const strict = await plan(`-var-file=${values}`);
  t.is(strict.exitCode, 255);
  t.regex(strict.stderr, /values\.hcl:2:1: error/);
  const lax = await plan('-hcl2-strict=false', `-var-file=${values}`, '-no-color');
  t.is(lax.exitCode, 1, lax.text);
  t.regex(lax.stdout, /\+ Job: "flags"\n\+ Task Group: "g" \(1 create\)\n {2}\+ Task: "t"/);
  t.notRegex(lax.stdout, /from a file/);
  t.regex((await plan('-verbose', '-var', 'word=x y')).stdout, /x y/);
  t.notRegex((await plan('-diff=false', '-var=word=x')).stdout, /Task Group/);
  t.is(JSON.parse((await plan('-json-output', '-var=word=x')).stdout).JobModifyIndex, 0);
  const run = (...words: readonly string[]) => agent.orch(['run', '-var=word=x', '-detach=true', ...words, file]);
  t.is((await run('-check-index', '0')).exitCode, 0);
  const index = (await agent.api.jobs.read('flags')).value.JobModifyIndex;
  const stale = await run('-check-index=0');
  t.is(stale.exitCode, 1);
  t.regex(stale.stderr, /Enforcing job modify index 0: job already exists/);
  t.is(
    (
      await run(
        `-check-index=${index}`,
        '-eval-priority=60',
        '-preserve-counts',
        '-preserve-resources',
        '-var',
        'count=3',
      )
    ).exitCode,
    0,
  );
  t.is((await agent.api.jobs.read('flags')).value.TaskGroups[0]?.Count, 1);
  const verbose = await agent.orch(['run', '-verbose', '-var=word=y', file]);
  t.regex(verbose.stdout, /Monitoring evaluation "[0-9a-f]{8}-[0-9a-f-]{27}"/);
  t.is((await agent.orch(['validate', '-var=word=x', file])).exitCode, 0);
  for (const [words, message, exitCode] of [
    [['run', '-ui'], /^Error: -ui is not supported: there are no web pages/, 1],
    [['run', '-policy-override'], /^Error: -policy-override is not supported: there are no Sentinel policies/, 1],
    [['run', '-vault-namespace', 'x'], /^Error: -vault-namespace is not supported: there is no Vault/, 1],
    [['run', '-consul-namespace=x'], /^Error: -consul-namespace is not supported: there is no Consul/, 1],
    [['validate', '-ca-cert=x'], /^Error: -ca-cert is not supported: .*TLS/, 1],
    [['plan', '-t', '{{.}}'], /^Error: -t is not supported: there are no Go templates/, 255],
    [['plan', '-diff=perhaps'], /^Error: -diff takes true or false, not "perhaps"/, 255],
    [['plan', '-var', 'word'], /^Error: --var "word" is not name=value/, 255],
    [['validate', '-var', 'word'], /^Error: --var "word" is not name=value/, 1],
    [
      ['validate', '-var-file=/no/such.hcl'],
      /^\/no\/such\.hcl: error: File not readable\n {2}There is no such file\./,
      1,
    ],
  ] as const) {
    const outcome = await agent.orch([...words, file]);
    t.is(outcome.exitCode, exitCode, outcome.text);
    t.regex(outcome.stderr, message);
  }
  await purge(t, 'flags');
});

test.serial('the source of a job is kept with its variables and shown again, each version its own', async (t) => {
  const text = `# A comment.\nvariable "word" {}\n${batch('kept').replace('"true"', 'var.word')}`;
  const file = await agent.file('kept.nomad.hcl', text);
  t.is((await agent.orch(['run', '-detach', '-var=word=true', file])).exitCode, 0);
  await agent.file('kept.nomad.hcl', text.replace('A comment', 'Another comment'));
  t.is((await agent.orch(['run', '-detach', '-var=word=/bin/true', file])).exitCode, 0);
  const first = await agent.orch(['job', 'inspect', '-hcl', '-version=0', 'kept']);
  t.is(`${first.stdout}\n`, text);
  const second = await agent.orch(['job', 'inspect', '-hcl', '-with-vars', 'ke']);
  t.is(`${second.stdout}\n`, `# -var word=/bin/true\n${text.replace('A comment', 'Another comment')}`);
  t.is(JSON.parse((await agent.orch(['inspect', 'kept'])).stdout).Job.Version, 1);
  const none = await agent.orch(['inspect', '-version', '7', 'kept']);
  t.is(none.exitCode, 1);
  t.is(none.stderr, 'Error: job "kept" has no version 7; it has: 1, 0');
  await agent.api.jobs.register({
    Job: JSON.parse((await agent.orch(['run', '-output', '-var=word=true', file])).stdout).Job,
  });
  const bare = await agent.orch(['inspect', '-hcl', 'kept']);
  t.is(bare.exitCode, 1);
  t.regex(bare.stderr, /^Error: the source of job "kept" is not known/);
  await purge(t, 'kept');
});

for (const [kind, words] of [
  ['short', ['-short', 'small.nomad.hcl']],
  ['full', []],
] as const)
  test.serial(`the ${kind} example is written, is valid, runs, and is never overwritten`, async (t) => {
    const command = join(import.meta.dirname, '../../../packages/cli/bin/orch.js');
    const orch = (...argv: readonly string[]) =>
      execaNode(command, argv, { cwd: agent.dir, env: { ORCH_ADDR: agent.address }, reject: false });
    const file = words[1] ?? 'example.nomad.hcl';
    const name = file.split('.')[0] ?? '';
    t.is((await orch('job', 'init', ...words)).stdout, `Example job file written to ${file}`);
    const text = await readFile(join(agent.dir, file), 'utf8');
    const again = await orch('init', ...words);
    t.is(again.exitCode, 1);
    t.is(again.stderr, `Error: ${file} is there already; name another file`);
    t.is(await readFile(join(agent.dir, file), 'utf8'), text);
    const validated = await orch('job', 'validate', file);
    t.deepEqual([validated.exitCode, validated.stdout, validated.stderr], [0, 'Job validation successful', '']);
    const run = await orch('job', 'run', file);
    t.is(run.exitCode, 0, `${run.stdout}${run.stderr}`);
    await until('the task to say hello', 10_000, async () =>
      (await orch('job', 'logs', name)).stdout.includes('hello'),
    );
    await purge(t, name);
  });

test.serial('what init cannot do is refused by name', async (t) => {
  for (const flag of ['-connect', '-list-templates', '-template=x']) {
    const outcome = await agent.orch(['job', 'init', flag, join(agent.dir, 'never.hcl')]);
    t.is(outcome.exitCode, 1);
    t.regex(outcome.stderr, new RegExp(`^Error: ${flag.replace('=x', '')} is not supported: `));
  }
  const nowhere = await agent.orch(['job', 'init', '/no/such/directory/x.hcl']);
  t.is(nowhere.exitCode, 1);
  t.regex(nowhere.stderr, /cannot be written/);
});
