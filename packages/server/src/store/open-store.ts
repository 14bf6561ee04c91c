// Opens the store: snapshot, then the records behind it, then new entries.

import type { Clock } from '@orch/core/lib/clock';
import { OrchError } from '@orch/core/lib/errors';
import type { Logger } from '@orch/core/lib/logger';
import { createState, type State } from '@orch/core/state';
import type { Changes, Entry } from '@orch/core/state/entry';
import type { Journal } from '../journal/journal.ts';
import { createHashCheck } from './hash-check.ts';
import { reserveUse } from './reserve-use.ts';
import { createSnapshotSaver } from './snapshot-saver.ts';
import { readState } from './state-lines.ts';
import type { Store } from './store.ts';
import { createWatches } from './watch.ts';

export interface StoreOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Logger;
  /** This server's name, shown where somebody asks who leads. @default 'orch' */
  readonly name?: string;
  /** A snapshot is saved when this many entries came since the last. @default 20,000 */
  readonly snapshotEveryEntries?: number;
  /** Or this many bytes of entries. @default 64 MiB */
  readonly snapshotEveryBytes?: number;
  /** The leader writes a hash of its state this often, in entries. @default 1,000 */
  readonly hashEveryEntries?: number;
}

/**
 * Replays the journal and takes the lead. The caller closes the store first, then the journal.
 * @throws OrchError `journal-corrupt`, `state-invalid`, `state-diverged`, `entry-unknown`
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { journal, clock, log } = options;
  const leading = new AbortController();
  const state = await loadState(journal);
  const floor = state.index;
  const check = createHashCheck(state, options.hashEveryEntries ?? 1_000);
  const saver = createSnapshotSaver({
    journal,
    log,
    everyEntries: options.snapshotEveryEntries ?? 20_000,
    everyBytes: options.snapshotEveryBytes ?? 64 * 1024 * 1024,
  });
  const watches = createWatches(clock, floor);
  for await (const record of journal.replay(state.index)) {
    const entry = parseEntry(record.index, record.data);
    watches.changed(applyNext(state, record.index, entry));
    check.applied(record.index, entry);
    saver.applied(record.data.length);
  }
  log.info('state replayed', { index: state.index, fromSnapshot: floor, replayed: state.index - floor });
  const lease = await journal.lead(options.name ?? 'orch', leading.signal);

  const listeners = new Set<(changes: Changes, entry: Entry) => void>();
  let stopped: OrchError | undefined;

  /** Applies a committed entry. An error here means this server can no longer be trusted, so it takes no more. */
  function committed(index: number, entry: Entry, size: number): Changes {
    if (stopped !== undefined) throw stopped;
    try {
      const changes = applyNext(state, index, entry);
      watches.changed(changes);
      const due = check.applied(index, entry);
      if (due !== undefined)
        void submit(due).catch((error: unknown) => log.warn('no state hash was written', { error }));
      saver.applied(size);
      if (saver.due) void saver.save(state).catch((error: unknown) => log.error('no snapshot was saved', { error }));
      tell(changes, entry);
      return changes;
    } catch (error) {
      stopped = diverged(index, error);
      log.error(stopped.message, { error });
      throw stopped;
    }
  }

  function tell(changes: Changes, entry: Entry): void {
    for (const listener of listeners) {
      try {
        listener(changes, entry);
      } catch (error) {
        log.error('a listener of applied entries failed', { index: changes.index, kind: entry.kind, error });
      }
    }
  }

  async function submit(entry: Entry): Promise<Changes> {
    if (stopped !== undefined) throw stopped;
    const data = JSON.stringify(entry);
    const { firstIndex } = await journal.append([data], reserveUse(entry));
    return committed(firstIndex, entry, data.length);
  }

  return {
    get index() {
      return Math.max(1, state.index);
    },
    snapshot: () => state.snapshot(),
    findByPrefix: (table, prefix, limit) => state.findByPrefix(table, prefix, limit),
    hash: () => state.hash(),
    saveSnapshot: () => saver.save(state),
    submit,
    scopeIndex: (scopes) => watches.scopeIndex(scopes),
    waitAbove: (scopes, index, wait) => watches.waitAbove(scopes, index, wait),
    onApplied(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      stopped ??= new OrchError('store-closed', 'the server is shutting down', { hint: 'try another server' });
      leading.abort();
      watches.close();
      await saver.idle();
      await lease.resign();
    },
  };
}

async function loadState(journal: Journal): Promise<State> {
  const snapshot = await journal.loadSnapshot();
  if (snapshot === undefined) return createState();
  const state = await readState(snapshot.chunks);
  if (state.index === snapshot.index) return state;
  throw new OrchError(
    'state-invalid',
    `the snapshot at index ${snapshot.index} holds the state of index ${state.index}`,
  );
}

function applyNext(state: State, index: number, entry: Entry): Changes {
  if (index !== state.index + 1) {
    throw new OrchError('state-diverged', `entry ${index} came when entry ${state.index + 1} was expected`);
  }
  return state.apply(index, entry);
}

function parseEntry(index: number, data: string): Entry {
  try {
    return JSON.parse(data) as Entry;
  } catch (cause) {
    throw new OrchError('journal-corrupt', `entry ${index} of the journal is not JSON`, {
      hint: 'restore the data directory from a backup',
      details: { index },
      cause,
    });
  }
}

function diverged(index: number, cause: unknown): OrchError {
  return new OrchError('state-diverged', `entry ${index} is in the journal but could not be applied`, {
    hint: 'start the agent again; when it happens again, this is a bug in orch: please report it with the log',
    details: { index },
    cause,
  });
}
