// Which changes of a group replace its running allocations, and which are made in place.

import type { TaskGroup } from '../model/task-group.ts';
import { groupBlock } from './blocks/group.ts';
import { type BlockSchema, type BlockType, blockRecords, getField, isBlockType, type ModelRecord } from './field.ts';
import { fieldName, joinPath, repeatedPath } from './path.ts';
import { sameData } from './same-data.ts';

/** Metadata of the two jobs: it is part of every task's environment. */
export interface JobMetaPair {
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
}

/**
 * Paths (below the group) of the changes that need new allocations; empty = the change is made in place. Both groups are
 * canonical. Source: NOMAD.md "In-place vs destructive update". Count, constraints, restart, update, kill time-out and
 * log sizes are in place.
 */
export function destructiveChanges(before: TaskGroup, after: TaskGroup, meta?: JobMetaPair): string[] {
  const changes: string[] = [];
  if (meta !== undefined && !sameData(meta.before, meta.after)) changes.push('meta');
  compareBlocks(asModel(before), asModel(after), groupBlock, '', changes);
  return [...new Set(changes)];
}

function asModel(group: TaskGroup): ModelRecord {
  return group as unknown as ModelRecord;
}

function compareBlocks(
  before: ModelRecord,
  after: ModelRecord,
  schema: BlockSchema,
  path: string,
  changes: string[],
): void {
  for (const field of schema.fields) {
    const left = getField(before, field);
    const right = getField(after, field);
    const fieldPath = joinPath(path, fieldName(field));
    if (field.destructive === true) {
      if (!sameData(left, right)) changes.push(fieldPath);
    } else if (isBlockType(field.type) && field.noEffect === undefined && holdsDestructive(field.type.block)) {
      compareRepeated(left, right, field.type, fieldPath, changes);
    }
  }
}

function compareRepeated(left: unknown, right: unknown, type: BlockType, path: string, changes: string[]): void {
  const before = blockRecords(type, left);
  const after = blockRecords(type, right);
  const { label } = type.block;
  const keyOf = (record: ModelRecord, index: number) => (label === undefined ? index : record[label.model]);
  const known = new Map(before.map((record, index) => [keyOf(record, index), record]));
  after.forEach((record, index) => {
    const inner = type.repeat === 'one' ? path : repeatedPath(path, type, record, index);
    const other = known.get(keyOf(record, index));
    known.delete(keyOf(record, index));
    if (other === undefined) changes.push(inner);
    else compareBlocks(other, record, type.block, inner, changes);
  });
  for (const record of known.values()) {
    changes.push(type.repeat === 'one' ? path : repeatedPath(path, type, record, before.indexOf(record)));
  }
}

const destructiveBlocks = new WeakMap<BlockSchema, boolean>();

function holdsDestructive(schema: BlockSchema): boolean {
  let holds = destructiveBlocks.get(schema);
  if (holds === undefined) {
    holds = schema.fields.some(
      (field) => field.destructive === true || (isBlockType(field.type) && holdsDestructive(field.type.block)),
    );
    destructiveBlocks.set(schema, holds);
  }
  return holds;
}
