// Joins this process's standard streams with a session: raw mode, size changes, end of input, the escape.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { ExecSession } from '@orch/api';
import { escapeFilter } from './terminal-escape.ts';

export interface AttachOptions {
  readonly tty: boolean;
  readonly stdin: boolean;
  /** One character, or `none`. */
  readonly escape: string;
}

/** The size of this process's terminal; absent where it has none. */
export function terminalSize(): { readonly columns: number; readonly rows: number } | undefined {
  const { columns, rows } = process.stdout;
  return columns > 0 && rows > 0 ? { columns, rows } : undefined;
}

/** How a session ended: with the command, with the escape, or because nobody reads the output any more. */
export type SessionEnd =
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'escaped' | 'reader-gone' };

/** Runs until the session is over. The terminal is put back as it was in every case. @throws ApiError */
export async function attach(session: ExecSession, options: AttachOptions): Promise<SessionEnd> {
  const { stdin, stdout, stderr } = process;
  const isTerminal = options.tty && stdin.isTTY === true;
  const filter = escapeFilter(isTerminal ? options.escape : 'none');
  let left: 'escaped' | 'reader-gone' | undefined;
  const leave = (why: 'escaped' | 'reader-gone') => {
    left ??= why;
    session.close();
  };
  const resize = () => {
    const size = terminalSize();
    if (size !== undefined) session.resize(size.columns, size.rows);
  };
  const onData = (chunk: Buffer) => {
    const { data, ended } = filter(chunk);
    if (ended) {
      leave('escaped');
      return;
    }
    // No more is read than was sent on: a large file must not gather here.
    stdin.pause();
    void session.write(data).then(() => stdin.resume());
  };
  const onEnd = () => session.closeInput();
  const onReaderGone = () => leave('reader-gone');
  stdout.on('error', onReaderGone);
  if (options.tty) stdout.on('resize', resize);
  if (options.stdin) {
    if (isTerminal) makeRaw();
    stdin.on('data', onData).on('end', onEnd);
    stdin.resume();
  } else session.closeInput();
  try {
    for await (const { stream, data } of session.output) {
      if (left !== undefined) break;
      const target = stream === 'stderr' ? stderr : stdout;
      // A reader that goes away meanwhile is told by the stream's error.
      if (!target.write(data)) await once(target, 'drain').catch(() => leave('reader-gone'));
    }
    // A pipe may hold the last piece back, and the end of this process would drop it.
    if (left === undefined) await Promise.all([flushed(stdout), flushed(stderr)]);
    if (left !== undefined) return { kind: left };
    return { kind: 'exited', exitCode: await session.exitCode };
  } finally {
    stdout.off('error', onReaderGone);
    stdin.off('data', onData).off('end', onEnd);
    if (isTerminal) stdin.setRawMode(false);
    stdout.off('resize', resize);
    stdin.pause();
    session.close();
  }
}

/** Resolves when everything was handed over, or cannot be any more. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

/**
 * The platform's raw mode still puts a carriage return before each line feed, which breaks what full-screen programs draw;
 * `stty` ends that as well. Leaving raw mode puts everything back, also when a signal ends this process. Without `stty`
 * line ends stay doubled.
 */
function makeRaw(): void {
  process.stdin.setRawMode(true);
  spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
}
