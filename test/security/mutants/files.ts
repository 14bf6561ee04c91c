// Guards of directories that tasks can write, of the data directory and of the state's.

import type { Mutant } from '../../../scripts/mutants/mutant.ts';

const client = 'packages/core/src/client';
const room = `${client}/files`;
const secure = 'packages/executor/src/launch/secure-directory.ts';
const secureTest = 'packages/executor/src/launch/secure-directory.test.ts';
const raceTest = 'test/security/files-race.e2e.ts';
const hostTest = 'test/security/files-host.e2e.ts';
const mountsTest = 'test/security/files-mounts.e2e.ts';
const diskHook = `${client}/alloc-runner/hooks/previous-disk-hook`;
const linksTest = `${client}/artifacts/archive-links.test.ts`;

const readRace = 'reading and writing never follow a name that a task exchanges meanwhile';
const treeRace = 'trees, mounts and directories of tasks are made and removed at no name that a task exchanges';
const unseen = 'no other user reads, lists or enters anything of a task or of the state';
const noSetuid = 'a set-user-id program and a device that root in a container made are neither to the host';
const ownDisk = 'on a disk of its own the flags of that disk stay, and the disk stays mounted';
const plainFiles = 'links in the place of directories are not followed, and only plain files come over';
const someoneElse = 'what belongs to somebody else is refused: the directory, a parent, a link';

const copier = 'packages/executor/native/copy-tree.c';

