// Where a task's log files stand: names, numbers and sizes.
import { existsSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ExecutorError } from '../errors.ts';
import type { LaunchSpec, LogView } from '../types.ts';
import type { LogFilePlan, LogPlan } from './launch-plan.ts';

const GROUP_OR_OTHERS_WRITE = 0o022;

/**
 * Finds the file each stream goes on with, so that a restarted task's logs follow those of its earlier attempts.
 * @throws ExecutorError `invalid` when others than root could put something into the directory
 */
export function planLogs(logs: NonNullable<LaunchSpec['logs']>): LogPlan {
  if (!existsSync(logs.dir)) mkdirSync(logs.dir, { recursive: true, mode: 0o700 });
  if (!isOwnDirectory(logs.dir)) {
    throw new ExecutorError('invalid', `the log directory ${logs.dir} is not one that only this user can write`, {
      hint: 'logs are written as root: nobody else may put anything in their way',
    });
  }
  const names = readdirSync(logs.dir);
  const maxFileBytes = Math.max(1, logs.maxFileBytes);
  const base = join(logs.dir, logs.name);
  const plan = (stream: string) =>
    newestFile(`${base}.${stream}`, logFileNumbers(names, `${logs.name}.${stream}.`), maxFileBytes);
  return {
    stdout: plan('stdout'),
    stderr: plan('stderr'),
    maxFiles: Math.max(1, logs.maxFiles),
    maxFileBytes,
    ...(logs.view === undefined ? {} : { view: logs.view }),
  };
}

/** A directory itself, no symlink to one, that nobody but this process's user may write. */
export function isOwnDirectory(path: string): boolean {
  const found = lstatSync(path);
  return found.isDirectory() && found.uid === process.geteuid?.() && (found.mode & GROUP_OR_OTHERS_WRITE) === 0;
}

/** Why files of `dir` will not be seen in the view, as far as can be told beforehand. Opens nothing. */
export function viewProblem(
  dir: string,
  view: LogView,
): { readonly kind: 'replaced' | 'other-disk'; readonly text: string } | undefined {
  const path = join(view.root, view.path);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return { kind: 'replaced', text: `${path} is not a directory any more` };
  if (found.dev === lstatSync(dir).dev) return undefined;
  return { kind: 'other-disk', text: `${path} is on another disk than ${dir}` };
}

/** The numbers behind `prefix` among file names, rising. */
export function logFileNumbers(names: readonly string[], prefix: string): number[] {
  return names
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((left, right) => left - right);
}

/** A file whose owner a task has changed through the view is not gone on with. */
function newestFile(base: string, numbers: readonly number[], maxFileBytes: number): LogFilePlan {
  const number = numbers.at(-1);
  if (number === undefined) return { base, number: 0, bytes: 0 };
  const found = lstatSync(`${base}.${number}`);
  const goesOn = found.isFile() && found.uid === process.geteuid?.() && found.size < maxFileBytes;
  return goesOn ? { base, number, bytes: found.size } : { base, number: number + 1, bytes: 0 };
}
