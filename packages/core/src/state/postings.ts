// A secondary index: for each key the slots of the rows that have it, in the order of slots, stable in views.

import { Table, type TableView } from './table.ts';

interface Posting {
  readonly key: string;
  readonly generation: number;
  /** Ascending; written in place only while no view holds it. */
  readonly slots: number[];
}

const none: readonly number[] = [];

export interface PostingsView {
  get(key: string): readonly number[];
}

export class Postings {
  readonly #table = new Table<Posting>((posting) => posting.key);

  get(key: string): readonly number[] {
    return this.#table.get(key)?.slots ?? none;
  }

  add(key: string, slot: number): void {
    insertSlot(this.#own(key).slots, slot);
  }

  remove(key: string, slot: number): void {
    if (this.#table.get(key) === undefined) return;
    const { slots } = this.#own(key);
    removeSlot(slots, slot);
    if (slots.length === 0) this.#table.remove(key);
  }

  view(): PostingsView {
    const view: TableView<Posting> = this.#table.view();
    return { get: (key) => view.get(key)?.slots ?? none };
  }

  /** The posting as a copy no view holds. */
  #own(key: string): Posting {
    const held = this.#table.get(key);
    const generation = this.#table.generation;
    if (held !== undefined && held.generation === generation) return held;
    const owned = { key, generation, slots: held === undefined ? [] : held.slots.slice() };
    this.#table.set(owned);
    return owned;
  }
}

/** Keeps `slots` ascending; new rows mostly have the highest slot. */
export function insertSlot(slots: number[], slot: number): void {
  const last = slots[slots.length - 1];
  if (last === undefined || last < slot) {
    slots.push(slot);
    return;
  }
  const at = lowerBound(slots, slot);
  if (slots[at] !== slot) slots.splice(at, 0, slot);
}

export function removeSlot(slots: number[], slot: number): void {
  const at = lowerBound(slots, slot);
  if (slots[at] === slot) slots.splice(at, 1);
}

function lowerBound(slots: readonly number[], slot: number): number {
  let low = 0;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((slots[middle] ?? 0) < slot) low = middle + 1;
    else high = middle;
  }
  return low;
}
