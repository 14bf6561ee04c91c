// How a launch ended: the record its copier writes, and what else tells.
import type { LaunchExit } from '../types.ts';

/** Written before the start, at least as long as any record, so that writing the record allocates nothing. */
export const RUNNING_RECORD = `running${'\n'.repeat(57)}`;

export interface RecordedExit {
  /** `unknown` when the supervisor was killed before it knew. */
  readonly code: number | 'unknown';
  /** 0 = none. Absent when a shell wrote the record: it does not know. */
  readonly signal?: number;
  /** How many of its processes the kernel killed for memory, if any. */
  readonly oomKills?: number;
  /** Its cgroups have gone already. */
  readonly freed?: boolean;
}

/** Undefined while the task runs. */
export function parseExitRecord(text: string): RecordedExit | undefined {
  const match = /^exit (unknown|\d+)(?: signal (\d+))?(?: oom (\d+))?( freed)?\n/.exec(text);
  if (match === null) return undefined;
  const [, code, signal, kills, freed] = match;
  return {
    code: code === 'unknown' ? code : Number(code),
    ...(signal === undefined ? {} : { signal: Number(signal) }),
    ...(kills === undefined ? {} : { oomKills: Number(kills) }),
    ...(freed === undefined ? {} : { freed: true }),
  };
}

export interface ExitEvidence {
  readonly recorded: RecordedExit;
  /** The shell's own messages: it names a signal ("Killed") when its child died of one. */
  readonly trace: string;
  readonly oomKills: number;
  /** The task's init was PID 1 of a pid namespace: had it been killed, the kernel killed the task with it. */
  readonly ownPidNamespace: boolean;
  readonly finishedAtMs: number;
}

/** A shell reports a signal as 128 + number, as a program may also do itself; its message tells them apart. */
export function judgeExit(evidence: ExitEvidence): LaunchExit {
  const { finishedAtMs } = evidence;
  const { code, signal: known } = evidence.recorded;
  const oomKilled = evidence.oomKills > 0 ? { oomKilled: true } : {};
  if (code === 'unknown') {
    if (evidence.ownPidNamespace) return { exitCode: 137, signal: 9, ...oomKilled, finishedAtMs };
    return { error: 'exit-status-unknown', ...oomKilled, finishedAtMs };
  }
  if (known !== undefined)
    return {
      exitCode: code,
      ...(known === 0 ? {} : { signal: known }),
      ...(code === 0 ? {} : oomKilled),
      finishedAtMs,
    };
  const signal = code - 128;
  // The shell says nothing for SIGINT and SIGPIPE.
  const bySignal = signal > 0 && signal <= 64 && (evidence.trace.trim() !== '' || signal === 2 || signal === 13);
  return { exitCode: code, ...(bySignal ? { signal } : {}), ...(code === 0 ? {} : oomKilled), finishedAtMs };
}
