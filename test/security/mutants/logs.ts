// Guards of log files and of the directory that shows them.

import type { Mutant } from '../../../scripts/mutants/mutant.ts';

const client = 'packages/core/src/client';
const copier = 'packages/executor/native/copier.c';
const launch = 'packages/executor/src/launch';
const launchTest = 'test/security/logs-launch.e2e.ts';
const shellTest = 'test/security/logs-launch-shell.e2e.ts';
const viewTest = `${client}/logs/log-view.test.ts`;
const callsTest = `${client}/calls/calls.test.ts`;

const replacedView = 'a directory of the host in the place of the view gets nothing';
const rotatedAway = 'when a file rotates away, what a task has put in its place stays';
const oldPlace = 'the successor of a copier whose logs lie where tasks can write meets links, FIFOs and changed owners';
const trappedDir = 'what lies in the place of a file in the log directory is neither written nor waited for';
const toldFrom = 'log files are told from where only root can write, whatever lies where they are shown';

export const logMutants: readonly Mutant[] = [
  {
    against: 'F1',
    guard: 'log files lie where only root enters',
    file: `${client}/task-runner/task-config.ts`,
    find: '      dir: logs,',
    put: '      dir: logs === "" ? logs : context.layout.logsView,',
    test: {
      file: 'test/security/logs.e2e.ts',
      title: 'F1: a link that an artifact puts in the place of a log file does not lead root to a file of the host',
    },
  },
  {
    against: 'F1',
    guard: 'a log directory that others can write is refused',
    file: `${launch}/log-files.ts`,
    find: '  if (!isOwnDirectory(logs.dir)) {',
    put: "  if (logs.dir === '' && !isOwnDirectory(logs.dir)) {",
    test: { file: launchTest, title: 'a log directory that others can write, or that is a link, is refused' },
  },
  {
    against: 'F1',
    guard: 'the copier follows no link in the place of a log file',
    file: copier,
    find: 'O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644',
    put: 'O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644',
    test: { file: launchTest, title: oldPlace },
  },
  {
    against: 'F12',
    guard: 'the copier waits for no FIFO in the place of a log file',
    file: copier,
    find: 'O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644',
    put: 'O_WRONLY | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0644',
    test: { file: launchTest, title: oldPlace },
  },
  {
    against: 'F12',
    guard: 'the copier waits for no lease on a shown log file',
    file: copier,
    find: 'O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644',
    put: 'O_WRONLY | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0644',
    test: {
      file: launchTest,
      title: 'a lease on a shown log file holds nobody up: the log goes on in the next file',
    },
  },
  {
    against: 'F12',
    guard: 'the copier writes to plain files alone',
    file: copier,
    find: 'S_ISREG(found.st_mode) && ',
    put: '',
    test: { file: launchTest, title: oldPlace },
  },
  {
    against: 'class 9',
    guard: 'the copier writes to files of root alone',
    file: copier,
    find: ' && found.st_uid == geteuid()',
    put: '',
    test: { file: launchTest, title: oldPlace },
  },
  {
    against: 'F7',
    guard: 'the copier follows no link to the view',
    file: copier,
    find: 'O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC',
    put: 'O_PATH | O_DIRECTORY | O_CLOEXEC',
    test: { file: launchTest, title: replacedView },
  },
  {
    against: 'class 9',
    guard: 'the copier takes away only links that are still the file',
    file: copier,
    find: ' && is_same(&log, &shown)',
    put: ' && (log.st_ino == 0 || is_same(&shown, &shown))',
    test: { file: launchTest, title: rotatedAway },
  },
  {
    against: 'F7',
    guard: 'the shell’s copier looks where its handle of the view has led',
    file: `${launch}/copier-script.ts`,
    find: ' && [ "$(readlink /proc/self/fd/8)" = "$view" ]',
    put: '',
    test: { file: shellTest, title: replacedView },
  },
  {
    against: 'class 9',
    guard: 'the shell’s copier takes away only links that are still the file',
    file: `${launch}/copier-script.ts`,
    find: ' && [ "$view/\\${1##*/}" -ef "$1" ]',
    put: '',
    test: { file: shellTest, title: rotatedAway },
  },
  {
    against: 'F1',
    guard: 'the shell does not go on with logs that lie where tasks can write',
    file: `${launch}/launch-recovery.ts`,
    find: 'if (isOwnDirectory(dir) && isOwnDirectory(dirname(dir))) return true;',
    put: "if (dir !== '' || isOwnDirectory(dirname(dir))) return true;",
    test: { file: shellTest, title: oldPlace },
  },
  {
    against: 'F1',
    guard: 'the writer follows no link in the place of a log file',
    file: `${client}/files/confined-directory.ts`,
    find: 'O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY',
    put: 'O_WRONLY | O_CREAT | O_APPEND | (O_NOFOLLOW & 0) | O_NONBLOCK | O_NOCTTY',
    test: { file: viewTest, title: trappedDir },
  },
  {
    against: 'F7',
    guard: 'the writer walks to the view without following links',
    file: `${client}/logs/log-view.ts`,
    find: "ConfinedDirectory.walk(this.#root, ['alloc', 'logs'])",
    put: 'ConfinedDirectory.open(`${this.#root}/alloc/logs/.`)',
    test: {
      file: viewTest,
      title: 'a directory of the host in the place of the view gets nothing, and one warning tells of it',
    },
  },
  {
    against: 'class 9',
    guard: 'the writer takes away only links that are still the file',
    file: `${client}/logs/log-view.ts`,
    find: 'if (shown?.dev === file.dev && shown.ino === file.ino)',
    put: 'if (shown !== undefined && file.ino !== 0)',
    test: { file: viewTest, title: rotatedAway },
  },
  {
    against: 'F8',
    guard: 'a view that is there is not made again',
    file: `${client}/logs/log-places.ts`,
    find: '    if (await isThere(shared, basename(layout.logsView))) return;',
    put: '    if (await isThere(shared, `${basename(layout.logsView)}-`)) return;',
    test: {
      file: viewTest,
      title: 'an allocation of an agent before keeps its logs where copiers that run write them',
    },
  },
  {
    against: 'class 9',
    guard: 'a task takes nothing over that lies where its logs are shown',
    file: `${client}/logs/log-places.ts`,
    find: '    for (const task of tasks) await makePrivateDirectory(layout.task(task).logs);',
    put: '    for (const task of tasks) await makePrivateDirectory(join(layout.task(task).logs, ".."));',
    test: { file: viewTest, title: 'a task of an allocation of this agent takes nothing over' },
  },
  {
    against: 'class 1',
    guard: 'no task is called as the directory of log files is',
    file: `${client}/alloc-dir/layout.ts`,
    find: "name === '..' || name === logsName;",
    put: "name === '..';",
    test: { file: viewTest, title: 'no task can be called as the directory of log files is' },
  },
  {
    against: 'class 1',
    guard: 'the file calls read log files where only root can write',
    file: `${client}/calls/file-calls.ts`,
    find: '  return log === undefined ?',
    put: "  return log === undefined || path !== '' ?",
    test: { file: callsTest, title: toldFrom },
  },
  {
    against: 'class 1',
    guard: 'the directory of log files itself is not shown',
    file: `${client}/files/file-info.ts`,
    find: '    if (first === logsName) throw',
    put: '    if (first === `${logsName}-`) throw',
    test: { file: callsTest, title: toldFrom },
  },
];
