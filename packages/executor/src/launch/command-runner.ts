// Short host commands through the launcher, their output collected.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { killIfThere, readIfThere } from '../cgroup/cgroup-host.ts';
import { ExecutorError } from '../errors.ts';
import type { RunCommand, RunResult } from '../types.ts';
import { type Launcher, SYSTEM_PATH } from './launcher.ts';
import { descendants } from './process-identity.ts';
import { quoteShell, quoteShellWords } from './shell-quote.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
/** How long the end of a killed command may go untold. */
const ANSWER_MS = 2_000;
const DEFAULT_ENV = { PATH: SYSTEM_PATH };

/** Runs a command to its end. @throws ExecutorError `canceled` when aborted, `timed-out` when killed for its time-out */
export async function runThroughLauncher(
  launcher: Launcher,
  dir: string,
  token: string,
  command: RunCommand,
  signal?: AbortSignal,
): Promise<RunResult> {
  if (signal?.aborted) throw new ExecutorError('canceled', `${command.argv[0]} was canceled`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const base = join(dir, token);
  const files = [`${base}.sh`, `${base}.in`, `${base}.out`, `${base}.err`] as const;
  try {
    if (command.stdin !== undefined) writeFileSync(files[1], command.stdin, { mode: 0o600 });
    writeFileSync(files[0], commandScript(token, base, command), { mode: 0o600 });
    const exitCode = await answerOf(launcher, token, files[0], command, signal);
    const read = (file: string) => readIfThere(file) ?? '';
    return { exitCode, stdout: read(files[2]), stderr: read(files[3]) };
  } finally {
    launcher.forget(token);
    for (const file of files) rmSync(file, { force: true });
  }
}

/** Removes what commands of processes that are gone left: nobody reads their output any more. */
export function forgetCommands(dir: string): void {
  if (!existsSync(dir)) return;
  for (const name of readdirSync(dir)) {
    const owner = /^t(\d+)-/.exec(name)?.[1];
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) rmSync(join(dir, name), { force: true });
  }
}

function commandScript(token: string, base: string, command: RunCommand): string {
  const env = Object.entries({ ...DEFAULT_ENV, ...command.env }).map(([name, value]) => `${name}=${value}`);
  const words = ['env', '-i', '--default-signal=INT,QUIT', '-C', command.cwd ?? '/', ...env, ...command.argv];
  const input = command.stdin === undefined ? '/dev/null' : quoteShell(`${base}.in`);
  return `read -r pid rest < /proc/self/stat
echo "P ${token} $pid" >&9
( exec 9>&-; exec ${quoteShellWords(words)} ) <${input} >${quoteShell(`${base}.out`)} 2>${quoteShell(`${base}.err`)}
echo "E ${token} $?" >&9
`;
}

function answerOf(
  launcher: Launcher,
  token: string,
  script: string,
  command: RunCommand,
  signal: AbortSignal | undefined,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let pid = 0;
    let reason: ExecutorError | undefined;
    const killWith = (error: ExecutorError) => {
      reason ??= error;
      if (pid > 0) for (const child of descendants(pid)) killIfThere(child, 'SIGKILL');
    };
    const name = command.argv[0] ?? '';
    const timeoutMs = command.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    let overdue: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => {
      const error = new ExecutorError('timed-out', `${name} did not end within ${timeoutMs} ms`);
      killWith(error);
      // The shell that would tell may have been killed itself.
      overdue = setTimeout(() => settle(() => reject(reason ?? error)), ANSWER_MS);
    }, timeoutMs);
    const onAbort = () => killWith(new ExecutorError('canceled', `${name} was canceled`));
    signal?.addEventListener('abort', onAbort, { once: true });
    const settle = (act: () => void) => {
      clearTimeout(timer);
      clearTimeout(overdue);
      signal?.removeEventListener('abort', onAbort);
      act();
    };
    launcher.submit(token, {
      job: { kind: 'script', file: script },
      answer: ({ word, rest }) => {
        if (word === 'P') {
          pid = Number(rest);
          if (reason !== undefined) killWith(reason);
        } else if (word === 'E') settle(() => (reason === undefined ? resolve(Number(rest)) : reject(reason)));
        else if (word === 'F')
          settle(() => reject(new ExecutorError('start-failed', `could not run ${name}: ${rest}`)));
      },
      fail: (error) => settle(() => reject(error)),
    });
  });
}

/** The text a failed step left behind, for an error's message. */
export function traceText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-3).join('; ');
  } catch {
    return ''; // no trace was written
  }
}
