// Values -> values of a wanted type.

import { makeSet } from './make-set.ts';
import { sameType, type Type, type TypeMember } from './type.ts';
import { typeOf } from './type-of.ts';
import { unify } from './unify.ts';
import {
  describeValue,
  isList,
  isObject,
  ListValue,
  MapValue,
  SetValue,
  toBool,
  toItems,
  toNumber,
  toText,
  type Value,
  ValueError,
} from './value.ts';

/** Converts a value, or throws ValueError. Null is a value of every type. */
export function convertValue(value: Value, type: Type): Value {
  if (value === null || type.kind === 'any') return value;
  switch (type.kind) {
    case 'string':
      return toText(value);
    case 'number':
      return toNumber(value);
    case 'bool':
      return toBool(value);
    case 'list':
      return toList(value, type.of);
    case 'set':
      return toSet(value, type.of);
    case 'map':
      return toMap(value, type.of);
    case 'tuple': {
      if (!isList(value) || value instanceof ListValue) throw new ValueError(`${describeValue(value)} is no tuple`);
      if (value.length !== type.items.length) {
        throw new ValueError(`expected ${type.items.length} elements, found ${value.length}`);
      }
      return value.map((item, index) =>
        within(`element ${index}`, () => convertValue(item, type.items[index] as Type)),
      );
    }
    case 'object':
      return convertObject(value, type.members);
  }
}

function within<T>(place: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof ValueError) throw new ValueError(`${place}: ${error.message}`);
    throw error;
  }
}

/** The one type all elements of a collection get. `any` stands for whatever they have in common. */
function elementType(types: readonly Type[], wanted: Type, what: string): Type {
  if (!hasAny(wanted) || types.length === 0) return wanted;
  const common = unify(types);
  if (common === undefined) throw new ValueError(`the ${what} have different types`);
  if (common.kind === 'any' && types.some((type) => type.kind !== 'any')) {
    throw new ValueError(`the ${what} have different types`);
  }
  return wanted.kind === 'any' ? common : wanted;
}

function hasAny(type: Type): boolean {
  switch (type.kind) {
    case 'any':
      return true;
    case 'list':
    case 'set':
    case 'map':
      return hasAny(type.of);
    case 'tuple':
      return type.items.some(hasAny);
    case 'object':
      return [...type.members.values()].some((member) => hasAny(member.type));
    default:
      return false;
  }
}

function convertItems(items: readonly Value[], wanted: Type): { readonly items: readonly Value[]; readonly of: Type } {
  const of = elementType(items.map(typeOf), wanted, 'elements');
  const converted = items.map((item, index) => within(`element ${index}`, () => convertValue(item, of)));
  if (!hasAny(of)) return { items: converted, of };
  // What is left open inside the wanted type is settled by what the elements became.
  const settled = elementType(converted.map(typeOf), { kind: 'any' }, 'elements');
  return { items: converted.map((item) => convertValue(item, settled)), of: settled };
}

function toList(value: Value, wanted: Type): Value {
  if (value instanceof ListValue && (wanted.kind === 'any' || sameType(value.of, wanted))) return value;
  if (value instanceof SetValue && wanted.kind === 'any') return ListValue.make(value.items, value.of);
  const { items, of } = convertItems(toItems(value), wanted);
  return ListValue.make(items, of);
}

function toSet(value: Value, wanted: Type): Value {
  if (value instanceof SetValue && (wanted.kind === 'any' || sameType(value.of, wanted))) return value;
  if (value instanceof ListValue && wanted.kind === 'any') return makeSet(value, value.of);
  const { items, of } = convertItems(toItems(value), wanted);
  return makeSet(items, of);
}

function toMap(value: Value, wanted: Type): Value {
  if (value === null || !isObject(value)) throw new ValueError(`${describeValue(value)} is no map`);
  if (value instanceof MapValue && (wanted.kind === 'any' || sameType(value.of, wanted))) return value;
  const keys = [...value.keys()];
  const values = [...value.values()];
  const of = elementType(values.map(typeOf), wanted, 'values');
  const converted = values.map((item, index) => within(`"${keys[index]}"`, () => convertValue(item, of)));
  const settled = hasAny(of) ? elementType(converted.map(typeOf), { kind: 'any' }, 'values') : of;
  return new MapValue(
    keys.map((key, index) => [key, convertValue(converted[index] as Value, settled)] as const),
    settled,
  );
}

function convertObject(value: Value, members: ReadonlyMap<string, TypeMember>): Value {
  if (value === null || !isObject(value)) throw new ValueError(`${describeValue(value)} is no object`);
  const result = new Map<string, Value>();
  for (const [name, { type, optional }] of members) {
    const item = value.get(name);
    if (item !== undefined)
      result.set(
        name,
        within(`"${name}"`, () => convertValue(item, type)),
      );
    else if (optional) result.set(name, null);
    else throw new ValueError(`the member "${name}" is missing`);
  }
  return result;
}

/** Several values as values of the one type they have in common. */
export function convertAlike(values: readonly Value[]): readonly Value[] {
  const type = unify(values.map(typeOf));
  if (type === undefined) throw new ValueError('the values have different types');
  return values.map((value) => convertValue(value, type));
}
