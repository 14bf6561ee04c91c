// The state machine: tables in memory, changed only by entries in the order of their indexes.

import { assert } from '../lib/assert.ts';
import { OrchError } from '../lib/errors.ts';
import type { StateSnapshot } from '../model/snapshot.ts';
import { applyEntry } from './apply/index.ts';
import type { Changes, Entry } from './entry.ts';
import { createRestorer, serializeViews } from './serialize.ts';
import { createSnapshot, viewsOf } from './snapshot.ts';
import { contentHash } from './structural.ts';
import { createTables, type TableName, type Tables, tableNames } from './tables.ts';

export interface State {
  /** Index of the last applied entry; 0 when none was. */
  readonly index: number;
  /** Applies the next entry. Pure in (state, index, entry): the same entries give the same state on every server. */
  apply(index: number, entry: Entry): Changes;
  /** A view that stays as it is; costs a few references. */
  snapshot(): StateSnapshot;
  /**
   * Keys that begin with `prefix`, sorted, at most `limit`. Keys of the table `jobs` are `jobKey(namespace, id)`, so the
   * prefix is `jobKey(namespace, start)`.
   */
  findByPrefix(table: TableName, prefix: string, limit?: number): readonly string[];
  /** 16 hex digits over all tables. Costs what was written since the last call. */
  hash(): string;
  /** Lines of text, lazily, of the state as it is now. */
  serialize(): Iterable<string>;
}

const prefixLimit = 20;

export function createState(): State {
  return stateOf(createTables(), 0);
}

/** Builds a state from the lines of `serialize`. @throws OrchError `state-invalid` */
export function restoreState(lines: Iterable<string>): State {
  const restorer = createStateRestorer();
  for (const line of lines) restorer.line(line);
  return restorer.finish();
}

/** The same line by line, for a caller that reads them as they come. */
export function createStateRestorer(): { line(text: string): void; finish(): State } {
  const restorer = createRestorer();
  return {
    line: (text) => restorer.line(text),
    finish() {
      const { tables, index, hash } = restorer.finish();
      const state = stateOf(tables, index);
      if (state.hash() !== hash) {
        throw new OrchError(
          'state-invalid',
          `the saved state at index ${index} does not have the hash it was saved with`,
          {
            hint: 'an older snapshot may be intact',
            details: { expected: hash, actual: state.hash() },
          },
        );
      }
      return state;
    },
  };
}

function stateOf(tables: Tables, start: number): State {
  let index = start;
  let held: StateSnapshot | undefined;
  const hash = () => hashOf(tables);
  return {
    get index() {
      return index;
    },
    apply(next, entry) {
      assert(next > index, `entry ${next} comes after entry ${index}`);
      index = next;
      held = undefined;
      const changes = applyEntry(tables, next, entry);
      for (const name of tableNames) tables.hashes[name].foldWhenMany();
      return changes;
    },
    snapshot() {
      held ??= createSnapshot(tables, index);
      return held;
    },
    findByPrefix: (table, prefix, limit = prefixLimit) => tables.prefixes[table].find(prefix, limit),
    hash,
    serialize: () => serializeViews(viewsOf(tables), index, tables.schedulerConfig, hash()),
  };
}

function hashOf(tables: Tables): string {
  const sums = tableNames.map((name) => tables.hashes[name].sums());
  return contentHash([sums, tables.schedulerConfig])
    .map((lane) => lane.toString(16).padStart(8, '0'))
    .join('');
}
