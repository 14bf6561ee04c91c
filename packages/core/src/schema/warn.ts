// What a job says that has no effect, or should be written another way: named, never silently ignored.

import { jobBlock } from './blocks/job.ts';
import {
  type BlockSchema,
  blockRecords,
  type FieldProblem,
  type FieldSchema,
  getField,
  isBlockType,
  type ModelRecord,
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

/** A value equal to the default changes nothing, so there is nothing to warn about. */
function isIdle(field: FieldSchema, value: unknown): boolean {
  if (Array.isArray(value) && value.length === 0) return true;
  return field.default !== undefined && typeof field.default !== 'function' && field.default === value;
}

function noEffect(path: string, name: string, reason: string): FieldProblem {
  return { path, message: `"${name}" has no effect yet: ${reason}` };
}
