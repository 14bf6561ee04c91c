// A binary heap of table rows, best key first and lowest rank first among equals, with removal from the middle.

/** State shared by all heaps of one candidate set: every row is in at most one heap. */
export interface HeapRows {
  /** What a row is ordered by. */
  readonly keys: Float64Array;
  /** Decides between equal keys: no two rows have the same. */
  readonly ranks: Int32Array;
  /** Where in its heap a row is; −1 = in none. */
  readonly positions: Int32Array;
}

export function heapRows(ranks: Int32Array): HeapRows {
  const count = ranks.length;
  return { keys: new Float64Array(count), ranks, positions: new Int32Array(count).fill(-1) };
}

/** True when row `one` comes before row `other`. */
function isBefore(rows: HeapRows, one: number, other: number): boolean {
  const left = rows.keys[one] as number;
  const right = rows.keys[other] as number;
  return left > right || (left === right && (rows.ranks[one] as number) < (rows.ranks[other] as number));
}

export function heapPush(heap: number[], rows: HeapRows, row: number): void {
  heap.push(row);
  siftUp(heap, rows, heap.length - 1);
}

export function heapRemove(heap: number[], rows: HeapRows, row: number): void {
  const position = rows.positions[row] as number;
  const last = heap.pop() as number;
  rows.positions[row] = -1;
  if (last === row) return;
  heap[position] = last;
  rows.positions[last] = position;
  siftDown(heap, rows, position);
  siftUp(heap, rows, rows.positions[last] as number);
}

function siftUp(heap: number[], rows: HeapRows, from: number): void {
  const row = heap[from] as number;
  let at = from;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] as number;
    if (!isBefore(rows, row, above)) break;
    heap[at] = above;
    rows.positions[above] = at;
    at = parent;
  }
  heap[at] = row;
  rows.positions[row] = at;
}

function siftDown(heap: number[], rows: HeapRows, from: number): void {
  const row = heap[from] as number;
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    const right = child + 1;
    if (right < heap.length && isBefore(rows, heap[right] as number, heap[child] as number)) child = right;
    const below = heap[child] as number;
    if (!isBefore(rows, below, row)) break;
    heap[at] = below;
    rows.positions[below] = at;
    at = child;
  }
  heap[at] = row;
  rows.positions[row] = at;
}
