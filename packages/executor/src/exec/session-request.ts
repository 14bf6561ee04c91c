// A command inside a running task as the native launcher reads it: the task's own boundary, another program.
import { boundaryWords, commandWords, requestText } from '../launch/launch-request.ts';
import type { LaunchEntry } from '../launch/launch-table.ts';
import type { ExecRequestLike } from '../types.ts';
import { commandEnvironment, requireRunning } from './exec-command.ts';

export interface SessionPlace {
  readonly token: string;
  /** Where the session's pipes are. */
  readonly dir: string;
  /** Printed when the command's own terminal is ready. Absent = three pipes in `dir`. */
  readonly ready?: string;
}

/** @throws ExecutorError `not-running` | `invalid` */
export function sessionRequest(entry: LaunchEntry, request: ExecRequestLike, place: SessionPlace): string {
  requireRunning(entry, request);
  const { plan, handle } = entry.record;
  return requestText([
    ...['token', place.token, 'dir', place.dir, 'target', handle.pid, handle.startTicks],
    ...(place.ready === undefined ? ['pipes'] : ['ready', place.ready]),
    ...boundaryWords(plan),
    ...commandWords(request.command, commandEnvironment(entry, request)),
  ]);
}
