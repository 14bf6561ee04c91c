// Two hostile tasks, one of a plain user and one that is root in its container, use up whatever they can reach. A task beside
// them, the agent and its records live on; afterwards everything can be stopped and collected, and the disk is free again.

import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { agentConfig, allocation, closeAgent, type OwnImage, ownImage, submit } from '../e2e/agent/agent-kit.ts';
import { type DevAgent, jobText, type Outcome, startDevAgent, until } from '../e2e/shared/dev-agent.ts';

/** Its own names in the kernel: another test's agent may live beside it. */
const word = 'orchnei';
const diskMiB = 384;
const mark = `neighbour${randomBytes(4).toString('hex')}`;

let agent: DevAgent;
let image: OwnImage;
let work: string;
let mount: string;
let emptyBytes: number;

test.before(async () => {
  work = await mkdtemp(join(tmpdir(), 'orch-neighbour-'));
  mount = join(work, 'disk');
  await mkdir(mount);
  const file = join(work, 'disk.img');
  execFileSync('truncate', ['-s', `${diskMiB}M`, file]);
  // The usual reserve for root: what a plain user fills is not full for the agent.
  execFileSync('mkfs.ext4', ['-q', '-F', '-m', '5', file]);
  execFileSync('mount', ['-o', 'loop', file, mount]);
  image = ownImage(['USER 0']);
  agent = await startDevAgent({ config: agentConfig({ word }), dataDir: join(mount, 'data') });
  await begin(
    jobText('good', {
      ...small,
      config: shell(`echo ${mark}; i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.2; done`),
    }),
  );
  await allocation(agent, 'good', 'running');
  emptyBytes = freeBytes();
});
test.after.always(async () => {
  // A test that failed in the middle leaves the disk full, and then no stop could be written down.
  spawnSync('find', [mount, '(', '-name', 'fill', '-o', '-name', 'rest', ')', '-delete']);
  await closeAgent(agent, word);
  image?.remove();
  spawnSync('umount', ['-l', mount]);
  rmSync(work, { recursive: true, force: true });
});

const quoted = (text: string) => JSON.stringify(text).replaceAll('${', '$${');
const shell = (script: string) => `command = "/bin/sh"\nargs = ["-c", ${quoted(script)}]`;
const freeBytes = () => {
  const { bavail, bsize } = statfsSync(mount);
  return bavail * bsize;
};

/** The process of the task beside, by what is in its command line. */
function neighbourPid(): number {
  const own = readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').startsWith(`/bin/sh\0-c\0echo ${mark}`);
    } catch {
      return false;
    }
  });
  return Number(own[0] ?? 0);
}

async function lastTick(): Promise<number> {
  const { ID } = await allocation(agent, 'good', 'running');
  const { stdout } = await agent.orch(['alloc', 'logs', '-tail', '-n', '3', ID], { timeoutMs: 15_000 });
  return Number(/tick (\d+)\s*$/.exec(stdout)?.[1] ?? 0);
}

/** Submits a job that must be taken. */
async function begin(text: string): Promise<void> {
  const run = await submit(agent, text, '-detach');
  if (run.exitCode !== 0) throw new Error(run.text);
}

