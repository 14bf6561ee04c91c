// What the job language has and this version cannot run yet: a rule of its own, so that all else works with such jobs.

import type { Job } from '../model/job.ts';
import { jobBlock } from './blocks/job.ts';
import { type BlockSchema, blockRecords, type FieldProblem, getField, isBlockType, type ModelRecord } from './field.ts';
import { fieldName, joinPath, repeatedPath } from './path.ts';

/** Why this job cannot run yet, each reason at the field that asks for what is missing; none = it can. */
export function notYetRunnable(job: Job): FieldProblem[] {
  const problems: FieldProblem[] = [];
  visit(job as unknown as ModelRecord, jobBlock, '', problems);
  return problems;
}

function visit(record: ModelRecord, schema: BlockSchema, path: string, problems: FieldProblem[]): void {
  for (const field of schema.fields) {
    const value = getField(record, field);
    if (value === undefined) continue;
    const fieldPath = joinPath(path, fieldName(field));
    const reason = typeof value === 'string' ? valueReason(field.notYetValues, value) : undefined;
    if (reason !== undefined) problems.push({ path: fieldPath, message: `"${value}" cannot run yet: ${reason}` });
    if (field.notYet !== undefined) {
      problems.push({ path: fieldPath, message: `"${fieldName(field)}" cannot run yet: ${field.notYet}` });
    }
    const { type } = field;
    if (!isBlockType(type) || type.unwrap !== undefined) continue;
    blockRecords(type, value).forEach((item, index) => {
      const inner = type.repeat === 'one' ? fieldPath : repeatedPath(fieldPath, type, item, index);
      visit(item, type.block, inner, problems);
    });
  }
}

function valueReason(values: Readonly<Record<string, string>> | undefined, value: string): string | undefined {
  return values !== undefined && Object.hasOwn(values, value) ? values[value] : undefined;
}
