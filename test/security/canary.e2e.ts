// Secrets of a job, each one marked, through its life and its failures; then everything that others can read is searched
// for them. They may stand in the job's own definition and nowhere else.

import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { allRoutes } from '@orch/server/http/routes';
import test from 'ava';
import { agentConfig, allocation, closeAgent, type OwnImage, ownImage, submit } from '../e2e/agent/agent-kit.ts';
import { type DevAgent, jobText, until } from '../e2e/shared/dev-agent.ts';

/** Its own names in the kernel: another test's agent may live beside it. */
const word = 'orchcan';
const token = randomBytes(8).toString('hex');
const canary = (name: string) => `canary-${name}-${token}`;
/** As they are, and as HTTP writes a name with a password. */
const forms = [
  token,
  Buffer.from(`user:${canary('userinfo')}`)
    .toString('base64')
    .slice(8, -4),
];
const holds = (text: string) => forms.some((form) => text.includes(form));

let agent: DevAgent;
let image: OwnImage;
let sources: Server;
let sourceUrl: string;
/** What the servers of this test were told, to know that the secrets were in use. */
const told: string[] = [];
const ids: Record<string, string> = {};

test.before(async () => {
  sources = createServer((request, response) => {
    told.push(`${request.url} ${JSON.stringify(request.headers)}`);
    if (request.url?.startsWith('/good') === true) response.end('content');
    else if (request.url?.startsWith('/cut') === true) {
      response.writeHead(200, { 'Content-Length': 1000 }).write('x');
      setTimeout(() => response.destroy(), 50);
    } else if (request.url?.startsWith('/v2/') === true)
      // A registry asks for the password, and does not like it.
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"', 'Content-Type': 'application/json' }).end('{}');
    // Another repeats what it was told.
    else response.writeHead(403, `No ${request.headers['x-token']}`).end(JSON.stringify(request.headers));
  });
  await new Promise<void>((resolve) => sources.listen(0, '127.0.0.1', resolve));
  sourceUrl = `127.0.0.1:${(sources.address() as AddressInfo).port}`;
  image = ownImage();
  agent = await startAgent();
});
test.after.always(async () => {
  await closeAgent(agent, word);
  image?.remove();
  sources?.close();
});

async function startAgent(): Promise<DevAgent> {
  const { startDevAgent } = await import('../e2e/shared/dev-agent.ts');
  return startDevAgent({ config: agentConfig({ word, more: 'log_level = "debug"' }) });
}

const once = '      restart {\n        attempts = 0\n        mode = "fail"\n      }\n';
const batch = '  type = "batch"\n  reschedule {\n    attempts = 0\n    unlimited = false\n  }\n';
const env = (name: string) => `      env {\n        SECRET = "${canary(name)}"\n      }\n`;
const artifact = (path: string, userinfo = '') =>
  `      artifact {
        source = "http://${userinfo}SOURCE/${path}?token=${canary('query')}"
        headers {
          X-Token = "${canary('header')}"
        }
      }\n`;
const sleeps = 'command = "/bin/sleep"\nargs = ["600"]';

/** Jobs by id: what each holds, and what becomes of it. */
const jobs: Readonly<Record<string, { readonly text: string; readonly status: 'running' | 'failed' }>> = {
  'canary-runs': {
    text: jobText('canary-runs', {
      config: sleeps,
      task: artifact('good', `user:${canary('userinfo')}@`) + env('env'),
    }),
    status: 'running',
  },
  'canary-docker': {
    text: jobText('canary-docker', {
      driver: 'docker',
      config: `image = "IMAGE"\ncommand = "sleep"\nargs = ["600"]`,
      task: env('docker-env'),
    }),
    status: 'running',
  },
  'canary-artifact': {
    text: jobText('canary-artifact', {
      job: batch,
      config: sleeps,
      task: artifact('none', `user:${canary('userinfo')}@`) + once,
    }),
    status: 'failed',
  },
  'canary-cut': {
    text: jobText('canary-cut', { job: batch, config: sleeps, task: artifact('cut') + once }),
    status: 'failed',
  },
  'canary-pull': {
    text: jobText('canary-pull', {
      job: batch,
      driver: 'docker',
      config: `image = "SOURCE/none:1"\nauth {\n  username = "user"\n  password = "${canary('password')}"\n}`,
      task: once,
    }),
    status: 'failed',
  },
  'canary-start': {
    text: jobText('canary-start', { job: batch, config: 'command = "/none/such"', task: env('start') + once }),
    status: 'failed',
  },
};

