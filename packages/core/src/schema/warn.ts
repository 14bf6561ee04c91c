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
import { joinPath, repeatedPath } from './path.ts';
import { createWalk, readField } from './walk.ts';

/** Warnings about a job as it was written, before defaults. */
export function warningsOf(record: ModelRecord): FieldProblem[] {
  const warnings: FieldProblem[] = [];
  warnBlock(record, jobBlock, '', true, warnings);
  return warnings;
}

const warnedFieldsOf = createWalk({
  plain: ({ deprecated, noEffect: reason }) => deprecated !== undefined || reason !== undefined,
  block: ({ deprecated, noEffect: reason }) => deprecated !== undefined || reason !== undefined || 'inside',
  schema: () => false,
});

/** `hasEffect`: false inside of a block that has none, where only old spellings are worth a word. */
function warnBlock(
  record: ModelRecord,
  schema: BlockSchema,
  path: string,
  hasEffect: boolean,
  warnings: FieldProblem[],
): void {
  for (const walked of warnedFieldsOf(schema)) {
    const value = readField(record, walked);
    const { field, name, block } = walked;
    if (value === undefined || isIdle(field, value)) continue;
    const fieldPath = joinPath(path, name);
    if (field.deprecated !== undefined) {
      warnings.push({ path: fieldPath, message: `"${name}" is deprecated`, hint: field.deprecated });
    }
    if (block === undefined) {
      if (field.noEffect !== undefined && hasEffect) warnings.push(noEffect(fieldPath, name, field.noEffect));
      continue;
    }
    blockRecords(block, value).forEach((item, index) => {
      const inner = block.repeat === 'one' ? fieldPath : repeatedPath(fieldPath, block, item, index);
      if (field.noEffect !== undefined && hasEffect) warnings.push(noEffect(inner, name, field.noEffect));
      warnBlock(item, block.block, inner, hasEffect && field.noEffect === undefined, warnings);
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

const advisedFieldsOf = createWalk({
  plain: () => false,
  block: () => 'inside',
  schema: ({ advise }) => advise !== undefined,
});

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
  for (const walked of advisedFieldsOf(schema)) {
    const { name, block } = walked;
    if (block === undefined || block.unwrap !== undefined) continue;
    const base = joinPath(path, name);
    blockRecords(block, readField(record, walked)).forEach((item, index) => {
      const inner = block.repeat === 'one' ? base : repeatedPath(base, block, item, index);
      adviseBlock(item, block.block, inner, innerContext(block.block, item, context), advice);
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
