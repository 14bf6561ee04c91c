// The values of the language, and conversions between them.

import type { NumberValue } from '../syntax/ast.ts';

/** A set: distinct elements, in the order in which they are iterated. */
export class SetValue {
  readonly items: readonly Value[];
  constructor(items: readonly Value[]) {
    this.items = items;
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
  return typeof value === 'number' || typeof value === 'bigint';
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** How a value's kind is called in messages. */
export function describeValue(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return value.length <= 40 ? `the string "${value}"` : 'a string';
  if (isNumber(value)) return `the number ${numberText(value)}`;
  if (typeof value === 'boolean') return String(value);
  if (isList(value)) return 'a list';
  return value instanceof SetValue ? 'a set' : 'an object';
}

/** Decimal text as HCL writes it: no exponent, up to 15 significant digits for fractions. */
export function numberText(value: NumberValue): string {
  if (typeof value === 'bigint') return value.toString();
  if (Number.isInteger(value)) return Math.abs(value) < 1e21 ? String(value) : BigInt(value).toString();
  const text = String(Number.parseFloat(value.toPrecision(15)));
  return text.includes('e') ? value.toFixed(20).replace(/0+$/, '') : text;
}

/** An integer within 2^53 as a number; everything larger stays a bigint. */
export function normalizeNumber(value: NumberValue): NumberValue {
  if (typeof value === 'number') return Number.isInteger(value) || !Number.isFinite(value) ? value : trim(value);
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

/** HCL computes with far more binary digits than a double has; 15 decimal digits are what both agree on. */
function trim(value: number): number {
  return Number.parseFloat(value.toPrecision(15));
}

export function toText(value: Value): string {
  if (typeof value === 'string') return value;
  if (isNumber(value)) return numberText(value);
  if (typeof value === 'boolean') return String(value);
  throw new ValueError(`${describeValue(value)} is no text`);
}

const NUMBER_TEXT = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

export function toNumber(value: Value): NumberValue {
  if (isNumber(value)) return value;
  if (typeof value === 'string' && value.length <= 512 && NUMBER_TEXT.test(value)) {
    const parsed = Number(value);
    if (Number.isSafeInteger(parsed) || !/^[+-]?\d+$/.test(value)) return parsed;
    return BigInt(value.startsWith('+') ? value.slice(1) : value);
  }
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
  if (isList(value)) return value.map((item, index) => [index, item] as const);
  if (value instanceof SetValue) return value.items.map((item) => [item, item] as const);
  if (isObject(value)) return sortedKeys(value).map((key) => [key, value.get(key) as Value] as const);
  throw new ValueError(`${describeValue(value)} is no list, set or object`);
}

export function sortedKeys(value: ObjectValue): string[] {
  return [...value.keys()].sort(compareText);
}

export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

export function sameValue(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (isNumber(left) && isNumber(right)) {
    // Loose on purpose: 1 and 1n are the same number.
    return numberText(left) === numberText(right);
  }
  if (isList(left) && isList(right)) {
    return left.length === right.length && left.every((item, index) => sameValue(item, right[index] as Value));
  }
  if (left instanceof SetValue && right instanceof SetValue) {
    return left.items.length === right.items.length && left.items.every((item) => hasItem(right.items, item));
  }
  if (left !== null && right !== null && isObject(left) && isObject(right)) {
    if (left.size !== right.size) return false;
    for (const [key, value] of left) {
      const other = right.get(key);
      if (other === undefined || !sameValue(value, other)) return false;
    }
    return true;
  }
  return false;
}

export function hasItem(items: readonly Value[], item: Value): boolean {
  return items.some((other) => sameValue(other, item));
}

/** A set of distinct values; text is sorted, as HCL iterates it. */
export function makeSet(items: readonly Value[]): SetValue {
  const seen = new Set<Value>();
  const distinct: Value[] = [];
  for (const item of items) {
    const isPlain = typeof item === 'string' || typeof item === 'boolean' || typeof item === 'number';
    if (isPlain ? seen.has(item) : hasItem(distinct, item)) continue;
    if (isPlain) seen.add(item);
    distinct.push(item);
  }
  if (distinct.every((item) => typeof item === 'string')) (distinct as string[]).sort(compareText);
  return new SetValue(distinct);
}
