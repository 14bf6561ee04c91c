// The hash of a table: the sum of its rows' hashes, brought up to date from the slots written since the last time.

import { contentHash } from './structural.ts';
import type { Table } from './table.ts';

/** Above this many written slots the sums are brought up to date at once, so that no single call takes long. */
export const touchedLimit = 4_096;

/** Sums of a table's row hashes. Equal tables have equal sums whatever their history. */
export class TableHash<Row extends object> {
  readonly #table: Table<Row>;
  readonly #rowsA: number[] = [];
  readonly #rowsB: number[] = [];
  #sumA = 0;
  #sumB = 0;

  constructor(table: Table<Row>) {
    this.#table = table;
  }

  /** Folds in what was written since the last call. */
  fold(): void {
    const { touched } = this.#table;
    if (touched === undefined) return;
    for (const slot of touched) {
      const row = this.#table.at(slot);
      let a = 0;
      let b = 0;
      if (row !== undefined) [a, b] = contentHash(row);
      this.#sumA = (this.#sumA - (this.#rowsA[slot] ?? 0) + a) >>> 0;
      this.#sumB = (this.#sumB - (this.#rowsB[slot] ?? 0) + b) >>> 0;
      // Slots come in any order; filling keeps the arrays dense.
      while (this.#rowsA.length <= slot) {
        this.#rowsA.push(0);
        this.#rowsB.push(0);
      }
      this.#rowsA[slot] = a;
      this.#rowsB[slot] = b;
    }
    touched.clear();
  }

  foldWhenMany(): void {
    if ((this.#table.touched?.size ?? 0) > touchedLimit) this.fold();
  }

  /** Sums and the number of rows. */
  sums(): readonly [number, number, number] {
    this.fold();
    return [this.#sumA, this.#sumB, this.#table.size];
  }
}
