// The main job as the quickstart sees it: four tasks, their published ports, their answers and their logs.

import { type AllocationSummary, type Api, eventually } from './api.ts';

export const jobId = 'mixed';

/** Task, port label, port inside the namespace, and what it answers. */
export const tasks = [
  { name: 'container', driver: 'docker', label: 'container', port: 8080 },
  { name: 'jar', driver: 'java', label: 'jar', port: 8081 },
  { name: 'vm', driver: 'qemu', label: 'vm', port: 8082 },
  { name: 'binary', driver: 'exec', label: 'binary', port: 8083 },
] as const;

export type TaskName = (typeof tasks)[number]['name'];

export interface RunningJob {
  readonly allocationId: string;
  /** Published port of each task. */
  readonly ports: Readonly<Record<TaskName, number>>;
}

interface AllocationDetail extends AllocationSummary {
  readonly AllocatedResources: {
    readonly Shared: { readonly Ports: readonly { readonly Label: string; readonly Value: number }[] };
  };
}

export async function runningJob(api: Api, timeoutMs: number): Promise<RunningJob> {
  return eventually('the job is not running', timeoutMs, async () => {
    const allocations = await api.get<readonly AllocationSummary[]>(`/v1/job/${jobId}/allocations`);
    const live = allocations.find(
      (allocation) => allocation.DesiredStatus === 'run' && allocation.ClientStatus === 'running',
    );
    if (live === undefined) throw new Error(allocations.map(describe).join('; ') || 'no allocation');
    const waiting = tasks.filter((task) => live.TaskStates?.[task.name]?.State !== 'running');
    if (waiting.length > 0) throw new Error(describe(live));
    const detail = await api.get<AllocationDetail>(`/v1/allocation/${live.ID}`);
    const ports = Object.fromEntries(
      tasks.map((task) => [
        task.name,
        detail.AllocatedResources.Shared.Ports.find((port) => port.Label === task.label)?.Value ?? 0,
      ]),
    );
    return { allocationId: live.ID, ports: ports as RunningJob['ports'] };
  });
}

function describe(allocation: AllocationSummary): string {
  const states = Object.entries(allocation.TaskStates ?? {}).map(
    ([name, state]) =>
      `${name} ${state.State}${state.Failed ? ' failed' : ''} (${state.Events.at(-1)?.DisplayMessage ?? 'no event'})`,
  );
  return `allocation ${allocation.ID.slice(0, 8)} is ${allocation.ClientStatus}: ${states.join(', ')}`;
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(20_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text.trim()}`);
  return text;
}

export interface Answer {
  readonly from: string;
  readonly to: TaskName;
  readonly text: string;
  readonly ms: number;
}

/** Every task from the host through its published port, and every task from every other one through the group address. */
export async function callAll(job: RunningJob, timeoutMs: number): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const to of tasks) {
    answers.push(
      await call('host', to.name, `http://127.0.0.1:${job.ports[to.name]}/`, `hello from the ${to.name}`, timeoutMs),
    );
  }
  for (const from of tasks) {
    for (const to of tasks) {
      if (from === to) continue;
      const url = `http://127.0.0.1:${job.ports[from.name]}/cgi-bin/sibling?${to.port}`;
      answers.push(await call(from.name, to.name, url, `the ${from.name} asked: hello from the ${to.name}`, timeoutMs));
    }
  }
  return answers;
}

async function call(from: string, to: TaskName, url: string, expected: string, timeoutMs: number): Promise<Answer> {
  return eventually(`${from} → ${to} (${url})`, timeoutMs, async () => {
    const started = Date.now();
    const text = (await fetchText(url)).trim();
    if (text !== expected) throw new Error(`answered ${JSON.stringify(text)}, not ${JSON.stringify(expected)}`);
    return { from, to, text, ms: Date.now() - started };
  });
}

/** The counted lines of a task's log: the newest number, after checking that none from 0 on is missing or doubled. */
export async function checkLog(api: Api, job: RunningJob, task: TaskName): Promise<number> {
  const log = await api.text(
    `/v1/client/fs/logs/${job.allocationId}?task=${task}&type=stdout&plain=true&origin=start&offset=0`,
  );
  const numbers = [...log.matchAll(new RegExp(`^${task} line (\\d+)\\r?$`, 'gm'))].map((found) => Number(found[1]));
  if (numbers.length === 0) throw new Error(`the log of ${task} has no counted line`);
  numbers.forEach((number, index) => {
    if (number !== index) throw new Error(`the log of ${task} has line ${number} where line ${index} belongs`);
  });
  return numbers.length - 1;
}
