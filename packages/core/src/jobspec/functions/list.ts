// Lists.

import { family } from '../evaluate/function-table.ts';
import {
  compareText,
  hasItem,
  isList,
  isObject,
  SetValue,
  sameValue,
  type Value,
  ValueError,
} from '../evaluate/value.ts';
import { integerArg, listArg, numberArg, textListArg } from './arguments.ts';

function flatten(items: readonly Value[], result: Value[] = []): Value[] {
  for (const item of items) {
    if (isList(item)) flatten(item, result);
    else if (item instanceof SetValue) flatten(item.items, result);
    else result.push(item);
  }
  return result;
}

/** Most elements `range` makes. */
const MAX_RANGE = 1_024;

function range(args: readonly Value[]): Value {
  const from = args.length === 1 ? 0 : numberArg(args, 0);
  const to = numberArg(args, args.length === 1 ? 0 : 1);
  const step = args.length === 3 ? numberArg(args, 2) : to < from ? -1 : 1;
  if (step === 0 || (to > from && step < 0) || (to < from && step > 0)) {
    throw new ValueError('the step does not lead from the start to the limit', 2);
  }
  const items: number[] = [];
  for (let value = from; step > 0 ? value < to : value > to; value += step) {
    if (items.length >= MAX_RANGE)
      throw new ValueError(`it would have more than ${MAX_RANGE} elements (limit "range")`);
    items.push(value);
  }
  return items;
}

function isEmptyText(value: Value): boolean {
  return value === '' || value === null;
}

export const listFunctions = family({
  chunklist: {
    params: ['list', 'size'],
    doc: 'The list cut in pieces of a size.',
    fn: (args) => {
      const items = listArg(args, 0);
      const size = integerArg(args, 1, 0, 1e9);
      if (size === 0) return [items];
      return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
        items.slice(index * size, (index + 1) * size),
      );
    },
  },
  coalesce: {
    params: ['values...'],
    allowNull: true,
    doc: 'The first value that is not null.',
    fn: (args) => {
      const found = args.find((arg) => arg !== null);
      if (found === undefined) throw new ValueError('all values are null');
      return found;
    },
  },
  coalescelist: {
    params: ['lists...'],
    doc: 'The first list that is not empty.',
    fn: (args) => {
      const found = args.findIndex((_, index) => listArg(args, index).length > 0);
      if (found < 0) throw new ValueError('all lists are empty');
      return args[found] ?? null;
    },
  },
  compact: {
    params: ['list'],
    doc: 'The list without empty texts.',
    fn: (args) => listArg(args, 0).filter((item) => !isEmptyText(item)),
  },
  concat: {
    params: ['lists...'],
    doc: 'Lists one after the other.',
    fn: (args) => args.flatMap((_, index) => listArg(args, index)),
  },
  contains: {
    params: ['list', 'value'],
    doc: 'Whether a list has an element.',
    fn: (args) => hasItem(listArg(args, 0), args[1] ?? null),
  },
  distinct: {
    params: ['list'],
    doc: 'The list without repetitions.',
    fn: (args) => {
      const seen: Value[] = [];
      const keys = new Set<Value>();
      for (const item of listArg(args, 0)) {
        if (keys.has(item) || (typeof item === 'object' && hasItem(seen, item))) continue;
        keys.add(item);
        seen.push(item);
      }
      return seen;
    },
  },
  element: {
    params: ['list', 'index'],
    doc: 'An element; indexes beyond the end begin again at the start.',
    fn: (args) => {
      const items = listArg(args, 0);
      const index = integerArg(args, 1, 0, Number.MAX_SAFE_INTEGER);
      if (items.length === 0) throw new ValueError('the list is empty', 0);
      return items[index % items.length] ?? null;
    },
  },
  flatten: {
    params: ['list'],
    doc: 'The elements of nested lists in one list.',
    fn: (args) => flatten(listArg(args, 0)),
  },
  index: {
    params: ['list', 'value'],
    doc: 'The place of an element in a list.',
    fn: (args) => {
      const index = listArg(args, 0).findIndex((item) => sameValue(item, args[1] ?? null));
      if (index < 0) throw new ValueError('the list does not have this element', 1);
      return index;
    },
  },
  length: {
    params: ['value'],
    doc: 'The number of elements.',
    fn: (args) => {
      const value = args[0] ?? null;
      return value !== null && isObject(value) ? value.size : listArg(args, 0).length;
    },
  },
  range: {
    params: ['start', 'limit', 'step'],
    optional: 2,
    doc: 'Numbers from a start up to, but not including, a limit.',
    fn: range,
  },
  slice: {
    params: ['list', 'from', 'to'],
    doc: 'Elements from one index up to, but not including, another.',
    fn: (args) => {
      const items = listArg(args, 0);
      const from = integerArg(args, 1, 0, items.length);
      return items.slice(from, integerArg(args, 2, from, items.length));
    },
  },
  sort: { params: ['list'], doc: 'Texts in order.', fn: (args) => textListArg(args, 0).sort(compareText) },
});
