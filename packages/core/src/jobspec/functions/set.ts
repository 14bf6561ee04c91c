// Sets.

import { convertValue } from '../evaluate/convert.ts';
import { type FunctionContext, family } from '../evaluate/function-table.ts';
import { elementKey, makeSet } from '../evaluate/make-set.ts';
import type { Type } from '../evaluate/type.ts';
import { typeOf } from '../evaluate/type-of.ts';
import { unify } from '../evaluate/unify.ts';
import { ListValue, SetValue, type Value, ValueError } from '../evaluate/value.ts';
import { itemsArg, typedArg } from './arguments.ts';

/** Most combinations `setproduct` makes. */
const MAX_PRODUCT = 65_536;
const ANY_SET: Type = { kind: 'set', of: { kind: 'any' } };

/** The elements of one collection as values of one type. */
function alike(items: readonly Value[], index: number): readonly Value[] {
  const type = items.length === 0 ? ({ kind: 'any' } as const) : unify(items.map(typeOf));
  if (type === undefined) throw new ValueError('the elements have different types', index);
  return items.map((item) => convertValue(item, type));
}

function product(args: readonly Value[], { budget }: FunctionContext): Value {
  if (args.length < 2) throw new ValueError('it needs at least two collections');
  const collections = args.map((_, index) => alike(itemsArg(args, index), index));
  const total = collections.reduce((count, items) => count * items.length, 1);
  if (total > MAX_PRODUCT) {
    throw new ValueError(`it would have more than ${MAX_PRODUCT} combinations (limit "setproduct")`);
  }
  budget.produce(total * args.length);
  let rows: Value[][] = [[]];
  for (const items of collections) rows = rows.flatMap((row) => items.map((item) => [...row, item]));
  const of: Type = { kind: 'tuple', items: collections.map((items) => typeOf(items[0] ?? null)) };
  return args.some((arg) => arg instanceof SetValue) ? makeSet(rows, of) : ListValue.make(rows, of);
}

/** The arguments as sets of one type. */
function sets(args: readonly Value[]): readonly SetValue[] {
  const given = args.map((_, index) => typedArg(args, index, ANY_SET) as SetValue);
  const types = given.flatMap((set) => (set.items.length === 0 && set.of.kind === 'any' ? [] : [set.of]));
  const of = types.length === 0 ? ({ kind: 'any' } as const) : unify(types);
  if (of === undefined) throw new ValueError('the sets have elements of different types');
  return given.map((set) => convertValue(set, { kind: 'set', of }) as SetValue);
}

function union(args: readonly Value[]): Value {
  const all = sets(args);
  return makeSet(
    all.flatMap((set) => set.items),
    all[0]?.of,
  );
}

function intersection(args: readonly Value[]): Value {
  const [first, ...others] = sets(args);
  if (first === undefined) return makeSet([]);
  const keys = others.map((set) => new Set(set.items.map(elementKey)));
  const common = first.items.filter((item) => keys.every((set) => set.has(elementKey(item))));
  return makeSet(common, first.of);
}

export const setFunctions = family({
  setunion: { params: ['set', 'sets...'], doc: 'Elements of any of the sets.', fn: union },
  setintersection: { params: ['set', 'sets...'], doc: 'Elements that all sets have.', fn: intersection },
  setproduct: { params: ['sets...'], doc: 'All combinations of elements.', fn: product },
});
