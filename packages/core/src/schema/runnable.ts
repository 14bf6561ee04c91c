// What the job language has and this version cannot run yet: a rule of its own, so that all else works with such jobs.

import type { Job } from '../model/job.ts';
import { jobBlock } from './blocks/job.ts';
import { type BlockSchema, blockRecords, type FieldProblem, type ModelRecord } from './field.ts';
import { createTrail, type Trail } from './trail.ts';
import { createWalk, readField } from './walk.ts';

/** Why this job cannot run yet, each reason at the field that asks for what is missing; none = it can. */
export function notYetRunnable(job: Job): FieldProblem[] {
  const problems: FieldProblem[] = [];
  visit(job as unknown as ModelRecord, jobBlock, createTrail(problems));
  return problems;
}

const fieldsOf = createWalk({
  plain: ({ notYet, notYetValues }) => notYet !== undefined || notYetValues !== undefined,
  block: ({ notYet }) => notYet !== undefined || 'inside',
  schema: () => false,
});

function visit(record: ModelRecord, schema: BlockSchema, trail: Trail): void {
  for (const walked of fieldsOf(schema)) {
    const value = readField(record, walked);
    if (value === undefined) continue;
    const { field, name, block } = walked;
    const reason = typeof value === 'string' ? valueReason(field.notYetValues, value) : undefined;
    if (reason !== undefined) trail.report(name, `"${value}" cannot run yet: ${reason}`);
    if (field.notYet !== undefined) trail.report(name, `"${name}" cannot run yet: ${field.notYet}`);
    if (block === undefined || block.unwrap !== undefined) continue;
    const records = blockRecords(block, value);
    for (let index = 0; index < records.length; index += 1) {
      const item = records[index] as ModelRecord;
      trail.enter(name, block, item, index);
      visit(item, block.block, trail);
      trail.leave();
    }
  }
}

function valueReason(values: Readonly<Record<string, string>> | undefined, value: string): string | undefined {
  return values !== undefined && Object.hasOwn(values, value) ? values[value] : undefined;
}
