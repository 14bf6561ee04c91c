// A table: pages of rows. A view is the list of page references; the writer copies a page on its first write after a view was taken.

export const rowsPerPage = 256;
const pageBits = 8;
const pageMask = rowsPerPage - 1;

interface Page<Row> {
  /** The table's generation in which this copy was made: only then may it be written. */
  readonly generation: number;
  readonly rows: (Row | undefined)[];
}

/** Where removed keys used to be, for the views that were taken before. Views hold the list, so it goes when they go. */
interface Grave {
  readonly removed: Map<string, number>;
  next: Grave | undefined;
}

/** A stable view of a table. */
export class TableView<Row extends object> {
  readonly size: number;
  readonly #keyOf: (row: Row) => string;
  readonly #slots: ReadonlyMap<string, number>;
  readonly #pages: readonly Page<Row>[];
  readonly #grave: Grave;

  constructor(
    keyOf: (row: Row) => string,
    slots: ReadonlyMap<string, number>,
    pages: readonly Page<Row>[],
    grave: Grave,
  ) {
    this.size = slots.size;
    this.#keyOf = keyOf;
    this.#slots = slots;
    this.#pages = pages;
    this.#grave = grave;
  }

  get(key: string): Row | undefined {
    // The key map is shared with the writer, so a slot counts only when this view's page holds the key there.
    const slot = this.#slots.get(key);
    if (slot !== undefined) {
      const row = this.at(slot);
      if (row !== undefined && this.#keyOf(row) === key) return row;
    }
    for (let grave: Grave | undefined = this.#grave; grave !== undefined; grave = grave.next) {
      const earlier = grave.removed.get(key);
      if (earlier === undefined) continue;
      const row = this.at(earlier);
      if (row !== undefined && this.#keyOf(row) === key) return row;
    }
    return undefined;
  }

  at(slot: number): Row | undefined {
    return this.#pages[slot >>> pageBits]?.rows[slot & pageMask];
  }

  /** Rows in the order of their slots. */
  *rows(): Generator<Row> {
    for (const page of this.#pages) {
      for (const row of page.rows) if (row !== undefined) yield row;
    }
  }

  get pageCount(): number {
    return this.#pages.length;
  }

  page(number: number): readonly (Row | undefined)[] {
    return this.#pages[number]?.rows ?? [];
  }
}

/**
 * Rows by key, each in a numbered slot that it keeps for life. A freed slot is used again, lowest first, so that two
 * tables with the same history, or one restored from the other, give the same order.
 */
export class Table<Row extends object> {
  /** Slots written since somebody last cleared this; kept only for tables that are hashed. */
  readonly touched: Set<number> | undefined;
  readonly #keyOf: (row: Row) => string;
  readonly #slots = new Map<string, number>();
  #pages: Page<Row>[] = [];
  #generation = 0;
  #listGeneration = 0;
  /** Slots handed out so far, free ones included. */
  #end = 0;
  /** Descending, so that the lowest is popped. */
  #free: number[] = [];
  #freeSorted = true;
  #grave: Grave = { removed: new Map(), next: undefined };
  #view: TableView<Row> | undefined;

  constructor(keyOf: (row: Row) => string, options: { readonly hashed?: boolean } = {}) {
    this.#keyOf = keyOf;
    this.touched = options.hashed === true ? new Set() : undefined;
  }

  get size(): number {
    return this.#slots.size;
  }

  /** Moves with each new view: a row made in the present generation is in no view yet. */
  get generation(): number {
    return this.#generation;
  }

  get(key: string): Row | undefined {
    const slot = this.#slots.get(key);
    return slot === undefined ? undefined : this.at(slot);
  }

  at(slot: number): Row | undefined {
    return this.#pages[slot >>> pageBits]?.rows[slot & pageMask];
  }

  slotOf(key: string): number | undefined {
    return this.#slots.get(key);
  }

  keys(): Iterable<string> {
    return this.#slots.keys();
  }

  /** Adds or replaces; answers the row's slot. */
  set(row: Row): number {
    const key = this.#keyOf(row);
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = this.#takeSlot();
      this.#slots.set(key, slot);
    }
    this.#write(slot, row);
    return slot;
  }

  /** Removes; answers the slot the row had. */
  remove(key: string): number | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    this.#slots.delete(key);
    if (!this.#grave.removed.has(key)) this.#grave.removed.set(key, slot);
    this.#write(slot, undefined);
    this.#free.push(slot);
    this.#freeSorted = false;
    return slot;
  }

  /** Puts a row where a serialised table had it. Call `restored` when all are in. */
  restore(slot: number, row: Row): void {
    this.#slots.set(this.#keyOf(row), slot);
    this.#write(slot, row);
    this.#end = Math.max(this.#end, slot + 1);
  }

  restored(): void {
    this.#free = [];
    for (let slot = this.#end - 1; slot >= 0; slot -= 1) if (this.at(slot) === undefined) this.#free.push(slot);
    this.#freeSorted = true;
  }

  view(): TableView<Row> {
    if (this.#view !== undefined) return this.#view;
    if (this.#grave.removed.size > 0) {
      const next: Grave = { removed: new Map(), next: undefined };
      this.#grave.next = next;
      this.#grave = next;
    }
    this.#generation += 1;
    this.#view = new TableView(this.#keyOf, this.#slots, this.#pages, this.#grave);
    return this.#view;
  }

  #takeSlot(): number {
    if (!this.#freeSorted) {
      this.#free.sort((left, right) => right - left);
      this.#freeSorted = true;
    }
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const slot = this.#end;
    this.#end += 1;
    return slot;
  }

  #write(slot: number, row: Row | undefined): void {
    this.#view = undefined;
    this.touched?.add(slot);
    const number = slot >>> pageBits;
    const page = this.#pages[number];
    if (page !== undefined && page.generation === this.#generation) {
      page.rows[slot & pageMask] = row;
      return;
    }
    if (this.#listGeneration !== this.#generation) {
      this.#pages = this.#pages.slice();
      this.#listGeneration = this.#generation;
    }
    while (this.#pages.length < number) this.#pages.push({ generation: this.#generation, rows: emptyRows() });
    const rows = page === undefined ? emptyRows<Row>() : page.rows.slice();
    rows[slot & pageMask] = row;
    this.#pages[number] = { generation: this.#generation, rows };
  }
}

function emptyRows<Row>(): (Row | undefined)[] {
  return new Array<Row | undefined>(rowsPerPage).fill(undefined);
}
