// Where a task's log files stand: names, numbers and sizes.
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchSpec } from '../types.ts';
import type { LogFilePlan, LogPlan } from './launch-plan.ts';

/** Finds the file each stream goes on with, so that a restarted task's logs follow those of its earlier attempts. */
export function planLogs(logs: NonNullable<LaunchSpec['logs']>): LogPlan {
  mkdirSync(logs.dir, { recursive: true });
  const names = readdirSync(logs.dir);
  const maxFileBytes = Math.max(1, logs.maxFileBytes);
  const plan = (stream: string) =>
    newestFile(
      join(logs.dir, `${logs.name}.${stream}`),
      logFileNumbers(names, `${logs.name}.${stream}.`),
      maxFileBytes,
    );
  return { stdout: plan('stdout'), stderr: plan('stderr'), maxFiles: Math.max(1, logs.maxFiles), maxFileBytes };
}

/** The numbers behind `prefix` among file names, rising. */
export function logFileNumbers(names: readonly string[], prefix: string): number[] {
  return names
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((left, right) => left - right);
}

function newestFile(base: string, numbers: readonly number[], maxFileBytes: number): LogFilePlan {
  const number = numbers.at(-1);
  if (number === undefined) return { base, number: 0, bytes: 0 };
  const bytes = statSync(`${base}.${number}`).size;
  return bytes >= maxFileBytes ? { base, number: number + 1, bytes: 0 } : { base, number, bytes };
}
