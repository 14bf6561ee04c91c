// The number of a group of this machine.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Undefined for a group that does not exist. Directories of users beyond the file are asked through `getent`. */
export function groupId(name: string): number | undefined {
  return idIn(readFileSync('/etc/group', 'utf8'), name) ?? idIn(askDirectories(name), name);
}

function idIn(rows: string, name: string): number | undefined {
  for (const row of rows.split('\n')) {
    const [own, , id = ''] = row.split(':');
    if (own === name && /^\d+$/.test(id)) return Number(id);
  }
  return undefined;
}

function askDirectories(name: string): string {
  try {
    return execFileSync('getent', ['group', '--', name], {
      encoding: 'utf8',
      timeout: 5_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    // No such group, or no such program: in both cases the file has said all there is.
    return '';
  }
}
