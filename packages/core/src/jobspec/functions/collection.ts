// Objects and maps.

import { convertValue } from '../evaluate/convert.ts';
import { family } from '../evaluate/function-table.ts';
import { sameType } from '../evaluate/type.ts';
import { typeOf } from '../evaluate/type-of.ts';
import { ListValue, MapValue, sortedKeys, type Value, ValueError } from '../evaluate/value.ts';
import { argumentAt, blame, objectArg, sequenceArg, textArg, wholeTextListArg } from './arguments.ts';

function merge(args: readonly Value[]): Value {
  const objects = args.filter((arg) => arg !== null).map((_, index, kept) => objectArg(kept, index));
  const result = new Map<string, Value>();
  for (const object of objects) for (const [key, value] of object) result.set(key, value);
  const [first] = objects;
  const isAlike = first instanceof MapValue && objects.every((object) => sameType(typeOf(object), typeOf(first)));
  return isAlike ? new MapValue(result, first.of) : result;
}

function lookup(args: readonly Value[]): Value {
  const object = objectArg(args, 0);
  const key = textArg(args, 1);
  const isMap = object instanceof MapValue;
  const fallback = argumentAt(args, 2);
  const other = isMap ? blame(2, () => convertValue(fallback, object.of)) : fallback;
  return object.has(key) ? (object.get(key) ?? null) : other;
}

export const collectionFunctions = family({
  keys: {
    params: ['object'],
    doc: 'The keys, sorted.',
    fn: (args) => {
      const object = objectArg(args, 0);
      const keys = sortedKeys(object);
      return object instanceof MapValue ? ListValue.make(keys, { kind: 'string' }) : keys;
    },
  },
  values: {
    params: ['object'],
    doc: 'The values in the order of their keys.',
    fn: (args) => {
      const object = objectArg(args, 0);
      const values = sortedKeys(object).map((key) => object.get(key) ?? null);
      return object instanceof MapValue ? ListValue.make(values, object.of) : values;
    },
  },
  lookup: { params: ['object', 'key', 'default'], doc: 'The value of a key, or a default.', fn: lookup },
  merge: { params: ['objects...'], allowNull: true, doc: 'Objects in one; later ones win.', fn: merge },
  zipmap: {
    params: ['keys', 'values'],
    doc: 'An object from a list of keys and a list of values.',
    fn: (args) => {
      const keys = wholeTextListArg(args, 0);
      const values = sequenceArg(args, 1);
      if (keys.length !== values.length)
        throw new ValueError(`there are ${keys.length} keys and ${values.length} values`, 1);
      const entries = keys.map((key, index) => [key, values[index] ?? null] as const);
      return values instanceof ListValue ? new MapValue(entries, values.of) : new Map(entries);
    },
  },
});
