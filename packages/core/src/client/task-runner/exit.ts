// How one attempt of a task ended, and how that reads.

/** Fields are present only when known. */
export interface TaskExit {
  readonly exitCode?: number;
  readonly signal?: number;
  readonly oomKilled?: boolean;
  readonly error?: string;
  readonly finishedAtMs?: number;
}

/** Exit code 0, and nothing says otherwise. An unknown status is no success. */
export function isSuccess(exit: TaskExit): boolean {
  return exit.exitCode === 0 && (exit.signal === undefined || exit.signal === 0) && exit.error === undefined;
}

export function describeExit(exit: TaskExit): string {
  const parts: string[] = [];
  if (exit.exitCode !== undefined) parts.push(`Exit Code: ${exit.exitCode}`);
  if (exit.signal !== undefined && exit.signal !== 0) parts.push(`Signal: ${exit.signal}`);
  if (exit.oomKilled) parts.push('killed by the kernel: out of memory');
  if (exit.error !== undefined) parts.push(exit.error);
  return parts.length === 0 ? 'Exit status unknown' : parts.join(', ');
}

export function exitDetails(exit: TaskExit): Record<string, string> {
  return {
    ...(exit.exitCode === undefined ? {} : { exit_code: String(exit.exitCode) }),
    ...(exit.signal === undefined ? {} : { signal: String(exit.signal) }),
    ...(exit.oomKilled === undefined ? {} : { oom_killed: String(exit.oomKilled) }),
  };
}
