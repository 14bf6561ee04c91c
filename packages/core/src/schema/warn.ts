// What a job says that has no effect, or should be written another way: named, never silently ignored.

import type { Job } from '../model/job.ts';
import { jobBlock } from './blocks/job.ts';
import { innerContext } from './canonicalize.ts';
import {
  type BlockSchema,
  blockRecords,
  type FieldProblem,
  type FieldSchema,
  getField,
  isBlockType,
  type ModelRecord,
  type SchemaContext,
} from './field.ts';
import { fieldName, joinPath, repeatedPath } from './path.ts';

/** Warnings about a job as it was written, before defaults. */
export function warningsOf(record: ModelRecord): FieldProblem[] {
  const warnings: FieldProblem[] = [];
  warnBlock(record, jobBlock, '', warnings);
  return warnings;
}

function warnBlock(record: ModelRecord, schema: BlockSchema, path: string, warnings: FieldProblem[]): void {
  for (const field of schema.fields) {
    const value = getField(record, field);
    if (value === undefined || isIdle(field, value)) continue;
    const name = fieldName(field);
    const fieldPath = joinPath(path, name);
    if (field.deprecated !== undefined) {
      warnings.push({ path: fieldPath, message: `"${name}" is deprecated`, hint: field.deprecated });
    }
    if (!isBlockType(field.type)) {
      if (field.noEffect !== undefined) warnings.push(noEffect(fieldPath, name, field.noEffect));
      continue;
    }
    const { type } = field;
    blockRecords(type, value).forEach((item, index) => {
      const inner = type.repeat === 'one' ? fieldPath : repeatedPath(fieldPath, type, item, index);
      if (field.noEffect !== undefined) warnings.push(noEffect(inner, name, field.noEffect));
      else warnBlock(item, type.block, inner, warnings);
    });
  }
}

/** What a canonical job says that is allowed but probably not meant. */
export function adviceOn(job: Job): FieldProblem[] {
  const record = job as unknown as ModelRecord;
  const advice: FieldProblem[] = [];
  adviseBlock(record, jobBlock, '', { jobType: job.type, job: record }, advice);
  return advice;
}

function adviseBlock(
  record: ModelRecord,
  schema: BlockSchema,
  path: string,
  context: SchemaContext,
  advice: FieldProblem[],
): void {
  schema.advise?.(record, context, (field, message, hint) => {
    advice.push({ path: joinPath(path, field), message, ...(hint === undefined ? {} : { hint }) });
  });
  for (const field of schema.fields) {
    const { type } = field;
    if (!isBlockType(type) || type.unwrap !== undefined) continue;
    const base = joinPath(path, fieldName(field));
    blockRecords(type, getField(record, field)).forEach((item, index) => {
      const inner = type.repeat === 'one' ? base : repeatedPath(base, type, item, index);
      adviseBlock(item, type.block, inner, innerContext(type.block, item, context), advice);
    });
  }
}

/** A value equal to the default changes nothing, so there is nothing to warn about. */
function isIdle(field: FieldSchema, value: unknown): boolean {
  if (Array.isArray(value) && value.length === 0) return true;
  return field.default !== undefined && typeof field.default !== 'function' && field.default === value;
}

function noEffect(path: string, name: string, reason: string): FieldProblem {
  return { path, message: `"${name}" has no effect yet: ${reason}` };
}
