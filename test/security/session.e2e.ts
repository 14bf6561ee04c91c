// A command inside a task, as processes of that task meet it: one that may trace others finds nothing in it that it has not.
import test, { type ExecutionContext } from 'ava';
import { type LaunchBench, makeLaunchBench } from '../e2e/exec/launch-bench.ts';
import { until } from '../e2e/shared/dev-agent.ts';
import { programsOf } from './isolation-rig.ts';

let bench: LaunchBench;
let programs: string;
test.before(async () => {
  bench = await makeLaunchBench();
  programs = programsOf(bench, 'hunter', 'session-hunter.c');
});
test.after.always(() => bench?.close());

const SESSIONS = 12;
const onlyTrace = '0000000000080000';

/** Starts a task that catches processes in their first moment, and commands in it. */
async function hunt(t: ExecutionContext, user: string, tty: boolean): Promise<void> {
  const spec = bench.spec('', { argv: ['/programs/hunter'], user });
  if (spec.isolation.kind !== 'chroot') throw new Error('not isolated');
  const mounts = [...spec.isolation.mounts, { hostPath: programs, path: '/programs', readOnly: true }];
  const isolation = { ...spec.isolation, mounts, capabilities: ['sys_ptrace'] };
  const handle = await bench.executor.launch({ ...spec, isolation });
  await until('the hunter', 5_000, async () => bench.log(handle).includes('ready'));
  for (let count = 0; count < SESSIONS; count += 1) {
    const session = await bench.executor.exec(handle.id, { command: ['/bin/sleep', '0.05'], tty });
    session.end();
    t.is((await session.exited).exitCode, 0);
  }
  await bench.executor.stop(handle.id, { signal: 'SIGKILL', timeoutMs: 0 });
  const found = bench
    .log(handle)
    .split('\n')
    .filter((line) => line.startsWith('found'));
  t.true(found.length >= SESSIONS / 2, bench.log(handle));
  const who = `Uid=${user === 'root' ? 0 : 65_534} CapPrm=${onlyTrace} CapBnd=${onlyTrace} NoNewPrivs=1 Seccomp=2`;
  // Only root may list what a process that is not yet the command has open.
  for (const line of found) t.is(line.replace('open=-1', 'open=3'), `found open=3 ${who}`);
  await bench.executor.destroy(handle.id);
}

test.serial('a task of nobody that traces finds no root in a command', (t) => hunt(t, 'nobody', false));
test.serial('a task of nobody that traces finds no root in a command with a terminal', (t) => hunt(t, 'nobody', true));
test.serial('a task of root that traces finds no root of the host in a command', (t) => hunt(t, 'root', false));
test.serial('a task of root that traces finds no root of the host in a command with a terminal', (t) =>
  hunt(t, 'root', true),
);
