// The /dev that isolated tasks share: device nodes that harm nobody, made once, mounted read-only.
import { lstatSync } from 'node:fs';
import { ExecutorError } from '../errors.ts';
import type { RunCommand, RunResult } from '../types.ts';
import type { ChrootMount } from './default-mounts.ts';

const NODES: readonly (readonly [name: string, major: number, minor: number])[] = [
  ['null', 1, 3],
  ['zero', 1, 5],
  ['full', 1, 7],
  ['random', 1, 8],
  ['urandom', 1, 9],
  ['tty', 5, 0],
];

/** The names in /dev that mounts of single device nodes go to. Pure. */
export function devicePoints(mounts: readonly ChrootMount[]): readonly string[] {
  return mounts
    .filter(({ devices, path }) => devices === true && /^\/dev\/[a-z0-9_-]+$/.test(path))
    .map(({ path }) => path.slice('/dev/'.length))
    .sort();
}

/**
 * Makes `dir` unless it is there, with a file for each of `points` that a node can be bound upon. It may lie on a file system mounted `nodev`: a task's own mount of it allows devices.
 * @throws ExecutorError `start-failed`
 */
export async function makeDeviceDirectory(
  dir: string,
  run: (command: RunCommand) => Promise<RunResult>,
  points: readonly string[] = [],
): Promise<string> {
  // Made last, and itself: where it leads to is only there in a task's own /dev.
  if (lstatSync(`${dir}/ptmx`, { throwIfNoEntry: false }) === undefined) {
    const nodes = NODES.map(
      ([name, major, minor]) => `[ -e "$1/${name}" ] || mknod -m 666 "$1/${name}" c ${major} ${minor}`,
    );
    const script = `set -e; mkdir -p "$1/pts" "$1/shm"; chmod 755 "$1"; ${nodes.join('; ')}
ln -sfn /proc/self/fd "$1/fd"; ln -sfn /proc/self/fd/0 "$1/stdin"; ln -sfn /proc/self/fd/1 "$1/stdout"
ln -sfn /proc/self/fd/2 "$1/stderr"; cd "$1"; shift; [ $# = 0 ] || touch "$@"; ln -sfn pts/ptmx ptmx`;
    const made = await run({ argv: ['/bin/sh', '-c', script, 'sh', dir, ...points] });
    if (made.exitCode !== 0) {
      throw new ExecutorError('start-failed', `could not make device nodes in ${dir}: ${made.stderr.trim()}`, {
        hint: 'the agent must run as root',
      });
    }
  }
  return dir;
}
