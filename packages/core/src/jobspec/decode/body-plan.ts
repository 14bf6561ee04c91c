// What decoding needs of a block's schema, worked out once. All plans look alike to the machine, whatever the schema declares.

import {
  type BlockSchema,
  type BlockType,
  type FieldSchema,
  type FieldType,
  isBlockType,
  keptName,
  type ModelRecord,
} from '../../schema/field.ts';
import { fieldName } from '../../schema/path.ts';

export interface BodyPlan {
  readonly schema: BlockSchema;
  /** Where the label goes, when the block has one. */
  readonly label: string | undefined;
  /** By the names in job files. */
  readonly fields: ReadonlyMap<string, FieldPlan>;
  readonly normalize: BlockSchema['normalize'] | undefined;
  readonly movesTo: BlockSchema['movesTo'] | undefined;
}

export interface FieldPlan {
  readonly field: FieldSchema;
  readonly type: FieldType;
  /** Name in field paths. */
  readonly name: string;
  readonly refused: string | undefined;
  /** Where the value goes: into the record, or into its `kept`. */
  readonly key: string;
  readonly isKept: boolean;
  /** Of a block with a schema. */
  readonly inner: InnerPlan | undefined;
}

export interface InnerPlan {
  readonly type: BlockType;
  readonly isRepeated: boolean;
  readonly plan: BodyPlan;
}

const plans = new Map<BlockSchema, BodyPlan>();

export function bodyPlan(schema: BlockSchema): BodyPlan {
  let plan = plans.get(schema);
  if (plan === undefined) {
    const { label, normalize, movesTo } = schema;
    const fields = new Map<string, FieldPlan>();
    for (const field of schema.fields) if (field.hcl !== undefined) fields.set(field.hcl, fieldPlan(field));
    plan = { schema, label: label?.model, fields, normalize, movesTo };
    plans.set(schema, plan);
  }
  return plan;
}

function fieldPlan(field: FieldSchema): FieldPlan {
  const { type, refused } = field;
  const isKept = field.kept === true;
  const key = isKept ? keptName(field) : field.model;
  const inner = isBlockType(type) ? { type, isRepeated: type.repeat !== 'one', plan: bodyPlan(type.block) } : undefined;
  return { field, type, name: fieldName(field), refused, key, isKept, inner };
}

/** The value of a field, as `getField` gives it. */
export function readPlanned(record: ModelRecord, { key, isKept }: FieldPlan): unknown {
  return isKept ? (record['kept'] as ModelRecord | undefined)?.[key] : record[key];
}

/** Sets a field, as `setField` does. */
export function setPlanned(record: ModelRecord, { key, isKept }: FieldPlan, value: unknown): void {
  if (!isKept) {
    record[key] = value;
    return;
  }
  const kept = record['kept'] as ModelRecord | undefined;
  if (kept === undefined) record['kept'] = { [key]: value };
  else kept[key] = value;
}
