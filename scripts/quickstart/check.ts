// `npm run quickstart -- --check`: what must survive the agent's death and the engine's restart, and what must be gone at the end.

import { execa } from 'execa';
import { ensureDocker, ownDockerd } from '../setup/setup.ts';
import { type AgentProcess, orchCommand, startAgent } from './agent-process.ts';
import { connectApi, eventually } from './api.ts';
import { type HostFacts, type HostProcess, hostFacts, leftovers, orchNamespaces, processesIn } from './host-facts.ts';
import { callAll, checkLog, jobId, type RunningJob, runningJob, tasks } from './mixed-job.ts';

export type Say = (line: string) => void;
export type AgentOptions = Parameters<typeof startAgent>[0];

/** Main processes of the group: everything in its namespace that is not a passing helper of a shell loop. */
async function mainProcesses(namespace: string): Promise<readonly HostProcess[]> {
  const inode = (await orchNamespaces()).get(namespace);
  if (inode === undefined) throw new Error(`namespace ${namespace} is gone`);
  return processesIn(inode).filter((found) => !/\bsleep\b|cgi-bin|\bnc\b/.test(found.command) && found.command !== '');
}

export async function groupNamespace(job: RunningJob): Promise<string> {
  const names = [...(await orchNamespaces()).keys()];
  const own = names.find((name) => name.includes(job.allocationId.slice(0, 8)));
  if (own === undefined)
    throw new Error(`no namespace of allocation ${job.allocationId.slice(0, 8)} among ${names.join(', ') || 'none'}`);
  return own;
}

const identity = (found: HostProcess) => `${found.pid}@${found.startTicks}`;

function missing(before: readonly HostProcess[], after: readonly HostProcess[]): readonly HostProcess[] {
  const live = new Set(after.map(identity));
  return before.filter((found) => !live.has(identity(found)));
}

async function verifyAnswersAndLogs(address: string, job: RunningJob, say: Say): Promise<void> {
  const answers = await callAll(job, 60_000);
  const api = connectApi(address);
  const lines = await Promise.all(
    tasks.map(
      async (task) =>
        `${task.name} 0–${await eventually(`log of ${task.name}`, 15_000, () => checkLog(api, job, task.name))}`,
    ),
  );
  say(`ok: ${answers.length} calls answered; log lines without a gap: ${lines.join(', ')}`);
}

/** kill -9 of the agent; returns the new agent after everything was verified. */
export async function checkAgentDeath(
  agent: AgentProcess,
  options: AgentOptions,
  job: RunningJob,
  say: Say,
): Promise<AgentProcess> {
  const namespace = await groupNamespace(job);
  const before = await mainProcesses(namespace);
  if (before.length < tasks.length)
    throw new Error(
      `only ${before.length} processes in the group's namespace: ${before.map((found) => found.command).join(' | ')}`,
    );
  const started = Date.now();
  await agent.end('SIGKILL');
  // Two counted lines of each task are written while no agent runs.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  const again = await startAgent(options);
  const found = await runningJob(connectApi(again.address), 60_000);
  if (found.allocationId !== job.allocationId)
    throw new Error(`allocation ${job.allocationId} was replaced by ${found.allocationId}`);
  const lost = missing(before, await mainProcesses(namespace));
  if (lost.length > 0)
    throw new Error(`processes did not survive the agent: ${lost.map((gone) => gone.command).join(' | ')}`);
  say(
    `ok: agent killed with SIGKILL and started again (${Date.now() - started} ms); all ${before.length} processes of the group kept`,
  );
  await verifyAnswersAndLogs(again.address, job, say);
  return again;
}

/** Restarts the engine this checkout started; false when there is none to restart. */
export async function checkEngineRestart(address: string, job: RunningJob, say: Say): Promise<boolean> {
  const pid = ownDockerd();
  if (pid === undefined) {
    say('skipped: restart of the Docker engine (it was not started by this quickstart)');
    return false;
  }
  const namespace = await groupNamespace(job);
  const isContainer = (found: HostProcess) =>
    found.command.includes('serve.sh container') || found.command.includes('-p 8080');
  const before = (await mainProcesses(namespace)).filter((found) => !isContainer(found));
  process.kill(pid, 'SIGTERM');
  await eventually('the engine did not stop', 60_000, async () => {
    if (ownDockerd() !== undefined) throw new Error(`dockerd ${pid} still runs`);
  });
  await ensureDocker(say);
  const inode = (await orchNamespaces()).get(namespace) ?? '';
  await eventually('the container did not come back into its namespace', 120_000, async () => {
    if (!processesIn(inode).some(isContainer)) throw new Error('no process of the container in the namespace');
  });
  const lost = missing(before, await mainProcesses(namespace));
  if (lost.length > 0) throw new Error(`the engine's restart ended: ${lost.map((gone) => gone.command).join(' | ')}`);
  await runningJob(connectApi(address), 60_000);
  const answers = await callAll(job, 60_000);
  say(
    `ok: Docker engine restarted; jar, VM and binary untouched, container back in ${namespace}; ${answers.length} calls answered`,
  );
  return true;
}

export async function stopJob(address: string): Promise<void> {
  await execa(process.execPath, [orchCommand, 'job', 'stop', '--purge', '--yes', '--address', address, jobId]);
}

/** After the job was stopped: everything it made is gone. */
export async function checkNothingLeft(before: HostFacts, dataDir: string, say: Say): Promise<void> {
  await eventually('left behind', 60_000, async () => {
    const left = leftovers(before, await hostFacts(dataDir));
    if (left.length > 0) throw new Error(left.join('; '));
  });
  say('ok: nothing left: processes, containers, namespaces, interfaces, rules, cgroups, mounts, images');
}