/** Asks the agent while something goes on; answers how long the slowest answer took. */
async function askedMeanwhile(ms: number): Promise<number> {
  const end = Date.now() + ms;
  let slowest = 0;
  while (Date.now() < end) {
    const from = Date.now();
    const { value } = await agent.api.jobs.list();
    if (value.length === 0) throw new Error('the agent knows no jobs');
    slowest = Math.max(slowest, Date.now() - from);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return slowest;
}

/** What both do, in the background: log, descriptors, FIFOs, memory, processes, directories that change places. */
const everything = (fill: string) => `
yes > /dev/stderr &
( i=0; while [ $i -lt 2000 ]; do mkfifo /alloc/tmp/f$i /local/f$i; i=$((i+1)); done ) 2> /dev/null &
( mkdir -p /alloc/data/a /alloc/data/b/c; while :; do mv /alloc/data/a /alloc/data/x; mv /alloc/data/b /alloc/data/a; mv /alloc/data/x /alloc/data/b; done ) 2> /dev/null &
( while :; do ${fill}; done ) 2> /dev/null &
( i=0; while [ $i -lt 400 ]; do sleep 600 & i=$((i+1)); done; wait ) 2> /dev/null &
yes
`;
const byRoot = `
( while :; do mv /alloc/logs /alloc/gone; mkdir /alloc/logs; rmdir /alloc/logs; mv /alloc/gone /alloc/logs; done ) 2> /dev/null &
( while :; do mv /alloc/tmp /alloc/gone2; mv /alloc/gone2 /alloc/tmp; done ) 2> /dev/null &
( i=1; while [ $i -lt 50 ]; do mkfifo /alloc/logs/t.stdout.$i /alloc/logs/t.stderr.$i; i=$((i+1)); done ) 2> /dev/null &
`;
const logs = '      logs {\n        max_files = 2\n        max_file_size = 2\n      }\n';
const disk = '    ephemeral_disk {\n      size = 20\n    }\n';
const small = { task: logs, group: disk };
const docker = (script: string) => `image = "${image.name}"\ncommand = "sh"\nargs = ["-c", ${quoted(script)}]`;

test.serial('tasks that use up memory, processes, logs, FIFOs, descriptors and names harm nobody', async (t) => {
  const pid = neighbourPid();
  const agentPid = agent.pid();
  t.true(pid > 1);
  const before = await lastTick();
  const options = { ...small, memory: 64 };
  const user = jobText('bad-user', { ...options, config: shell(everything('head -c 1G /dev/zero | tail')) });
  const root = jobText('bad-root', {
    ...options,
    driver: 'docker',
    config: docker(byRoot + everything('x=$(cat /dev/zero | tr "\\\\0" x)')),
  });
  for (const text of [user, root]) await begin(text);
  for (const id of ['bad-user', 'bad-root'])
    await until(`${id} to have begun`, 30_000, async () => {
      const { value } = await agent.api.jobs.allocations(id);
      const events = value.flatMap((item) => item.TaskStates?.['t']?.Events ?? []);
      if (events.some((event) => event.Type === 'Started')) return true;
      throw new Error(events.map((event) => event.DisplayMessage).join('; '));
    });
  const slowest = await askedMeanwhile(8_000);
  t.true(slowest < 5_000, `the slowest answer took ${slowest} ms`);
  t.is(agent.pid(), agentPid);
  process.kill(agentPid, 0);
  t.is(neighbourPid(), pid, 'the task beside is the same process');
  t.true((await lastTick()) >= before + 20, 'and what it says arrives');
});

test.serial('they are stopped and collected, and nothing of them is left', async (t) => {
  for (const id of ['bad-user', 'bad-root']) {
    const stopped = await agent.orch(['job', 'stop', '-purge', id], { timeoutMs: 60_000 });
    t.is(stopped.exitCode, 0, stopped.text);
  }
  await collected(t, 1);
});

/** Fills the disk, and takes for ever what becomes free. */
const filling = (file: string) => `
cat /dev/zero > ${file} 2> /dev/null
echo full
while :; do cat /dev/zero >> ${file} 2> /dev/null; sleep 0.02; done
`;

test.serial(
  'a disk that a user or root of a container filled stops neither the task beside nor the agent',
  async (t) => {
    const pid = neighbourPid();
    const agentPid = agent.pid();
    const fill = filling('/alloc/data/fill');
    await begin(jobText('fill-user', { ...small, config: shell(fill) }));
    await until('the disk to be full for users', 60_000, async () => freeBytes() < 2 ** 20);
    t.true((await askedMeanwhile(1_000)) < 5_000);
    // The reserve for root is left: the records can still be written.
    await begin(jobText('late', { ...small, config: shell('sleep 600') }));
    t.is((await agent.orch(['job', 'stop', '-purge', 'late'], { timeoutMs: 60_000 })).exitCode, 0);
    await begin(jobText('fill-root', { ...small, driver: 'docker', config: docker(fill) }));
    const filler = await until('root to fill the rest', 60_000, async () => {
      const { bfree, bsize } = statfsSync(mount);
      const { value } = await agent.api.jobs.allocations('fill-root');
      // What ext4 keeps back for itself nobody gets.
      if (bfree * bsize < 6 * 2 ** 20) return value[0]?.ID;
      throw new Error(`${bfree * bsize} bytes free; ${JSON.stringify(value[0]?.TaskStates)}`);
    });
    takeTheRest();
    t.true((await askedMeanwhile(2_000)) < 5_000, 'it answers');
    t.is(agent.pid(), agentPid);
    process.kill(agentPid, 0);
    t.is(neighbourPid(), pid);
    await serves(t, filler);
    // Without any room nothing new can be kept, and that is said by name.
    const refused = await untilRefused();
    t.regex(refused.text, /no room to write/);
    t.false(refused.text.includes(mount), 'without a path of the host');
    t.is(neighbourPid(), pid);
  },
);

test.serial('an agent killed on the full disk starts again on it, and has the records and the tasks', async (t) => {
  const pid = neighbourPid();
  const { value: before } = await agent.api.jobs.list();
  await agent.end('SIGKILL');
  await agent.again();
  const { value: after } = await agent.api.jobs.list();
  t.deepEqual(
    after.map((job) => job.ID),
    before.map((job) => job.ID),
  );
  t.is(neighbourPid(), pid);
  for (const id of ['good', 'fill-user', 'fill-root']) await allocation(agent, id, 'running');
  await serves(t, (await allocation(agent, 'fill-root', 'running')).ID);
});

test.serial(
  'what filled the disk is stopped and collected while nothing is free, and then it is as it was',
  async (t) => {
    const pid = neighbourPid();
    const { bfree, bsize } = statfsSync(mount);
    t.true(bfree * bsize < 6 * 2 ** 20, `${bfree * bsize} bytes are free`);
    const { value: jobs } = await agent.api.jobs.list();
    for (const id of jobs.map((job) => job.ID).filter((other) => other !== 'good')) {
      const stopped = await agent.orch(['job', 'stop', '-purge', id], { timeoutMs: 60_000 });
      t.is(stopped.exitCode, 0, stopped.text);
    }
    t.is(neighbourPid(), pid);
    const before = await lastTick();
    await until('the task beside to be heard again', 20_000, async () => (await lastTick()) > before);
    await collected(t, 1);
    await begin(jobText('next', { ...small, config: shell('sleep 600') }));
    await allocation(agent, 'next', 'running');
  },
);

/** A way out that needs no room: a command in the task that holds it all. */
async function serves(t: ExecutionContext, allocationId: string): Promise<void> {
  const said = await agent.orch(['alloc', 'exec', allocationId, 'sh', '-c', 'echo in'], { timeoutMs: 30_000 });
  t.is(said.exitCode, 0, said.text);
  t.regex(said.stdout, /in/);
  t.is((await agent.orch(['alloc', 'logs', allocationId], { timeoutMs: 15_000 })).exitCode, 0);
  t.is((await agent.orch(['alloc', 'fs', allocationId, 'alloc/data'], { timeoutMs: 15_000 })).exitCode, 0);
}

/** Pages that were got before the disk was full still take some. */
async function untilRefused(): Promise<Outcome> {
  const job = `  meta {\n    filler = "${'x'.repeat(300_000)}"\n  }\n`;
  for (let count = 0; count < 12; count += 1) {
    const text = jobText(`too-late-${count}`, { ...small, config: shell('sleep 600'), job });
    const outcome = await submit(agent, text, '-detach');
    if (outcome.exitCode !== 0) return outcome;
  }
  throw new Error('everything new was taken');
}

/** Root of this machine takes the last blocks, so that it does not hang on chance how many there are. */
function takeTheRest(): void {
  spawnSync('sh', ['-c', `cat /dev/zero > '${join(mount, 'rest')}'`], { stdio: 'ignore' });
}

/** Collects, and waits until only so many allocations have a directory and the disk is as empty as it was. */
async function collected(t: { true(value: boolean, message?: string): void }, left: number): Promise<void> {
  await agent.api.system.collect();
  await agent.api.nodes.collect();
  const directory = join(mount, 'data/allocations');
  await until('everything to be collected', 30_000, async () => readdirSync(directory).length === left);
  // What the journal and the log of the task beside grew by meanwhile.
  const allowance = 48 * 2 ** 20;
  t.true(freeBytes() > emptyBytes - allowance, `${freeBytes()} of ${emptyBytes} bytes are free`);
}
