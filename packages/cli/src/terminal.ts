// Joins this process's standard streams with a session: raw mode, size changes, end of input.

import type { ExecSession } from '@orch/api';

/** Resolves with the command's exit code. The terminal is put back as it was in every case. */
export async function attach(
  session: ExecSession,
  options: { readonly tty: boolean; readonly stdin: boolean },
): Promise<number> {
  const { stdin, stdout, stderr } = process;
  const isTerminal = options.tty && stdin.isTTY === true;
  const resize = () => session.resize(stdout.columns ?? 80, stdout.rows ?? 24);
  const onData = (chunk: Buffer) => session.write(chunk);
  const onEnd = () => session.closeInput();
  if (options.tty) {
    resize();
    stdout.on('resize', resize);
  }
  if (options.stdin) {
    if (isTerminal) stdin.setRawMode(true);
    stdin.on('data', onData).on('end', onEnd);
    stdin.resume();
  } else session.closeInput();
  try {
    for await (const { stream, data } of session.output) (stream === 'stderr' ? stderr : stdout).write(data);
    return await session.exitCode;
  } finally {
    if (isTerminal) stdin.setRawMode(false);
    stdout.off('resize', resize);
    stdin.off('data', onData).off('end', onEnd);
    stdin.pause();
    session.close();
  }
}
