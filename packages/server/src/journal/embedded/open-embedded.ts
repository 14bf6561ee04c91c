// The embedded journal: one server, one directory, SQLite in a worker thread, snapshots as files.

import { existsSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { OrchError } from '@orch/core/lib/errors';
import type { Logger } from '@orch/core/lib/logger';
import { journalBroken, journalCompacted, journalCorrupt, journalFull, notLeader } from '../errors.ts';
import { type Commit, createGroupCommit } from '../group-commit.ts';
import type { Journal, JournalRecord } from '../journal.ts';
import { type DirectoryLock, lockDirectory } from './lock.ts';
import { recordSeparator } from './messages.ts';
import { openSnapshotFiles, type SnapshotFiles } from './snapshot-files.ts';
import { startWorker, type WorkerClient } from './worker-client.ts';

export interface EmbeddedJournalOptions {
  /** Made when missing. Holds `lock`, `journal.db` with SQLite's files beside it, `journal.begun` and `snapshots/`. */
  readonly dir: string;
  readonly log: Logger;
}

/**
 * Opens the journal of a directory for this process alone.
 * @throws OrchError `journal-in-use`, `journal-corrupt`, `journal-full`, `journal-broken`
 */
export async function openEmbeddedJournal(options: EmbeddedJournalOptions): Promise<Journal> {
  const { dir, log } = options;
  await makeDirectory(dir);
  const lock = lockDirectory(dir);
  try {
    const file = join(dir, 'journal.db');
    requireDatabase(dir, file);
    const snapshots = await openSnapshotFiles(join(dir, 'snapshots'));
    const indexes = await snapshots.indexes();
    const worker = await startWorker(dir, { file, snapshotIndex: indexes.at(-1) ?? 0 });
    markBegun(dir, log);
    return journalOver({ file, log, lock, snapshots, worker });
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Parts {
  readonly file: string;
  readonly log: Logger;
  readonly lock: DirectoryLock;
  readonly snapshots: SnapshotFiles;
  readonly worker: WorkerClient;
}

const encoder = new TextEncoder();

function journalOver({ file, log, lock, snapshots, worker }: Parts): Journal {
  let { firstIndex, lastIndex } = worker.opened;
  let { tight } = worker.opened;
  let leading: AbortController | undefined;

  const commit: Commit = async (data, use) => {
    try {
      // In memory of its own, which is handed over; a small Buffer lies in a shared slab, and all of that would be copied.
      const bytes = encoder.encode(data.join(recordSeparator));
      const answer = await worker.request({ op: 'commit', count: data.length, data: bytes, use });
      // Answers come in the order of the commits, so this one's records end where the journal did when it was answered.
      ({ lastIndex, tight } = answer);
      return answer.lastIndex - data.length + 1;
    } catch (error) {
      if (error instanceof OrchError && error.code === 'journal-full') tight = true;
      if (error instanceof OrchError && error.code === 'journal-broken') group.refuse(error);
      throw error;
    }
  };
  const group = createGroupCommit(commit, () => tight);

  async function* replay(afterIndex: number): AsyncGenerator<JournalRecord> {
    if (afterIndex + 1 < firstIndex) throw journalCompacted(afterIndex, firstIndex);
    let after = afterIndex;
    while (after < lastIndex) {
      const { batches = [] } = await worker.request({ op: 'read', after });
      if (batches.length === 0)
        throw journalCorrupt(file, after + 1, `records ${after + 1} to ${lastIndex} are missing`);
      for (const { first, last, text } of batches) {
        const texts = text.split(recordSeparator);
        if (texts.length !== last - first + 1)
          throw journalCorrupt(file, first, 'a row holds another number of records');
        for (const [offset, data] of texts.entries()) {
          if (first + offset > after) yield { index: first + offset, data };
        }
        after = last;
      }
    }
  }

  /** In steps, so that commits come between. */
  async function dropUpTo(index: number): Promise<void> {
    for (;;) {
      const before = firstIndex;
      ({ firstIndex } = await worker.request({ op: 'drop', upTo: index }));
      if (firstIndex === before || firstIndex > index) return;
    }
  }

  return {
    get lastIndex() {
      return lastIndex;
    },
    append(data, use) {
      if (leading === undefined || leading.signal.aborted) return Promise.reject(notLeader());
      if (data.some((text) => text.includes(recordSeparator))) {
        return Promise.reject(new OrchError('journal-invalid', 'a record holds the control character U+001E'));
      }
      return group.append(data, use);
    },
    replay,
    async loadSnapshot() {
      let damaged: string | undefined;
      const snapshot = await snapshots.load((path, reason) => {
        damaged = path;
        log.error('a damaged snapshot is passed over', { file: path, reason });
      });
      // Without a snapshot everything must still be in the records.
      if (snapshot === undefined && damaged !== undefined && firstIndex > 1) {
        throw journalCorrupt(damaged, 1, `no snapshot is intact and the records begin at ${firstIndex}`);
      }
      return snapshot;
    },
    async saveSnapshot(snapshot) {
      await snapshots.save(snapshot);
      const [oldest, newest] = (await snapshots.indexes()).slice(-2);
      if (oldest !== undefined && newest !== undefined) await dropUpTo(oldest);
    },
    follow: () => () => {},
    lead(_name, signal) {
      signal.throwIfAborted();
      const held = new AbortController();
      leading = held;
      return Promise.resolve({ lost: held.signal, resign: async () => held.abort() });
    },
    async close() {
      await group.drained();
      group.refuse(journalBroken('it is closed'));
      leading?.abort();
      await worker.close();
      lock.release();
    },
  };
}

/** Beside a database that was there once. */
const begunMark = 'journal.begun';

/** SQLite takes no file and an empty one for a new database: all jobs would be forgotten, and what runs be stopped. */
function requireDatabase(dir: string, file: string): void {
  if (!existsSync(join(dir, begunMark))) return;
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined || size === 0)
    throw journalCorrupt(file, 1, `the file is ${size === undefined ? 'gone' : 'empty'}, and it was not`);
}

function markBegun(dir: string, log: Logger): void {
  try {
    if (!existsSync(join(dir, begunMark))) writeFileSync(join(dir, begunMark), '', { mode: 0o600 });
  } catch (error) {
    log.warn('a lost journal could not be told from a new one at the next start', { reason: String(error) });
  }
}

async function makeDirectory(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw journalFull(dir, error);
    throw error;
  }
}
