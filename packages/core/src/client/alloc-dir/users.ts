// User names of the node to numbers, from its own user files.

import { readFile } from 'node:fs/promises';
import { OrchError } from '../../lib/errors.ts';

export interface UserIds {
  readonly uid: number;
  readonly gid: number;
}

/** `name`, `uid`, `name:group` or `uid:gid`. @throws OrchError `unknown-user` */
export async function resolveUser(user: string): Promise<UserIds> {
  const [name = '', group] = user.split(':');
  const row = await findRow('/etc/passwd', name);
  const uid = row === undefined ? asNumber(name) : Number(row[2]);
  if (uid === undefined) {
    throw new OrchError('unknown-user', `the user "${name}" does not exist on this node`, {
      hint: 'name a user of the node in the task, or give a numeric id',
    });
  }
  if (group === undefined) return { uid, gid: row === undefined ? uid : Number(row[3]) };
  const groupRow = await findRow('/etc/group', group);
  const gid = groupRow === undefined ? asNumber(group) : Number(groupRow[2]);
  if (gid === undefined) throw new OrchError('unknown-user', `the group "${group}" does not exist on this node`);
  return { uid, gid };
}

async function findRow(file: string, name: string): Promise<readonly string[] | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .find((fields) => fields[0] === name);
}

function asNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
