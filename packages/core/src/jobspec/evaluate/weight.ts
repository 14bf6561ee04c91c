// How large a value is when everything in it is written out, however often its parts are shared.

import { isList, isNumber, SetValue, type Value, ValueError } from './value.ts';

/** Largest value, in elements; 16 characters of text count as one. */
const MAX_WEIGHT = 2_000_000;

const known = new WeakMap<object, number>();

/** Elements of a value and of all values in it. Throws ValueError over the limit "value size". */
export function weigh(value: Value): number {
  if (typeof value === 'string') return 1 + (value.length >> 4);
  if (value === null || typeof value !== 'object' || isNumber(value)) return 1;
  let weight = known.get(value);
  if (weight === undefined) {
    weight = 1;
    const items = value instanceof SetValue ? value.items : isList(value) ? value : value.values();
    for (const item of items) weight += weigh(item);
    if (weight > MAX_WEIGHT)
      throw new ValueError(`the value has more than ${MAX_WEIGHT} elements (limit "value size")`);
    known.set(value, weight);
  }
  return weight;
}
