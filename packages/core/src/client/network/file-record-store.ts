// Network records as one small file each.
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import type { JsonObject } from '@orch/driver-api';
import type { NetworkRecordStore } from './network-record.ts';

const suffix = '.json';

/** Files `<dir>/<key>.json`, mode 0600, each replaced whole and synced. The directory is made. */
export function fileNetworkRecordStore(dir: string): NetworkRecordStore {
  const path = (key: string): string => {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(key))
      throw new RangeError(`record key ${JSON.stringify(key)} is no file name`);
    return `${dir}/${key}${suffix}`;
  };
  return {
    async save(key, value) {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const temporary = `${path(key)}.new`;
      const file = await open(temporary, 'w', 0o600);
      try {
        await file.writeFile(JSON.stringify(value));
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(temporary, path(key));
      await syncDirectory(dir);
    },
    async load(key) {
      try {
        return JSON.parse(await readFile(path(key), 'utf8')) as JsonObject;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async list() {
      try {
        const names = await readdir(dir);
        return names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw error;
      }
    },
    remove: (key) => rm(path(key), { force: true }),
  };
}

async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
