// Equality.

import { compareNumbers } from './big-float.ts';
import { sameType } from './type.ts';
import { typeOf } from './type-of.ts';
import { isList, isNumber, isObject, SetValue, type Value } from './value.ts';

/** Values of different types are never equal: `1 == "1"` is false, and so is a list beside a tuple. */
export function sameValue(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (left === null || right === null) return false;
  if (isNumber(left) && isNumber(right)) return compareNumbers(left, right) === 0;
  if (typeof left !== 'object' || typeof right !== 'object') return false;
  return sameType(typeOf(left), typeOf(right)) && sameParts(left, right);
}

function sameParts(left: Value, right: Value): boolean {
  if (left === null || right === null || typeof left !== 'object' || typeof right !== 'object') {
    return left === right || (isNumber(left) && isNumber(right) && compareNumbers(left, right) === 0);
  }
  if (isNumber(left) || isNumber(right)) return sameValue(left, right);
  if (isList(left) && isList(right)) {
    return left.length === right.length && left.every((item, index) => sameParts(item, right[index] as Value));
  }
  if (left instanceof SetValue && right instanceof SetValue) {
    return left.items.length === right.items.length && left.items.every((item) => hasItem(right.items, item));
  }
  if (!isObject(left) || !isObject(right) || left.size !== right.size) return false;
  for (const [key, value] of left) {
    const other = right.get(key);
    if (other === undefined || !sameParts(value, other)) return false;
  }
  return true;
}

export function hasItem(items: readonly Value[], item: Value): boolean {
  return items.some((other) => sameValue(other, item));
}
