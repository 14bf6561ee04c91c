// A command inside a running task with a terminal. The terminal library is loaded on first use: it is optional.
import { ExecutorError } from './errors.ts';
import { ExecOutput } from './exec-output.ts';
import { execSource } from './exec-plan.ts';
import type { LaunchEntry } from './launch-table.ts';
import { SYSTEM_PATH } from './launcher.ts';
import type { ExecRequestLike, ExecSessionLike } from './types.ts';

/**
 * The library forks this process, which a launch never does: a person at a terminal is rare. @throws ExecutorError
 * `start-failed` when the library is not installed
 */
export async function openTerminalSession(entry: LaunchEntry, request: ExecRequestLike): Promise<ExecSessionLike> {
  const source = execSource(entry, { ...request, env: { TERM: 'xterm-256color', ...request.env } });
  const { spawn } = await loadTerminals();
  const terminal = spawn('/bin/sh', ['-c', source], {
    name: 'xterm-256color',
    cols: request.size?.columns ?? 80,
    rows: request.size?.rows ?? 24,
    cwd: '/',
    env: { PATH: SYSTEM_PATH },
    encoding: null,
  });
  const output = new ExecOutput();
  output.onRoom = () => terminal.resume();
  terminal.onData((data: string | Uint8Array) => {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    if (!output.push({ stream: 'stdout', data: bytes })) terminal.pause();
  });
  const exited = new Promise<{ exitCode?: number; signal?: number }>((resolve) => {
    terminal.onExit(({ exitCode, signal }) => {
      output.end();
      resolve(signal ? { exitCode: 128 + signal, signal } : { exitCode });
    });
  });
  return {
    write: async (data) => terminal.write(Buffer.from(data)),
    // The line discipline turns ^D at the beginning of a line into the end of the input.
    end: () => terminal.write('\u0004'),
    resize: ({ columns, rows }) => terminal.resize(columns, rows),
    output,
    exited,
    close: async () => {
      terminal.kill('SIGKILL');
      await exited;
    },
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
