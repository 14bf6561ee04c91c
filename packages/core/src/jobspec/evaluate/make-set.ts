// Sets: distinct elements, and the order in which they are iterated.

import { compareNumbers } from './big-float.ts';
import type { Type } from './type.ts';
import { typeOf } from './type-of.ts';
import {
  compareText,
  isList,
  isNumber,
  isObject,
  ListValue,
  MapValue,
  SetValue,
  sortedKeys,
  type Value,
} from './value.ts';

/** A set of distinct values of one type. Text, numbers and booleans are in their order; other elements in some fixed one. */
export function makeSet(items: readonly Value[], of?: Type): SetValue {
  const distinct = new Map<string, Value>();
  for (const item of items) {
    const key = elementKey(item);
    if (!distinct.has(key)) distinct.set(key, item);
  }
  const entries = [...distinct].sort(compareEntries);
  const type = of ?? (entries[0] === undefined ? ({ kind: 'any' } as const) : typeOf(entries[0][1]));
  return new SetValue(
    entries.map(([, value]) => value),
    type,
  );
}

type Entry = readonly [key: string, value: Value];

function compareEntries([leftKey, left]: Entry, [rightKey, right]: Entry): number {
  if (left === null || right === null) return (left === null ? 1 : 0) - (right === null ? 1 : 0);
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  if (isNumber(left) && isNumber(right)) return compareNumbers(left, right);
  return compareText(leftKey, rightKey);
}

/** A text that is the same for equal values of one type only. Its order is that of elements which have no other. */
export function elementKey(value: Value): string {
  if (value === null) return '~';
  if (typeof value === 'boolean') return value ? 'T' : 'F';
  if (typeof value === 'string') return JSON.stringify(value);
  if (isNumber(value)) return String(value);
  if (isList(value)) {
    const items = value.map((item) => `${elementKey(item)};`).join('');
    return value instanceof ListValue ? `[${items}]` : `<${items}>`;
  }
  if (value instanceof SetValue) return `[${value.items.map((item) => `${elementKey(item)};`).join('')}]`;
  if (!isObject(value)) return '';
  // All elements of a set have one type, so that the names of an object's members are the same in all of them.
  const isMap = value instanceof MapValue;
  const members = sortedKeys(value).map((key) => {
    const item = `${elementKey(value.get(key) ?? null)};`;
    return isMap ? `${JSON.stringify(key)}:${item}` : item;
  });
  return isMap ? `{${members.join('')}}` : `<${members.join('')}>`;
}
