// What the journal's main side and its worker thread say to each other. Types only: the worker is its own entry file.

import type { ReserveUse } from '../journal.ts';

/** Handed over when the worker starts. */
export interface WorkerStart {
  readonly file: string;
  /** Index of the newest saved state: records up to it must not be missing. 0 when there is none. */
  readonly snapshotIndex: number;
}

export type WorkerRequest =
  | { readonly op: 'commit'; readonly count: number; readonly data: Uint8Array; readonly use: ReserveUse }
  | { readonly op: 'read'; readonly after: number }
  | { readonly op: 'drop'; readonly upTo: number }
  | { readonly op: 'close' };

/** One row: the texts of records `first` to `last`, joined by `recordSeparator`. */
export interface Batch {
  readonly first: number;
  readonly last: number;
  readonly text: string;
}

export type WorkerFailure =
  | { readonly kind: 'full' | 'broken' | 'in-use'; readonly message: string }
  | { readonly kind: 'corrupt'; readonly index: number; readonly message: string };

export type WorkerAnswer =
  | {
      readonly ok: true;
      readonly firstIndex: number;
      readonly lastIndex: number;
      /** The reserve for a full disk is in use. */
      readonly tight: boolean;
      readonly batches?: readonly Batch[];
    }
  | { readonly ok: false; readonly failure: WorkerFailure };

/** Between the texts of a commit's records, in UTF-8: a control character JSON text cannot contain unescaped. */
export const recordSeparator = '\u001e';
