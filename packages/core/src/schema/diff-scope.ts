// Which block of both versions is being compared, and what surrounds it.

import { type BlockShape, blockShapes, type FieldShape, fieldShapes } from './diff-shape.ts';
import type { BlockSchema, FieldSchema, ModelRecord } from './field.ts';

export type Side = ModelRecord | undefined;

/** What belongs to one block of both versions: which one it is, and the jobs around it. */
export interface Scope {
  readonly schema: BlockSchema;
  readonly shape: BlockShape;
  /** Name of the block in `fieldShapes`. */
  readonly key: string;
  readonly job: ModelRecord;
  /** The block around it, in both versions. */
  readonly outer: readonly [Side, Side];
}

export function scopeOf(schema: BlockSchema, job: ModelRecord, outer: Scope['outer'], key = schema.name): Scope {
  return { schema, shape: blockShapes[schema.name] ?? {}, key, job, outer };
}

export function shapeOf(scope: Scope, field: FieldSchema): FieldShape {
  return fieldShapes[`${scope.key}.${field.wire}`] ?? {};
}
