// Tasks that an agent from before the pivot started: their root is theirs, their mount namespace leads to the host's.

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createExecutor } from '@orch/executor';
import test from 'ava';
import { makeLaunchBench, until } from '../e2e/exec/launch-bench.ts';
import { outputOf } from './isolation-rig.ts';

const startTicksOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[19] ?? '';

test('a command inside a task of an older agent is refused, and never runs in the host’s root', async (t) => {
  const bench = await makeLaunchBench();
  t.teardown(() => bench.close());
  const handle = await bench.sh('sleep 1000');
  // As an older agent isolated: namespaces of its own, and a root that only the program has.
  const words = ['--mount', '--uts', '--ipc', '--cgroup', 'chroot', '/usr', '/bin/sleep', '1000'];
  const older = spawn('unshare', words, { stdio: 'ignore' });
  t.teardown(() => void older.kill('SIGKILL'));
  const pid = older.pid ?? 0;
  await until(() => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sleep\n', 'the older task runs');
  await bench.executor.close();
  const file = join(handle.stateDir, 'launch.json');
  const record = JSON.parse(readFileSync(file, 'utf8'));
  const found = { ...handle, pid, startTicks: startTicksOf(pid) };
  writeFileSync(file, JSON.stringify({ ...record, handle: found }));
  const { stateDir, cgroupParent } = bench;
  bench.executor = await createExecutor({ stateDir, cgroupParent, watchdogMs: 200, launcher: 'native' });
  await bench.executor.recover(found);
  for (const tty of [false, true]) {
    const command = ['/bin/sh', '-c', 'echo inside; ls /'];
    const said = await bench.executor.exec(handle.id, { command, tty }).then(outputOf, (error: unknown) => `${error}`);
    t.regex(said, /an older agent started it.*restart the task/);
    t.notRegex(said, /inside/);
  }
});