export const fileMutants: readonly Mutant[] = [
  {
    against: 'CVE 1',
    guard: 'the fs API names each component without following it',
    file: `${room}/confined.ts`,
    find: 'open(at, O_PATH | O_NOFOLLOW)',
    put: 'open(at, O_PATH)',
    test: { file: raceTest, title: readRace },
  },
  {
    against: 'F8',
    guard: 'directories are opened without following a link',
    file: `${room}/confined-directory.ts`,
    find: 'open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)',
    put: 'open(path, O_RDONLY | O_DIRECTORY)',
    test: { file: raceTest, title: readRace },
  },
  {
    against: 'F8',
    guard: 'secrets are mounted at the handle, not at the path it has',
    file: `${room}/confined-mounts.ts`,
    find: "'mount', '--no-canonicalize', '-t'",
    put: "'mount', '-t'",
    test: { file: raceTest, title: treeRace },
  },
  {
    against: 'F14',
    guard: 'only root enters the directory of all allocations',
    file: `${room}/private-mount.ts`,
    find: 'await (await data.make(basename(path), { mode: 0o700 })).close();',
    put: 'await (await data.make(basename(path), { mode: 0o755 })).close();',
    test: { file: hostTest, title: unseen },
  },
  {
    against: 'F14',
    guard: "local is the task's alone to write",
    file: `${client}/alloc-dir/build.ts`,
    find: 'mode: inImage ? 0o777 : 0o755, owner',
    put: 'mode: 0o777, owner',
    test: { file: hostTest, title: unseen },
  },
  {
    against: 'F14',
    guard: "the journal's files are root's alone",
    file: 'packages/server/src/journal/embedded/database.ts',
    find: '  makePrivate(file);\n',
    put: '',
    test: { file: hostTest, title: unseen },
  },
  {
    against: 'F14',
    guard: 'a raw_exec task of another user gets the way to its own directory alone',
    file: 'packages/driver-exec/src/raw-exec-driver.ts',
    find: ', reach: task.directories.allocation',
    put: '',
    test: {
      file: 'packages/driver-exec/src/exec-plan.test.ts',
      title: 'planRawExec is off unless enabled, and keeps denied variables from the task',
    },
  },
  {
    against: 'F15',
    guard: 'set-user-id files of tasks mean nothing to the host',
    file: `${room}/private-mount.ts`,
    find: "const wanted = ['nosuid', 'nodev'] as const;",
    put: "const wanted = ['nodev'] as const;",
    test: { file: hostTest, title: noSetuid },
  },
  {
    against: 'F15',
    guard: 'the flags of the data directory are looked at and mended',
    file: `${room}/private-mount.ts`,
    find: 'if (mount !== undefined && !isGuarded(mount)) {',
    put: 'if (mount === undefined) {',
    test: { file: mountsTest, title: ownDisk },
  },
  {
    against: 'F15',
    guard: 'what else is mounted at the data directory is not taken for the guard',
    file: `${room}/private-mount.ts`,
    find: 'return shown === top.root ? top : undefined;',
    put: 'return top;',
    test: {
      file: mountsTest,
      title: 'another directory that is bound at the data directory is not taken for the guard',
    },
  },
  {
    against: 'F20',
    guard: 'nothing that is mounted in an allocation is emptied with it',
    file: `${client}/alloc-dir/build.ts`,
    find: 'for (const path of paths) await ifThere(path, (directory)',
    put: 'for (const path of paths.slice(0, 1)) await ifThere(path, (directory)',
    test: { file: mountsTest, title: ownDisk },
  },
  {
    against: 'F4',
    guard: 'devices, pipes and sockets of a sticky disk are left behind',
    file: copier,
    find: 'if (is_copied && S_ISREG(stat.st_mode)) is_copied',
    put: 'if (is_copied && !S_ISLNK(stat.st_mode) && !S_ISDIR(stat.st_mode)) is_copied',
    test: { file: `${diskHook}.test.ts`, title: plainFiles },
  },
  {
    against: 'F4',
    guard: 'files of a sticky disk lose their special bits',
    file: copier,
    find: 'set_all(file, stat, 0777)',
    put: 'set_all(file, stat, 07777)',
    test: { file: `${diskHook}.test.ts`, title: plainFiles },
  },
  {
    against: 'CVE 2',
    guard: 'a sticky disk is copied along no link that somebody exchanges',
    file: copier,
    find: 'openat(from, name, O_PATH | O_NOFOLLOW | O_CLOEXEC)',
    put: 'openat(from, name, O_PATH | O_CLOEXEC)',
    test: {
      file: 'test/security/files-race.e2e.ts',
      title: 'trees, mounts and directories of tasks are made and removed at no name that a task exchanges',
    },
  },
  {
    against: 'CVE 2',
    guard: 'a copy that was broken off is not gone on with',
    file: `${diskHook}.ts`,
    find: '    await removeTree(root, stageName, runner);\n    const stage',
    put: '    const stage',
    test: { file: `${diskHook}.test.ts`, title: 'a copy that was broken off at any point is made again, whole' },
  },
  {
    against: 'F13',
    guard: 'a state directory of another user is refused',
    file: secure,
    find: 'if (!isTrusted(uid))',
    put: 'if (uid < 0)',
    test: { file: secureTest, title: someoneElse },
  },
  {
    against: 'F13',
    guard: 'a state directory that others can write is refused',
    file: secure,
    find: 'if ((mode & 0o022) !== 0)',
    put: 'if ((mode & 0o022) === 1)',
    test: { file: secureTest, title: 'what others could have written into is refused, and left as it is' },
  },
  {
    against: 'F13',
    guard: 'links on the way to a state directory are refused',
    file: secure,
    find: 'if (options.followsRootsLinks !== true || found.uid !== 0 || links > LINK_LIMIT)',
    put: 'if (links > LINK_LIMIT)',
    test: { file: secureTest, title: someoneElse },
  },
  {
    against: 'F13',
    guard: 'parents of a state directory that others can exchange are refused',
    file: secure,
    find: 'if (pending.length > 0) checkParent(',
    put: 'if (pending.length > 99) checkParent(',
    test: { file: secureTest, title: someoneElse },
  },
  {
    against: 'F27',
    guard: 'links of an archive are written without detours',
    file: `${room}/confined-write.ts`,
    find: 'directory.createLink(name, straight)',
    put: 'directory.createLink(name, target)',
    test: { file: linksTest, title: 'no order of links in an archive makes one that leads out' },
  },
  {
    against: 'F23',
    guard: 'a stop is heard while one file is unpacked',
    file: `${client}/artifacts/unpack.ts`,
    find: '      budget.signal.throwIfAborted();\n',
    put: '',
    test: { file: linksTest, title: 'a stop is heard in the middle of one large file' },
  },
  {
    against: 'F20',
    guard: 'a directory of millions is not listed to its end',
    file: `${room}/confined.ts`,
    find: 'if (names.length > most) return undefined;',
    put: '',
    test: {
      file: `${room}/confined.test.ts`,
      title: 'a directory of too many files is not read to its end',
    },
  },
  {
    against: 'cause B',
    guard: 'rooms that touch directories of tasks cannot import the file system',
    file: 'scripts/check/confined-files.ts',
    find: "'the file system is not called here');",
    put: "'the file system is not called here'), found.pop();",
    test: {
      file: 'scripts/check/confined-files.test.ts',
      title: 'a room that touches directories of tasks may not import the file system, in any form',
    },
  },
];
