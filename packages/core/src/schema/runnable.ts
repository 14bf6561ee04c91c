// What the job language has and this version cannot run yet: a rule of its own, so that all else works with such jobs.

import type { Job } from '../model/job.ts';
import { jobBlock } from './blocks/job.ts';
import { type BlockSchema, blockRecords, type FieldProblem, type ModelRecord } from './field.ts';
import { joinPath, repeatedPath } from './path.ts';
import { createWalk, readField } from './walk.ts';

/** Why this job cannot run yet, each reason at the field that asks for what is missing; none = it can. */
export function notYetRunnable(job: Job): FieldProblem[] {
  const problems: FieldProblem[] = [];
  visit(job as unknown as ModelRecord, jobBlock, '', problems);
  return problems;
}

const fieldsOf = createWalk({
  plain: ({ notYet, notYetValues }) => notYet !== undefined || notYetValues !== undefined,
  block: ({ notYet }) => notYet !== undefined || 'inside',
  schema: () => false,
});

function visit(record: ModelRecord, schema: BlockSchema, path: string, problems: FieldProblem[]): void {
  for (const walked of fieldsOf(schema)) {
    const value = readField(record, walked);
    if (value === undefined) continue;
    const { field, name, block } = walked;
    const fieldPath = joinPath(path, name);
    const reason = typeof value === 'string' ? valueReason(field.notYetValues, value) : undefined;
    if (reason !== undefined) problems.push({ path: fieldPath, message: `"${value}" cannot run yet: ${reason}` });
    if (field.notYet !== undefined) {
      problems.push({ path: fieldPath, message: `"${name}" cannot run yet: ${field.notYet}` });
    }
    if (block === undefined || block.unwrap !== undefined) continue;
    blockRecords(block, value).forEach((item, index) => {
      const inner = block.repeat === 'one' ? fieldPath : repeatedPath(fieldPath, block, item, index);
      visit(item, block.block, inner, problems);
    });
  }
}

function valueReason(values: Readonly<Record<string, string>> | undefined, value: string): string | undefined {
  return values !== undefined && Object.hasOwn(values, value) ? values[value] : undefined;
}
