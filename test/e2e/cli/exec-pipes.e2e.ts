// `alloc exec` without a terminal, for every driver: input, output, exit codes, whose eyes the command has, and refusals.

import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { jobText, until } from '../shared/dev-agent.ts';
import { commandFile, commandLines, type DriverName, drivers, type ExecRig, secret, startExecRig } from './exec-rig.ts';

let rig: ExecRig;
test.before(async () => {
  rig = await startExecRig('orchxp', 112);
});
test.after.always(() => rig?.close());

const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const residentMiB = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
const runs = (word: string) => commandLines().some((line) => line.includes(word) && !line.includes('orch.js'));

for (const driver of drivers) {
  const sh = (script: string, input = '') => rig.exec(['-task', driver], ['sh', '-c', script], input);

  test.serial(`${driver}: input, both outputs and exit codes`, async (t) => {
    const echoed = await rig.exec(['-i', '-task', driver], ['cat'], 'hi\n');
    t.deepEqual([echoed.exitCode, echoed.stdout.toString(), echoed.stderr], [0, 'hi\n', '']);
    const both = await sh('echo to-out; echo to-err >&2; exit 7');
    t.deepEqual([both.exitCode, both.stdout.toString(), both.stderr], [7, 'to-out\n', 'to-err\n']);
    t.is((await sh('kill -9 $$')).exitCode, 137);
    t.is((await sh('test -t 0 || test -t 1')).exitCode, 1, 'no terminal');
    const deaf = await rig.exec(['-i=false', '-task', driver], ['cat'], 'hi\n');
    t.deepEqual([deaf.exitCode, deaf.stdout.toString()], [0, '']);
  });

  test.serial(`${driver}: a megabyte arrives whole in both directions, whatever its bytes`, async (t) => {
    const bytes = randomBytes(1_048_576);
    const back = await rig.exec(['-task', driver], ['cat'], bytes);
    t.is(back.exitCode, 0);
    t.is(back.stdout.length, bytes.length);
    t.is(hash(back.stdout), hash(bytes));
  });

  test.serial(`${driver}: a reader that is slow gets everything, also after the command ended`, async (t) => {
    // More than all pipes and sockets on the way hold.
    const total = 16_000_000;
    const words = [commandFile, 'exec', '-task', driver, rig.alloc, 'head', '-c', `${total}`, '/dev/zero'];
    const flood = spawn(process.execPath, words, {
      env: { ...process.env, ORCH_ADDR: rig.agent.address },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise<number | null>((resolve) => flood.once('exit', resolve));
    let bytes = 0;
    let next = 3_000_000;
    for await (const piece of flood.stdout as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes < next) continue;
      next = bytes + 1_000_000;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    t.is(bytes, total);
    t.is(await ended, 0);
  });

  test.serial(`${driver}: a command that is not there, and a file that is no program`, async (t) => {
    const absent = await rig.exec(['-task', driver], ['no-such-program', 'x']);
    // The engine has one code for both.
    t.is(absent.exitCode, driver === 'docker' ? 126 : 127);
    t.regex(absent.stdout + absent.stderr, /no-such-program/);
    const directory = await rig.exec(['-task', driver], ['/tmp']);
    t.is(directory.exitCode, 126);
    t.regex(directory.stdout + directory.stderr, /\/tmp.*denied/);
  });

  test.serial(`${driver}: the environment, user, directory and namespaces are the task's`, async (t) => {
    const { stdout } = await sh(
      'echo $NOMAD_TASK_NAME; echo $NOMAD_ALLOC_ID; echo $SECRET; id -u; id -g; pwd; ls -l /proc/self/ns/net /proc/self/ns/mnt /proc/self/ns/pid',
    );
    const [name, alloc, own, uid, gid, directory, ...spaces] = stdout.toString().trim().split('\n');
    t.deepEqual([name, alloc, own], [driver, rig.alloc, secret]);
    const taskDirectory = join(rig.agent.dataDir, 'allocations', rig.alloc, 'raw_exec');
    const expected: Record<DriverName, readonly string[]> = {
      exec: ['65534', '65534', '/local'],
      raw_exec: ['0', '0', taskDirectory],
      docker: ['1234', '99', '/tmp'],
      java: ['65534', '65534', '/'],
    };
    t.deepEqual([uid, gid, directory], expected[driver]);
    const inode = (kind: string) => /\[\d+\]/.exec(spaces.find((line) => line.includes(`ns/${kind} `)) ?? '')?.[0];
    const ofHost = (kind: string) => /\[\d+\]/.exec(readlinkSync(`/proc/self/ns/${kind}`))?.[0];
    t.is(inode('net'), groupNetwork(), 'the group has one network');
    t.not(inode('net'), ofHost('net'));
    const isolated = driver !== 'raw_exec';
    t.is(inode('mnt') !== ofHost('mnt'), isolated);
    t.is(inode('pid') !== ofHost('pid'), isolated);
    const seen = (await sh('cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "')).stdout.toString();
    t.regex(seen, driver === 'java' ? /probe\.jar/ : /sleep 1000000/);
    t.is(seen.includes('orch.js agent'), !isolated, seen);
  });

  test.serial(`${driver}: what runs ends with the command line, also when it reads nothing`, async (t) => {
    const flood = spawn(process.execPath, [commandFile, 'exec', '-task', driver, rig.alloc, 'sleep', '65432'], {
      env: { ...process.env, ORCH_ADDR: rig.agent.address },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const before = residentMiB(rig.agent.pid());
    let over = false;
    flood.stdin.on('error', () => {
      over = true; // the command line has ended
    });
    const piece = Buffer.alloc(1_048_576);
    void (async () => {
      for (let sent = 0; sent < 400 && !over; sent += 1)
        if (!flood.stdin.write(piece)) await new Promise((resolve) => flood.stdin.once('drain', resolve));
    })();
    await until('sleep to run', 10_000, async () => runs('sleep 65432'));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    t.true(residentMiB(flood.pid ?? 0) < 200, 'what nobody reads does not gather in the command line');
    t.true(residentMiB(rig.agent.pid()) - before < 100, 'nor in the agent');
    t.false(
      commandLines().some((line) => line.includes(secret)),
      'the environment is for nobody else to read',
    );
    flood.kill('SIGKILL');
    await until('sleep to be ended', 15_000, async () => !runs('sleep 65432'));
  });

  test.serial(`${driver}: output that is not read waits at its source, and a reader that goes ends it`, async (t) => {
    const words = [commandFile, 'exec', '-task', driver, rig.alloc, 'sh', '-c', 'cat /dev/zero; true 76543'];
    const flood = spawn(process.execPath, words, {
      env: { ...process.env, ORCH_ADDR: rig.agent.address },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = new Promise<number | null>((resolve) => flood.once('exit', resolve));
    await until('the output to run', 10_000, async () => runs('true 76543'));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    t.true(residentMiB(flood.pid ?? 0) < 200);
    flood.stdout.destroy();
    t.is(await ended, 141);
    await until('the command to be ended', 15_000, async () => !runs('true 76543'));
  });
}

/** The inode of the network namespace the agent made for the group. */
function groupNetwork(): string {
  const inodes = readdirSync('/run/netns')
    .filter((name) => name.includes(rig.alloc.slice(0, 8)))
    .map((name) => `[${statSync(`/run/netns/${name}`).ino}]`);
  return inodes.join(' ');
}

test.serial('wrong calls are refused, each with its reason', async (t) => {
  const refused = async (words: readonly string[], reason: RegExp) => {
    const outcome = await rig.agent.orch(['alloc', 'exec', ...words]);
    t.is(outcome.exitCode, 1, outcome.text);
    t.is(outcome.stdout, '');
    t.regex(outcome.stderr, reason);
  };
  await refused(['-task', 'nope', rig.alloc, 'sh'], /no task "nope"; it has: exec, raw_exec, docker, java/);
  await refused([rig.alloc, 'sh'], /several tasks, name one with --task: exec, raw_exec, docker, java/);
  await refused(['-task', 'exec', rig.alloc], /name the command to run/);
  await refused([rig.alloc, '-task', 'exec', 'sh'], /"-task" stands where the command is expected; flags come before/);
  await refused(['-task', 'exec', 'ffffffff', 'sh'], /no allocation with id or prefix "ffffffff"/);
  await refused(['-task', 'exec', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'sh'], /alloc not found/);
  await refused(['-t', '-i=false', '-task', 'exec', rig.alloc, 'sh'], /a terminal \(-t\) needs standard input \(-i\)/);
  await refused(['-e', 'ab', '-task', 'exec', rig.alloc, 'sh'], /one character or "none", not "ab"/);
  await refused(['-job', 'absent', 'sh'], /no job with id or prefix "absent"/);
});

test.serial('-job takes a running allocation of the job, and the only task needs no name', async (t) => {
  const alloc = await rig.run('single', jobText('single', { config: 'command = "sleep"\nargs = ["1000"]' }));
  const byJob = await rig.agent.orch(['alloc', 'exec', '-job', 'single', 'sh', '-c', 'echo $NOMAD_ALLOC_ID']);
  t.deepEqual([byJob.exitCode, byJob.stdout], [0, alloc]);
  const byPrefix = await rig.agent.orch(['exec', alloc.slice(0, 8), 'echo', 'a', '-t=false', 'b', '--', 'a', 'echo']);
  t.deepEqual([byPrefix.exitCode, byPrefix.text], [0, 'a -t=false b -- a echo'], 'words as given, in their order');
  const alike = await rig.exec(['-task', 'exec'], ['sh', '-c', 'echo "$@"', 'exec', 'exec', rig.alloc]);
  t.deepEqual([alike.exitCode, alike.stdout.toString()], [0, `exec ${rig.alloc}\n`], 'words that flags also have');
  const group = await rig.agent.orch(['exec', '-job', '-group', 'h', 'single', 'true']);
  t.regex(group.stderr, /job "single" has no running allocation in group "h"/);
  t.is((await rig.agent.orch(['job', 'stop', 'single'])).exitCode, 0);
  const dead = await until('the allocation to be complete', 15_000, async () => {
    const { value } = await rig.agent.api.allocations.read(alloc);
    return value.ClientStatus === 'complete';
  });
  t.true(dead);
  const outcome = await rig.agent.orch(['alloc', 'exec', alloc, 'sh']);
  t.deepEqual([outcome.exitCode, outcome.stderr], [1, 'Error: the allocation is complete, not running']);
});

test.serial('qemu: a VM takes no commands, and that is said', async (t) => {
  const disk = join(rig.agent.dir, 'empty.img');
  writeFileSync(disk, '');
  truncateSync(disk, 1_048_576);
  const vm = await rig.run(
    'vm',
    jobText('vm', {
      driver: 'qemu',
      config: 'image_path = "local/empty.img"\ngraceful_shutdown = false',
      task: `kill_timeout = "1s"\nartifact { source = "${disk}" }\n`,
      memory: 128,
    }),
  );
  const outcome = await rig.agent.orch(['alloc', 'exec', vm, 'sh']);
  t.is(outcome.exitCode, 1);
  t.is(outcome.stderr, 'Error: tasks of driver "qemu" cannot run commands (task "t")');
});
