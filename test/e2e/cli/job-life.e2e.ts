// A job's life on the real agent: submitted, changed, rolled out, blocked and woken, restarted, looked into, stopped.

import { request } from 'node:http';
import test from 'ava';
import { type DevAgent, jobText, startDevAgent, until } from '../shared/dev-agent.ts';

let agent: DevAgent;
test.before(async () => {
  agent = await startDevAgent();
});
test.after.always(() => agent?.close());

const sleep = 'command = "sleep"\nargs = ["1000"]';
const quick = '    update {\n      min_healthy_time = "0s"\n    }\n';
const run = async (text: string, ...flags: string[]) =>
  agent.orch(['job', 'run', ...flags, await agent.file('job.nomad.hcl', text)]);
const purge = async (t: import('ava').ExecutionContext, ...jobs: string[]) => {
  for (const job of jobs) t.is((await agent.orch(['job', 'stop', '--purge', job])).exitCode, 0);
};
const live = async (job: string) =>
  (await agent.api.jobs.allocations(job)).value.filter((allocation) => allocation.DesiredStatus === 'run');

test.serial(
  'the same file twice changes nothing; counts change in place; a change replaces max_parallel at a time',
  async (t) => {
    const text = (count: number, word: string) =>
      jobText('web', {
        config: `command = "/bin/sh"\nargs = ["-c", "echo ${word}; exec sleep 1000"]`,
        group: `    count = ${count}\n    update {\n      max_parallel = 1\n      min_healthy_time = "1s"\n    }\n`,
      });
    t.is((await run(text(2, 'one'))).exitCode, 0);
    const first = await live('web');
    t.is(first.length, 2);
    const file = await agent.file('same.nomad.hcl', text(2, 'one'));
    t.is((await agent.orch(['job', 'plan', file])).exitCode, 0);
    t.is((await agent.orch(['job', 'run', file])).exitCode, 0);
    t.deepEqual(
      (await live('web')).map((allocation) => allocation.ID).sort(),
      first.map((allocation) => allocation.ID).sort(),
    );

    const more = await agent.file('more.nomad.hcl', text(3, 'one'));
    const plan = await agent.orch(['job', 'plan', more]);
    t.is(plan.exitCode, 1);
    t.regex(plan.stdout, /Count: "2" => "3"/);
    t.regex(plan.stdout, /1 create/);
    t.is((await agent.orch(['job', 'run', more])).exitCode, 0);
    t.true(first.every((old) => !['stop'].includes(old.DesiredStatus)));
    t.is((await live('web')).length, 3);

    const rollout = run(text(3, 'two'));
    let mostStarting = 0;
    let over = false;
    const watch = (async () => {
      while (!over) {
        const now = (await agent.api.jobs.allocations('web')).value.filter(
          (allocation) => allocation.DesiredStatus === 'run' && allocation.JobVersion >= 2,
        );
        mostStarting = Math.max(
          mostStarting,
          now.filter((allocation) => allocation.DeploymentStatus?.Healthy !== true).length,
        );
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    const outcome = await rollout;
    over = true;
    await watch;
    t.is(outcome.exitCode, 0, outcome.text);
    t.regex(outcome.text, /successful: g 3\/3 healthy/);
    t.is(mostStarting, 1, 'never more than max_parallel new ones that are not healthy yet');
    t.is((await agent.orch(['job', 'plan', await agent.file('broken.nomad.hcl', 'job {')])).exitCode, 255);
    await purge(t, 'web');
  },
);

test.serial('a job that does not fit waits and is placed by itself when another one stops', async (t) => {
  const nodes = await agent.api.nodes.list({ resources: true });
  const total = nodes.value[0]?.NodeResources?.Memory.MemoryMB ?? 0;
  const big = Math.floor(total * 0.7);
  t.is((await run(jobText('holder', { config: sleep, group: quick, memory: big }))).exitCode, 0);
  const waiting = await run(jobText('waiting', { config: sleep, group: quick, memory: big }));
  t.is(waiting.exitCode, 2, waiting.text);
  t.regex(waiting.text, /waits and goes on by itself/);
  await purge(t, 'holder');
  await until('the waiting job to run', 10_000, async () =>
    (await live('waiting')).some((allocation) => allocation.ClientStatus === 'running'),
  );
  await purge(t, 'waiting');
});

test.serial('a batch job runs to its end; a failing one is restarted by policy and then failed', async (t) => {
  const batch = '  type = "batch"\n';
  t.is((await run(jobText('done', { config: 'command = "true"', job: batch }))).exitCode, 0);
  await until(
    'the batch job to be complete',
    10_000,
    async () => (await agent.api.jobs.allocations('done')).value[0]?.ClientStatus === 'complete',
  );
  t.is((await agent.api.jobs.read('done')).value.Status, 'dead');
  const policy =
    '    restart {\n      attempts = 2\n      delay = "0s"\n      interval = "1m"\n      mode = "fail"\n    }\n    reschedule {\n      attempts = 0\n      unlimited = false\n    }\n';
  // A batch job is up once it runs; how it ends is its own affair.
  await run(
    jobText('fails', { config: 'command = "/bin/sh"\nargs = ["-c", "exit 3"]', job: batch, group: policy }),
    '-detach',
  );
  const failed = await until('the batch job to have failed', 15_000, async () =>
    (await agent.api.jobs.allocations('fails')).value.find((allocation) => allocation.ClientStatus === 'failed'),
  );
  t.is(failed?.ClientStatus, 'failed');
  t.is(failed?.TaskStates?.['t']?.Restarts, 2);
  t.regex(JSON.stringify(failed?.TaskStates?.['t']?.Events), /Exit Code: 3/);
  await purge(t, 'done', 'fails');
});

test.serial(
  'prestart, poststart and poststop tasks run in their order; the leader takes the others with it',
  async (t) => {
    const step = (name: string, hook: string, command: string) => `    task "${name}" {
      driver = "exec"
      config {
        command = "/bin/sh"
        args    = ["-c", "${command}"]
      }
${hook === '' ? '      leader = true\n' : `      lifecycle {\n        hook = "${hook}"\n      }\n`}      resources {
        cpu    = 20
        memory = 20
      }
    }
`;
    const note = (word: string, more = '') => `echo ${word} >> /alloc/data/order${more}`;
    const text = `job "steps" {\n  type = "batch"\n  group "g" {\n${step('main', '', note('main', '; sleep 2'))}${step('first', 'prestart', note('prestart'))}${step('second', 'poststart', note('poststart', '; sleep 100'))}${step('last', 'poststop', note('poststop'))}  }\n}\n`;
    t.is((await run(text)).exitCode, 0);
    const allocation = await until('the job to be complete', 30_000, async () =>
      (await agent.api.jobs.allocations('steps')).value.find((item) => item.ClientStatus === 'complete'),
    );
    const order = (await agent.orch(['alloc', 'fs', allocation.ID, 'alloc/data/order'])).stdout
      .split('\n')
      .filter((line) => line !== '');
    t.is(order[0], 'prestart');
    t.deepEqual([...order.slice(1, 3)].sort(), ['main', 'poststart']);
    t.is(order[3], 'poststop');
    await purge(t, 'steps');
  },
);

test.serial(
  'alloc stop brings a replacement, alloc restart keeps the allocation, logs and files are there',
  async (t) => {
    t.is(
      (
        await run(
          jobText('care', {
            config:
              'command = "/bin/sh"\nargs = ["-c", "echo begun $NOMAD_ALLOC_INDEX; echo oops >&2; exec sleep 1000"]',
            group: quick,
            task: '      kill_timeout = "1s"\n',
          }),
        )
      ).exitCode,
      0,
    );
    const [first] = await live('care');
    const id = first?.ID.slice(0, 8) ?? '';
    t.is((await agent.orch(['alloc', 'logs', id])).stdout, 'begun 0');
    t.is((await agent.orch(['alloc', 'logs', '-stderr', id])).stdout, 'oops');
    t.regex((await agent.orch(['job', 'logs', 'care'])).stdout, /care\.g\[0\] [0-9a-f]{8} t \| begun 0/);
    t.regex((await agent.orch(['alloc', 'fs', id])).stdout, /alloc\//);
    t.is((await agent.orch(['alloc', 'restart', id])).exitCode, 0);
    await until(
      'two beginnings in the log',
      10_000,
      async () => (await agent.orch(['alloc', 'logs', id])).stdout.split('\n').length === 2,
    );
    t.is((await agent.orch(['alloc', 'stop', id])).exitCode, 0);
    const [second] = await live('care');
    t.not(second?.ID, first?.ID);
    t.is(second?.Name, first?.Name);
    await purge(t, 'care');
  },
);

test.serial('alloc exec passes input, output and the exit code', async (t) => {
  t.is((await run(jobText('shell', { config: sleep, group: quick }))).exitCode, 0);
  const id = (await live('shell'))[0]?.ID ?? '';
  const code = await agent.orch(['alloc', 'exec', id, 'sh', '-c', 'cat; echo err >&2; exit 7'], { input: 'through\n' });
  t.is(code.exitCode, 7);
  t.is(code.stdout, 'through');
  t.is(code.stderr, 'err');
  const who = await agent.orch([
    'alloc',
    'exec',
    id,
    'sh',
    '-c',
    'id -u; grep -E "NoNewPrivs|CapBnd" /proc/self/status; ls /proc | grep -cE "^[0-9]+$"',
  ]);
  t.regex(who.stdout, /^65534\n/);
  t.regex(who.stdout, /NoNewPrivs:\t1/);
  await purge(t, 'shell');
});

test.serial('logs rotate within their limits and are followed over the rotation', async (t) => {
  const text = jobText('chatty', {
    config:
      'command = "/bin/sh"\nargs = ["-c", "i=0; while [ $i -lt 60000 ]; do echo line $i of a log that is to be rotated several times over its life; i=$((i+1)); done; exec sleep 1000"]',
    group: quick,
    task: '      logs {\n        max_files     = 10\n        max_file_size = 1\n      }\n',
  });
  t.is((await run(text)).exitCode, 0);
  const id = (await live('chatty'))[0]?.ID ?? '';
  const log = await until('the last line', 30_000, async () => {
    const { stdout } = await agent.orch(['alloc', 'logs', id]);
    return stdout.includes('line 59999 ') ? stdout : undefined;
  });
  const numbers = [...log.matchAll(/^line (\d+) /gm)].map((found) => Number(found[1]));
  t.deepEqual([numbers.length, numbers[0], numbers.at(-1)], [60_000, 0, 59_999]);
  t.regex((await agent.orch(['alloc', 'fs', id, 'alloc/logs'])).stdout, /t\.stdout\.3/);
  t.is((await agent.orch(['alloc', 'logs', '-tail', '-n', '2', id])).stdout.split('\n').length, 2);
  await purge(t, 'chatty');
});

test.serial('reads block until something changed, the index is never 0 and errors are plain text', async (t) => {
  const get = (path: string) =>
    new Promise<{ status: number; index: string; type: string; body: string }>((resolve, reject) => {
      request(agent.address + path, (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += String(chunk);
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            index: String(response.headers['x-nomad-index'] ?? ''),
            type: String(response.headers['content-type'] ?? ''),
            body,
          }),
        );
      })
        .on('error', reject)
        .end();
    });
  const list = await get('/v1/jobs');
  t.true(Number(list.index) >= 1);
  const waiting = get(`/v1/jobs?index=${list.index}&wait=30s`);
  t.is((await run(jobText('wake', { config: 'command = "true"', job: '  type = "batch"\n' }), '-detach')).exitCode, 0);
  const woken = await waiting;
  t.true(Number(woken.index) > Number(list.index));
  t.regex(woken.body, /"ID":"wake"/);
  const none = await get('/v1/job/nothing');
  t.is(none.status, 404);
  t.regex(none.type, /text\/plain/);
  t.regex(none.body, /not found/);
  await purge(t, 'wake');
});
