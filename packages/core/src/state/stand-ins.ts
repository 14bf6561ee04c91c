// Rows that readers get in place of damaged ones. The tables keep what the journal says, so that all servers agree.

/** A map that is copied when it is written to: snapshots hold on to what it was. Nearly always empty. */
export class StandIns<Row> {
  #rows: ReadonlyMap<string, Row> = new Map();

  view(): ReadonlyMap<string, Row> {
    return this.#rows;
  }

  /** @param row what stands in for `id` from now on; undefined = nothing has to */
  note(id: string, row: Row | undefined): void {
    if (row === undefined && !this.#rows.has(id)) return;
    const rows = new Map(this.#rows);
    if (row === undefined) rows.delete(id);
    else rows.set(id, row);
    this.#rows = rows;
  }
}
