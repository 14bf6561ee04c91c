// Walks over the records of a job, made fast: each walk visits only the fields that matter to it, in a form in which all
// fields look alike to the machine.

import {
  type BlockSchema,
  type BlockType,
  type FieldSchema,
  isBlockType,
  keptName,
  type ModelRecord,
  setAt,
} from './field.ts';
import { fieldName } from './path.ts';

/** A field as a walk needs it. All have the same members in the same order, whatever the field declares. */
export interface WalkField {
  readonly field: FieldSchema;
  /** Name in field paths. */
  readonly name: string;
  /** Where the value is: in the record, or in its `kept`. */
  readonly key: string;
  readonly isKept: boolean;
  /** The type of a block field. */
  readonly block: BlockType | undefined;
  /** Of a block field whose value is one record as it is; others are asked for by `blockRecords`. */
  readonly isRecord: boolean;
}

/** Which fields a walk visits. Blocks are visited where something inside of them matters. */
export interface Walk {
  readonly plain: (field: FieldSchema) => boolean;
  /** Whether a block field is visited; `inside`: when something inside of it is. */
  readonly block: (field: FieldSchema) => boolean | 'inside';
  /** Whether a block itself is a reason to visit it. */
  readonly schema: (schema: BlockSchema) => boolean;
}

/** Gives the fields to visit of each block, worked out once. */
export function createWalk(walk: Walk): (schema: BlockSchema) => readonly WalkField[] {
  const known = new Map<BlockSchema, readonly WalkField[]>();
  const matters = new Map<BlockSchema, boolean>();
  const blockMatters = (schema: BlockSchema): boolean => {
    const answer = matters.get(schema);
    if (answer !== undefined) return answer;
    // A block inside of itself: visited, to be safe.
    matters.set(schema, true);
    const result = walk.schema(schema) || schema.fields.some(isVisited);
    matters.set(schema, result);
    return result;
  };
  const isVisited = (field: FieldSchema): boolean => {
    if (!isBlockType(field.type)) return walk.plain(field);
    const answer = walk.block(field);
    return answer === 'inside' ? blockMatters(field.type.block) : answer;
  };
  return (schema) => {
    let fields = known.get(schema);
    if (fields === undefined) {
      fields = schema.fields.filter(isVisited).map(walkField);
      known.set(schema, fields);
    }
    return fields;
  };
}

/** A field in the form of walks. */
export function walkField(field: FieldSchema): WalkField {
  const isKept = field.kept === true;
  const block = isBlockType(field.type) ? field.type : undefined;
  const isRecord = block !== undefined && block.repeat === 'one' && block.unwrap === undefined;
  return { field, name: fieldName(field), key: isKept ? keptName(field) : field.model, isKept, block, isRecord };
}

/** The value of a field in a record. */
export function readField(record: ModelRecord, field: WalkField): unknown {
  if (!field.isKept) return record[field.key];
  const kept = record['kept'] as ModelRecord | undefined;
  return kept === undefined ? undefined : kept[field.key];
}

/** Sets a field of a record. */
export function writeField(record: ModelRecord, field: WalkField, value: unknown): void {
  setAt(record, field.key, field.isKept, value);
}
