// Bad input on the real agent: one clear message with its place, what was expected and the mend; exit code not 0; nothing left.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { type DevAgent, jobText, runOrch, startDevAgent } from '../shared/dev-agent.ts';

let agent: DevAgent;
test.before(async () => {
  agent = await startDevAgent();
});
test.after.always(() => agent?.close());

/** Runs a job file and holds its output and exit code to what is expected. */
async function refused(
  t: import('ava').ExecutionContext,
  text: string,
  patterns: readonly RegExp[],
  exitCode = 1,
): Promise<void> {
  const file = await agent.file('bad.nomad.hcl', text);
  const outcome = await agent.orch(['job', 'run', file]);
  t.is(outcome.exitCode, exitCode, outcome.text);
  for (const pattern of patterns) t.regex(outcome.text, pattern);
  t.notRegex(outcome.text, /\bat .*\.(js|ts):\d+/, 'no stack trace');
}

async function nothingRegistered(t: import('ava').ExecutionContext): Promise<void> {
  t.deepEqual((await agent.api.jobs.list()).value, []);
}

test.serial('a syntax error has file, line, column, the source line and a caret', async (t) => {
  await refused(t, 'job "x" {\n  group "g" {\n    count = = 1\n  }\n}\n', [
    /bad\.nomad\.hcl:3:13: error/,
    /count = = 1/,
    /\^/,
  ]);
  await nothingRegistered(t);
});

test.serial(
  'unknown blocks, attributes and wrong types are all reported at once, each with its place and the nearest name',
  async (t) => {
    await refused(
      t,
      'job "x" {\n  group "g" {\n    cuont = 1\n    netwrok {}\n    task "t" {\n      driver = "exec"\n      config { command = "true" }\n      resources { memory = "lots" }\n    }\n  }\n}\n',
      [
        /bad\.nomad\.hcl:3:5/,
        /did you mean "count"/,
        /bad\.nomad\.hcl:4:5/,
        /did you mean "network"/,
        /bad\.nomad\.hcl:8:\d+/,
        /3 errors in/,
      ],
    );
    await nothingRegistered(t);
  },
);

test.serial(
  'an unknown driver and a wrong driver attribute are refused by the server at their place in the file',
  async (t) => {
    await refused(t, jobText('x', { driver: 'dokcer', config: 'image = "a"' }), [
      /bad\.nomad\.hcl:6:\d+/,
      /unknown driver "dokcer"/i,
      /did you mean "docker"/,
    ]);
    await refused(t, jobText('x', { config: 'comand = "true"' }), [
      /bad\.nomad\.hcl:8:\d+/,
      /comand/,
      /did you mean "command"/,
    ]);
    await nothingRegistered(t);
  },
);

test.serial('impossible resources block the job, and run, status and explain say on which node and why', async (t) => {
  const file = await agent.file('big.nomad.hcl', jobText('big', { config: 'command = "true"', memory: 9_000_000 }));
  const run = await agent.orch(['job', 'run', file]);
  t.is(run.exitCode, 2, run.text);
  t.regex(run.text, /"memory" exhausted on 1 node/);
  t.regex(run.text, /memory: .*9000000 MiB/);
  t.regex(run.text, /mend: /);
  t.regex((await agent.orch(['job', 'status', 'big'])).stdout, /Placement Failure[\s\S]*memory/);
  t.regex((await agent.orch(['job', 'explain', 'big'])).stdout, /0 of 1 node could take one more[\s\S]*memory: /);
  t.is((await agent.orch(['job', 'stop', '--purge', 'big'])).exitCode, 0);
  await nothingRegistered(t);
});

test.serial('a static port that another job holds is named with its holder', async (t) => {
  const network = '    network {\n      port "p" { static = 28901 }\n    }\n';
  const sleep = 'command = "sleep"\nargs = ["1000"]';
  const first = await agent.file('first.nomad.hcl', jobText('first', { config: sleep, group: network }));
  t.is((await agent.orch(['job', 'run', '-detach', first])).exitCode, 0);
  const second = await agent.file('second.nomad.hcl', jobText('second', { config: sleep, group: network }));
  const run = await agent.orch(['job', 'run', second]);
  t.is(run.exitCode, 2, run.text);
  t.regex(run.text, /28901/);
  for (const job of ['first', 'second']) t.is((await agent.orch(['job', 'stop', '--purge', job])).exitCode, 0);
  await refused(
    t,
    jobText('x', {
      config: 'command = "true"',
      group: '    network {\n      port "a" { static = 28901 }\n      port "b" { static = 28901 }\n    }\n',
    }),
    [/28901/],
  );
});

