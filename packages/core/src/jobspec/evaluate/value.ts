// The values of the language, and conversions between plain ones.

import { BigFloat, decimalText, type NumberValue, parseNumber } from './big-float.ts';
import type { Type } from './type.ts';

export type { NumberValue } from './big-float.ts';

/** A set: distinct elements of one type, in the order in which they are iterated. */
export class SetValue {
  readonly items: readonly Value[];
  readonly of: Type;
  constructor(items: readonly Value[], of: Type = { kind: 'any' }) {
    this.items = items;
    this.of = of;
  }
}

/** A list: its elements have one type. A plain array is a tuple, whose elements may be of different types. */
export class ListValue extends Array<Value> {
  readonly of: Type;
  private constructor(length: number, of: Type) {
    super(length);
    this.of = of;
  }
  /** What is made from a list by `map`, `filter` and `slice` is a plain array. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
  static make(items: readonly Value[], of: Type): ListValue {
    const list = new ListValue(items.length, of);
    for (let index = 0; index < items.length; index += 1) list[index] = items[index] as Value;
    return list;
  }
}

/** A map: its values have one type. A plain `Map` is an object, whose values may be of different types. */
export class MapValue extends Map<string, Value> {
  readonly of: Type;
  constructor(entries: Iterable<readonly [string, Value]>, of: Type) {
    super(entries);
    this.of = of;
  }
}

/** Objects and maps. Iteration goes by sorted keys, as in HCL. */
export type ObjectValue = ReadonlyMap<string, Value>;

export type Value = null | boolean | NumberValue | string | readonly Value[] | SetValue | ObjectValue;

/** A value of the wrong kind. The evaluator turns it into a diagnostic at the expression it came from. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
  /** Index of the argument that is to blame, for functions. */
  readonly argument: number | undefined;
  constructor(message: string, argument?: number) {
    super(message);
    this.argument = argument;
  }
}

export function isObject(value: Value): value is ObjectValue {
  return value instanceof Map;
}

export function isNumber(value: Value): value is NumberValue {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof BigFloat;
}

/** A list or tuple. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Text, a number, true or false. */
export function isPlain(value: Value): value is string | boolean | NumberValue {
  return typeof value === 'string' || typeof value === 'boolean' || isNumber(value);
}

/** How a value's kind is called in messages. */
export function describeValue(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return value.length <= 40 ? `the string "${value}"` : 'a string';
  if (isNumber(value)) return `the number ${numberText(value)}`;
  if (typeof value === 'boolean') return String(value);
  if (isList(value)) return 'a list';
  if (value instanceof SetValue) return 'a set';
  return value instanceof MapValue ? 'a map' : 'an object';
}

/** Decimal text as HCL writes it: no exponent, as many digits as the number has. */
export function numberText(value: NumberValue): string {
  return typeof value === 'number' && !Number.isSafeInteger(value)
    ? decimalText(parseNumber(String(value)) ?? value)
    : decimalText(value);
}

export function toText(value: Value): string {
  if (typeof value === 'string') return value;
  if (isNumber(value)) return numberText(value);
  if (typeof value === 'boolean') return String(value);
  throw new ValueError(`${describeValue(value)} is no text`);
}

export function toNumber(value: Value): NumberValue {
  if (isNumber(value)) return value;
  const parsed = typeof value === 'string' ? parseNumber(value) : undefined;
  if (parsed !== undefined) return parsed;
  throw new ValueError(`${describeValue(value)} is no number`);
}

export function toBool(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw new ValueError(`${describeValue(value)} is neither true nor false`);
}

/** The elements of a list or set. */
export function toItems(value: Value): readonly Value[] {
  if (isList(value)) return value;
  if (value instanceof SetValue) return value.items;
  throw new ValueError(`${describeValue(value)} is no list`);
}

/** Keys and values in the order of iteration: indexes for lists, the element itself for sets, sorted keys for objects. */
export function entriesOf(value: Value): readonly (readonly [Value, Value])[] {
  if (isList(value)) return Array.from(value, (item, index) => [index, item] as const);
  if (value instanceof SetValue) return value.items.map((item) => [item, item] as const);
  if (value !== null && isObject(value)) return sortedKeys(value).map((key) => [key, value.get(key) ?? null] as const);
  throw new ValueError(`${describeValue(value)} has no elements`);
}

export function sortedKeys(value: ObjectValue): string[] {
  return [...value.keys()].sort(compareText);
}

/** By code points, which is the order of the UTF-8 bytes. */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a === b) continue;
    const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdfff;
    return isHigh(a) === isHigh(b) ? a - b : isHigh(a) ? 1 : -1;
  }
  return left.length - right.length;
}
