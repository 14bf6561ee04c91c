// The agent's own life: killed, started again, a damaged journal, a full disk, a runtime that is down.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { jobText, startDevAgent, until } from '../shared/dev-agent.ts';

const own = 'server { enabled = true }\n';
const client = (extra: string) =>
  `${own}client {\n  enabled = true\n  kernel_word = "orche2e"\n  bridge_network_name = "orche2e0"\n  bridge_network_subnet = "10.232.16.0/20"\n${extra}\n}\n`;
const sleeper = (id: string, driver: string, more = '') =>
  jobText(id, {
    driver,
    config: `command = "/bin/sh"\nargs = ["-c", "i=0; while :; do echo line $i; i=$((i+1)); sleep 0.1; done"]\n${more}`,
  });

test.serial(
  'kill -9 of the agent: tasks keep their processes, no log line is missing, exits meanwhile are known',
  async (t) => {
    const agent = await startDevAgent();
    t.teardown(() => agent.close());
    for (const driver of ['exec', 'raw_exec'])
      t.is(
        (
          await agent.orch([
            'job',
            'run',
            '-detach',
            await agent.file(`${driver}.hcl`, sleeper(driver.replace('_', '-'), driver)),
          ])
        ).exitCode,
        0,
      );
    const short = jobText('short', {
      config: 'command = "/bin/sh"\nargs = ["-c", "echo begun; sleep 3; exit 7"]',
      job: '  type = "batch"\n',
      group:
        '    restart {\n      attempts = 0\n    }\n    reschedule {\n      attempts = 0\n      unlimited = false\n    }\n',
    });
    t.is((await agent.orch(['job', 'run', '-detach', await agent.file('short.hcl', short)])).exitCode, 0);
    const running = async () => {
      const { value } = await agent.api.allocations.list();
      return value.length === 3 && value.every((allocation) => allocation.ClientStatus === 'running')
        ? value
        : undefined;
    };
    const before = await until('three running allocations', 20_000, running);
    await agent.end('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    await agent.again();
    const after = await until('the allocations to be reported again', 20_000, async () => {
      const { value } = await agent.api.allocations.list();
      return value.some((allocation) => allocation.JobID === 'short' && allocation.ClientStatus === 'failed')
        ? value
        : undefined;
    });
    t.deepEqual(
      new Set(after.map((allocation) => allocation.ID)),
      new Set(before.map((allocation) => allocation.ID)),
      'nothing was replaced',
    );
    const failed = after.find((allocation) => allocation.JobID === 'short');
    t.regex(JSON.stringify(failed?.TaskStates), /Exit Code: 7/);
    for (const allocation of after.filter(({ JobID }) => JobID !== 'short')) {
      t.is(allocation.ClientStatus, 'running');
      t.is(allocation.TaskStates?.['t']?.Restarts, 0);
      const log = await agent.orch(['alloc', 'logs', allocation.ID]);
      const numbers = [...log.stdout.matchAll(/^line (\d+)$/gm)].map((found) => Number(found[1]));
      t.true(numbers.length > 40, `${numbers.length} lines in about five seconds`);
      t.deepEqual(
        numbers,
        numbers.map((_, index) => index),
      );
    }
  },
);

test.serial('SIGTERM stops the agent and no task; job stop afterwards ends them all', async (t) => {
  const agent = await startDevAgent();
  t.teardown(() => agent.close());
  t.is(
    (
      await agent.orch([
        'job',
        'run',
        await agent.file(
          'a.hcl',
          sleeper('a', 'exec').replace(
            'group "g" {',
            'group "g" {\n    update {\n      min_healthy_time = "0s"\n    }',
          ),
        ),
      ])
    ).exitCode,
    0,
  );
  await agent.end('SIGTERM');
  const processes = () =>
    execFileSync('ps', ['-e', '-o', 'args'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes('while :; do echo line')).length;
  t.true(processes() > 0);
  await agent.again();
  t.is((await agent.orch(['job', 'stop', '--purge', 'a'])).exitCode, 0);
  t.is(processes(), 0);
});

test.serial('a damaged journal stops the start with the file and the mend, and is left as it is', async (t) => {
  const agent = await startDevAgent({ config: client('') });
  t.teardown(() => agent.close());
  for (let count = 0; count < 20; count += 1)
    t.is(
      (
        await agent.orch([
          'job',
          'run',
          '-detach',
          await agent.file('n.hcl', jobText(`n${count}`, { config: 'command = "true"', job: '  type = "batch"\n' })),
        ])
      ).exitCode,
      0,
    );
  await agent.end('SIGKILL');
  const journal = join(agent.dataDir, 'server', 'journal.db');
  const kept = readFileSync(journal);
  const wal = existsSync(`${journal}-wal`) ? readFileSync(`${journal}-wal`) : undefined;
  // The write-ahead log holds what has not been moved to the database yet; its second quarter is no torn end.
  const target = wal !== undefined && wal.length > 20_000 ? `${journal}-wal` : journal;
  const file = openSync(target, 'r+');
  writeSync(file, Buffer.alloc(2_000, 0x55), 0, 2_000, Math.floor(statSync(target).size / 4));
  closeSync(file);
  const error = await t.throwsAsync(agent.again());
  if (error !== undefined) {
    t.regex(error.message, /journal/);
    t.regex(error.message, /server/);
  }
  writeFileSync(journal, kept);
  if (wal !== undefined) writeFileSync(`${journal}-wal`, wal);
  await agent.again();
  t.is((await agent.api.jobs.list()).value.length, 20, 'nothing was lost');
});

test.serial('a full disk refuses new jobs with the reason, keeps the agent and loses nothing', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'orch-full-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', dir]);
  t.teardown(async () => {
    execFileSync('umount', ['-l', dir]);
    await rm(dir, { recursive: true });
  });
  const agent = await startDevAgent({ config: client(''), dataDir: join(dir, 'data') });
  t.teardown(() => agent.close());
  const submit = async (id: string) =>
    agent.orch([
      'job',
      'run',
      '-detach',
      await agent.file(
        'f.hcl',
        jobText(id, {
          config: 'command = "true"',
          job: `  type = "batch"\n  meta {\n    filler = "${'x'.repeat(20_000)}"\n  }\n`,
        }),
      ),
    ]);
  t.is((await submit('first')).exitCode, 0);
  execFileSync('sh', [
    '-c',
    `dd if=/dev/zero of=${dir}/filler bs=64k 2>/dev/null; dd if=/dev/zero of=${dir}/filler2 bs=1k 2>/dev/null; true`,
  ]);
  let refusal = await submit('second');
  for (let count = 0; refusal.exitCode === 0 && count < 40; count += 1) refusal = await submit(`more-${count}`);
  t.is(refusal.exitCode, 1);
  t.regex(refusal.text, /no (space|room)|full/i);
  t.regex((await agent.orch(['job', 'status'])).stdout, /first/, 'reads go on');
  execFileSync('rm', [`${dir}/filler`, `${dir}/filler2`]);
  await until('submits to be taken again', 30_000, async () => (await submit('later')).exitCode === 0);
  t.regex((await agent.orch(['job', 'status'])).stdout, /later/);
});

