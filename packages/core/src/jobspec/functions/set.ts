// Sets.

import { family } from '../evaluate/function-table.ts';
import { hasItem, isList, makeSet, type Value, ValueError } from '../evaluate/value.ts';
import { listArg } from './arguments.ts';

/** Most combinations `setproduct` makes. */
const MAX_PRODUCT = 65_536;

function product(args: readonly Value[]): Value {
  if (args.length < 2) throw new ValueError('it needs at least two collections');
  let rows: Value[][] = [[]];
  args.forEach((_, index) => {
    const items = listArg(args, index);
    if (rows.length * items.length > MAX_PRODUCT) {
      throw new ValueError(`it would have more than ${MAX_PRODUCT} combinations (limit "setproduct")`);
    }
    rows = rows.flatMap((row) => items.map((item) => [...row, item]));
  });
  return args.every(isList) ? rows : makeSet(rows);
}

function atLeastOne(args: readonly Value[]): readonly (readonly Value[])[] {
  if (args.length === 0) throw new ValueError('it needs at least one set');
  return args.map((_, index) => listArg(args, index));
}

export const setFunctions = family({
  setunion: {
    params: ['sets...'],
    doc: 'Elements of any of the sets.',
    fn: (args) => makeSet(atLeastOne(args).flat()),
  },
  setintersection: {
    params: ['sets...'],
    doc: 'Elements that all sets have.',
    fn: (args) => makeSet(atLeastOne(args).reduce((common, set) => common.filter((item) => hasItem(set, item)))),
  },
  setproduct: { params: ['sets...'], doc: 'All combinations of elements.', fn: product },
});
