// `npm run quickstart`: from a bare machine to orch's main job, in one command. `-- --check` verifies and cleans up.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { cacheDir, root, SetupRefused, setUp } from '../setup/setup.ts';
import { type AgentProcess, freePort, orchCommand, startAgent } from './agent-process.ts';
import { connectApi } from './api.ts';
import { demoImage, makeArtifacts } from './artifacts.ts';
import { checkAgentDeath, checkEngineRestart, checkNothingLeft, stopJob } from './check.ts';
import { hostFacts } from './host-facts.ts';
import { type Answer, callAll, type RunningJob, runningJob, tasks } from './mixed-job.ts';

const known = ['--check', '--no-install'];
const args = process.argv.slice(2);
const unknown = args.find((argument) => !known.includes(argument));
const check = args.includes('--check');
const say = (line: string) => console.log(line);
const dataDir = process.env['ORCH_QUICKSTART_DIR'] ?? '/var/lib/orch/quickstart';

async function main(): Promise<void> {
  const started = Date.now();
  const { kernel } = await setUp({ install: !args.includes('--no-install'), say });
  await execa(process.execPath, [join(root, 'scripts/bundle/main.ts')], { cwd: root });
  const factsBefore = await hostFacts(dataDir);
  const artifacts = await makeArtifacts(cacheDir, kernel);
  mkdirSync(dataDir, { recursive: true });
  const options = { dataDir, port: await freePort(4646), logFile: join(root, '.orch', 'agent.log') };
  let agent: AgentProcess = await startAgent(options);
  say(`agent: ready after ${agent.readyMs} ms at ${agent.address}, data in ${dataDir}, log in .orch/agent.log`);
  let failure: unknown;
  try {
    await execa(
      process.execPath,
      [
        orchCommand,
        'job',
        'run',
        '--address',
        agent.address,
        // A mixed job that will not come up says so within minutes, not after the rollout's ten.
        '--timeout',
        '180',
        '--var',
        `artifacts=${artifacts.dir}`,
        join(root, 'examples/mixed.nomad.hcl'),
      ],
      { stdio: 'inherit' },
    );
    const job = await runningJob(connectApi(agent.address), 120_000);
    printTable(job, await callAll(job, 60_000));
    say(
      `main job: running and reachable ${((Date.now() - started) / 1000).toFixed(1)} s after the start of this command`,
    );
    if (check) {
      agent = await checkAgentDeath(agent, options, job, say);
      await checkEngineRestart(agent.address, job, say);
    } else await untilInterrupted(agent);
  } catch (error) {
    failure = error;
  }
  await shutDown(agent, artifacts.madeImage, failure === undefined);
  if (failure !== undefined) throw failure;
  if (check) await checkNothingLeft(factsBefore, dataDir, say);
  say(`quickstart: OK (${((Date.now() - started) / 1000).toFixed(0)} s)`);
}

async function untilInterrupted(agent: AgentProcess): Promise<void> {
  say(
    `\nThe API answers at ${agent.address}/v1/jobs. Try: node packages/cli/bin/orch.js job status mixed\nCtrl-C stops the job and the agent.`,
  );
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}

/** Stops the job, then the agent, then removes what was made for the demonstration. */
async function shutDown(agent: AgentProcess, madeImage: boolean, expectSuccess: boolean): Promise<void> {
  try {
    await stopJob(agent.address);
    await connectApi(agent.address).put('/v1/system/gc');
  } catch (error) {
    // After a failure the first reason matters more; the rest of the clean-up goes on.
    if (expectSuccess) throw error;
    say(`clean-up: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await agent.end('SIGTERM');
    if (madeImage) await execa('docker', ['image', 'rm', '-f', demoImage], { reject: false });
    // It is a mount of its own for as long as a task runs, which after a failure may be the case.
    await execa('umount', ['--lazy', dataDir], { reject: false });
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function printTable(job: RunningJob, answers: readonly Answer[]): void {
  const asked = (task: string) =>
    answers
      .filter((answer) => answer.from === task)
      .map((answer) => answer.to)
      .join(', ');
  const rows = tasks.map((task) => [
    task.name,
    task.driver,
    `http://127.0.0.1:${job.ports[task.name]}/`,
    `${task.port}`,
    asked(task.name),
  ]);
  const all = [['TASK', 'DRIVER', 'PUBLISHED AT', 'INSIDE', 'REACHED THROUGH $ORCH_GROUP_ADDRESS'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  say(`\n${all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n')}\n`);
}

if (unknown !== undefined) {
  console.error(`quickstart: unknown option ${unknown}; known: ${known.join(', ')}`);
  process.exit(1);
}
try {
  await main();
} catch (error) {
  console.log(
    `quickstart: FAILED ${error instanceof SetupRefused || error instanceof Error ? error.message : String(error)}`,
  );
  process.exitCode = 1;
}
