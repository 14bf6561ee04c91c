// The disk under the data directory.

import { readFile, statfs } from 'node:fs/promises';

export interface StorageFacts {
  /** Free at the agent's start: what allocations may be given, until the collector finds more. */
  readonly freeMiB: number;
  readonly attributes: Readonly<Record<string, string>>;
}

export async function findStorage(dataDir: string): Promise<StorageFacts> {
  const stats = await statfs(dataDir);
  const freeBytes = stats.bavail * stats.bsize;
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const volume = deviceOf(mounts, dataDir);
  return {
    freeMiB: Math.floor(freeBytes / 1_048_576),
    attributes: {
      'unique.storage.bytestotal': String(stats.blocks * stats.bsize),
      'unique.storage.bytesfree': String(freeBytes),
      ...(volume === undefined ? {} : { 'unique.storage.volume': volume }),
    },
  };
}

/** The device of the longest mount point that holds the path. */
export function deviceOf(mountinfo: string, path: string): string | undefined {
  let best = { point: '', device: undefined as string | undefined };
  for (const line of mountinfo.split('\n')) {
    const fields = line.split(' ');
    const point = fields[4];
    const device = fields[fields.indexOf('-') + 2];
    if (point === undefined || point.length < best.point.length) continue;
    if (path === point || path.startsWith(point === '/' ? '/' : `${point}/`)) best = { point, device };
  }
  return best.device;
}
