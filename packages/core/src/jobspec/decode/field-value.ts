// Values of the language -> field values of the model, by the field's type.

import type { Json } from '../../model/task.ts';
import { nsToMs, parseDuration } from '../../schema/duration.ts';
import type { BlockType, FieldType } from '../../schema/field.ts';
import { BigFloat } from '../evaluate/big-float.ts';
import {
  describeValue,
  isList,
  isNumber,
  isObject,
  SetValue,
  sortedKeys,
  toBool,
  toNumber,
  toText,
  type Value,
  ValueError,
} from '../evaluate/value.ts';

/** A value that does not fit its field. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
  readonly expected: string;
  readonly found: string;
  readonly hint: string | undefined;
  constructor(expected: string, value: Value, hint?: string) {
    super(`expected ${expected}`);
    this.expected = expected;
    this.found = describeValue(value);
    this.hint = hint ?? runtimeHint(value);
  }
}

function runtimeHint(value: Value): string | undefined {
  if (typeof value !== 'string' || !value.includes('${')) return undefined;
  return 'a value that is known only at run time cannot stand here; use var or local';
}

type ScalarType = Exclude<FieldType, BlockType>;

/** Throws Mismatch. Text, numbers and booleans convert into each other as HCL allows. */
export function convertToField(value: Value, type: ScalarType): unknown {
  if (typeof type === 'object') return type.kind === 'list' ? toFieldList(value, type.of) : toFieldMap(value);
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : convert(value, 'text', toText);
    case 'bool':
      return typeof value === 'boolean' ? value : convert(value, 'true or false', toBool);
    case 'int':
      return toInteger(value);
    case 'float':
      return convert(value, 'a number', (item) => Number(toNumber(item)));
    case 'duration':
      return toDuration(value);
    case 'json':
      return toJson(value);
  }
}

function convert<T>(value: Value, expected: string, apply: (value: Value) => T): T {
  try {
    return apply(value);
  } catch (error) {
    if (error instanceof ValueError) throw new Mismatch(expected, value);
    throw error;
  }
}

function toInteger(value: Value): number {
  const number = typeof value === 'number' ? value : convert(value, 'a whole number', toNumber);
  const integer = Number(number);
  if (!Number.isSafeInteger(integer)) throw new Mismatch('a whole number', value);
  // -0 is 0.
  return integer + 0;
}

const DURATION = 'a duration such as "30s" or "1h30m"';

function toDuration(value: Value): number {
  if (isNumber(value)) return nsToMs(Number(value));
  const ms = typeof value === 'string' ? parseDuration(value) : undefined;
  if (ms !== undefined) return ms;
  const isBare = typeof value === 'string' && /^\d+$/.test(value);
  throw new Mismatch(DURATION, value, isBare ? `add a unit: "${value}s"` : undefined);
}

function toFieldList(value: Value, of: 'string' | 'int' | 'float'): unknown {
  const expected = of === 'string' ? 'a list of texts' : 'a list of numbers';
  if (value instanceof SetValue || isList(value)) {
    const items = value instanceof SetValue ? value.items : value;
    const result: unknown[] = new Array<unknown>(items.length);
    for (let index = 0; index < items.length; index += 1) result[index] = convertToField(items[index] as Value, of);
    return result;
  }
  throw new Mismatch(expected, value, typeof value === 'string' ? 'put it in brackets: […]' : undefined);
}

function toFieldMap(value: Value): unknown {
  if (value === null || !isObject(value)) throw new Mismatch('a map of texts', value);
  const result: Record<string, string> = {};
  for (const key of sortedKeys(value)) {
    const item = value.get(key) ?? null;
    if (item !== null && key !== '__proto__')
      result[key] = typeof item === 'string' ? item : convert(item, 'a map of texts', toText);
  }
  return result;
}

/** Any value as plain data. Numbers beyond 2^53 become text, so that no digit is lost. */
export function toJson(value: Value): Json {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof BigFloat) return Number(value);
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof SetValue) return value.items.map(toJson);
  if (isList(value)) return value.map(toJson);
  const result: Record<string, Json> = {};
  for (const [key, item] of value as ReadonlyMap<string, Value>) {
    if (key === '__proto__') continue;
    result[key] = toJson(item);
  }
  return result;
}
