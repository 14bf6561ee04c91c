// Jobs in TypeScript through the built command line: run, planned, refused; and files that do not behave.

import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { type DevAgent, type Outcome, runOrch, startDevAgent } from '../shared/dev-agent.ts';

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url));

let agent: DevAgent;
let dir: string;
test.before(async () => {
  // Nothing is installed there: the builders come from the command line itself.
  dir = await mkdtemp(join(tmpdir(), 'orch-job-ts-'));
  agent = await startDevAgent();
});
test.after.always(async () => {
  await agent?.close();
  await rm(dir, { recursive: true, force: true });
});

const head = "import { group, job, task } from '@orch/core/jobspec';\n";

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(dir, name), text);
  return join(dir, name);
}

async function output(name: string, text: string, ...flags: string[]): Promise<Outcome> {
  return runOrch(['job', 'run', '-output', ...flags, await file(name, text)]);
}

const sleeper = `${head}
interface Settings { readonly seconds: number }
const settings: Settings = { seconds: 300 };
export default job('sleeper',
  group('g', { restart: { attempts: 0, mode: 'fail' } },
    task('sleep', { driver: 'exec', config: { command: '/bin/sleep', args: [String(settings.seconds)] }, resources: { cpu: 20, memory: 20 } })));
`;
const sleeperInHcl = `job "sleeper" {
  group "g" {
    restart {
      attempts = 0
      mode     = "fail"
    }
    task "sleep" {
      driver = "exec"
      config {
        command = "/bin/sleep"
        args    = ["300"]
      }
      resources {
        cpu    = 20
        memory = 20
      }
    }
  }
}
`;

test.serial('a job in TypeScript runs, and its twin in HCL changes nothing', async (t) => {
  const path = await file('sleeper.job.ts', sleeper);
  const run = await agent.orch(['job', 'run', path]);
  t.is(run.exitCode, 0, run.text);
  const plan = await agent.orch(['job', 'plan', await file('sleeper.nomad.hcl', sleeperInHcl)]);
  t.is(plan.exitCode, 0, plan.text);
  t.is((await agent.orch(['job', 'plan', path])).exitCode, 0);
});

test.serial('what the server refuses is shown at its field', async (t) => {
  const path = await file(
    'refused.job.ts',
    `${head}export default job('x',\n  task('t', { driver: 'dokcer', config: {} }));\n`,
  );
  const { exitCode, text } = await agent.orch(['job', 'run', path]);
  t.not(exitCode, 0);
  t.regex(text, /refused\.job\.ts:3:15: error/);
  t.regex(text, /dokcer/);
  t.regex(text, /\^\^\^\^/);
});

test('the example in TypeScript is the example in HCL', async (t) => {
  const both = await Promise.all(
    ['docs.job.ts', 'docs.nomad.hcl'].map((name) => runOrch(['job', 'run', '-output', join(examples, name)])),
  );
  t.is(both[0]?.exitCode, 0, both[0]?.text);
  t.deepEqual(JSON.parse(both[0]?.stdout ?? ''), JSON.parse(both[1]?.stdout ?? '{}'));
});

test('variables come from flags, files and the environment, in this order', async (t) => {
  const text = `${head}export default async ({ vars, env }) => job('x', { meta: { ...vars, home: env.MY_HOME } }, task('t', { driver: 'exec', config: { command: 'true' } }));\n`;
  const path = await file('vars.job.ts', text);
  const values = await file('values.hcl', 'a = "file"\nb = "file"\nlist = [1, { c = true }]\ncount = 3\n');
  const {
    stdout,
    exitCode,
    text: said,
  } = await runOrch(['job', 'run', '-output', '-var', 'a=flag', '-var-file', values, path], {
    env: { NOMAD_VAR_b: 'env', ORCH_VAR_d: 'env', MY_HOME: 'here' },
  });
  t.is(exitCode, 0, said);
  t.deepEqual(JSON.parse(stdout).Job.Meta, {
    a: 'flag',
    b: 'file',
    count: '3',
    d: 'env',
    home: 'here',
    list: '[1,{"c":true}]',
  });
});

test('a variable that is given and never read is an error', async (t) => {
  const { exitCode, text } = await output(
    'unread.job.ts',
    `${head}export default job('x', task('t', { driver: 'exec', config: { command: 'true' } }));\n`,
    '-var',
    'image=a',
  );
  t.is(exitCode, 1);
  t.regex(text, /never reads the variable "image"/);
});

test('modules beside the file are imported, and what is printed stays out of the output', async (t) => {
  await file(
    'shared.ts',
    `${head}export const one = (name: string) => task(name, { driver: 'exec', config: { command: 'true' } });\nconsole.log('printed');\n`,
  );
  const { stdout, stderr, exitCode } = await output(
    'modules.job.ts',
    `${head}import { one } from './shared.ts';\nexport default job('x', one('a'), one('b'));\n`,
  );
  t.is(exitCode, 0, stderr);
  t.is(JSON.parse(stdout).Job.TaskGroups.length, 2);
  t.regex(stderr, /printed/);
});

