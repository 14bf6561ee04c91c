// Objects and maps.

import { family } from '../evaluate/function-table.ts';
import { type ObjectValue, sortedKeys, type Value, ValueError } from '../evaluate/value.ts';
import { listArg, objectArg, textArg, textListArg } from './arguments.ts';

export const collectionFunctions = family({
  keys: { params: ['object'], doc: 'The keys, sorted.', fn: (args) => sortedKeys(objectArg(args, 0)) },
  values: {
    params: ['object'],
    doc: 'The values in the order of their keys.',
    fn: (args) => {
      const object = objectArg(args, 0);
      return sortedKeys(object).map((key) => object.get(key) ?? null);
    },
  },
  lookup: {
    params: ['object', 'key', 'default'],
    optional: 1,
    allowNull: true,
    doc: 'The value of a key, or a default.',
    fn: (args) => {
      const key = textArg(args, 1);
      const found = objectArg(args, 0).get(key) ?? args[2];
      if (found === undefined) throw new ValueError(`there is no key "${key}", and no default is given`, 1);
      return found;
    },
  },
  merge: {
    params: ['objects...'],
    allowNull: true,
    doc: 'Objects in one; later ones win.',
    fn: (args) => {
      const result = new Map<string, Value>();
      args.forEach((arg, index) => {
        if (arg === null) return;
        for (const [key, value] of objectArg(args, index) satisfies ObjectValue) result.set(key, value);
      });
      return result;
    },
  },
  zipmap: {
    params: ['keys', 'values'],
    doc: 'An object from a list of keys and a list of values.',
    fn: (args) => {
      const keys = textListArg(args, 0);
      const values = listArg(args, 1);
      if (keys.length !== values.length)
        throw new ValueError(`there are ${keys.length} keys and ${values.length} values`, 1);
      return new Map(keys.map((key, index) => [key, values[index] ?? null]));
    },
  },
});
