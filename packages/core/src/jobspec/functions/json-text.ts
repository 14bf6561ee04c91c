// Values as JSON text and back.

import {
  describeValue,
  isList,
  isNumber,
  numberText,
  SetValue,
  sortedKeys,
  type Value,
  ValueError,
} from '../evaluate/value.ts';

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

export function decodeJson(text: string): Value {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new ValueError(`this is no JSON: ${error instanceof Error ? error.message : String(error)}`, 0);
  }
  return fromPlain(parsed);
}

export function fromPlain(data: unknown): Value {
  if (data === null || typeof data === 'boolean' || typeof data === 'string' || typeof data === 'number') return data;
  if (Array.isArray(data)) return data.map(fromPlain);
  if (typeof data === 'object') return new Map(Object.entries(data).map(([key, item]) => [key, fromPlain(item)]));
  throw new ValueError(`${describeValue(String(data))} has no place here`);
}
