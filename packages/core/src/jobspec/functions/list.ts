// Lists.

import { add, compareNumbers } from '../evaluate/big-float.ts';
import { convertAlike, convertValue } from '../evaluate/convert.ts';
import { family } from '../evaluate/function-table.ts';
import { elementKey } from '../evaluate/make-set.ts';
import { hasItem } from '../evaluate/same-value.ts';
import type { Type } from '../evaluate/type.ts';
import { typeOf } from '../evaluate/type-of.ts';
import { unify } from '../evaluate/unify.ts';
import {
  compareText,
  describeValue,
  isList,
  isObject,
  ListValue,
  MapValue,
  type NumberValue,
  SetValue,
  toItems,
  type Value,
  ValueError,
} from '../evaluate/value.ts';
import {
  argumentAt,
  integerArg,
  itemsArg,
  numberArg,
  sequenceArg,
  textListArg,
  typedArg,
  wholeTextListArg,
} from './arguments.ts';

const STRING: Type = { kind: 'string' };
const ANY_LIST: Type = { kind: 'list', of: { kind: 'any' } };
const FAR = Number.MAX_SAFE_INTEGER;

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
  const isDown = compareNumbers(to, from) < 0;
  const step = args.length === 3 ? numberArg(args, 2) : isDown ? -1 : 1;
  const direction = Math.sign(compareNumbers(step, 0));
  if (direction === 0 || compareNumbers(to, from) * direction < 0) {
    throw new ValueError('the step does not lead from the start to the limit', 2);
  }
  const items: NumberValue[] = [];
  for (let value = from; compareNumbers(value, to) * direction < 0; value = add(value, step)) {
    if (items.length >= MAX_RANGE) {
      throw new ValueError(`it would have more than ${MAX_RANGE} elements (limit "range")`);
    }
    items.push(value);
  }
  return ListValue.make(items, { kind: 'number' });
}

/** A part of a list is a list, a part of a tuple a tuple. */
function like(source: Value, items: readonly Value[]): Value {
  return source instanceof ListValue ? ListValue.make(items, source.of) : items;
}

function concat(args: readonly Value[]): Value {
  if (args.length === 0) throw new ValueError('it needs at least one list');
  const all = args.map((_, index) => sequenceArg(args, index));
  if (all.every((list) => list instanceof ListValue)) {
    const type = unify(all.map((list) => typeOf(list)));
    if (type !== undefined && 'of' in type) {
      return ListValue.make(
        all.flatMap((list) => [...toItems(convertValue(list, type))]),
        type.of,
      );
    }
  }
  return all.flatMap((list) => [...list]);
}

function distinct(args: readonly Value[]): Value {
  const source = typedArg(args, 0, ANY_LIST) as ListValue;
  const seen = new Map<string, Value>();
  for (const item of source) {
    const key = elementKey(item);
    if (!seen.has(key)) seen.set(key, item);
  }
  return ListValue.make([...seen.values()], source.of);
}

export const listFunctions = family({
  chunklist: {
    params: ['list', 'size'],
    doc: 'The list cut in pieces of a size.',
    fn: (args) => {
      const source = typedArg(args, 0, ANY_LIST) as ListValue;
      const size = integerArg(args, 1, 0, FAR) || Math.max(1, source.length);
      const pieces = Array.from({ length: Math.ceil(source.length / size) }, (_, index) =>
        ListValue.make(source.slice(index * size, (index + 1) * size), source.of),
      );
      return ListValue.make(pieces, { kind: 'list', of: source.of });
    },
  },
  coalesce: {
    params: ['values...'],
    allowNull: true,
    doc: 'The first value that is not null. All values get one type.',
    fn: (args) => {
      const found = args.findIndex((arg) => arg !== null);
      if (found < 0) throw new ValueError('all values are null');
      return convertAlike(args)[found] ?? null;
    },
  },
  coalescelist: {
    params: ['lists...'],
    doc: 'The first list that is not empty.',
    fn: (args) => {
      const lists = args.map((_, index) => sequenceArg(args, index));
      const found = lists.find((list) => list.length > 0);
      if (found === undefined) throw new ValueError('all lists are empty');
      return found;
    },
  },
  compact: {
    params: ['list'],
    doc: 'The list without empty texts.',
    fn: (args) =>
      ListValue.make(
        textListArg(args, 0).filter((item) => item !== '' && item !== null),
        STRING,
      ),
  },
  concat: { params: ['lists...'], doc: 'Lists one after the other.', fn: concat },
  contains: {
    params: ['list', 'value'],
    doc: 'Whether a list has an element.',
    fn: (args) => hasItem(itemsArg(args, 0), argumentAt(args, 1)),
  },
  distinct: { params: ['list'], doc: 'The list without repetitions.', fn: distinct },
  element: {
    params: ['list', 'index'],
    doc: 'An element; indexes beyond the end begin again at the start.',
    fn: (args) => {
      const items = sequenceArg(args, 0);
      const index = integerArg(args, 1, -FAR, FAR);
      if (items.length === 0) throw new ValueError('the list is empty', 0);
      return items[((index % items.length) + items.length) % items.length] ?? null;
    },
  },
  flatten: {
    params: ['list'],
    doc: 'The elements of nested lists in one list.',
    fn: (args) => flatten(itemsArg(args, 0)),
  },
  index: { params: ['collection', 'key'], doc: 'The element with an index or a key.', fn: elementAt },
  length: {
    params: ['value'],
    doc: 'The number of elements of a list, set or map.',
    fn: (args) => {
      const value = argumentAt(args, 0);
      return value !== null && isObject(value) ? value.size : itemsArg(args, 0).length;
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
      const items = sequenceArg(args, 0);
      const from = integerArg(args, 1, 0, items.length);
      return like(items, items.slice(from, integerArg(args, 2, from, items.length)));
    },
  },
  sort: {
    params: ['list'],
    doc: 'Texts in order.',
    fn: (args) => ListValue.make(wholeTextListArg(args, 0).sort(compareText), STRING),
  },
});

function elementAt(args: readonly Value[]): Value {
  const collection = argumentAt(args, 0);
  const key = argumentAt(args, 1);
  if (collection instanceof MapValue) {
    const found = typeof key === 'string' ? collection.get(key) : undefined;
    if (found === undefined) throw new ValueError(`there is no member ${describeValue(key)}`, 1);
    return found;
  }
  const items = sequenceArg(args, 0);
  const found = typeof key === 'number' ? items[key] : undefined;
  if (found === undefined) throw new ValueError(`there is no element ${describeValue(key)}`, 1);
  return found;
}
