// Garbage collection by limits: directories, allocations, evaluations, jobs and images go; what is in use or not ours stays.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { jobText, startDevAgent, until } from '../shared/dev-agent.ts';
import { agentConfig, allocation, closeAgent, ownImage, quick, submit } from './agent-kit.ts';

const batch = (id: string) =>
  jobText(id, { config: `command = "/bin/sh"\nargs = ["-c", "echo I am ${id}"]`, job: '  type = "batch"\n' });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test.serial(
  'a node keeps the directories of as many finished allocations as gc_max_allocs says, the newest',
  async (t) => {
    const agent = await startDevAgent({ config: agentConfig({ client: '  gc_max_allocs = 2\n  gc_interval = "1s"' }) });
    t.teardown(() => closeAgent(agent));
    const running = await submit(
      agent,
      jobText('stays', { config: 'command = "sleep"\nargs = ["1000"]', group: quick }),
    );
    t.is(running.exitCode, 0, running.text);
    const own = await allocation(agent, 'stays', 'running');
    const finished: string[] = [];
    for (const id of ['one', 'two', 'three', 'four', 'five']) {
      const run = await submit(agent, batch(id), '-detach');
      t.is(run.exitCode, 0, run.text);
      finished.push((await allocation(agent, id, 'complete')).ID);
    }
    const directory = (id: string) => join(agent.dataDir, 'allocations', id);
    const present = () => finished.filter((id) => existsSync(directory(id)));
    await until('three directories to be gone', 10_000, async () => present().length <= 2);
    await pause(2_500);
    t.deepEqual(present(), finished.slice(3), 'the newest two, and no look takes more');
    t.true(existsSync(directory(own.ID)), 'what runs is not touched');
    t.is((await agent.orch(['alloc', 'logs', finished[4] ?? ''])).stdout.trim(), 'I am five');
    const gone = await agent.orch(['alloc', 'logs', finished[0] ?? '']);
    t.is(gone.exitCode, 1, gone.text);
    t.notRegex(gone.text, /\bat .*\.(js|ts):\d+/, 'no stack trace');
    t.is((await agent.orch(['alloc', 'status', finished[0] ?? ''])).exitCode, 0, "its record is the server's");
    t.is((await agent.api.allocations.list()).value.length, 6);
  },
);

test.serial(
  'the server forgets finished jobs, evaluations and allocations by age, and the node their files',
  async (t) => {
    const agent = await startDevAgent({
      config: agentConfig().replace(
        'server { enabled = true }',
        `server {
  enabled                 = true
  job_gc_interval         = "1s"
  job_gc_threshold        = "3s"
  eval_gc_threshold       = "3s"
  batch_eval_gc_threshold = "3s"
  deployment_gc_threshold = "3s"
}`,
      ),
    });
    t.teardown(() => closeAgent(agent));
    const sleep = (seconds: number) =>
      jobText('stays', { config: `command = "sleep"\nargs = ["${seconds}"]`, group: quick });
    t.is((await submit(agent, sleep(1_000))).exitCode, 0);
    t.is((await submit(agent, sleep(2_000))).exitCode, 0, 'its first version is over');
    t.is((await submit(agent, batch('done'), '-detach')).exitCode, 0);
    const done = await allocation(agent, 'done', 'complete');
    t.is((await submit(agent, sleep(1_000).replace('"stays"', '"stopped"'))).exitCode, 0);
    const stopped = await allocation(agent, 'stopped', 'running');
    t.is((await agent.orch(['job', 'stop', 'stopped'])).exitCode, 0);
    const at = Date.now();
    t.true(existsSync(join(agent.dataDir, 'allocations', stopped.ID)), 'not at once');
    t.is((await agent.api.jobs.list()).value.length, 3);

    await until(
      'both finished jobs to be forgotten',
      15_000,
      async () => (await agent.api.jobs.list()).value.length === 1,
    );
    t.true(Date.now() - at > 2_500, 'not before their time');
    const live = await allocation(agent, 'stays', 'running');
    await until('all but what runs to be forgotten', 10_000, async () => {
      const { value } = await agent.api.allocations.list();
      return value.length === 1 && value[0]?.ID === live.ID;
    });
    await until('the files of all but what runs to be gone', 10_000, async () => {
      const left = readdirSync(join(agent.dataDir, 'allocations'));
      return left.length === 1 && left[0] === live.ID;
    });
    for (const { ID } of [done, stopped])
      t.is((await agent.orch(['alloc', 'status', ID])).exitCode, 1, 'the server does not know it any more');
    const evaluations = (await agent.api.evaluations.list()).value;
    t.deepEqual([...new Set(evaluations.map(({ JobID }) => JobID))], ['stays'], 'evaluations went with their jobs');
    t.is((await agent.api.jobs.read('stays')).value.Status, 'running');
    t.deepEqual(
      (await agent.api.deployments.list()).value.map(({ JobID }) => JobID),
      ['stays'],
      'only the latest deployment of what runs',
    );
    await agent.end('SIGKILL');
    await agent.again();
    t.is((await agent.api.jobs.list()).value.length, 1, 'and all this after a restart');
    t.is((await allocation(agent, 'stays', 'running')).ID, live.ID);
  },
);

