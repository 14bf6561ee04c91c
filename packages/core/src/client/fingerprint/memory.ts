// The machine's memory.

import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';

export interface MemoryFacts {
  readonly totalMiB: number;
  readonly attributes: Readonly<Record<string, string>>;
}

export async function findMemory(): Promise<MemoryFacts> {
  const info = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kib = Number(/^MemTotal:\s+(\d+) kB/m.exec(info)?.[1]);
  const totalBytes = kib > 0 ? kib * 1024 : totalmem();
  return {
    totalMiB: Math.floor(totalBytes / 1_048_576),
    attributes: { 'memory.totalbytes': String(totalBytes) },
  };
}
