// Values as JSON text and back, and plain data of other formats.

import { fromDouble, parseNumber } from '../evaluate/big-float.ts';
import {
  isList,
  isNumber,
  type NumberValue,
  numberText,
  SetValue,
  sortedKeys,
  type Value,
  ValueError,
} from '../evaluate/value.ts';

/** Deepest nesting of what is decoded. */
const MAX_DEPTH = 400;

/** JSON as HCL's jsonencode writes it: sorted keys, no blanks, `<`, `>` and `&` escaped. */
export function encodeJson(value: Value): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (isNumber(value)) return numberText(value);
  if (typeof value === 'string') return encodeText(value);
  if (value instanceof SetValue) return `[${value.items.map(encodeJson).join(',')}]`;
  if (isList(value)) return `[${value.map(encodeJson).join(',')}]`;
  const members = sortedKeys(value).map((key) => `${encodeText(key)}:${encodeJson(value.get(key) ?? null)}`);
  return `{${members.join(',')}}`;
}

const ESCAPED = /[<>&\u2028\u2029]/g;

function encodeText(text: string): string {
  return JSON.stringify(text).replace(ESCAPED, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A number whose digits a double cannot hold. */
class WrittenNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export function decodeJson(text: string): Value {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text, keepDigits);
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep();
    throw new ValueError(`this is no JSON: ${error instanceof Error ? error.message : String(error)}`, 0);
  }
  return fromPlain(parsed);
}

function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  return new WrittenNumber(context?.source ?? String(value));
}

function tooDeep(): ValueError {
  return new ValueError(`it is nested deeper than ${MAX_DEPTH} (limit "nesting")`, 0);
}

/** Plain data: null, booleans, numbers, bigints, texts, arrays, objects and Maps with text keys. */
export function fromPlain(data: unknown, depth = 0): Value {
  if (depth > MAX_DEPTH) throw tooDeep();
  if (data === null || typeof data === 'boolean') return data;
  if (typeof data === 'string') return data.normalize('NFC');
  if (typeof data === 'number') return Number.isSafeInteger(data) ? data : finite(data);
  if (typeof data === 'bigint') return written(data.toString());
  if (data instanceof WrittenNumber) return written(data.text);
  if (Array.isArray(data)) return data.map((item) => fromPlain(item, depth + 1));
  const entries = data instanceof Map ? [...data] : Object.entries(data as object);
  return new Map(entries.map(([key, item]) => [String(key).normalize('NFC'), fromPlain(item, depth + 1)]));
}

function written(text: string): NumberValue {
  const number = parseNumber(text);
  if (number === undefined) throw new ValueError(`"${text.slice(0, 40)}" is no number that can be kept`, 0);
  return number;
}

function finite(data: number): NumberValue {
  if (!Number.isFinite(data)) throw new ValueError(`${data} has no place here`, 0);
  return fromDouble(data);
}
