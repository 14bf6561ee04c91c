// The type of a value.

import type { Type, TypeMember } from './type.ts';
import { isList, isNumber, ListValue, MapValue, SetValue, type Value } from './value.ts';

const STRING: Type = { kind: 'string' };
const NUMBER: Type = { kind: 'number' };
const BOOL: Type = { kind: 'bool' };
/** Null fits every type. */
const ANY: Type = { kind: 'any' };

/** Values do not change, so that the type of a large one is found once. */
const known = new WeakMap<object, Type>();

export function typeOf(value: Value): Type {
  if (value === null) return ANY;
  if (typeof value === 'string') return STRING;
  if (typeof value === 'boolean') return BOOL;
  if (isNumber(value)) return NUMBER;
  let type = known.get(value);
  if (type === undefined) {
    type = typeOfCollection(value);
    known.set(value, type);
  }
  return type;
}

function typeOfCollection(value: Exclude<Value, null | string | number | bigint | boolean>): Type {
  if (value instanceof ListValue) return { kind: 'list', of: value.of };
  if (value instanceof SetValue) return { kind: 'set', of: value.of };
  if (value instanceof MapValue) return { kind: 'map', of: value.of };
  if (isList(value)) return { kind: 'tuple', items: value.map(typeOf) };
  const members = new Map<string, TypeMember>();
  for (const [key, item] of value as ReadonlyMap<string, Value>) {
    members.set(key, { type: typeOf(item), optional: false });
  }
  return { kind: 'object', members };
}
