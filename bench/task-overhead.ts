// Figures `task-overhead-exec` and `task-overhead-docker`: memory per running task of all processes orch started and of the
// agent, with 100 tasks of one job on an agent that had run and stopped as many before. The engine's own shims are printed apart.

import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDockerHarness } from '../test/e2e/docker/docker-harness.ts';
import { type DevAgent, jobText, startDevAgent, until } from '../test/e2e/shared/dev-agent.ts';
import type { Figure } from './main.ts';

const tasks = 100;
const samples = 5;
const settleMs = 5_000;

/** Undefined when the process has ended. */
function fieldOf(pid: number, file: string, pattern: RegExp): number | undefined {
  try {
    return Number(pattern.exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1] ?? 0);
  } catch {
    return undefined; // ended meanwhile
  }
}

const megabytes = (pid: number, field: string) =>
  (fieldOf(pid, 'smaps_rollup', new RegExp(`^${field}:\\s+(\\d+)`, 'm')) ?? 0) / 1024;
const pssMb = (pid: number) => megabytes(pid, 'Pss');
const processes = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** The launcher and what supervises tasks: all that the agent started but the tasks themselves. */
function supervisors(agent: DevAgent): readonly number[] {
  const group = /^0::(.*)$/m.exec(readFileSync(`/proc/${launcherOf(agent.pid())}/cgroup`, 'utf8'))?.[1] ?? '';
  const pids = readFileSync(`/sys/fs/cgroup/unified${group}/cgroup.procs`, 'utf8');
  return pids.split('\n').filter(Boolean).map(Number);
}

/** The launcher is the only child the agent has. */
function launcherOf(pid: number): number {
  const child = processes().find((one) => fieldOf(one, 'status', /^PPid:\s+(\d+)/m) === pid);
  if (child === undefined) throw new Error('the agent has no launcher');
  return child;
}

const median = (values: readonly number[]) => values.toSorted((left, right) => left - right)[values.length >> 1] ?? 0;

/** The agent's own pages, without the runtime's program: its share of that depends on who else runs the runtime. */
const agentMb = (agent: DevAgent) => megabytes(agent.pid(), 'Pss_Anon');
const supervisorsMb = (agent: DevAgent) => supervisors(agent).reduce((sum, pid) => sum + pssMb(pid), 0);

async function sampled(read: () => number): Promise<number> {
  const values: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    await sleep(1_000);
    values.push(read());
  }
  return median(values);
}

/** PSS of the engine's own shims, which nothing of orch starts. */
function shimsMb(): number {
  return processes()
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('containerd-shim');
      } catch {
        return false; // ended meanwhile
      }
    })
    .reduce((sum, pid) => sum + pssMb(pid), 0);
}

async function measure(name: string, limit: number, task: { driver: string; config: string }): Promise<void> {
  const agent = await startDevAgent();
  try {
    const file = await agent.file('many.hcl', jobText('many', { ...task, group: `count = ${tasks}` }));
    const start = async () => {
      const { exitCode, text } = await agent.orch(['job', 'run', '-detach', file]);
      if (exitCode !== 0) throw new Error(text);
      await running(agent, tasks);
    };
    await start();
    await agent.orch(['job', 'stop', '-detach', 'many']);
    await running(agent, 0);
    await sleep(settleMs);
    const read = { agent: () => agentMb(agent), supervisors: () => supervisorsMb(agent), shims: shimsMb };
    const before = [await sampled(read.agent), await sampled(read.supervisors), await sampled(read.shims)] as const;
    await start();
    await sleep(settleMs);
    const after = [await sampled(read.agent), await sampled(read.supervisors), await sampled(read.shims)] as const;
    const perTask = (index: 0 | 1 | 2) => (after[index] - before[index]) / tasks;
    const value = Math.max(0, perTask(0)) + perTask(1);
    const rounded = (number: number) => Number(number.toFixed(3));
    const figure: Figure = {
      name,
      unit: 'MB',
      value: rounded(value),
      limit,
      better: 'lower',
      ok: value <= limit,
      runs: samples,
      agentGrowth: rounded(perTask(0)),
      engineShim: rounded(perTask(2)),
    };
    console.log(JSON.stringify(figure));
  } finally {
    await agent.close();
  }
}

async function running(agent: DevAgent, count: number): Promise<void> {
  await until(`${count} running tasks`, 180_000, async () => {
    const { value } = await agent.api.jobs.allocations('many');
    return value.filter((allocation) => allocation.ClientStatus === 'running').length === count;
  });
}

await measure('task-overhead-exec', 1.2, { driver: 'exec', config: 'command = "sleep"\nargs = ["100000"]' });
const harness = await createDockerHarness();
try {
  const config = `image = "${harness.image}"\nargs = ["sleep", "100000"]`;
  await measure('task-overhead-docker', 0.1, { driver: 'docker', config });
} finally {
  await harness.cleanup();
}
