// What decoding needs of a block's schema, worked out once. All plans look alike to the machine, whatever the schema declares.

import type { BlockSchema, BlockType, FieldSchema, FieldType } from '../../schema/field.ts';
import { type WalkField, walkField } from '../../schema/walk.ts';

export interface BodyPlan {
  readonly schema: BlockSchema;
  /** Where the label goes, when the block has one. */
  readonly label: string | undefined;
  /** By the names in job files. */
  readonly fields: ReadonlyMap<string, FieldPlan>;
  readonly normalize: BlockSchema['normalize'] | undefined;
  readonly movesTo: BlockSchema['movesTo'] | undefined;
}

export interface FieldPlan extends WalkField {
  readonly type: FieldType;
  readonly refused: string | undefined;
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
  const walked = walkField(field);
  const { block } = walked;
  const inner =
    block === undefined ? undefined : { type: block, isRepeated: block.repeat !== 'one', plan: bodyPlan(block.block) };
  return { ...walked, type: field.type, refused: field.refused, inner };
}