test.serial('jobs with secrets live, fail, are asked, survive the agent, and end', async (t) => {
  for (const [id, { text }] of Object.entries(jobs)) {
    t.true(holds(text), id);
    const own = text.replaceAll('IMAGE', image.name).replaceAll('SOURCE', sourceUrl);
    const source = `variable "password" {\n  default = ""\n}\n${own}`;
    const run = await submit(agent, source, '-detach', '-var', `password=${canary('variable')}`);
    t.is(run.exitCode, 0, run.text);
    t.false(holds(run.text));
  }
  for (const [id, { status }] of Object.entries(jobs))
    ids[id] = (
      await until(`${id} to be ${status}`, 60_000, async () => {
        const { value } = await agent.api.jobs.allocations(id);
        const found = value.find((item) => item.ClientStatus === status);
        if (found !== undefined) return found;
        throw new Error(JSON.stringify(value.map((item) => [item.ClientStatus, item.TaskStates])));
      })
    ).ID;
  t.true(told.some((line) => line.includes(canary('query')) && line.includes(canary('header'))));
  t.true(
    told.some((line) => line.includes('/v2/') && /"authorization":"Basic /.test(line)),
    'the registry was told',
  );
  const asked = await agent.orch(['alloc', 'exec', ids['canary-runs'] ?? '', '/bin/sh', '-c', `: ${canary('exec')}`]);
  t.is(asked.exitCode, 0, asked.text);
  const late = await agent.orch(['alloc', 'exec', ids['canary-start'] ?? '', '/bin/sh', '-c', `: ${canary('late')}`]);
  t.is(late.exitCode, 1, late.text);
  t.false(holds(late.text));
  // What is refused is not repeated either.
  const refused = await submit(agent, (jobs['canary-start']?.text ?? '').replace('"exec"', '"exce"'));
  t.is(refused.exitCode, 1);
  t.false(holds(refused.text), refused.text);
  await agent.end('SIGKILL');
  await agent.again();
  await allocation(agent, 'canary-runs', 'running');
});

/** Paths of the API that tell a job as it was given, and what of the answer that is. */
const definitions: Readonly<Record<string, (body: Record<string, unknown>) => unknown>> = {
  '/v1/job/*jobId': () => ({}),
  '/v1/job/*jobId/versions': () => ({}),
  '/v1/job/*jobId/submission': () => ({}),
  '/v1/allocation/:allocationId': ({ Job: _, ...rest }) => rest,
};
/** Paths that answer no GET of their own, or not without more than a test of all can know. */
const otherwise = [
  '/v1/client/gc',
  '/v1/client/allocation/:allocationId/gc',
  '/v1/client/allocation/:allocationId/exec',
];
const queries: Readonly<Record<string, string>> = {
  '/v1/jobs': '?meta=true',
  '/v1/nodes': '?resources=true&os=true',
  '/v1/allocations': '?resources=true&task_states=true',
  '/v1/client/fs/ls/:allocationId': '?path=/',
  '/v1/client/fs/stat/:allocationId': '?path=/',
  '/v1/client/fs/cat/:allocationId': '?path=alloc/logs/t.stdout.0',
  '/v1/client/fs/readat/:allocationId': '?path=alloc/logs/t.stdout.0&offset=0&limit=10',
  '/v1/client/fs/stream/:allocationId': '?path=alloc/logs/t.stdout.0&follow=false',
  '/v1/client/fs/logs/:allocationId': '?task=t&type=stderr&plain=true',
};

test.serial('no answer of the API holds them but the job as it was given', async (t) => {
  const get = (path: string) => fetch(agent.address + path);
  const { value: nodes } = await agent.api.nodes.list();
  const { value: evaluations } = await agent.api.evaluations.list();
  const { value: deployments } = await agent.api.deployments.list();
  t.true(nodes.length > 0 && evaluations.length >= 6 && deployments.length >= 2);
  const values: Readonly<Record<string, readonly string[]>> = {
    '*jobId': Object.keys(jobs),
    ':allocationId': Object.values(ids),
    ':nodeId': nodes.map((node) => node.ID),
    ':evaluationId': evaluations.map((evaluation) => evaluation.ID),
    ':deploymentId': deployments.map((deployment) => deployment.ID),
    ':name': ['default'],
  };
  let answered = 0;
  const definitionsSeen = new Set<string>();
  for (const { methods, path } of allRoutes({} as never)) {
    if (!methods.includes('GET') || otherwise.includes(path)) continue;
    const [capture] = /[:*]\w+/.exec(path) ?? [];
    if (capture !== undefined) t.not(values[capture], undefined, `${path}: teach this test what ${capture} is`);
    for (const value of capture === undefined ? [''] : (values[capture] ?? [])) {
      const answer = await get(
        (capture === undefined ? path : path.replace(capture, encodeURIComponent(value))) + (queries[path] ?? ''),
      );
      const text = await answer.text();
      if (answer.ok) answered += 1;
      const definition = definitions[path];
      if (definition === undefined || !answer.ok) t.false(holds(text), `${path} ${value}: ${text}`);
      else {
        if (holds(text)) definitionsSeen.add(path);
        t.false(holds(JSON.stringify(definition(JSON.parse(text)))), `${path} ${value}`);
      }
    }
  }
  t.true(answered > 60, `${answered} answers`);
  t.deepEqual(
    [...definitionsSeen].sort(),
    Object.keys(definitions).sort(),
    'the list of exceptions is as short as it can be',
  );
  const found = await agent.api.agent.search('canary');
  t.false(holds(JSON.stringify(found)));
  const explained = await get('/v1/job/canary-runs/explain');
  t.false(holds(await explained.text()));
});

test.serial('no output of the command line holds them', async (t) => {
  const lines: string[][] = [
    ['job', 'status'],
    ['node', 'status'],
    ['node', 'status', '-self', '-verbose'],
    ['alloc', 'status'],
    ...['canary-runs', 'canary-artifact', 'canary-pull'].map((id) => ['job', 'status', id]),
    ...['canary-docker', 'canary-start'].map((id) => ['job', 'explain', id]),
    ...Object.values(ids).map((id) => ['alloc', 'status', '-verbose', id]),
    ['job', 'logs', 'canary-runs'],
    ['alloc', 'fs', ids['canary-runs'] ?? ''],
  ];
  const outcomes = await Promise.all(lines.map((line) => agent.orch(line)));
  for (const [index, { text }] of outcomes.entries()) t.false(holds(text), `${lines[index]?.join(' ')}: ${text}`);
  const status = await agent.orch(['alloc', 'status', ids['canary-artifact'] ?? '']);
  t.regex(
    status.text,
    /Failed Artifact Download .*\/none\?… answered 403 Forbidden/,
    'and yet it says what went wrong',
  );
});

test.serial('the log of the agent, at its most talkative, does not hold them', async (t) => {
  const command = JSON.stringify(['/bin/sh', '-c', `: ${canary('asked')}`]);
  const path = '/v1/client/allocation/none/exec';
  const query = new URLSearchParams({ task: 't', command });
  const asking = new WebSocket(`${agent.tcp.replace('http:', 'ws:')}${path}?${query}`);
  await new Promise((resolve) => asking.addEventListener('error', resolve));
  await until('the refusal in the log', 5_000, async () => agent.log().includes(path));
  const log = agent.log();
  t.true(log.includes('node linked') && log.includes('upgrade refused'), 'it talks');
  t.deepEqual(log.split('\n').filter(holds), []);
});

test.serial('no command line of a process holds them, and no file that another user of the host can read', (t) => {
  const commands = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/cmdline`))
    .map((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    });
  t.deepEqual(commands.filter(holds), []);
  const stranger = ['--reuid', '12345', '--regid', '12345', '--clear-groups', '--no-new-privs'];
  const places = [agent.dir, agent.dataDir, '/run/orch', '/dev/shm', '/tmp', '/var/tmp'].filter((path) =>
    existsSync(path),
  );
  const find = `find ${places.join(' ')} -xdev -type f -size -4M -readable -print0 2>/dev/null | xargs -0 -r grep -lsaF -e ${token} 2>/dev/null; cat /proc/[0-9]*/environ 2>/dev/null | grep -caF -e ${token}`;
  const seen = spawnSync('setpriv', [...stranger, 'sh', '-c', find], { encoding: 'utf8' });
  t.is(seen.stdout.trim(), '0');
  // The search itself finds what is there to be found: root sees the journal and the environment of the tasks.
  const own = execFileSync(
    'sh',
    [
      '-c',
      `grep -rlsaF -e ${token} ${agent.dataDir} | wc -l; cat /proc/[0-9]*/environ 2>/dev/null | grep -caF -e ${token}`,
    ],
    { encoding: 'utf8' },
  );
  const [files = 0, environments = 0] = own.trim().split('\n').map(Number);
  t.true(files > 0 && environments > 0, own);
});