test('a package.json that says CommonJS does not matter', async (t) => {
  const own = await mkdtemp(join(dir, 'commonjs-'));
  await writeFile(join(own, 'package.json'), '{ "type": "commonjs" }');
  await writeFile(join(own, 'x.job.ts'), sleeper);
  const { exitCode, stderr } = await runOrch(['job', 'run', '-output', join(own, 'x.job.ts')]);
  t.is(exitCode, 0, stderr);
  t.is(stderr, '');
});

test('a job in JavaScript is read as well', async (t) => {
  const { exitCode, stderr } = await output(
    'plain.mjs',
    `${head}export default job('x', task('t', { driver: 'exec', config: { command: 'true' } }));\n`,
  );
  t.is(exitCode, 0, stderr);
});

const bad: readonly (readonly [what: string, text: string, patterns: readonly RegExp[]])[] = [
  [
    'all mistakes of a job',
    `${head}export default job('x',\n  group('g', { cuont: 1 } as object,\n    task('t', { driver: 'exec', config: { command: 'true' }, killTimeout: 'soon' })));\n`,
    [/bad\.job\.ts:3:16: error: Unknown field/, /did you mean "count"/, /bad\.job\.ts:4:\d+: error/, /2 errors in/],
  ],
  [
    'an error that is thrown',
    `${head}\nconst none: { a?: { b: number } } = {};\nexport default () => none.a.b;\n`,
    [/bad\.job\.ts:4:29: error/, /TypeError/],
  ],
  [
    'data that is none',
    `${head}export default job('x', task('t', { driver: 'exec', config: { f: () => 1 } }));\n`,
    [/bad\.job\.ts:2:25: error/, /config\.f is a function/],
  ],
  ['a file that ends the process', `${head}\n  process.exit(0);\n`, [/bad\.job\.ts:3:11: error/, /process\.exit\(0\)/]],
  ['a promise that never settles', 'await new Promise(() => {});\n', [/ended before it had a job/]],
  ['a file without an export', `${head}job('x');\n`, [/no default export/]],
  [
    'a task instead of a job',
    `${head}export default task('t', { driver: 'exec', config: {} });\n`,
    [/its default export is a task/],
  ],
  ['a syntax error', `${head}export default job('x' ;\n`, [/bad\.job\.ts:2:1: error/, /SyntaxError/]],
  ['syntax that is no TypeScript Node runs', `${head}enum A { B }\n`, [/bad\.job\.ts:2:1: error/, /enum/]],
  [
    'a package that is not there',
    `${head}import pad from 'left-pad';\n`,
    [/bad\.job\.ts:2:17: error/, /only @orch\/core\/jobspec comes with orch/],
  ],
  [
    'more memory than there is',
    'const all = [];\nfor (;;) all.push(new Array(1e5).fill(0));\n',
    [/limit "job file memory"/],
  ],
  ['an endless loop', 'for (;;) {}\n', [/did not finish within 10 s/]],
];
for (const [what, text, patterns] of bad) {
  test(`${what}: one clear message, exit code 1`, async (t) => {
    const own = await mkdtemp(join(dir, 'bad-'));
    await writeFile(join(own, 'bad.job.ts'), text);
    const { exitCode, stdout, stderr } = await runOrch(['job', 'run', '-output', join(own, 'bad.job.ts')]);
    t.is(exitCode, 1);
    t.is(stdout, '');
    for (const pattern of patterns) t.regex(stderr, pattern);
    t.notRegex(stderr, /\bat .*\.(js|ts):\d+/, 'no stack trace');
  });
}

test('a file behind a symbolic link has its places, too', async (t) => {
  const own = await mkdtemp(join(dir, 'link-'));
  await file('target.job.ts', `${head}export default job('x', group('g', { count: 'a' as never }));\n`);
  await symlink(join(dir, 'target.job.ts'), join(own, 'link.job.ts'));
  const { text } = await runOrch(['job', 'run', '-output', join(own, 'link.job.ts')]);
  t.regex(text, /link\.job\.ts:2:45: error: Wrong type/);
});

test('a program that did not come from a file is not run', async (t) => {
  const { createServer } = await import('node:http');
  const server = createServer((_, response) => response.end(`${head}console.log('ran');\n`)).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address() as import('node:net').AddressInfo;
  const { exitCode, text } = await runOrch(['job', 'run', '-output', `http://127.0.0.1:${address.port}/x.job.ts`]);
  t.is(exitCode, 1);
  t.regex(text, /run from a file on this machine only/);
  t.notRegex(text, /\bran\b/);
});
