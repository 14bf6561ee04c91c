// Saves the state now and then, so that the journal stays short and a start is quick.

import type { Logger } from '@orch/core/lib/logger';
import type { State } from '@orch/core/state';
import type { Journal } from '../journal/journal.ts';
import { stateChunks } from './state-lines.ts';

export interface SnapshotSaver {
  /** Notes one applied entry of this size. */
  applied(size: number): void;
  readonly due: boolean;
  /** Saves the present state without holding the event loop; a call while one is being saved waits for that one. */
  save(state: State): Promise<void>;
  /** Resolves when none is being saved. */
  idle(): Promise<void>;
}

export interface SnapshotSaverOptions {
  readonly journal: Journal;
  readonly log: Logger;
  readonly everyEntries: number;
  readonly everyBytes: number;
}

export function createSnapshotSaver(options: SnapshotSaverOptions): SnapshotSaver {
  let entries = 0;
  let bytes = 0;
  let saving: Promise<void> | undefined;

  async function run(state: State): Promise<void> {
    const { index } = state;
    // Also after a failure: the next try comes after as many entries again, not with each one.
    entries = 0;
    bytes = 0;
    await options.journal.saveSnapshot({ index, chunks: stateChunks(state.serialize()) });
    options.log.info('snapshot saved', { index });
  }

  return {
    applied(size) {
      entries += 1;
      bytes += size;
    },
    get due() {
      return saving === undefined && (entries >= options.everyEntries || bytes >= options.everyBytes);
    },
    save(state) {
      saving ??= run(state).finally(() => {
        saving = undefined;
      });
      return saving;
    },
    async idle() {
      // Its failure is told to whoever asked for the snapshot.
      if (saving !== undefined) await Promise.allSettled([saving]);
    },
  };
}
