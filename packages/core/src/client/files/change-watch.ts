// Waking a reader when something in a directory changes: from the kernel, or every second where it cannot tell.

import { type FSWatcher, watch } from 'node:fs';
import type { Clock } from '../../lib/clock.ts';

/** Time between looks when the kernel has no more watches to give. */
const fallbackMs = 1_000;

export interface ChangeWatch {
  /** Resolves at the next change since the last call returned, or at once when there was one meanwhile or it is over. */
  next(): Promise<void>;
  close(): void;
}

/** Watches the directory at `path` until `close` or `signal`. */
export function watchChanges(path: string, clock: Clock, signal: AbortSignal): ChangeWatch {
  let changed = false;
  let closed = false;
  let wake: () => void = () => {};
  const note = () => {
    changed = true;
    wake();
  };
  let watcher: FSWatcher | undefined;
  let cancelTimer: () => void = () => {};
  const fallback = () => {
    if (closed) return;
    cancelTimer = clock.after(fallbackMs, () => {
      note();
      fallback();
    });
  };
  try {
    watcher = watch(path, { persistent: false }, note);
    watcher.on('error', () => {
      watcher?.close();
      fallback();
    });
  } catch {
    fallback();
  }
  const close = () => {
    closed = true;
    watcher?.close();
    cancelTimer();
    signal.removeEventListener('abort', close);
    wake();
  };
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
  return {
    async next() {
      if (!changed && !closed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      changed = false;
    },
    close,
  };
}
