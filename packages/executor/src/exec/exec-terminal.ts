// A command inside a running task with a terminal. The terminal library is loaded on first use: it is optional.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { killIfThere } from '../cgroup/cgroup-host.ts';
import { ExecutorError } from '../errors.ts';
import type { ExecutorParts } from '../executor.ts';
import type { LaunchEntry } from '../launch/launch-table.ts';
import { SYSTEM_PATH } from '../launch/launcher.ts';
import { descendants } from '../launch/process-identity.ts';
import type { ExecRequestLike, ExecSessionLike } from '../types.ts';
import { ExecOutput } from './exec-output.ts';
import { execSource } from './exec-plan.ts';
import { sessionRequest } from './session-request.ts';

/** The line discipline turns ^D at the beginning of a line into the end of the input; inside a line it takes two. */
const END_OF_INPUT = '\u0004';
const LINE_FEED = 0x0a;

/**
 * The library forks this process, which a launch never does: a person at a terminal is rare. @throws ExecutorError
 * `start-failed` when the library is not installed
 */
export async function openTerminalSession(
  parts: ExecutorParts,
  entry: LaunchEntry,
  request: ExecRequestLike,
): Promise<ExecSessionLike> {
  const { spawn } = await loadTerminals();
  const withTerm = { ...request, env: { TERM: 'xterm-256color', ...request.env } };
  const { program, args, env, ready } = terminalProgram(parts, entry, withTerm);
  const terminal = spawn(program, args, {
    name: 'xterm-256color',
    cols: request.size?.columns ?? 80,
    rows: request.size?.rows ?? 24,
    cwd: '/',
    env: { PATH: SYSTEM_PATH, ...env },
    encoding: null,
  });
  const output = new ExecOutput();
  output.onRoom = () => terminal.resume();
  const opening = readiness(ready);
  const take = (data: Uint8Array) => {
    if (data.byteLength > 0 && !output.push({ stream: 'stdout', data })) terminal.pause();
  };
  terminal.onData((data: string | Uint8Array) => {
    take(opening.take(typeof data === 'string' ? Buffer.from(data) : Buffer.from(data)));
  });
  let over = false;
  const exited = new Promise<{ exitCode?: number; signal?: number }>((resolve) => {
    terminal.onExit(({ exitCode, signal }) => {
      over = true;
      take(opening.giveUp());
      output.end();
      resolve(signal ? { exitCode: 128 + signal, signal } : { exitCode });
    });
  });
  let inLine = false;
  return {
    write: async (data) => {
      await opening.done;
      inLine = data.at(-1) !== LINE_FEED;
      terminal.write(Buffer.from(data));
    },
    end: () => void opening.done.then(() => terminal.write(inLine ? END_OF_INPUT.repeat(2) : END_OF_INPUT)),
    resize: ({ columns, rows }) => terminal.resize(columns, rows),
    output,
    exited,
    close: async () => {
      // Afterwards the number may be another process's.
      if (over) return;
      // The hang-up of the terminal can be ignored by what runs in it.
      for (const one of [...descendants(terminal.pid), terminal.pid]) killIfThere(one, 'SIGKILL');
      await exited;
    },
  };
}

interface TerminalProgram {
  readonly program: string;
  readonly args: string[];
  readonly env: Readonly<Record<string, string>>;
  /** Printed when the command's own terminal is ready; input sent before would get lost. Absent = ready at once. */
  readonly ready?: string;
}

/**
 * The native launcher gives the command a terminal of the task's own /dev/pts: the host's has no name inside the root, and
 * its session none in the task's pid namespace. Words of a process are there for everybody on the host to read: neither
 * way do they hold the task's environment.
 */
function terminalProgram(parts: ExecutorParts, entry: LaunchEntry, request: ExecRequestLike): TerminalProgram {
  const { native } = parts.ground;
  if (native === undefined) {
    const args = ['-c', 'text=$TEXT; unset TEXT; eval "$text"'];
    return { program: '/bin/sh', args, env: { TEXT: execSource(entry, request) } };
  }
  const token = parts.nextToken();
  const { dir } = entry.record.plan;
  const ready = `\u001b]orch;${randomBytes(12).toString('hex')}\u0007`;
  // Read, and removed, by the launcher.
  const file = join(dir, `session-${token}`);
  writeFileSync(file, sessionRequest(entry, request, { token, dir, ready }), { mode: 0o600 });
  return { program: native, args: ['enter', file], env: {}, ready };
}

/** Takes the sign that a terminal is ready out of its output. What comes before the sign is kept for it, or for the end. */
function readiness(sign: string | undefined) {
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let early: Buffer | undefined = Buffer.alloc(0);
  const finish = (rest: Buffer) => {
    early = undefined;
    resolve();
    return rest;
  };
  if (sign === undefined) finish(Buffer.alloc(0));
  return {
    done,
    take(data: Buffer): Buffer {
      if (early === undefined || sign === undefined) return data;
      early = Buffer.concat([early, data]);
      const at = early.indexOf(sign);
      if (at < 0) return Buffer.alloc(0);
      return finish(Buffer.concat([early.subarray(0, at), early.subarray(at + sign.length)]));
    },
    giveUp: () => finish(early ?? Buffer.alloc(0)),
  };
}

async function loadTerminals() {
  try {
    return await import('node-pty');
  } catch (cause) {
    throw new ExecutorError('start-failed', 'terminals are not available', {
      hint: 'install the optional package node-pty (it needs g++, make and python3)',
      cause,
    });
  }
}
