// Where the log files of an allocation lie: a directory for each task that only root enters. How the file calls find them.

import { randomUUID } from 'node:crypto';
import { basename, join } from 'node:path';
import type { FileInfo } from '../../link/methods.ts';
import type { AllocLayout } from '../alloc-dir/layout.ts';
import { ConfinedDirectory } from '../files/confined-directory.ts';
import { listFiles } from '../files/file-info.ts';
import { hasPrivateFile, makePrivateDirectory } from '../files/private-files.ts';
import { isLogFileName } from './log-files.ts';

/** Tasks of any user write here; the names of others cannot be taken away. */
const viewMode = 0o1777;

/** A directory, and a path below it that is walked as a task may have arranged it. */
export interface LogPlace {
  readonly root: string;
  readonly path: string;
}

/**
 * Makes the directories of all tasks, then the one that shows them. Whoever finds that one finds the others, so an
 * allocation that has it without them is one of an agent before: its copiers write by path, and nobody but root may
 * put anything there.
 */
export async function buildLogDirs(layout: AllocLayout, tasks: readonly string[]): Promise<void> {
  const shared = await ConfinedDirectory.open(layout.shared);
  try {
    if (await isThere(shared, basename(layout.logsView))) return;
    for (const task of tasks) await makePrivateDirectory(layout.task(task).logs);
    const made = `.logs-${randomUUID()}`;
    await (await shared.make(made, { mode: viewMode })).close();
    // It appears with its mode, or not at all; something that a task has put there meanwhile is the task's.
    await shared.rename(made, shared, 'logs').catch(() => shared.removeDirectory(made));
  } finally {
    await shared.close();
  }
}

/**
 * Makes a task's directory in an allocation of an agent before, and takes its log files over. They stay visible where
 * they were. Only when nothing writes them by path any more.
 */
export async function adoptLogs(layout: AllocLayout, task: string): Promise<void> {
  const { logs } = layout.task(task);
  if (await hasPrivateFile(logs)) return;
  await makePrivateDirectory(logs);
  const old = await ConfinedDirectory.walk(layout.root, ['alloc', 'logs']).catch(ignoreReplaced);
  if (old === undefined) return;
  const own = await ConfinedDirectory.open(logs);
  try {
    for (const name of (await old.names()).filter((file) => isLogFileName(file, task))) {
      if (!(await isOwnFile(old, name))) continue;
      await own.createHardLink(name, old, name);
      // A container's root may have put something else there in between.
      if (!(await isOwnFile(own, name))) await own.unlink(name);
    }
  } finally {
    await own.close();
    await old.close();
  }
}

/** Where the log files of a task are read. */
export async function logsOf(layout: AllocLayout, task: string): Promise<LogPlace> {
  const { logs } = layout.task(task);
  return (await hasPrivateFile(logs)) ? { root: logs, path: '' } : { root: layout.root, path: 'alloc/logs' };
}

/**
 * The log file that `path` of the file calls means, where a task may have put something else; undefined when it means
 * none, which is then looked for among the files of the group.
 */
export async function logFileAt(
  layout: AllocLayout,
  tasks: readonly string[],
  path: string,
): Promise<LogPlace | undefined> {
  const [first, second, name = '', ...more] = names(path);
  if (first !== 'alloc' || second !== 'logs' || more.length > 0) return undefined;
  const task = tasks.find((candidate) => isLogFileName(name, candidate));
  if (task === undefined) return undefined;
  const { logs } = layout.task(task);
  return (await hasPrivateFile(join(logs, name))) ? { root: logs, path: name } : undefined;
}

/** What there is of log files, by the names they are shown under. */
export async function listLogs(layout: AllocLayout, tasks: readonly string[]): Promise<readonly FileInfo[]> {
  const found: FileInfo[] = [];
  for (const task of tasks) {
    const { logs } = layout.task(task);
    if (await hasPrivateFile(logs)) found.push(...(await listFiles(logs, '', () => {})));
  }
  return found;
}

/** Whether `path` of the file calls is the allocation's own directory. */
export function isAllocationPath(path: string): boolean {
  return names(path).length === 0;
}

/** Whether `path` of the file calls is the directory that shows the logs. */
export function isLogsPath(path: string): boolean {
  const [first, second, ...more] = names(path);
  return first === 'alloc' && second === 'logs' && more.length === 0;
}

async function isOwnFile(directory: ConfinedDirectory, name: string): Promise<boolean> {
  const found = await directory.lstat(name);
  return found.isFile() && found.uid === process.geteuid?.();
}

function names(path: string): readonly string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

/** A link is there, wherever it leads. */
function isThere(directory: ConfinedDirectory, name: string): Promise<boolean> {
  return directory.lstat(name).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

function ignoreReplaced(error: unknown): undefined {
  const { code } = error as { readonly code?: unknown };
  if (code !== 'ENOENT' && code !== 'not-a-directory') throw error;
}
