// Users and groups of this machine, as numbers.
import { readFileSync, statSync } from 'node:fs';
import { ExecutorError } from '../errors.ts';

export interface ResolvedUser {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups of a named user; none for a bare number. */
  readonly groups: readonly number[];
  readonly name: string;
  readonly home: string;
}

interface UserDatabase {
  readonly passwd: string;
  readonly group: string;
}

let known: { readonly stamp: string; readonly database: UserDatabase } | undefined;

/** Read again only when one of both files changed: each launch asks. */
export function readUserDatabase(): UserDatabase {
  const stamp = ['/etc/passwd', '/etc/group'].map(fileStamp).join(' ');
  if (known?.stamp === stamp) return known.database;
  const database = { passwd: readFileSync('/etc/passwd', 'utf8'), group: readFileSync('/etc/group', 'utf8') };
  known = { stamp, database };
  return database;
}

function fileStamp(path: string): string {
  const { ino, mtimeMs, ctimeMs, size } = statSync(path);
  return `${ino}/${mtimeMs}/${ctimeMs}/${size}`;
}

/**
 * Resolves `name`, `uid`, `name:group` or `uid:gid`. @throws ExecutorError `no-such-user`
 */
export function resolveUser(text: string, database: UserDatabase): ResolvedUser {
  const [userText = '', groupText] = text.split(':');
  const rows = database.passwd
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(':'));
  const isNumber = /^\d+$/.test(userText);
  const row = rows.find((fields) => (isNumber ? fields[2] === userText : fields[0] === userText));
  if (row === undefined && (!isNumber || userText === '')) {
    throw new ExecutorError('no-such-user', `there is no user "${userText}" on this machine`, {
      hint: 'name a user of /etc/passwd or a number',
    });
  }
  const uid = Number(row?.[2] ?? userText);
  const gid = groupText === undefined ? Number(row?.[3] ?? uid) : resolveGroup(groupText, database.group);
  const name = row?.[0] ?? userText;
  return {
    uid,
    gid,
    groups: isNumber ? [] : supplementaryGroups(name, gid, database.group),
    name,
    home: row?.[5] ?? '/',
  };
}

function resolveGroup(text: string, group: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  const row = group.split('\n').find((line) => line !== '' && line.split(':')[0] === text);
  if (row === undefined) throw new ExecutorError('no-such-user', `there is no group "${text}" on this machine`);
  return Number(row.split(':')[2]);
}

function supplementaryGroups(name: string, gid: number, group: string): number[] {
  return group
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields[3]?.split(',').includes(name))
    .map((fields) => Number(fields[2]))
    .filter((one) => one !== gid);
}

/** The numbers of `name`, `uid`, `name:group` or `uid:gid` on this machine. @throws ExecutorError `no-such-user` */
export function lookUpUser(text: string): ResolvedUser {
  return resolveUser(text, readUserDatabase());
}