test.serial(
  'a Docker engine that is not there: the job waits with the reason and the mend, other drivers work',
  async (t) => {
    const agent = await startDevAgent({
      config: `${client('')}plugin "docker" {\n  config {\n    endpoint = "unix:///run/no-such-engine.sock"\n  }\n}\n`,
    });
    t.teardown(() => agent.close());
    const run = await agent.orch([
      'job',
      'run',
      await agent.file('d.hcl', jobText('d', { driver: 'docker', config: 'image = "x:1"' })),
    ]);
    t.is(run.exitCode, 2, run.text);
    t.regex(run.text, /docker/);
    t.regex(run.text, /mend: /);
    t.is(
      (
        await agent.orch([
          'job',
          'run',
          await agent.file('e.hcl', jobText('e', { config: 'command = "true"', job: '  type = "batch"\n' })),
        ])
      ).exitCode,
      0,
    );
  },
);

test.serial('a CNI plugin that fails is quoted, and the group leaves nothing behind', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'orch-cni-'));
  t.teardown(() => rm(dir, { recursive: true }));
  mkdirSync(join(dir, 'bin'));
  mkdirSync(join(dir, 'net'));
  writeFileSync(
    join(dir, 'bin/broken'),
    '#!/bin/sh\n[ "$CNI_COMMAND" = VERSION ] && { echo \'{"cniVersion":"1.0.0","supportedVersions":["0.4.0","1.0.0"]}\'; exit 0; }\n[ "$CNI_COMMAND" = DEL ] && exit 0\necho \'{"cniVersion":"0.4.0","code":999,"msg":"the dog ate the cable"}\'\nexit 1\n',
  );
  chmodSync(join(dir, 'bin/broken'), 0o755);
  writeFileSync(join(dir, 'net/lan.conflist'), '{"cniVersion":"0.4.0","name":"lan","plugins":[{"type":"broken"}]}');
  const agent = await startDevAgent({
    config: client(`  cni_path = "${dir}/bin:/usr/lib/cni"\n  cni_config_dir = "${dir}/net"`),
  });
  t.teardown(() => agent.close());
  const namespaces = () =>
    execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.startsWith('orche2e-'));
  const run = await agent.orch([
    'job',
    'run',
    await agent.file(
      'c.hcl',
      jobText('c', {
        config: 'command = "true"',
        job: '  type = "batch"\n',
        group:
          '    network {\n      mode = "cni/lan"\n    }\n    restart {\n      attempts = 0\n    }\n    reschedule {\n      attempts = 0\n      unlimited = false\n    }\n',
      }),
    ),
  ]);
  t.is(run.exitCode, 1, run.text);
  t.regex(
    `${run.text}${(await agent.orch(['alloc', 'status', (await agent.api.jobs.allocations('c')).value[0]?.ID ?? ''])).text}`,
    /the dog ate the cable/,
  );
  t.deepEqual(namespaces(), []);
});
