// What a job says that has no effect, or should be written another way: named, never silently ignored.

import type { Job } from '../model/job.ts';
import { jobBlock } from './blocks/job.ts';
import { innerContext } from './canonicalize.ts';
import {
  type BlockSchema,
  blockRecords,
  type FieldProblem,
  type FieldSchema,
  type ModelRecord,
  type SchemaContext,
} from './field.ts';
import { createTrail, type Trail } from './trail.ts';
import { createWalk, readField } from './walk.ts';

/** Warnings about a job as it was written, before defaults. */
export function warningsOf(record: ModelRecord): FieldProblem[] {
  const warnings: FieldProblem[] = [];
  warnBlock(record, jobBlock, true, createTrail(warnings));
  return warnings;
}

const warnedFieldsOf = createWalk({
  plain: ({ deprecated, noEffect: reason }) => deprecated !== undefined || reason !== undefined,
  block: ({ deprecated, noEffect: reason }) => deprecated !== undefined || reason !== undefined || 'inside',
  schema: () => false,
});

/** `hasEffect`: false inside of a block that has none, where only old spellings are worth a word. */
function warnBlock(record: ModelRecord, schema: BlockSchema, hasEffect: boolean, trail: Trail): void {
  for (const walked of warnedFieldsOf(schema)) {
    const value = readField(record, walked);
    if (value === undefined) continue;
    const { field, name, block } = walked;
    if (isIdle(field, value)) continue;
    if (field.deprecated !== undefined) trail.report(name, `"${name}" is deprecated`, field.deprecated);
    const reason = hasEffect ? field.noEffect : undefined;
    if (block === undefined) {
      if (reason !== undefined) trail.report(name, noEffect(name, reason));
      continue;
    }
    const records = blockRecords(block, value);
    for (let index = 0; index < records.length; index += 1) {
      const item = records[index] as ModelRecord;
      trail.enter(name, block, item, index);
      if (reason !== undefined) trail.report('', noEffect(name, reason));
      warnBlock(item, block.block, hasEffect && field.noEffect === undefined, trail);
      trail.leave();
    }
  }
}

/** What a canonical job says that is allowed but probably not meant. */
export function adviceOn(job: Job): FieldProblem[] {
  const record = job as unknown as ModelRecord;
  const advice: FieldProblem[] = [];
  adviseBlock(record, jobBlock, { jobType: job.type, job: record }, createTrail(advice));
  return advice;
}

const advisedFieldsOf = createWalk({
  plain: () => false,
  block: () => 'inside',
  schema: ({ advise }) => advise !== undefined,
});

function adviseBlock(record: ModelRecord, schema: BlockSchema, context: SchemaContext, trail: Trail): void {
  schema.advise?.(record, context, trail.report);
  for (const walked of advisedFieldsOf(schema)) {
    const { name, block } = walked;
    if (block === undefined || block.unwrap !== undefined) continue;
    const records = blockRecords(block, readField(record, walked));
    for (let index = 0; index < records.length; index += 1) {
      const item = records[index] as ModelRecord;
      trail.enter(name, block, item, index);
      adviseBlock(item, block.block, innerContext(block.block, item, context), trail);
      trail.leave();
    }
  }
}

/** A value equal to the default changes nothing, so there is nothing to warn about. */
function isIdle(field: FieldSchema, value: unknown): boolean {
  if (Array.isArray(value) && value.length === 0) return true;
  return field.default !== undefined && typeof field.default !== 'function' && field.default === value;
}

function noEffect(name: string, reason: string): string {
  return `"${name}" has no effect yet: ${reason}`;
}
