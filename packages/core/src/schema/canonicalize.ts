// Fills in defaults from the schema, from the outside in, so that inner blocks can take over from outer ones.

import type { Job } from '../model/job.ts';
import type { Json } from '../model/task.ts';
import { jobBlock } from './blocks/job.ts';
import {
  type BlockSchema,
  type BlockType,
  blockRecords,
  blockValue,
  type FieldSchema,
  type ModelRecord,
  removeField,
  type SchemaContext,
  setField,
} from './field.ts';
import { createWalk, readField } from './walk.ts';

/**
 * Completes a job: every field with a default has a value, blocks that exist implicitly exist, groups take over what
 * the job says. The argument is a job as decoded, or one that is complete already, which comes back equal. It is not
 * changed. Source of the defaults: NOMAD.md "Blocks, attributes, defaults", compared with what a Nomad server makes of
 * the job files in test/facts/schema.
 */
export function canonicalizeJob(job: ModelRecord | Job): Job {
  const record = { ...(job as ModelRecord) };
  const given = record['type'];
  const type = typeof given === 'string' && given !== '' ? given : 'service';
  const context: SchemaContext = { jobType: type, job: record };
  completeBlock(record, jobBlock, context);
  return record as unknown as Job;
}

const completedFieldsOf = createWalk({
  plain: (field) => field.default !== undefined || field.type === 'string',
  block: () => true,
  schema: () => false,
});

/** Completes `record`, a shallow copy the caller owns. */
function completeBlock(record: ModelRecord, schema: BlockSchema, context: SchemaContext): void {
  const kept = record['kept'] as ModelRecord | undefined;
  if (kept !== undefined || schema.alwaysKept === true) record['kept'] = { ...kept };
  schema.fold?.(record, context);
  for (const walked of completedFieldsOf(schema)) {
    const value = readField(record, walked);
    const { field, block } = walked;
    if (block !== undefined) completeField(record, field, block, value, context);
    else if (value === undefined || (value === '' && field.type === 'string')) {
      // Empty text is "not given", as in the API.
      const filled = defaultOf(field, context);
      if (filled !== undefined) setField(record, field, filled);
      else if (value === '') removeField(record, field);
    }
  }
}

export function defaultOf(field: FieldSchema, context: SchemaContext): Json | undefined {
  return typeof field.default === 'function' ? field.default(context) : field.default;
}

function completeField(
  record: ModelRecord,
  field: FieldSchema,
  type: BlockType,
  value: unknown,
  context: SchemaContext,
): void {
  const records = startingRecords(field, type, value, context);
  if (records === undefined) {
    const filled = defaultOf(field, context);
    if (filled !== undefined) setField(record, field, filled);
    return;
  }
  // An empty list of blocks that have no default says nothing.
  if (records.length === 0 && type.repeat !== 'one' && field.default === undefined) {
    removeField(record, field);
    return;
  }
  setField(record, field, blockValue(type, records));
  for (const item of records) completeBlock(item, type.block, innerContext(type.block, item, context));
  if (type.unwrap !== undefined) setField(record, field, blockValue(type, records));
}

/** Copies of what is given, over what an outer block says; undefined when there is no such block. */
function startingRecords(
  field: FieldSchema,
  type: BlockType,
  value: unknown,
  context: SchemaContext,
): ModelRecord[] | undefined {
  const base = field.base?.(context);
  if (value === undefined) {
    const implicit = typeof field.implicit === 'function' ? field.implicit(context) : field.implicit === true;
    return implicit || base !== undefined ? [{ ...base }] : undefined;
  }
  return blockRecords(type, value).map((item) => ({ ...base, ...item }));
}

/** The context inside a group or a task. */
export function innerContext(schema: BlockSchema, record: ModelRecord, context: SchemaContext): SchemaContext {
  if (schema.name === 'group') return { jobType: context.jobType, job: context.job, group: record };
  if (schema.name === 'task') return { ...context, task: record };
  return context;
}
