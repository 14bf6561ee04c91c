// The server's one door to state: journal first, then the state machine, then everybody who waits.

import type { StateSnapshot } from '@orch/core/model/snapshot';
import type { TableName } from '@orch/core/state';
import type { Changes, Entry } from '@orch/core/state/entry';

/**
 * What a reader can wait on: a whole table, one object by its key (job key, node id, …), or the rows of one job (job key;
 * allocations, evaluations, deployments) or of one node (allocations). At most one of the three.
 */
export interface WatchScope {
  readonly table: TableName;
  readonly key?: string;
  readonly job?: string;
  readonly node?: string;
}

export interface Store {
  /** Index of the last applied entry; at least 1 on an empty store. */
  readonly index: number;
  /** A stable view at the present index; cheap. */
  snapshot(): StateSnapshot;
  /** Keys that begin with `prefix`, sorted, at most `limit`; for jobs the prefix is `jobKey(namespace, start)`. @default limit 20 */
  findByPrefix(table: TableName, prefix: string, limit?: number): readonly string[];
  /** Hash of the state at the present index. */
  hash(): string;
  /** Saves a snapshot now; otherwise it happens by itself. @throws OrchError `journal-full` and others of the journal */
  saveSnapshot(): Promise<void>;
  /**
   * Appends durably, then applies. Concurrent submits are grouped into one commit and applied in order.
   * @throws OrchError `journal-full`, `journal-busy`, `journal-broken`, `not-leader`; nothing was applied then.
   */
  submit(entry: Entry): Promise<Changes>;
  /** The index at which the scope last changed (for X-Nomad-Index), at least 1. */
  scopeIndex(scopes: readonly WatchScope[]): number;
  /** Resolves with the scope's index once it is above `index`, or with the present one after `timeoutMs` or when `signal` aborts. */
  waitAbove(
    scopes: readonly WatchScope[],
    index: number,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<number>;
  /** Called in order after each applied entry, synchronously; one that throws is logged and goes on being called. Returns the unsubscriber. */
  onApplied(listener: (changes: Changes, entry: Entry) => void): () => void;
  close(): Promise<void>;
}