/** Starts a job that cannot start, and returns what its task said. */
async function taskMessage(id: string, text: string): Promise<string> {
  const file = await agent.file(`${id}.nomad.hcl`, text);
  const run = await agent.orch(['job', 'run', file], { timeoutMs: 60_000 });
  const { value } = await agent.api.jobs.allocations(id);
  const stopped = await agent.orch(['job', 'stop', '--purge', id]);
  return `exit ${run.exitCode}\n${run.text}\n${JSON.stringify(value.map((allocation) => allocation.ClientStatus))}\nstop ${stopped.exitCode}`;
}

const once = {
  job: '  type = "batch"\n',
  group:
    '    restart {\n      attempts = 0\n    }\n    reschedule {\n      attempts = 0\n      unlimited = false\n    }\n',
};

for (const [what, driver, config, pattern] of [
  ['a missing program', 'exec', 'command = "/no/such/program"', /\/no\/such\/program.*(not exist|not found|no such)/i],
  ['a missing jar', 'java', 'jar_path = "local/none.jar"', /jar_path "local\/none\.jar" does not exist/],
  ['a missing kernel', 'qemu', 'kernel = "local/none"', /kernel "local\/none" is nowhere in the task's directories \(/],
  ['a missing emulator', 'qemu', 'kernel = "local/none"\nemulator = "pdp11"', /qemu-system-pdp11/],
  ['a missing image', 'docker', 'image = "127.0.0.1:1/none:1"', /127\.0\.0\.1:1\/none:1/],
] as const) {
  test.serial(`${what} is said in the output of job run, and the agent goes on`, async (t) => {
    const message = await taskMessage('missing', jobText('missing', { driver, config, ...once, memory: 128 }));
    t.regex(message, pattern);
    t.regex(message, /^exit 1/);
    t.regex(message, /\["failed"\]/);
    t.regex(message, /stop 0$/);
  });
}

test.serial('a CNI network that does not exist is named with the directories that were searched', async (t) => {
  const run = await agent.orch([
    'job',
    'run',
    await agent.file(
      'cni.nomad.hcl',
      jobText('cni', {
        config: 'command = "true"',
        ...once,
        group: `${once.group}    network {\n      mode = "cni/nope"\n    }\n`,
      }),
    ),
  ]);
  t.not(run.exitCode, 0, run.text);
  t.regex(run.text, /nope/);
  t.is((await agent.orch(['job', 'stop', '--purge', 'cni'])).exitCode, 0);
});

test.serial('a second agent on the same data directory is refused with the first one named', async (t) => {
  const second = await runOrch(['agent', '--dev', '--data-dir', agent.dataDir, '--http-port', '1']);
  t.is(second.exitCode, 1);
  t.regex(second.text, new RegExp(`in use by process ${agent.pid()}`));
});

test.serial('a wrong agent configuration is refused with its places', async (t) => {
  const file = join(agent.dir, 'bad.hcl');
  await writeFile(file, 'datacentre = "x"\nserver { enabled = "yes" }\n');
  const outcome = await runOrch(['agent', '--config', file]);
  t.is(outcome.exitCode, 1);
  t.regex(outcome.text, /bad\.hcl:1:1[\s\S]*did you mean "datacenter"/);
  t.regex(outcome.text, /bad\.hcl:2:20[\s\S]*true or false/);
});

test.serial('wrong use of the command line says what is right', async (t) => {
  for (const [args, pattern] of [
    [['jbo', 'run'], /jbo/],
    [['job', 'run', '-foo', 'x'], /--foo/],
    [['job', 'run'], /file/],
    [['job', 'run', '/no/such/file.hcl'], /Error: \/no\/such\/file\.hcl cannot be read: there is no such file/],
    [['job', 'status', 'nothing'], /no job with id or prefix "nothing"/],
    [['alloc', 'status', '00000000'], /no allocation with id or prefix "00000000"/],
    [['alloc', 'exec', 'abc'], /name the command/],
  ] as const) {
    const outcome = await agent.orch(args);
    t.not(outcome.exitCode, 0, args.join(' '));
    t.regex(outcome.text, pattern);
    t.notRegex(outcome.text, /\bat .*\.js:\d+/, 'no stack trace');
  }
  const away = await runOrch(['job', 'status', '--address', 'http://127.0.0.1:1']);
  t.is(away.exitCode, 1);
  t.regex(away.text, /is the agent running\?/);
});

test.serial('after all of it the agent still answers', async (t) => {
  t.regex((await agent.orch(['node', 'status'])).stdout, /ready/);
  await nothingRegistered(t);
});
