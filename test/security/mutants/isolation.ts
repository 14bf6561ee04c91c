// The guards around an isolated task, each taken out alone.

import type { Mutant } from '../../../scripts/mutants/mutant.ts';

const native = (name: string) => `packages/executor/native/${name}`;
const matrix = (title: string) => ({ file: 'test/security/isolation-matrix.e2e.ts', title });
const attacks = (title: string) => ({ file: 'test/security/isolation-attacks.e2e.ts', title });

/** Titles of the matrix. */
const nobody = (set: string) => matrix(`a task of nobody ${set} gets through by nothing, nor does a command inside it`);
const root = (set: string) => matrix(`a task of root ${set} gets through by nothing, nor does a command inside it`);

export const isolationMutants: readonly Mutant[] = [
  {
    against: 'secrets',
    guard: 'plans behind a child’s own are wiped in it',
    file: native('serve.c'),
    find: '  if (child == 0) memset(behind, 0, behind_length);',
    put: '',
    test: {
      file: 'test/security/isolation-attacks.e2e.ts',
      title: 'what stays beside a task has its environment in memory, and that of no other',
    },
  },
  {
    against: 'secrets',
    guard: 'served plans are wiped in the launcher',
    file: native('serve.c'),
    find: '  memset(text, 0, taken);',
    put: '',
    test: {
      file: 'test/security/isolation-attacks.e2e.ts',
      title: 'what stays beside a task has its environment in memory, and that of no other',
    },
  },
  {
    against: 'F3',
    guard: 'a task’s mount namespace begins with nothing of the host in it',
    file: native('root.c'),
    find: 'setns(EMPTY_ROOT, CLONE_NEWNS) != 0 || unshare(CLONE_NEWNS) != 0',
    put: 'unshare(CLONE_NEWNS) != 0 || mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0',
    test: {
      file: 'test/security/isolation-attacks.e2e.ts',
      title: 'nothing is mounted where a task is but what makes up its root: not even below what covers it',
    },
  },
  {
    against: 'F15',
    guard: 'nosuid on every mount of a root',
    file: native('root.c'),
    find: 'QUIET = SET_NOSUID | SET_NODEV;',
    put: 'QUIET = SET_NODEV;',
    test: nobody('without capabilities'),
  },
  {
    against: 'F4',
    guard: 'nodev on every mount of a root',
    file: native('root.c'),
    find: 'QUIET = SET_NOSUID | SET_NODEV;',
    put: 'QUIET = SET_NOSUID;',
    test: nobody('with mknod'),
  },
  {
    against: 'F4',
    guard: 'the program that refuses device nodes',
    file: native('cgroup.c'),
    find: '  if (plan->device_group == NULL) return NULL;',
    put: '  return NULL;',
    test: nobody('with mknod'),
  },
  {
    against: 'F4',
    guard: 'a session’s place in the cgroups of its task',
    file: native('enter.c'),
    find: 'const char *failed = join_groups(plan, outside, identity, sizeof identity);',
    put: 'const char *failed = NULL; (void)identity;',
    test: nobody('with mknod'),
  },
  {
    against: 'class 8',
    guard: 'the filter of system calls',
    file: native('task.c'),
    find: '  return plan->filters && !filter_calls(plan->capabilities) ? "seccomp filter" : NULL;',
    put: '  return plan->filters ? NULL : NULL;',
    test: nobody('without capabilities'),
  },
  {
    against: 'F6',
    guard: 'the hidden parts of /proc',
    file: native('root.c'),
    find: 'hide_parts(proc, &directory, &file) && fix_parts(proc)',
    put: '(hide_parts == NULL || fix_parts(proc))',
    test: nobody('without capabilities'),
  },
  {
    against: 'F6',
    guard: 'parts of /proc that root alone reads, until root of a container opens them',
    file: native('root.c'),
    find: '"kpagecount", ',
    put: '',
    test: attacks('a part of /proc that a container’s root has opened for everybody stays closed to a task'),
  },
  {
    against: 'class 8',
    guard: 'handles on what a root was made of are closed',
    file: native('launch.c'),
    find: 'syscall(SYS_close_range, last + 1, ~0U, 0) == 0',
    put: 'last > 0',
    test: attacks('what the root of a task was made of is open in nothing that stays beside the task'),
  },
  {
    against: 'F6',
    guard: 'the read-only parts of /proc',
    file: native('root.c'),
    find: 'hide_parts(proc, &directory, &file) && fix_parts(proc)',
    put: '(fix_parts == NULL || hide_parts(proc, &directory, &file))',
    test: matrix('a task of nobody that becomes uid 0 by setuid and setgid gets through by nothing'),
  },
  {
    against: 'class 8',
    guard: 'the session keyring',
    file: native('task.c'),
    find: '  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS && errno != EPERM) return "session keyring";',
    put: '',
    test: attacks('each task has a session keyring of its own, and so has each command inside it'),
  },
  {
    against: 'class 8',
    guard: 'the cgroup namespace',
    file: native('task.c'),
    find: '  if (unshare(CLONE_NEWCGROUP) != 0 && errno != EINVAL) return "cgroup namespace";',
    put: '',
    test: nobody('without capabilities'),
  },
  {
    against: 'F15',
    guard: 'no_new_privs',
    file: native('task.c'),
    find: `  if (plan->root != NULL) {
    if ((failed = leave_inheritance()) != NULL) return failed;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "no_new_privs";`,
    put: `  if (plan->root != NULL) {
    if ((failed = leave_inheritance()) != NULL) return failed;`,
    test: nobody('without capabilities'),
  },
  {
    against: 'F24',
    guard: 'the limit of processes',
    file: 'packages/executor/src/cgroup/cgroup-plan.ts',
    find: "  if (limits.pidsMax !== undefined) needed.push('pids');",
    put: '',
    test: attacks('a fork bomb ends at the limit of processes'),
  },
  {
    against: 'class 8',
    guard: 'the bounding set',
    file: native('task.c'),
    find: '    if ((failed = limit_capabilities(plan->capabilities)) != NULL) return failed;',
    put: '',
    test: nobody('without capabilities'),
  },
  {
    against: 'class 8',
    guard: 'what a task loses on its way, in sessions',
    file: native('enter.c'),
    find: '  failed = drop_to_task(plan);',
    put: '  ((struct plan *)plan)->root = NULL;\n  failed = drop_to_task(plan);',
    test: root('without capabilities'),
  },
  {
    against: 'class 8',
    guard: 'a command inside a task has nothing open but its streams from its first moment',
    file: native('enter.c'),
    find: 'syscall(SYS_close_range, 3, ~0U, 0)',
    put: 'syscall(SYS_close_range, 3, ~0U, 4)',
    test: {
      file: 'test/security/session.e2e.ts',
      title: 'a task of root that traces finds no root of the host in a command',
    },
  },
  {
    against: 'class 8',
    guard: 'no command in the host’s root, which tasks of an older agent still lead to',
    file: native('enter.c'),
    find: '  if (plan->root == NULL) return;',
    put: '  return;',
    test: {
      file: 'test/security/older-tasks.e2e.ts',
      title: 'a command inside a task of an older agent is refused, and never runs in the host’s root',
    },
  },
  {
    against: 'class 8',
    guard: 'the task’s own /dev/null as its standard input',
    file: native('launch.c'),
    find: '  if (failed == NULL && plan->root != NULL && !take_null_input()) failed = "/dev/null";',
    put: '',
    test: nobody('with fowner'),
  },
  {
    against: 'class 8',
    guard: 'working directories without magic links',
    file: native('mounts.c'),
    find: '.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_NO_MAGICLINKS}',
    put: '.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = 0}',
    test: attacks('nor does one that a task has replaced by such a link lead a command inside it there'),
  },
  {
    against: 'class 8',
    guard: 'the launcher runs from a read-only mount of its program',
    file: native('main.c'),
    find: '  if (set_mount(copy, SET_RDONLY, 0)) {',
    put: '  if (1) {',
    test: attacks('a task’s root that runs the launcher by /proc/self/exe gets no handle to write the host’s file'),
  },
  {
    against: 'class 8',
    guard: 'private files of the host’s /etc are hidden',
    file: 'packages/executor/src/isolation/root-plan.ts',
    find: "path.startsWith('/etc/') ? privatePaths(path) : []",
    put: 'path === privatePaths(path)[0] ? [] : []',
    test: nobody('with dac_override'),
  },
  {
    against: 'class 8',
    guard: 'init cannot be looked into',
    file: native('serve.c'),
    find: '  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);',
    put: '',
    test: root('with all of the default list'),
  },
  {
    against: 'class 8',
    guard: 'a root that only root can write',
    file: native('root.c'),
    find: '  if (!plan->writable_root && !set_mount(root, SET_RDONLY, 0)) return "root";',
    put: '',
    test: nobody('with fowner'),
  },
  {
    against: 'class 8',
    guard: 'system directories are read-only',
    file: native('root.c'),
    find: '  if (step->read_only) attributes |= SET_RDONLY;',
    put: '',
    test: root('without capabilities'),
  },
  {
    against: 'class 10',
    guard: 'how much is read of what a process says of itself',
    file: 'packages/executor/src/launch/process-identity.ts',
    find: '      return readMost(fd, WORDS_MOST_BYTES);',
    put: "      return readFileSync(fd, 'utf8');",
    test: {
      file: 'packages/executor/src/launch/process-identity.test.ts',
      title: 'no more than 2 MiB are read of what a process says of itself',
    },
  },
];