test.serial(
  'an image that orch loaded goes when nobody used it for image_delay; one that was there stays',
  async (t) => {
    const dir = await mkdtemp(join(tmpdir(), 'orch-collect-'));
    const [loaded, present] = [ownImage(), ownImage(['LABEL which=present'])];
    const agent = await startDevAgent({
      config: agentConfig({
        client: '  gc_interval = "1s"',
        more: 'plugin "docker" {\n  config {\n    gc {\n      image_delay = "4s"\n    }\n  }\n}\n',
      }),
    });
    t.teardown(async () => {
      await closeAgent(agent);
      for (const image of [loaded, present]) image.remove();
      await rm(dir, { recursive: true, force: true });
    });
    const archive = join(dir, 'image.tar');
    loaded.save(archive);
    const id = execFileSync('docker', ['image', 'inspect', '-f', '{{.Id}}', loaded.name], { encoding: 'utf8' }).trim();
    // A job's archive brings no name to the engine.
    const isLoaded = () =>
      execFileSync('docker', ['image', 'ls', '-aq', '--no-trunc'], { encoding: 'utf8' }).split('\n').includes(id);
    loaded.remove();
    t.false(isLoaded());
    const job = (id: string, image: string, config: string, task: string) =>
      jobText(id, {
        driver: 'docker',
        config: `image = "${image}"\ncommand = "sleep"\nargs = ["1000"]\n${config}`,
        group: quick,
        task: `      kill_timeout = "1s"\n${task}`,
      });
    const source = `      artifact {\n        source = "${archive}"\n        options {\n          archive = "false"\n        }\n      }\n`;
    for (const text of [
      job('loads', loaded.name, 'load = "local/image.tar"', source),
      job('finds', present.name, '', ''),
    ]) {
      const run = await submit(agent, text);
      t.is(run.exitCode, 0, run.text);
    }
    t.true(isLoaded());
    t.false(loaded.isPresent());
    await pause(6_500);
    t.true(isLoaded(), 'it is used, for longer than the delay');
    for (const id of ['finds', 'loads']) t.is((await agent.orch(['job', 'stop', '--purge', id])).exitCode, 0);
    const at = Date.now();
    t.true(isLoaded(), 'the next start may want it');
    await until('the loaded image to be gone', 20_000, async () => !isLoaded());
    t.true(Date.now() - at > 2_000, `not before its time: ${Date.now() - at} ms`);
    await pause(2_500);
    t.true(present.isPresent(), 'an image that orch did not bring');
    const containers = execFileSync('docker', ['ps', '-aq', '--filter', `ancestor=${present.name}`], {
      encoding: 'utf8',
    });
    t.is(containers, '');

    const again = await submit(agent, job('loads', loaded.name, 'load = "local/image.tar"', source));
    t.is(again.exitCode, 0, `and it can be loaded again: ${again.text}`);
    await agent.end('SIGKILL');
    await agent.again();
    t.is((await agent.orch(['job', 'stop', '--purge', 'loads'])).exitCode, 0);
    await until('it to be gone with the next agent too', 20_000, async () => !isLoaded());
    t.true(present.isPresent());
  },
);
