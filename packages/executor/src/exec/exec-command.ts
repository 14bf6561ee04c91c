// What a command inside a running task needs whichever way it gets there.
import { ExecutorError } from '../errors.ts';
import type { LaunchEntry } from '../launch/launch-table.ts';
import { SYSTEM_PATH } from '../launch/launcher.ts';
import { isAlive, readWords } from '../launch/process-identity.ts';
import type { ExecRequestLike } from '../types.ts';

/** @throws ExecutorError `not-running` | `invalid` */
export function requireRunning(entry: LaunchEntry, request: ExecRequestLike): void {
  const { handle } = entry.record;
  if (entry.exit !== undefined || !isAlive(handle)) throw new ExecutorError('not-running', `${handle.id} has ended`);
  const [program = ''] = request.command;
  if (program === '' || program.includes('='))
    throw new ExecutorError('invalid', 'the command to run is empty or holds "="');
}

/** The environment the task was started with, from the kernel: it is kept nowhere on disk for this. */
export function commandEnvironment(entry: LaunchEntry, request: ExecRequestLike): Record<string, string> {
  // Without PATH a program is looked for in fewer places than the task's own program was.
  const env: Record<string, string> = { PATH: SYSTEM_PATH };
  for (const pair of (readWords(entry.record.handle.pid, 'environ') ?? '').split('\0')) {
    const split = pair.indexOf('=');
    if (split > 0) env[pair.slice(0, split)] = pair.slice(split + 1);
  }
  return { ...env, ...request.env };
}
