// Figures of a whole agent and its command line: agent-ready, agent-memory, cli-start-version, cli-start-status, submit-to-running.

import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { jobText, startDevAgent } from '../test/e2e/shared/dev-agent.ts';
import { bareLaunchScript, unshareWords } from './bare-launch.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const orch = `${root}packages/cli/bin/orch.js`;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;

function print(figure: Readonly<Record<string, string | number | boolean>>): void {
  console.log(JSON.stringify(figure));
}

/** Milliseconds of a whole process; a failed one is no measurement. */
function timeOf(args: readonly string[], env: NodeJS.ProcessEnv = process.env): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - started;
}

/** Two commands in turn; the ratio of their medians. */
function paired(name: string, limit: number, ours: readonly string[], env: NodeJS.ProcessEnv): void {
  const runs = 15;
  const own: number[] = [];
  const bare: number[] = [];
  timeOf(ours, env);
  for (let run = 0; run < runs; run += 1) {
    own.push(timeOf(ours, env));
    bare.push(timeOf(['-e', '0'], env));
  }
  const ratio = rounded(median(own) / median(bare));
  print({
    name,
    unit: 'ms',
    ours: rounded(median(own)),
    reference: rounded(median(bare)),
    ratio,
    limit,
    better: 'lower',
    ok: ratio <= limit,
    runs,
  });
}

/** On a data directory that does not exist yet: the first start of a new user. */
async function agentReady(): Promise<void> {
  const values: number[] = [];
  for (let run = 0; run < 5; run += 1) {
    const agent = await startDevAgent();
    await agent.end('SIGTERM');
    rmSync(agent.dataDir, { recursive: true });
    const started = performance.now();
    const child = spawn(
      process.execPath,
      [orch, 'agent', '--dev', '--data-dir', agent.dataDir, '--http-port', new URL(agent.address).port],
      { stdio: 'ignore' },
    );
    const exited = new Promise((resolve) => child.once('exit', resolve));
    for (;;) {
      try {
        await agent.api.agent.leader();
        break;
      } catch (error) {
        if (performance.now() - started > 20_000) throw error;
        await sleep(5);
      }
    }
    values.push(performance.now() - started);
    child.kill('SIGTERM');
    await exited;
    await agent.close();
  }
  print({
    name: 'agent-ready',
    unit: 'ms',
    value: rounded(median(values)),
    limit: 1_000,
    better: 'lower',
    ok: median(values) <= 1_000,
    runs: values.length,
  });
}

/** Of agents left alone for some seconds after their start. */
async function agentMemory(): Promise<void> {
  const values: number[] = [];
  for (let run = 0; run < 5; run += 1) {
    const agent = await startDevAgent();
    await sleep(8_000);
    values.push(Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${agent.pid()}/status`, 'utf8'))?.[1]) / 1024);
    await agent.close();
  }
  const value = median(values);
  if (!(value > 0)) throw new Error('the memory of the agent could not be read');
  print({
    name: 'agent-memory',
    unit: 'MB',
    value: rounded(value),
    limit: 130,
    better: 'lower',
    ok: value <= 130,
    runs: values.length,
  });
}

async function withAgent(): Promise<void> {
  const agent = await startDevAgent();
  try {
    const env = { ...process.env, ORCH_ADDR: agent.address };
    paired('cli-start-version', 1.6, [orch, 'version'], env);
    paired('cli-start-status', 3.5, [orch, 'job', 'status'], env);
    await submitToRunning(agent);
  } finally {
    await agent.close();
  }
}

/** Reads until the allocation runs, each read blocking until something changed. @throws when it ended or takes too long */
async function runningSeen(agent: Awaited<ReturnType<typeof startDevAgent>>, job: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  let index = 0;
  while (performance.now() < deadline) {
    const read = await agent.api.jobs.allocations(job, { index, waitMs: 2_000 });
    index = read.index;
    const status = read.value[0]?.ClientStatus;
    if (status === 'running') return;
    if (status !== undefined && status !== 'pending') throw new Error(`the allocation of ${job} is ${status}`);
  }
  throw new Error(`${job} did not run within 10 s`);
}

/** From the submit until a blocking read shows the allocation running, less an equally isolated launch by util-linux. */
async function submitToRunning(agent: Awaited<ReturnType<typeof startDevAgent>>): Promise<void> {
  const file = await agent.file('s.hcl', jobText('s0', { config: 'command = "sleep"\nargs = ["1000"]' }));
  const shown = await agent.orch(['job', 'run', '-output', file]);
  const { Job } = JSON.parse(shown.stdout) as { Job: Record<string, unknown> };
  const script = bareLaunchScript(agent.dir);
  const whole: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run < 25; run += 1) {
    const id = `s${run}`;
    const started = performance.now();
    await agent.api.jobs.register({ Job: { ...Job, ID: id, Name: id } });
    await runningSeen(agent, id);
    const took = performance.now() - started;
    const launch = performance.now();
    const [program = '', ...words] = [...unshareWords, 'sh', script];
    const { status } = spawnSync(program, words);
    if (status !== 0) throw new Error('the bare launch failed');
    const plain = performance.now() - launch;
    // The first runs warm the agent up.
    if (run >= 5) {
      whole.push(took);
      bare.push(plain);
    }
  }
  const value = rounded(median(whole) - median(bare));
  print({
    name: 'submit-to-running',
    unit: 'ms',
    ours: rounded(median(whole)),
    reference: rounded(median(bare)),
    value,
    limit: 60,
    better: 'lower',
    ok: value <= 60,
    runs: whole.length,
  });
}

await agentReady();
await agentMemory();
await withAgent();
// Keep-alive sockets of the clients are nothing to wait for.
process.exit(0);
