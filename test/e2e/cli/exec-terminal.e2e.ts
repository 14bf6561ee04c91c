// `alloc exec` on a real terminal, for every driver that runs commands: its name, size, Ctrl-C, exit code, restoration.

import test from 'ava';
import { until } from '../shared/dev-agent.ts';
import {
  childOf,
  commandLines,
  type DriverName,
  drivers,
  type ExecRig,
  isRestored,
  secret,
  startExecRig,
} from './exec-rig.ts';

let rig: ExecRig;
test.before(async () => {
  rig = await startExecRig('orchxt', 96);
});
test.after.always(() => rig?.close());

const prompt = /[$#] /;
/** Not every image has a link for it. */
const ttyCommand = (driver: DriverName) => (driver === 'docker' ? 'busybox tty' : 'tty');

const runs = (word: string) => commandLines().some((line) => line.includes(word) && !line.includes('orch.js'));

for (const driver of drivers) {
  test.serial(`${driver}: a terminal with a name, a size that follows, Ctrl-C and the exit code`, async (t) => {
    const terminal = rig.terminal(['alloc', 'exec', '-i', '-t', '-task', driver, rig.alloc, '/bin/sh']);
    t.teardown(() => terminal.close());
    await terminal.shows(prompt);
    terminal.type(`${ttyCommand(driver)}\r`);
    await terminal.shows(/\n\/dev\/pts\/\d+\r\n/);
    terminal.type('stty size\r');
    await terminal.shows(/\n41 103\r\n/);

    terminal.resize({ cols: 77, rows: 22 });
    await until('the size inside to follow', 10_000, async () => {
      terminal.type('stty size\r');
      await terminal.shows(/\n22 77\r\n/, 500);
      return true;
    });

    terminal.type('sleep 54321\r');
    await until('sleep to run', 10_000, async () => runs('sleep 54321'));
    terminal.type('\u0003');
    await until('Ctrl-C to end it', 5_000, async () => !runs('sleep 54321'));
    terminal.type('echo "code $?"\r');
    await terminal.shows(/\ncode 130\r\n/);

    t.false(
      commandLines().some((line) => line.includes(secret)),
      'the environment is for nobody else to read',
    );
    terminal.type('exit 9\r');
    t.is(await terminal.exited(), 9);
    t.true(isRestored(terminal), terminal.text());
    t.notRegex(terminal.text(), /job control|process group|getcwd/);
  });

  test.serial(`${driver}: a terminal has its size from the first moment and ends with its input`, async (t) => {
    const answer = async (words: readonly string[]) => {
      const terminal = rig.terminal(['alloc', 'exec', '-task', driver, rig.alloc, ...words]);
      t.teardown(() => terminal.close());
      return { exitCode: await terminal.exited(), text: terminal.text() };
    };
    // The engine of Debian 12 cannot be told a size before the command runs.
    const first = driver === 'docker' ? ['sh', '-c', 'sleep 1; stty size'] : ['stty', 'size'];
    t.like(await answer(first), { exitCode: 0 });
    t.regex((await answer(first)).text, /\n41 103\r\n/);
    // Again and again: cat closes its terminal a moment before it ends.
    for (let round = 0; round < 8; round += 1) {
      const { exitCode, stdout } = await rig.exec(['-t', '-task', driver], ['cat'], 'one\ntwo');
      const text = stdout.toString();
      // What is typed is shown, and then what cat prints; how the two mix is a matter of time.
      const counts = [/one\r\n/g, /two/g].map((word) => text.match(word)?.length);
      t.deepEqual([exitCode, ...counts], [0, 2, 2], text);
    }
  });

  test.serial(`${driver}: a command that ends by a signal, and one that is not there, on a terminal`, async (t) => {
    const killed = await rig.exec(['-t', '-task', driver], ['sh', '-c', 'kill -9 $$']);
    t.is(killed.exitCode, 137);
    const absent = await rig.exec(['-t', '-task', driver], ['no-such-program']);
    t.is(absent.exitCode, driver === 'docker' ? 126 : 127);
    t.regex(absent.stdout.toString(), /no-such-program/);
  });

  test.serial(`${driver}: what runs on a terminal ends when the command line is killed`, async (t) => {
    const terminal = rig.terminal([
      ...['alloc', 'exec', '-task', driver, rig.alloc],
      ...['sh', '-c', "trap '' HUP; echo stands; sleep 54322"],
    ]);
    t.teardown(() => terminal.close());
    await terminal.shows(/stands/);
    await until('sleep to run', 5_000, async () => runs('sleep 54322'));
    process.kill(childOf(terminal.pid), 'SIGKILL');
    await until('sleep to be ended', 10_000, async () => !runs('sleep 54322'));
    t.is(await terminal.exited(), 137);
    const { value } = await rig.agent.api.allocations.read(rig.alloc);
    t.is(value.TaskStates?.[driver]?.State, 'running');
  });
}

test.serial('a terminal is the default on a terminal, and -t=false refuses it', async (t) => {
  const words = ['-task', 'exec', rig.alloc, 'tty'];
  const byDefault = rig.terminal(['exec', ...words]);
  t.is(await byDefault.exited(), 0);
  t.regex(byDefault.text(), /\n\/dev\/pts\/\d+\r\n/);
  const both = rig.terminal(['alloc', 'exec', '-it', ...words]);
  t.is(await both.exited(), 0);
  const without = rig.terminal(['alloc', 'exec', '-t=false', ...words]);
  t.is(await without.exited(), 1);
  t.regex(without.text(), /not a tty/);
  const silent = rig.terminal(['alloc', 'exec', '-i=false', ...words]);
  t.is(await silent.exited(), 1);
  t.regex(silent.text(), /not a tty/);
});

test.serial('~. at the beginning of a line closes the connection; -e chooses another character or none', async (t) => {
  const open = (...flags: string[]) =>
    rig.terminal(['alloc', 'exec', ...flags, '-task', 'exec', rig.alloc, 'sh', '-c', 'echo stands; cat; echo over']);
  const usual = open();
  await usual.shows(/stands/);
  usual.type('word ~. in a line\r');
  await usual.shows(/word ~\. in a line\r\nword ~\. in a line\r\n/);
  usual.type('~.');
  await usual.shows(/Connection closed/);
  t.is(await usual.exited(), 1);
  t.true(isRestored(usual));
  await until('the remote command to be ended', 10_000, async () => !runs('echo over'));

  const other = open('-e', '%');
  await other.shows(/stands/);
  other.type('~.\r');
  await other.shows(/~\.\r\n~\.\r\n/);
  other.type('%.');
  t.is(await other.exited(), 1);

  const none = open('-e=none');
  await none.shows(/stands/);
  none.type('~.\r');
  await none.shows(/~\.\r\n~\.\r\n/);
  none.type('\u0004');
  await none.shows(/over/);
  t.is(await none.exited(), 0);
});

test.serial('SIGTERM to the command line, and a task that ends, leave the terminal as it was', async (t) => {
  const ended = rig.terminal(['alloc', 'exec', '-task', 'exec', rig.alloc, 'sh', '-c', 'echo stands; sleep 54323']);
  await ended.shows(/stands/);
  process.kill(childOf(ended.pid), 'SIGTERM');
  t.is(await ended.exited(), 143);
  t.true(isRestored(ended), ended.text());
  await until('the remote command to be ended', 10_000, async () => !runs('sleep 54323'));

  const stopped = rig.terminal(['alloc', 'exec', '-task', 'java', rig.alloc, 'sh', '-c', 'echo stands; sleep 54324']);
  await stopped.shows(/stands/);
  t.is((await rig.agent.orch(['alloc', 'restart', rig.alloc, 'java'])).exitCode, 0);
  t.not(await stopped.exited(), 0);
  t.true(isRestored(stopped), stopped.text());
  t.false(runs('sleep 54324'));
});

test.serial('an agent that dies is told as a lost connection, and the terminal is as it was', async (t) => {
  const terminal = rig.terminal(['alloc', 'exec', '-task', 'exec', rig.alloc, 'sh', '-c', 'echo stands; sleep 54325']);
  await terminal.shows(/stands/);
  await rig.agent.end('SIGKILL');
  t.is(await terminal.exited(), 1);
  t.regex(terminal.text(), /Error: the connection was lost/);
  t.true(isRestored(terminal), terminal.text());
  await rig.agent.again();
  await until('the task to take commands again', 20_000, async () =>
    (await rig.exec(['-task', 'exec'], ['echo', 'here'])).stdout.toString().includes('here'),
  );
});
