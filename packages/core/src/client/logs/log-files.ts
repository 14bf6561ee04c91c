// The names of a task's log files, and which of them exist.

import type { ConfinedEntry } from '../files/confined.ts';
import { lstatIn, namesIn } from '../files/confined.ts';

export type LogStream = 'stdout' | 'stderr';

export interface LogFile {
  readonly index: number;
  readonly name: string;
  readonly sizeBytes: number;
}

export function logFileName(task: string, stream: LogStream, index: number): string {
  return `${task}.${stream}.${index}`;
}

/** The number at the end of the name of a log file of this task and stream; undefined for any other name. */
export function logFileIndex(name: string, task: string, stream: LogStream): number | undefined {
  const prefix = `${task}.${stream}.`;
  const digits = name.slice(prefix.length);
  return name.startsWith(prefix) && /^\d{1,9}$/.test(digits) ? Number(digits) : undefined;
}

/** Whether it is the name of a log file of this task. */
export function isLogFileName(name: string, task: string): boolean {
  return logFileIndex(name, task, 'stdout') !== undefined || logFileIndex(name, task, 'stderr') !== undefined;
}

/** Oldest first. A file that vanishes meanwhile (rotation) is left out. */
export async function listLogFiles(
  directory: ConfinedEntry['handle'],
  task: string,
  stream: LogStream,
): Promise<readonly LogFile[]> {
  const files: LogFile[] = [];
  for (const name of await namesIn(directory)) {
    const index = logFileIndex(name, task, stream);
    if (index === undefined) continue;
    const stats = await lstatIn(directory, name).catch(() => undefined);
    if (stats?.isFile()) files.push({ index, name, sizeBytes: stats.size });
  }
  return files.sort((left, right) => left.index - right.index);
}
