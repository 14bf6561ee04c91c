// Tables of keys: what becomes of each key of a map. The only way this room reads a map, so that no key goes unnoticed.

import { didYouMean } from '../../lib/nearest-name.ts';
import { describe, type Entry, isNull, type Tree } from '../yaml/tree.ts';
import type { Conversion } from './conversion.ts';

/** What becomes of one key. Exactly one of `read`, `warn` and `refuse` is there. */
export interface KeyRow<C> {
  /** For the mapping page: what it becomes, or why nothing does. */
  readonly doc: string;
  readonly read?: (value: Tree, context: C, entry: Entry) => void;
  /** The key is accepted and named in a warning. */
  readonly warn?: true;
  /** The key is an error. */
  readonly refuse?: true;
  readonly hint?: string;
  /** A key without a value says something. */
  readonly nullable?: true;
  /** Rows below the key, for the mapping page and the tests; `read` reads them. */
  readonly inner?: () => AnyTable;
  /** Below a list, or below names the user chooses. */
  readonly below?: 'list' | 'names';
}

export type KeyTable<C> = Readonly<Record<string, KeyRow<C>>>;
/** A table that is looked at, not read with. */
export type AnyTable = KeyTable<never>;

export interface Kind {
  /** `a service`, `a container`: for messages. */
  readonly what: string;
  /** Keys the language leaves to others: nothing is said about them. */
  readonly isExtension?: (key: string) => boolean;
}

export function reads<C>(
  doc: string,
  read: (value: Tree, context: C, entry: Entry) => void,
  more: Pick<KeyRow<C>, 'nullable' | 'inner' | 'below'> = {},
): KeyRow<C> {
  return { doc, read, ...more };
}

/** Nothing comes of the key, and the user is told so. `doc` is a sentence part: `why`. */
export function warns<C>(doc: string, hint?: string): KeyRow<C> {
  return { doc, warn: true, ...(hint === undefined ? {} : { hint }) };
}

export function refuses<C>(doc: string, hint?: string): KeyRow<C> {
  return { doc, refuse: true, ...(hint === undefined ? {} : { hint }) };
}

/** Reads every key of a map by its row: a key without a row is an error. */
export function readKeys<C>(tree: Tree, table: KeyTable<C>, kind: Kind, context: C, run: Conversion): void {
  if (tree.kind !== 'map') {
    if (!isNull(tree)) run.error(tree, 'Wrong type', `${capital(kind.what)} is a map, this is ${describe(tree)}.`);
    return;
  }
  for (const entry of tree.entries) {
    const { key, keySpan, value } = entry;
    if (kind.isExtension?.(key) === true) continue;
    const row = Object.hasOwn(table, key) ? table[key] : undefined;
    if (row === undefined) {
      const hint = didYouMean(key, Object.keys(table));
      run.error(keySpan, 'Unknown key', `${capital(kind.what)} has no key "${key}".`, hint);
    } else if (isNull(value) && row.nullable !== true) {
    } else if (row.refuse) {
      run.error(keySpan, 'Cannot be converted', `"${key}" of ${kind.what}: ${row.doc}.`, row.hint);
    } else if (row.warn) {
      run.warn(keySpan, 'Not converted', `"${key}" of ${kind.what} has no effect: ${row.doc}.`, row.hint);
    } else row.read?.(value, context, entry);
  }
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
