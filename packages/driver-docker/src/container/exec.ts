// Commands inside a running container.
import { readFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { DriverError, type ExecRequest, type ExecSession, type ExitResult, type TerminalSize } from '@orch/driver-api';
import type { Exec } from 'dockerode';
import type { DockerContext } from '../context.ts';
import { sleep, throwIfAborted } from '../engine/abort.ts';
import { engineError, statusOf } from '../engine/errors.ts';
import { ExecFrames, type ExecPiece } from './exec-frames.ts';
import type { TrackedTask } from './tracked-task.ts';

/** The engine notes the end of a command a moment after its output ended; asked again with growing pauses up to this, milliseconds. */
const LONGEST_PAUSE_MS = 500;
/** The line discipline turns ^D at the beginning of a line into the end of the input; inside a line it takes two. */
const END_OF_INPUT = '\u0004';
const LINE_FEED = 0x0a;
const RESIZE_TRIES = 50;
const RESIZE_PAUSE_MS = 20;

export async function openExec(
  context: DockerContext,
  taskId: string,
  request: ExecRequest,
  signal: AbortSignal | undefined,
): Promise<ExecSession> {
  const task = context.tasks.get(taskId);
  const doing = `running a command in ${taskId}`;
  throwIfAborted(signal, doing);
  if (task.exit !== undefined) throw new DriverError('start-failed', `${doing}: the task has ended`);
  if (request.command.length === 0) throw new DriverError('invalid-config', `${doing}: there is no command`);
  try {
    const container = (await context.engine.client()).getContainer(task.containerId);
    const exec = await container.exec({
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: request.tty,
      // From the first moment, with engines that know it (API 1.42): a program may ask at once.
      ...(request.tty && request.size !== undefined
        ? { ConsoleSize: [request.size.rows, request.size.columns] as [number, number] }
        : {}),
      Cmd: [...request.command],
      Env: Object.entries(request.env ?? {}).map(([name, value]) => `${name}=${value}`),
    });
    const attached = (await context.engine.streams()).getExec(exec.id);
    const socket = await attached.start({ hijack: true, stdin: true, Tty: request.tty });
    if (request.tty && request.size !== undefined) await resize(exec, request.size);
    return session(exec, socket, request.tty, task);
  } catch (error) {
    throw engineError(error, doing, 'start-failed');
  }
}

function session(exec: Exec, socket: Duplex, tty: boolean, task: TrackedTask): ExecSession {
  const exited = Promise.withResolvers<ExitResult>();
  exited.promise.catch(() => undefined);
  let closed = false;
  let inLine = false;
  const output = readOutput(socket, tty, async () => {
    try {
      exited.resolve(await exitOfExec(exec, () => closed));
    } catch (error) {
      exited.reject(engineError(error, 'asking for the exit code of a command'));
    }
  });
  return {
    write: (data) =>
      new Promise((resolve, reject) => {
        inLine = data.at(-1) !== LINE_FEED;
        socket.write(data, (error) => {
          if (error) reject(engineError(error, 'writing to a command'));
          else resolve();
        });
      }),
    end: () => {
      // With a terminal the engine takes half a closing for a whole one, and nothing more of the output comes.
      if (tty) socket.write(inLine ? END_OF_INPUT.repeat(2) : END_OF_INPUT);
      else socket.end();
    },
    resize(size) {
      // The command may have ended a moment ago: its size is then nobody's concern.
      if (tty) resize(exec, size).catch(() => undefined);
    },
    output,
    exited: exited.promise,
    async close() {
      closed = true;
      await killExec(exec, task);
      socket.destroy();
      // Ends the output for a caller that never read it.
      await output.return(undefined);
      exited.resolve(await exitOfExec(exec, () => true).catch(() => ({ error: 'exit-status-unknown' })));
    },
  };
}

async function* readOutput(socket: Duplex, tty: boolean, onEnd: () => Promise<void>): AsyncGenerator<ExecPiece> {
  const frames = new ExecFrames(tty);
  try {
    for await (const bytes of socket as AsyncIterable<Uint8Array>) yield* frames.push(bytes);
  } catch (error) {
    if (!socket.destroyed) throw engineError(error, 'reading the output of a command');
  } finally {
    await onEnd();
  }
}

async function exitOfExec(exec: Exec, givenUp: () => boolean): Promise<ExitResult> {
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const { Running: running, ExitCode: exitCode } = await exec.inspect();
    if (!running) return exitCode === null ? { error: 'exit-status-unknown' } : { exitCode, finishedAtMs: Date.now() };
    if (givenUp() && pauseMs >= LONGEST_PAUSE_MS) return { error: 'exit-status-unknown' };
    await sleep(pauseMs);
  }
}

/** Closing its terminal does not end a command; the engine has no call for it, but tells the process on the host. */
async function killExec(exec: Exec, task: TrackedTask): Promise<void> {
  try {
    const { Running: running, Pid: pid } = await exec.inspect();
    if (!running || pid <= 1) return;
    const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
    if (groups.includes(task.containerId)) process.kill(pid, 'SIGKILL');
  } catch (error) {
    const gone = statusOf(error) === 404 || (error as { code?: string }).code === 'ESRCH';
    if (!gone) throw engineError(error, 'ending a command');
  }
}

/** The engine refuses until the command runs, which is a moment after it answered. A command that has ended is success. */
async function resize(exec: Exec, size: TerminalSize): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await exec.resize({ w: size.columns, h: size.rows });
      return;
    } catch (error) {
      const { Running: running, ExitCode: exitCode } = await exec.inspect();
      if (!running && exitCode !== null) return;
      if (attempt >= RESIZE_TRIES) throw error;
      await sleep(RESIZE_PAUSE_MS);
    }
  }
}
