// How large a value is when everything in it is written out, however often its parts are shared.

import { isList, isNumber, SetValue, type Value, ValueError } from './value.ts';

/** Largest value, in elements; 16 characters of text count as one. */
const MAX_WEIGHT = 500_000;

/** Deepest nesting of a value: what walks through values calls itself. Locals that hold each other grow deep. */
const MAX_DEPTH = 400;

/** Lists of plain values up to this length are weighed each time rather than remembered. */
const SHORT_LIST = 32;

const known = new WeakMap<object, number>();
const depths = new WeakMap<object, number>();

/** Elements of a value and of all values in it. Throws ValueError over the limit "value size". */
export function weigh(value: Value): number {
  if (typeof value === 'string') return 1 + (value.length >> 4);
  // A fraction has 155 digits.
  if (value === null || typeof value !== 'object' || isNumber(value))
    return typeof value === 'object' && value !== null ? 10 : 1;
  let weight = isList(value) && value.length <= SHORT_LIST ? weightOfPlain(value) : undefined;
  weight ??= known.get(value);
  if (weight === undefined) {
    weight = 1;
    const items = value instanceof SetValue ? value.items : isList(value) ? value : value.values();
    let depth = 1;
    for (const item of items) {
      weight += weigh(item);
      if (typeof item === 'object' && item !== null) depth = Math.max(depth, 1 + (depths.get(item) ?? 1));
    }
    if (depth > MAX_DEPTH) throw new ValueError(`the value is nested deeper than ${MAX_DEPTH} (limit "nesting")`);
    depths.set(value, depth);
    if (weight > MAX_WEIGHT)
      throw new ValueError(`the value has more than ${MAX_WEIGHT} elements (limit "value size")`);
    known.set(value, weight);
  }
  return weight;
}

function weightOfPlain(list: readonly Value[]): number | undefined {
  let weight = 1;
  for (const item of list) {
    if (typeof item === 'object' && item !== null) return undefined;
    weight += weigh(item);
  }
  return weight;
}
