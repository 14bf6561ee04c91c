// Group commit: appends that wait while commits are under way share the next one. Used by every journal.

import { OrchError } from '@orch/core/lib/errors';
import type { ReserveUse } from './journal.ts';

/** Appends waiting for a commit, at most; more are refused so that memory stays bounded. */
export const waitingAppendsMax = 65_536;
/** Bytes (UTF-16 units) waiting for a commit, at most. */
export const waitingSizeMax = 256 * 1024 * 1024;
/** Records in one commit, at most; a single larger append goes alone. */
export const commitRecordsMax = 4_096;
/** Size of one commit, at most; likewise. */
export const commitSizeMax = 8 * 1024 * 1024;
/** Commits handed to the medium at a time: one being written, one ready behind it. */
export const commitsInFlight = 2;
/** From this many waiting appends on an idle queue is split over both commits, so that writing and answering overlap. */
const splitFrom = 64;

export interface Appended {
  readonly firstIndex: number;
  readonly lastIndex: number;
}

interface Waiting {
  readonly data: readonly string[];
  readonly use: ReserveUse;
  readonly size: number;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupCommit {
  /** Resolves in the order of indexes. @throws OrchError `journal-busy` when too much waits, or what `commit` throws. */
  append(data: readonly string[], use?: ReserveUse): Promise<Appended>;
  /** Refuses what waits and everything later with `error`; commits under way still answer. */
  refuse(error: OrchError): void;
  /** Resolves when nothing waits or is under way. */
  drained(): Promise<void>;
}

/** Makes the records durable as one unit, in the order of its calls, and answers the index of the first. */
export type Commit = (data: readonly string[], use: ReserveUse) => Promise<number>;

/**
 * Appends of any use share a commit, which may then use what the one that may use most may: with a disk that has room it
 * makes no difference. While `isTight`, each use has commits of its own.
 */
export function createGroupCommit(commit: Commit, isTight: () => boolean = () => false): GroupCommit {
  let waiting: Waiting[] = [];
  let waitingSize = 0;
  let inFlight = 0;
  let scheduled = false;
  let refusal: OrchError | undefined;
  let idle: (() => void)[] = [];

  function flush(): void {
    scheduled = false;
    while (inFlight < commitsInFlight && waiting.length > 0) void run(takeBatch());
    if (inFlight === 0 && waiting.length === 0) {
      for (const done of idle) done();
      idle = [];
    }
  }

  function takeBatch(): readonly Waiting[] {
    const wanted = inFlight === 0 && waiting.length >= splitFrom ? Math.ceil(waiting.length / 2) : waiting.length;
    let count = 0;
    let records = 0;
    let size = 0;
    while (count < wanted) {
      const next = waiting[count];
      if (next === undefined) break;
      if (isTight() && next.use !== waiting[0]?.use) break;
      if (count > 0 && (records + next.data.length > commitRecordsMax || size + next.size > commitSizeMax)) break;
      records += next.data.length;
      size += next.size;
      count += 1;
    }
    const batch = count === waiting.length ? waiting : waiting.slice(0, count);
    waiting = count === waiting.length ? [] : waiting.slice(count);
    waitingSize -= size;
    return batch;
  }

  async function run(batch: readonly Waiting[]): Promise<void> {
    inFlight += 1;
    try {
      const data = batch.length === 1 ? (batch[0]?.data ?? []) : batch.flatMap((append) => append.data);
      let index = await commit(data, mostOf(batch));
      for (const append of batch) {
        append.resolve({ firstIndex: index, lastIndex: index + append.data.length - 1 });
        index += append.data.length;
      }
    } catch (error) {
      for (const append of batch) append.reject(error);
    }
    inFlight -= 1;
    flush();
  }

  return {
    append(data, use = 'none') {
      if (refusal !== undefined) return Promise.reject(refusal);
      if (data.length === 0)
        return Promise.reject(new OrchError('journal-invalid', 'an append needs at least one record'));
      const size = data.reduce((sum, text) => sum + text.length, 0);
      if (waiting.length >= waitingAppendsMax || (waiting.length > 0 && waitingSize + size > waitingSizeMax)) {
        return Promise.reject(
          new OrchError('journal-busy', `${waiting.length} appends wait for the journal already`, {
            hint: 'the disk is slower than the writers: try again later, with fewer writes at a time',
          }),
        );
      }
      return new Promise((resolve, reject) => {
        waiting.push({ data, use, size, resolve, reject });
        waitingSize += size;
        if (scheduled || inFlight >= commitsInFlight) return;
        scheduled = true;
        // Behind the present tick, so that what is submitted together is committed together.
        queueMicrotask(flush);
      });
    },
    refuse(error) {
      refusal = error;
      const refused = waiting;
      waiting = [];
      waitingSize = 0;
      for (const append of refused) append.reject(error);
      flush();
    },
    drained() {
      if (inFlight === 0 && waiting.length === 0) return Promise.resolve();
      return new Promise((resolve) => {
        idle.push(resolve);
      });
    },
  };
}

function mostOf(batch: readonly Waiting[]): ReserveUse {
  if (batch.some(({ use }) => use === 'all')) return 'all';
  return batch.some(({ use }) => use === 'half') ? 'half' : 'none';
}
