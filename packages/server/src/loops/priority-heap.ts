// A binary heap: the smallest item by a given order first.

export interface Heap<T> {
  readonly size: number;
  push(item: T): void;
  /** Takes the first item; undefined when empty. */
  pop(): T | undefined;
  /** Takes out every item the test accepts; the rest keeps its order. */
  remove(test: (item: T) => boolean): void;
}

/** @param before whether `left` comes before `right`; items of equal rank come in any order. */
export function heap<T>(before: (left: T, right: T) => boolean): Heap<T> {
  let items: T[] = [];

  const swap = (left: number, right: number) => {
    const held = items[left] as T;
    items[left] = items[right] as T;
    items[right] = held;
  };
  const up = (start: number) => {
    for (let index = start; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!before(items[index] as T, items[parent] as T)) return;
      swap(index, parent);
      index = parent;
    }
  };
  const down = () => {
    for (let index = 0; ; ) {
      const left = index * 2 + 1;
      const right = left + 1;
      let first = index;
      if (left < items.length && before(items[left] as T, items[first] as T)) first = left;
      if (right < items.length && before(items[right] as T, items[first] as T)) first = right;
      if (first === index) return;
      swap(index, first);
      index = first;
    }
  };

  return {
    get size() {
      return items.length;
    },
    push(item) {
      items.push(item);
      up(items.length - 1);
    },
    pop() {
      const first = items[0];
      const last = items.pop();
      if (items.length > 0) {
        items[0] = last as T;
        down();
      }
      return first;
    },
    remove(test) {
      const kept = items.filter((item) => !test(item));
      if (kept.length === items.length) return;
      items = [];
      for (const item of kept) this.push(item);
    },
  };
}
