// Finds programs on this host and notices when they come and go, so that a fingerprint follows an installation without a tick.

import { existsSync, type FSWatcher, statSync, watch } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Directories programs are looked for in: PATH, and the usual ones a service's short PATH leaves out. */
export function programDirectories(path = process.env['PATH'] ?? ''): readonly string[] {
  return [
    ...new Set([
      ...path.split(delimiter),
      '/usr/local/sbin',
      '/usr/local/bin',
      '/usr/sbin',
      '/usr/bin',
      '/sbin',
      '/bin',
    ]),
  ].filter((directory) => directory.startsWith('/'));
}

/** Absolute path of a program, or undefined. */
export function findProgram(name: string, directories: readonly string[] = programDirectories()): string | undefined {
  return directories
    .map((directory) => join(directory, name))
    .find((candidate) => existsSync(candidate) && statSync(candidate).isFile());
}

/** Milliseconds a package manager is given to finish before the program is looked at again. */
const settleMs = 500;

/**
 * Yields at once, and again after a program whose name `matches` came, went or changed in one of the directories. Ends
 * when `signal` aborts; without a signal after the first item.
 */
export async function* programChanges(
  matches: (name: string) => boolean,
  signal: AbortSignal | undefined,
  directories: readonly string[] = programDirectories(),
): AsyncGenerator<void> {
  if (signal?.aborted) return;
  let wake: () => void = () => {};
  let changed = false;
  let timer: NodeJS.Timeout | undefined;
  const notice = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      changed = true;
      wake();
    }, settleMs);
  };
  const watchers =
    signal === undefined
      ? []
      : directories.flatMap((directory) =>
          watchDirectory(directory, (name) => name === null || !matches(name) || notice(), notice),
        );
  const stop = () => wake();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    yield;
    while (signal !== undefined && !signal.aborted) {
      if (!changed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (changed && !signal.aborted) {
        changed = false;
        yield;
      }
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  }
}

/** Between two looks where the kernel gives no watch, milliseconds. */
const LOOK_MS = 60_000;

function watchDirectory(
  directory: string,
  onChange: (name: string | null) => void,
  look: () => void,
): readonly Pick<FSWatcher, 'close'>[] {
  if (!existsSync(directory)) return [];
  let watcher: FSWatcher;
  try {
    watcher = watch(directory, (_event, name) => onChange(name));
  } catch {
    // Root of any container can take all that the kernel has for root: then it is looked at now and then.
    const timer = setInterval(look, LOOK_MS);
    timer.unref();
    return [{ close: () => clearInterval(timer) }];
  }
  // A directory that is removed is no longer watched; the others still are.
  watcher.on('error', () => watcher.close());
  return [watcher];
}
