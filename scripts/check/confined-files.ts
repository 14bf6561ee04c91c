// Who may call the file system: in the rooms that touch directories of tasks, only the room that goes by handle.

import type { Finding } from './tidy.ts';

/** Rooms in which a path may lead through a directory that a task can write. */
const rooms =
  /^packages\/core\/src\/client\/(alloc-dir|alloc-runner|artifacts|calls|files|gc|logs|task-runner)\/|^packages\/driver-(docker|exec|java|qemu)\/src\//;

/** The owners: by handle, and in directories that only root enters. */
const owners = /^packages\/core\/src\/client\/files\/(confined|private)[a-z-]*\.ts$/;

const testFile = /\.(test|e2e)\.ts$|\/testing\//;

/** Exceptions, each with its reason; the list only shrinks. */
export const exceptions: Readonly<Record<string, string>> = {
  'packages/core/src/client/alloc-dir/users.ts': "reads the node's own user files",
  'packages/core/src/client/artifacts/download.ts':
    "reads the operator's file roots, writes the node's own temporary file",
  'packages/core/src/client/calls/stats.ts': 'reads /proc, and the size of the disk',
  'packages/core/src/client/files/change-watch.ts': 'watches a directory it is handed as a handle’s path',
  'packages/core/src/client/gc/collector.ts': 'asks for the size of the disk',
  'packages/driver-docker/src/container/exec.ts': 'reads /proc',
  'packages/driver-docker/src/container/devices.ts': "the node's /dev",
  'packages/driver-docker/src/container/mounts.ts': 'sources of binds',
  'packages/driver-docker/src/container/security-options.ts': "the operator's directory of profiles",
  'packages/driver-docker/src/files/beneath.ts': "the driver's own room of handles: it knows driver-api alone",
  'packages/driver-docker/src/files/binds.ts': "the driver's own directory, and handles it is given",
  'packages/driver-docker/src/files/native-modes.ts': "runs the node's launcher",
  'packages/driver-docker/src/image/image-auth.ts': "the operator's credentials",
  'packages/driver-docker/src/image/image-load.ts': 'archives of a job',
  'packages/driver-docker/src/image/image-records.ts': "the driver's own directory",
  'packages/driver-docker/src/network/door.ts': "the node's programs and namespaces",
  'packages/driver-docker/src/network/name-files.ts': "the driver's own directory",
  'packages/driver-qemu/src/job-file.ts': "the driver's own room of handles",
  'packages/driver-qemu/src/kvm-trial.ts': "the driver's own directory",
  'packages/driver-qemu/src/qmp-connect.ts': 'a socket by its handle',
  'packages/driver-qemu/src/qemu-driver.ts': "the driver's own directory, and the node's programs",
  'packages/driver-qemu/src/vm-directory.ts': 'a state directory that only root enters',
};

/** Files that run such a program all the same. */
const programExceptions: Readonly<Record<string, string>> = {
  'packages/driver-qemu/src/vm-directory.ts': 'rm follows no link, and begins in a directory that only root enters',
};

const modules =
  /^\s*(?:import|export)\s[^'"]*?\sfrom\s+['"](?:node:)?(fs|fs\/promises|child_process)['"]|\bimport\(\s*['"](?:node:)?(fs|fs\/promises|child_process)['"]\s*\)|\brequire\(/gm;
/** Numbers alone touch nothing. */
const harmless = /^\s*import\s+(type\s[^;]*|\{\s*(?:(?:constants|type\s+\w+)\s*,?\s*)+\})\s*from\s/;
/** Programs that do by path what the room does by handle. */
const programs = /\[\s*['"](cp|mv|rm|ln|mkdir|rmdir|chmod|chown|install|mount|umount|find|tar|touch|truncate|tee)['"]/g;

/** The rule's findings for one file. */
export function checkConfinedFiles(file: string, text: string): readonly Finding[] {
  if (!rooms.test(file) || owners.test(file) || testFile.test(file)) return [];
  const excepted = file in exceptions;
  const found: Finding[] = [];
  const say = (index: number, message: string) =>
    found.push({
      file,
      line: text.slice(0, index).split('\n').length,
      rule: 'confined-files',
      message: `${message}: go through core/src/client/files (confined…, private…), or what the executor offers`,
      severity: 'error',
    });
  for (const match of text.matchAll(modules)) {
    const statement = match[0].trimStart();
    if (!excepted && !harmless.test(`${statement} `))
      say(match.index + match[0].length, 'the file system is not called here');
  }
  for (const match of file in programExceptions ? [] : text.matchAll(programs))
    say(match.index, `"${match[1]}" is not run here`);
  return found;
}

/** Exceptions that are none any more: the list only shrinks. */
export function staleExceptions(read: (file: string) => string | undefined): readonly Finding[] {
  return Object.keys(exceptions).flatMap((file) => {
    const text = read(file);
    const needed =
      text !== undefined &&
      [...text.matchAll(modules)].some(([statement]) => !harmless.test(`${statement.trimStart()} `));
    const message = 'it needs no exception any more: take it out of the list';
    return needed ? [] : [{ file, line: 1, rule: 'confined-files', message, severity: 'error' as const }];
  });
}
