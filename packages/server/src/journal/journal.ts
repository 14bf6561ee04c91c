// The journal's contract: an ordered, durable sequence of entries with snapshots. Implementations pass one conformance suite.

/** One durable entry. `data` is the JSON text of an `Entry`. */
export interface JournalRecord {
  readonly index: number;
  readonly data: string;
}

export interface JournalSnapshot {
  readonly index: number;
  /** Opaque to the journal; checksummed by it. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * What a write may use of the room a journal holds back for a full disk: `none` for what makes more, `half` for what
 * happened anyhow, `all` for what frees things.
 */
export type ReserveUse = 'none' | 'half' | 'all';

/**
 * Ordered and durable. Index is the journal's own contiguous number from 1. One writer: whoever holds `lead`.
 */
export interface Journal {
  /** Index of the last durable record, 0 when empty. */
  readonly lastIndex: number;
  /**
   * Appends records with the next indexes, as one atomic batch. Resolves when they are durable, in the order of indexes.
   * Appends that wait at the same time share a commit. Call `lead` first.
   * @default use `none`
   * @throws OrchError `journal-full` (nothing of it was kept, later appends may work), `journal-busy` (too much waits),
   *   `journal-broken`, `not-leader`
   */
  append(
    data: readonly string[],
    use?: ReserveUse,
  ): Promise<{ readonly firstIndex: number; readonly lastIndex: number }>;
  /** Records behind `afterIndex`, in order. @throws OrchError `journal-compacted` when some are gone: load the snapshot first. */
  replay(afterIndex: number): AsyncIterable<JournalRecord>;
  /** The newest intact snapshot. */
  loadSnapshot(): Promise<JournalSnapshot | undefined>;
  /** Stores a snapshot durably, keeps two, then drops records it makes superfluous. */
  saveSnapshot(snapshot: JournalSnapshot): Promise<void>;
  /** Calls back with records written by another leader; the embedded journal has none. Returns the unsubscriber. */
  follow(listener: (record: JournalRecord) => void): () => void;
  /** Resolves when this process leads; `lost` aborts when it no longer does, and appends are refused (fencing). */
  lead(name: string, signal: AbortSignal): Promise<{ readonly lost: AbortSignal; resign(): Promise<void> }>;
  close(): Promise<void>;
}
