// The distribution, and the signals tasks can be sent.

import { readFile } from 'node:fs/promises';
import { constants } from 'node:os';

export async function findOperatingSystem(): Promise<Readonly<Record<string, string>>> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const fields = new Map(
    text.split('\n').flatMap((line) => {
      const match = /^([A-Z_]+)="?([^"]*)"?$/.exec(line);
      return match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const];
    }),
  );
  return {
    'os.name': fields.get('ID') ?? process.platform,
    'os.version': fields.get('VERSION_ID') ?? '',
    'os.signals': Object.keys(constants.signals).sort().join(','),
  };
}
