// The launcher and what it forked are killed while commands run in tasks: nothing hangs, nothing is begun twice.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Executor } from '@orch/executor';
import test from 'ava';
import { type LaunchBench, makeLaunchBench, statusOf, until } from './launch-bench.ts';

let bench: LaunchBench;
test.before(async () => {
  bench = await makeLaunchBench();
});
test.after.always(() => bench.close());

const named = (name: string) => bench.supervisors().filter((pid) => statusOf(pid, 'Name') === name);
const launcher = () => {
  const pid = bench.supervisors().find((one) => Number(statusOf(one, 'PPid')) === process.pid);
  if (pid === undefined) throw new Error('no launcher');
  return pid;
};
const request = (...command: string[]) => ({ command, tty: false });

/** All output; `begun` is called at the first of it. */
async function outputOf(session: Awaited<ReturnType<Executor['exec']>>, begun = () => {}): Promise<string> {
  let text = '';
  for await (const { data } of session.output) {
    if (text === '') begun();
    text += Buffer.from(data).toString();
  }
  return text;
}

test.serial(
  'a session whose keeper was killed ends, its end is not known, and the launcher may be killed after it',
  async (t) => {
    const handle = await bench.sh('exec sleep 1000');
    const session = await bench.executor.exec(handle.id, request('sh', '-c', 'echo begun; exec sleep 1000'));
    const killed = () => {
      for (const pid of named('orch-session')) process.kill(pid, 'SIGKILL');
    };
    t.is(await outputOf(session, killed), 'begun\n');
    t.deepEqual(await session.exited, { error: 'the keeper of the command was killed' });
    await session.close();
    const other = await bench.executor.exec(handle.id, request('sleep', '1000'));
    killed();
    process.kill(launcher(), 'SIGKILL');
    t.not((await other.exited).error, undefined);
    const next = await bench.executor.exec(handle.id, request('sh', '-c', 'echo next; exit 7'));
    t.is(await outputOf(next), 'next\n');
    t.deepEqual(await next.exited, { exitCode: 7 });
  },
);

test.serial('what a killed launcher had not begun does not wait for the commands that it had', async (t) => {
  const handle = await bench.sh('exec sleep 1000');
  const session = await bench.executor.exec(handle.id, request('sh', '-c', 'read line; exit 5'));
  process.kill(launcher(), 'SIGSTOP');
  const order = bench.sh('echo ran; exit 3');
  const command = bench.executor.exec(handle.id, request('sh', '-c', 'exit 4'));
  await delay(200);
  const from = performance.now();
  process.kill(launcher(), 'SIGKILL');
  const launched = await order;
  t.is((await bench.executor.wait(launched.id)).exitCode, 3);
  t.is(bench.log(launched), 'ran\n');
  t.deepEqual(await (await command).exited, { exitCode: 4 });
  t.true(performance.now() - from < 10_000);
  session.end();
  t.deepEqual(await session.exited, { exitCode: 5 });
});

test.serial('a host command whose shell was killed is over when its time is', async (t) => {
  const running = bench.executor.run({ argv: ['sleep', '1000'], timeoutMs: 1_000 });
  const shells = () => bench.supervisors().filter((pid) => wordsOf(pid).includes('/run/t'));
  const commands = () => bench.supervisors().filter((pid) => wordsOf(pid).startsWith('sleep 1000'));
  await until(() => commands().length > 0, 'the command runs');
  // The other way round the shell would tell of its command's end.
  for (const pid of [...shells(), ...commands()]) process.kill(pid, 'SIGKILL');
  await t.throwsAsync(running, { message: /did not end within/ });
});

function wordsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it has ended
  }
}
