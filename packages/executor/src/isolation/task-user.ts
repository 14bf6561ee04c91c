// Who a task may be: one rule for the job's `user` and for what a capability would let the task become.
import type { DriverOptions } from '@orch/driver-api';
import { DriverError } from '@orch/driver-api';
import { type DeniedIds, deniesAny, type IdRange, isWithin, readDeniedIds } from './denied-ids.ts';
import { type ResolvedUser, readUserDatabase, resolveUser, type UserDatabase } from './users.ts';

/** What a node says about the users of a driver's tasks. */
export interface NodeUsers {
  readonly driver: string;
  /** Names and numbers of `user.denylist`; none when the driver is not among `user.checked_drivers`. */
  readonly denylist: readonly string[];
  /** `denied_host_uids` and `denied_host_gids`. */
  readonly ids: DeniedIds;
}

/** A user the task may be, and what it must never become. */
export interface TaskUser {
  readonly user: ResolvedUser;
  readonly denied: DeniedIds;
}

/** As with ranges of ids: what is denied is compared at each change of identity. */
const MAX_DENIED_USERS = 128;

/** @throws DriverError `invalid-config` */
export function readNodeUsers(driver: string, options: Pick<DriverOptions, 'config' | 'deniedUsers'>): NodeUsers {
  const denylist = options.deniedUsers ?? [];
  if (denylist.length > MAX_DENIED_USERS) {
    throw new DriverError('invalid-config', `"user.denylist" names ${denylist.length} users, not ${MAX_DENIED_USERS}`, {
      hint: `name at most ${MAX_DENIED_USERS}, and ranges of ids by denied_host_uids of plugin "${driver}"`,
    });
  }
  return { driver, denylist, ids: readDeniedIds(options.config) };
}

/** The machine's ids of a task's user. @throws DriverError `denied`; ExecutorError `no-such-user` */
export function chooseTaskUser(text: string, node: NodeUsers): TaskUser {
  return judgeUser(text, node, readUserDatabase());
}

/**
 * A user is refused by the name the job wrote and by the id it means: an alias of root is root. Pure.
 * @throws DriverError `denied`; ExecutorError `no-such-user`
 */
export function judgeUser(text: string, node: NodeUsers, database: UserDatabase): TaskUser {
  const listed = listedIds(node.denylist, database);
  const denied: DeniedIds = { uids: [...node.ids.uids, ...listed.uids], gids: [...node.ids.gids, ...listed.gids] };
  const listHint = `run as another user, or take it out of client { options = { "user.denylist" = "${node.denylist.join(',')}" } } on the node`;
  const hint = (option: string, isListed: boolean) =>
    isListed ? listHint : `run as another user, or change ${option} of plugin "${node.driver}" on the node`;
  const refuse = (what: string, how: string) => {
    throw new DriverError('denied', `user = ${JSON.stringify(text)}: this node keeps ${what} from ${node.driver}`, {
      hint: how,
    });
  };
  const [name = ''] = text.split(':');
  if (node.denylist.includes(name)) refuse(`the user ${name}`, listHint);
  const user = resolveUser(text, database);
  if (isWithin(user.uid, denied.uids))
    refuse(`the user id ${user.uid}`, hint('denied_host_uids', isWithin(user.uid, listed.uids)));
  const group = [user.gid, ...user.groups].find((gid) => isWithin(gid, denied.gids));
  if (group !== undefined) refuse(`the group id ${group}`, hint('denied_host_gids', isWithin(group, listed.gids)));
  return { user, denied };
}

/**
 * Capabilities that are worth as much as being anybody: they reach into other processes (the one that looks after a task
 * is root's) or into the kernel. setuid, setgid and all others are harmless: the kernel refuses the denied ids alone.
 */
const MASTER_CAPABILITIES = ['bpf', 'sys_admin', 'sys_boot', 'sys_module', 'sys_ptrace', 'sys_rawio'];

/** @throws DriverError `denied` for a capability that makes denied ids mean nothing */
export function guardDeniedIds(capabilities: readonly string[], denied: DeniedIds, driver: string): void {
  const master = capabilities.find((name) => MASTER_CAPABILITIES.includes(name));
  if (master === undefined || !deniesAny(denied)) return;
  throw new DriverError('denied', `${master} would let the task be a user that this node keeps from ${driver}`, {
    path: ['cap_add'],
    hint: `take it out of cap_add, or let tasks be anybody: client { options = { "user.denylist" = "" } } and no denied_host_uids, denied_host_gids of plugin "${driver}" on the node`,
  });
}

/** Names of this machine and numbers as ids. A name it does not have denies by name alone. Root's group goes with root. */
function listedIds(denylist: readonly string[], database: UserDatabase): DeniedIds {
  const uids = denylist.flatMap((entry): readonly IdRange[] => {
    const uid = uidOf(entry, database);
    return uid === undefined ? [] : [{ first: uid, last: uid }];
  });
  return { uids, gids: isWithin(0, uids) ? [{ first: 0, last: 0 }] : [] };
}

function uidOf(entry: string, database: UserDatabase): number | undefined {
  if (/^\d+$/.test(entry)) return Number(entry);
  const row = database.passwd.split('\n').find((line) => line.split(':')[0] === entry);
  const uid = Number(row?.split(':')[2] || Number.NaN);
  return Number.isInteger(uid) ? uid : undefined;
}
