// How a launch ended: the record its copier writes, and what else tells.
import type { LaunchExit } from './types.ts';

/** Written before the start, at least as long as any record, so that writing the record allocates nothing. */
export const RUNNING_RECORD = `running${'\n'.repeat(57)}`;

/** The recorded exit code, `unknown` when the supervisor was killed before it knew, or undefined while running. */
export function parseExitRecord(text: string): number | 'unknown' | undefined {
  const match = /^exit (\d+|unknown)\n/.exec(text);
  if (match === null) return undefined;
  return match[1] === 'unknown' ? 'unknown' : Number(match[1]);
}

export interface ExitEvidence {
  readonly code: number | 'unknown';
  /** The shell's own messages: it names a signal ("Killed") when its child died of one. */
  readonly trace: string;
  readonly oomKills: number;
  /** The task's init was PID 1 of a pid namespace: had it been killed, the kernel killed the task with it. */
  readonly ownPidNamespace: boolean;
  readonly finishedAtMs: number;
}

/** A shell reports a signal as 128 + number, as a program may also do itself; its message tells them apart. */
export function judgeExit(evidence: ExitEvidence): LaunchExit {
  const { code, finishedAtMs } = evidence;
  const oomKilled = evidence.oomKills > 0 ? { oomKilled: true } : {};
  if (code === 'unknown') {
    if (evidence.ownPidNamespace) return { exitCode: 137, signal: 9, ...oomKilled, finishedAtMs };
    return { error: 'exit-status-unknown', ...oomKilled, finishedAtMs };
  }
  const signal = code - 128;
  // The shell says nothing for SIGINT and SIGPIPE.
  const bySignal = signal > 0 && signal <= 64 && (evidence.trace.trim() !== '' || signal === 2 || signal === 13);
  return { exitCode: code, ...(bySignal ? { signal } : {}), ...(code === 0 ? {} : oomKilled), finishedAtMs };
}
