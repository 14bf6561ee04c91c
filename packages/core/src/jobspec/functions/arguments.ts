// Arguments of functions as the kinds they must be.

import { convertValue } from '../evaluate/convert.ts';
import type { Type } from '../evaluate/type.ts';
import {
  describeValue,
  isObject,
  type NumberValue,
  type ObjectValue,
  SetValue,
  toBool,
  toItems,
  toNumber,
  toText,
  type Value,
  ValueError,
} from '../evaluate/value.ts';

export function argumentAt(args: readonly Value[], index: number): Value {
  return args[index] ?? null;
}

/** What goes wrong is the fault of the argument with this index. */
export function blame<T>(index: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ValueError) throw new ValueError(error.message, index);
    throw error;
  }
}

export function textArg(args: readonly Value[], index: number): string {
  return blame(index, () => toText(argumentAt(args, index)));
}

export function boolArg(args: readonly Value[], index: number): boolean {
  return blame(index, () => toBool(argumentAt(args, index)));
}

export function numberArg(args: readonly Value[], index: number): NumberValue {
  return blame(index, () => toNumber(argumentAt(args, index)));
}

/** The nearest double. */
export function doubleArg(args: readonly Value[], index: number): number {
  return Number(numberArg(args, index));
}

export function integerArg(args: readonly Value[], index: number, min: number, max: number): number {
  const value = numberArg(args, index);
  if (typeof value !== 'number') {
    const what = typeof value === 'bigint' ? `is outside ${min} to ${max}` : 'is no whole number';
    throw new ValueError(`${describeValue(argumentAt(args, index))} ${what}`, index);
  }
  if (value < min || value > max) throw new ValueError(`${value} is outside ${min} to ${max}`, index);
  return value;
}

/** Elements of a list, tuple or set. */
export function itemsArg(args: readonly Value[], index: number): readonly Value[] {
  return blame(index, () => toItems(argumentAt(args, index)));
}

/** Elements of a list or tuple, which have indexes; a set has none. */
export function sequenceArg(args: readonly Value[], index: number): readonly Value[] {
  const value = argumentAt(args, index);
  if (value instanceof SetValue) throw new ValueError('a set has no indexes; convert it to a list', index);
  return itemsArg(args, index);
}

/** The argument converted to a type, as if it were a variable of that type. */
export function typedArg(args: readonly Value[], index: number, type: Type): Value {
  return blame(index, () => convertValue(argumentAt(args, index), type));
}

const TEXTS: Type = { kind: 'list', of: { kind: 'string' } };

/** Null elements are allowed only where `null` may be among the results. */
export function textListArg(args: readonly Value[], index: number): (string | null)[] {
  return [...toItems(typedArg(args, index, TEXTS))] as (string | null)[];
}

/** As `textListArg`, null elements refused. */
export function wholeTextListArg(args: readonly Value[], index: number): string[] {
  return textListArg(args, index).map((item) => {
    if (item === null) throw new ValueError('an element is null', index);
    return item;
  });
}

export function objectArg(args: readonly Value[], index: number): ObjectValue {
  const value = argumentAt(args, index);
  if (value !== null && isObject(value)) return value;
  throw new ValueError(`${describeValue(value)} is no object`, index);
}
