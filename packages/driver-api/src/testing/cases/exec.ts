// Cases about the optional group `exec`.
import type { DriverCapabilities } from '../../driver.ts';
import type { ExecRequest, ExecSession } from '../../stream.ts';
import type { TaskConfig } from '../../task.ts';
import { type Bench, type ConformanceCase, defineCase } from '../case.ts';
import { ensure, ensureEqual, ensureJsonSafe, ensureRejects, pause } from '../expect.ts';
import { EXEC_COMMANDS, type ExecKind } from '../harness.ts';

const LATE_MS = 2_500;

const needsExec = (capabilities: DriverCapabilities) => capabilities.exec;

async function open(
  bench: Bench,
  task: TaskConfig,
  kind: ExecKind,
  request: Partial<ExecRequest> = {},
): Promise<ExecSession> {
  const { exec } = bench.driver;
  ensure(exec !== undefined, 'exec is absent');
  const command = bench.harness.execCommand?.(kind) ?? EXEC_COMMANDS[kind];
  return bench.step(`exec ${kind}`, exec.open(task.id, { tty: false, ...request, command }, {}));
}

async function collect(session: ExecSession): Promise<{ stdout: string; stderr: string }> {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const text = { stdout: '', stderr: '' };
  for await (const { stream, data } of session.output) text[stream] += decoders[stream].decode(data, { stream: true });
  return text;
}

export const execCases: readonly ConformanceCase[] = [
  defineCase(
    'exec answers the exit code',
    async (bench) => {
      const session = await open(bench, await bench.started('sleep'), 'exit7');
      const [, exit] = await bench.step('exec', Promise.all([collect(session), session.exited]));
      ensureJsonSafe(exit, 'exit');
      ensureEqual(exit.exitCode, 7, 'exit code');
      await session.close();
    },
    needsExec,
  ),
  defineCase(
    'exec passes standard input on, byte by byte, until it is ended',
    async (bench) => {
      const session = await open(bench, await bench.started('sleep'), 'cat');
      const reading = collect(session);
      const line = `${'x'.repeat(999)}\n`;
      for (let index = 0; index < 300; index += 1) await session.write(new TextEncoder().encode(line));
      session.end();
      const { stdout } = await bench.step('exec output', reading);
      ensureEqual(stdout.length, 300_000, 'bytes that came back');
      ensure(stdout === line.repeat(300), 'the bytes that came back differ');
      ensureEqual((await bench.step('exec exit', session.exited)).exitCode, 0, 'exit code');
      await session.close();
    },
    needsExec,
  ),
  defineCase(
    'exec output that is read late is whole',
    async (bench) => {
      const session = await open(bench, await bench.started('sleep'), 'cat');
      const piece = new Uint8Array(100_000).fill(0x78);
      const writing = (async () => {
        for (let index = 0; index < 11; index += 1) await session.write(piece);
        session.end();
      })();
      // Longer than a driver may bear with silence after the command's end.
      await pause(LATE_MS);
      const { stdout } = await bench.step('exec output', collect(session));
      await writing;
      ensureEqual(stdout.length, 1_100_000, 'bytes that came back');
      ensureEqual((await bench.step('exec exit', session.exited)).exitCode, 0, 'exit code');
      await session.close();
    },
    needsExec,
  ),
  defineCase(
    'exec without a terminal keeps stdout and stderr apart',
    async (bench) => {
      const session = await open(bench, await bench.started('sleep'), 'both-streams');
      ensureEqual(
        await bench.step('exec', collect(session)),
        { stdout: 'to-out\n', stderr: 'to-err\n' },
        'output of both streams',
      );
      await session.close();
    },
    needsExec,
  ),
  defineCase(
    'exec with a terminal gives the command a terminal of the asked size',
    async (bench) => {
      const size = { columns: 101, rows: 37 };
      const session = await open(bench, await bench.started('sleep'), 'is-terminal', { tty: true, size });
      const { stdout } = await bench.step('exec', collect(session));
      ensure(stdout.includes('a-terminal'), `no terminal: ${stdout}`);
      ensure(stdout.includes('37 101'), `wrong size: ${stdout}`);
      await session.close();
    },
    needsExec,
  ),
  defineCase(
    'exec adds the environment it is given',
    async (bench) => {
      const task = await bench.started('sleep');
      const session = await open(bench, task, 'print-env', { env: { ORCH_CONFORMANCE: 'a b"c' } });
      ensureEqual((await bench.step('exec', collect(session))).stdout, 'value=a b"c\n', 'output');
      await session.close();
    },
    needsExec,
  ),
  defineCase(
    'closing an exec session that still runs leaves the task running',
    async (bench) => {
      const task = await bench.started('sleep');
      const session = await open(bench, task, 'sleep');
      await bench.step('close', session.close());
      await bench.step(
        'exited',
        session.exited.catch(() => undefined),
      );
      ensureEqual((await bench.driver.inspect(task.id)).state, 'running', 'state');
    },
    needsExec,
  ),
  defineCase(
    'exec in an unknown task is refused',
    async (bench) => {
      const { exec } = bench.driver;
      ensure(exec !== undefined, 'exec is absent');
      const task = await bench.task('sleep');
      await ensureRejects(exec.open(task.id, { command: ['true'], tty: false }, {}), ['unknown-task'], 'exec');
    },
    needsExec,
  ),
];
