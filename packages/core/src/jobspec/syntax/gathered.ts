// What a parser gathers for lists: one list for all levels of nesting, because a list for each would be mostly room.

const NOTHING: readonly never[] = [];

export class Gathered<T> {
  private readonly items: T[] = [];
  /** How many there are; what the list has beyond is left from earlier. Who sets it back drops what came since. */
  count = 0;

  add(item: T): void {
    this.items[this.count] = item;
    this.count += 1;
  }

  /** Below `count`. */
  at(index: number): T {
    return this.items[index] as T;
  }

  /** Takes what was gathered since there were `start`, as a list that has room for nothing else. */
  takeFrom(start: number): readonly T[] {
    if (this.count === start) return NOTHING;
    const taken = this.items.slice(start, this.count);
    this.count = start;
    return taken;
  }
}
