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
    const { items, count } = this;
    this.count = start;
    const first = items[start] as T;
    // Most lists are short: these are made without a call.
    switch (count - start) {
      case 0:
        return NOTHING;
      case 1:
        return [first];
      case 2:
        return [first, items[start + 1] as T];
      case 3:
        return [first, items[start + 1] as T, items[start + 2] as T];
      default:
        return items.slice(start, count);
    }
  }
}
