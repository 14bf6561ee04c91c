// Arguments of functions as the kinds they must be.

import {
  describeValue,
  isObject,
  type ObjectValue,
  toItems,
  toNumber,
  toText,
  type Value,
  ValueError,
} from '../evaluate/value.ts';

function at(args: readonly Value[], index: number): Value {
  return args[index] ?? null;
}

function blame<T>(index: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ValueError) throw new ValueError(error.message, index);
    throw error;
  }
}

export function textArg(args: readonly Value[], index: number): string {
  return blame(index, () => toText(at(args, index)));
}

export function numberArg(args: readonly Value[], index: number): number {
  return blame(index, () => Number(toNumber(at(args, index))));
}

export function integerArg(args: readonly Value[], index: number, min: number, max: number): number {
  const value = numberArg(args, index);
  if (!Number.isInteger(value)) throw new ValueError(`${describeValue(at(args, index))} is no whole number`, index);
  if (value < min || value > max) throw new ValueError(`${value} is outside ${min} to ${max}`, index);
  return value;
}

export function listArg(args: readonly Value[], index: number): readonly Value[] {
  return blame(index, () => toItems(at(args, index)));
}

export function textListArg(args: readonly Value[], index: number): string[] {
  return listArg(args, index).map((item) => blame(index, () => toText(item)));
}

export function objectArg(args: readonly Value[], index: number): ObjectValue {
  const value = at(args, index);
  if (value !== null && isObject(value)) return value;
  throw new ValueError(`${describeValue(value)} is no object`, index);
}
