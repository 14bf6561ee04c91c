// Users and groups of this machine, as numbers.
import { readFileSync, statSync } from 'node:fs';
import { ExecutorError } from '../errors.ts';
import { LAST_ID } from './denied-ids.ts';

export interface ResolvedUser {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups of a named user; none for a bare number. */
  readonly groups: readonly number[];
  readonly name: string;
  readonly home: string;
}

export interface UserDatabase {
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
 * Resolves `name`, `uid`, `name:group` or `uid:gid`. @throws ExecutorError `no-such-user`, also for a number the kernel
 * would take for another one: it has 32 bits, and their highest value means "stay who you are".
 */
export function resolveUser(text: string, database: UserDatabase): ResolvedUser {
  const names = resolved.get(database) ?? new Map<string, ResolvedUser>();
  const before = names.get(text);
  if (before !== undefined) return before;
  const user = findUser(text, database);
  if (names.size >= MOST_RESOLVED) names.clear();
  names.set(text, user);
  resolved.set(database, names);
  return user;
}

const MOST_RESOLVED = 256;
/** What names came to, as long as the database they were looked up in is current. */
const resolved = new WeakMap<UserDatabase, Map<string, ResolvedUser>>();

function findUser(text: string, database: UserDatabase): ResolvedUser {
  const [userText = '', groupText, ...more] = text.split(':');
  if (more.length > 0) {
    throw new ExecutorError('no-such-user', `user ${JSON.stringify(text)} has more than a user and a group`, {
      hint: 'write name, uid, name:group or uid:gid',
    });
  }
  const rows = database.passwd
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(':'));
  const number = parseId(userText);
  const row = rows.find((fields) => (number === undefined ? fields[0] === userText : fields[2] === String(number)));
  const uid = number ?? parseId(row?.[2] ?? '');
  if (uid === undefined || userText === '') {
    throw new ExecutorError('no-such-user', `there is no user ${JSON.stringify(userText)} on this machine`, {
      hint: `name a user of /etc/passwd or a number up to ${LAST_ID}`,
    });
  }
  const gid = groupText === undefined ? (parseId(row?.[3] ?? '') ?? uid) : resolveGroup(groupText, database.group);
  const name = row?.[0] ?? String(uid);
  return {
    uid,
    gid,
    groups: number === undefined ? supplementaryGroups(name, gid, database.group) : [],
    name,
    home: row?.[5] ?? '/',
  };
}

function resolveGroup(text: string, group: string): number {
  const row = group.split('\n').find((line) => line !== '' && line.split(':')[0] === text);
  const gid = parseId(text) ?? parseId(row?.split(':')[2] ?? '');
  if (gid === undefined) {
    throw new ExecutorError('no-such-user', `there is no group ${JSON.stringify(text)} on this machine`, {
      hint: `name a group of /etc/group or a number up to ${LAST_ID}`,
    });
  }
  return gid;
}

/** Undefined for what is no id. */
function parseId(text: string): number | undefined {
  return /^\d+$/.test(text) && Number(text) <= LAST_ID ? Number(text) : undefined;
}

function supplementaryGroups(name: string, gid: number, group: string): number[] {
  return group
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields[3]?.split(',').includes(name))
    .map((fields) => parseId(fields[2] ?? ''))
    .filter((one) => one !== undefined && one !== gid) as number[];
}
