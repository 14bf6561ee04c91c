// The server's one door to state: journal first, then the state machine, then everybody who waits.

import type { StateSnapshot } from '@orch/core/model/snapshot';
import type { Changes, Entry } from '@orch/core/state/entry';

/** Tables a reader can wait on; with a key = one object (job key, node id, …). */
export interface WatchScope {
  readonly table: 'jobs' | 'nodes' | 'allocations' | 'evaluations' | 'deployments';
  readonly key?: string;
}

export interface Store {
  /** Index of the last applied entry; at least 1 on an empty store. */
  readonly index: number;
  /** A stable view at the present index; cheap. */
  snapshot(): StateSnapshot;
  /**
   * Appends durably, then applies. Concurrent submits are grouped into one commit and applied in order.
   * @throws OrchError `journal-full`, `journal-broken`, `not-leader`; nothing was applied then.
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
  /** Called in order after each applied entry, synchronously; must not throw. Returns the unsubscriber. */
  onApplied(listener: (changes: Changes, entry: Entry) => void): () => void;
  close(): Promise<void>;
}
