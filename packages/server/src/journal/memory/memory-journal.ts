// A journal in memory, for tests and the simulator. Its medium outlives it, so a crash and a restart can be played.

import { journalBroken, journalCompacted, journalFull, notLeader } from '../errors.ts';
import { createGroupCommit } from '../group-commit.ts';
import type { Journal, JournalRecord, JournalSnapshot, ReserveUse } from '../journal.ts';

/** What a disk would hold. Hand the same one to the next journal to play a restart. */
export interface MemoryMedium {
  firstIndex: number;
  records: string[];
  snapshots: { readonly index: number; readonly chunks: readonly Uint8Array[] }[];
}

/**
 * What happens to a commit: `ok`; `full` = refused, nothing kept; `crash-before` and `crash-after` = the machine dies
 * before or after the commit became durable, and nobody is answered.
 */
export type CommitFate = 'ok' | 'full' | 'crash-before' | 'crash-after';

export interface MemoryJournalOptions {
  readonly medium?: MemoryMedium;
  readonly fate?: (data: readonly string[], use: ReserveUse) => CommitFate;
  /** How long a commit takes: resolves when it is through. @default at once */
  readonly delay?: () => Promise<void>;
}

export interface MemoryJournal extends Journal {
  /** The process dies: nothing more reaches the medium and nobody is answered. */
  crash(): void;
}

export function createMemoryMedium(): MemoryMedium {
  return { firstIndex: 1, records: [], snapshots: [] };
}

export function openMemoryJournal(options: MemoryJournalOptions = {}): MemoryJournal {
  const medium = options.medium ?? createMemoryMedium();
  let crashed = false;
  let lost: AbortController | undefined;
  let tail: Promise<void> = Promise.resolve();
  const lastIndex = () => medium.firstIndex + medium.records.length - 1;

  /** One commit after the other, as a disk does it. */
  async function commit(data: readonly string[], use: ReserveUse): Promise<number> {
    const before = tail;
    const { promise, resolve } = Promise.withResolvers<void>();
    tail = promise;
    await before;
    try {
      await (options.delay?.() ?? Promise.resolve());
      return await write(data, use);
    } finally {
      resolve();
    }
  }

  function write(data: readonly string[], use: ReserveUse): number | Promise<number> {
    const fate = crashed ? 'crash-before' : (options.fate?.(data, use) ?? 'ok');
    if (fate === 'full') throw journalFull('memory');
    if (fate === 'crash-before' || fate === 'crash-after') {
      if (fate === 'crash-after') medium.records.push(...data);
      crashed = true;
      return new Promise(() => {});
    }
    const first = lastIndex() + 1;
    for (const text of data) medium.records.push(text);
    return first;
  }

  const group = createGroupCommit(commit);

  return {
    get lastIndex() {
      return lastIndex();
    },
    append: (data, use) =>
      lost === undefined || lost.signal.aborted ? Promise.reject(notLeader()) : group.append(data, use),
    async *replay(afterIndex): AsyncGenerator<JournalRecord> {
      if (afterIndex + 1 < medium.firstIndex) throw journalCompacted(afterIndex, medium.firstIndex);
      for (let index = afterIndex + 1; index <= lastIndex(); index += 1) {
        const data = medium.records[index - medium.firstIndex];
        if (data !== undefined) yield { index, data };
      }
    },
    async loadSnapshot(): Promise<JournalSnapshot | undefined> {
      const newest = medium.snapshots.at(-1);
      if (newest === undefined) return undefined;
      return { index: newest.index, chunks: chunksOf(newest.chunks) };
    },
    async saveSnapshot(snapshot) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of snapshot.chunks) chunks.push(chunk.slice());
      if (crashed) return;
      const others = medium.snapshots.filter((held) => held.index !== snapshot.index);
      medium.snapshots = [...others, { index: snapshot.index, chunks }].sort((left, right) => left.index - right.index);
      medium.snapshots = medium.snapshots.slice(-2);
      const [oldest, newer] = medium.snapshots;
      if (oldest === undefined || newer === undefined) return;
      const dropped = Math.min(oldest.index, lastIndex()) - medium.firstIndex + 1;
      if (dropped <= 0) return;
      medium.records = medium.records.slice(dropped);
      medium.firstIndex += dropped;
    },
    follow: () => () => {},
    lead: (_name, signal) => {
      signal.throwIfAborted();
      const held = new AbortController();
      lost = held;
      return Promise.resolve({ lost: held.signal, resign: async () => held.abort() });
    },
    crash() {
      crashed = true;
    },
    async close() {
      if (!crashed) await group.drained();
      group.refuse(journalBroken('it is closed'));
      lost?.abort();
    },
  };
}

async function* chunksOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
