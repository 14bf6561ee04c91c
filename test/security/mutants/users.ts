// Guards of who a task may be: its user, and what its capabilities let it become.

import type { Mutant } from '../../../scripts/mutants/mutant.ts';

const isolation = 'packages/executor/src/isolation';
const filter = 'packages/executor/native/denied-ids.c';
const unit = (title: string) => ({ file: `${isolation}/task-user.test.ts`, title });
const kernel = (title: string) => ({ file: 'test/security/users-denied-ids.e2e.ts', title });
const others = 'with setuid and setgid a task becomes anybody but root where root is denied';
const noDetour = 'a user namespace and 32-bit calls are no way around';
const allNames = 'a task may not be root, by whichever name or number, nor of root’s group, and the error has the mend';

export const userMutants: readonly Mutant[] = [
  {
    against: 'F6',
    guard: 'root denied by default',
    file: 'packages/cli/src/agent/config/agent-config.ts',
    find: "userDenylist: ['root', 'Administrator'],",
    put: 'userDenylist: [],',
    test: {
      file: 'test/security/users.e2e.ts',
      title: 'exec, java and qemu refuse root by name and by number, once, and the event names the mend',
    },
  },
  {
    against: 'F6',
    guard: 'the denylist carried to the drivers',
    file: 'packages/cli/src/agent/drivers.ts',
    find: 'deniedUsers: config.client.userCheckedDrivers.includes(name) ? config.client.userDenylist : [],',
    put: 'deniedUsers: [],',
    test: {
      file: 'test/security/users.e2e.ts',
      title: 'exec, java and qemu refuse root by name and by number, once, and the event names the mend',
    },
  },
  {
    against: 'F6',
    guard: 'the id behind a name',
    file: `${isolation}/task-user.ts`,
    find: 'if (isWithin(user.uid, denied.uids))',
    put: 'if (1 > 2)',
    test: unit(allNames),
  },
  {
    against: 'F6',
    guard: "root's group",
    file: `${isolation}/task-user.ts`,
    find: 'gids: isWithin(0, uids) ? [{ first: 0, last: 0 }] : []',
    put: 'gids: []',
    test: unit(allNames),
  },
  {
    against: 'F6',
    guard: 'groups beside the first',
    file: `${isolation}/task-user.ts`,
    find: '[user.gid, ...user.groups].find(',
    put: '[user.gid].find(',
    test: unit('a supplementary group that is denied denies its members'),
  },
  {
    against: 'F6',
    guard: 'ids of more than 32 bits',
    file: `${isolation}/users.ts`,
    find: '&& Number(text) <= LAST_ID',
    put: '',
    test: unit('a number that the kernel would take for root, or for nothing to change, is no user'),
  },
  {
    against: 'F6',
    guard: 'capabilities that reach into other processes',
    file: `${isolation}/task-user.ts`,
    find: 'if (master === undefined || !deniesAny(denied)) return;',
    put: 'if (1 < 2) return;',
    test: unit('a capability that reaches into other processes or the kernel is refused where any id is denied'),
  },
  {
    against: 'F6',
    guard: 'the same rule in driver java',
    file: 'packages/driver-java/src/java-driver.ts',
    find: 'taskChroot(task, { ...isolation, deniedIds: denied })',
    put: 'taskChroot(task, isolation)',
    test: {
      file: 'packages/driver-java/src/java-boundary.test.ts',
      title: 'java hands denied ids on to the kernel',
    },
  },
  {
    against: 'F6',
    guard: 'the filter of denied ids',
    file: 'packages/executor/native/task.c',
    find: 'if ((failed = deny_ids(plan)) != NULL) return failed;',
    put: '',
    test: kernel(others),
  },
  {
    against: 'F6',
    guard: 'denied ids in commands run inside a task',
    file: 'packages/executor/src/launch/launch-prepare.ts',
    find: '...(deniedIds === undefined ? {} : { deniedIds }),',
    put: '',
    test: kernel('a command run in a task is held to the same'),
  },
  {
    against: 'F6',
    guard: 'the third argument of setresuid',
    file: filter,
    find: 'check_call(program, SYS_setresuid, 3, uids);',
    put: 'check_call(program, SYS_setresuid, 2, uids);',
    test: kernel(others),
  },
  {
    against: 'F6',
    guard: 'lists of groups',
    file: filter,
    find: '  check_groups(program, gids);',
    put: '',
    test: kernel(others),
  },
  {
    against: 'F6',
    guard: 'the last id of a range',
    file: filter,
    find: 'denied->list[range].last, 1, 0);',
    put: 'denied->list[range].last - 1, 1, 0);',
    test: kernel('denied ranges hold at both ends, uids and gids each by their own'),
  },
  {
    against: 'F6',
    guard: 'user namespaces by unshare',
    file: filter,
    find: '  check_namespaces(program, SYS_unshare);',
    put: '',
    test: kernel(noDetour),
  },
  {
    against: 'F6',
    guard: 'user namespaces by clone',
    file: filter,
    find: '  check_namespaces(program, SYS_clone);',
    put: '',
    test: kernel(noDetour),
  },
  {
    against: 'F6',
    guard: 'calls of 32-bit programs',
    file: filter,
    find: '    refuse(program, EPERM);\n  }\n  check_clone3(program, COMPAT_CLONE3);',
    put: '    answer(program, SECCOMP_RET_ALLOW);\n  }\n  check_clone3(program, COMPAT_CLONE3);',
    test: kernel(noDetour),
  },
];
