// All rules of the schema against a complete job: all problems at once, each at its field path.

import { didYouMean } from '../lib/nearest-name.ts';
import type { Job } from '../model/job.ts';
import { jobBlock } from './blocks/job.ts';
import { innerContext } from './canonicalize.ts';
import { formatDuration } from './duration.ts';
import {
  type BlockSchema,
  blockRecords,
  type FieldProblem,
  type FieldSchema,
  type ModelRecord,
  type Report,
  type SchemaContext,
} from './field.ts';
import { fieldName, joinPath, repeatedPath } from './path.ts';
import { notYetRunnable } from './runnable.ts';
import { createWalk, readField } from './walk.ts';

/**
 * Problems of a canonical job (see `canonicalizeJob`), those included that only mean "cannot run yet"; none = it can be
 * registered. Driver configs are checked by `validateDriverConfig`.
 */
export function validateJob(job: Job): FieldProblem[] {
  return [...brokenRules(job), ...notYetRunnable(job)];
}

/**
 * The rules of the language that a canonical job breaks, all of them, each at its field. Source: NOMAD.md "Blocks,
 * attributes, defaults", compared with a Nomad server's validation of the job files in test/facts/schema.
 */
export function brokenRules(job: Job): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const record = job as unknown as ModelRecord;
  validateBlock(record, jobBlock, '', { jobType: job.type, job: record }, problems);
  return problems;
}

const isOnRecord = ({ wire, kept }: FieldSchema) => wire !== undefined || kept === true;

const checkedFieldsOf = createWalk({
  plain: (field) => {
    const { required, values, refusedValues, min, max } = field;
    const isBound = values !== undefined || refusedValues !== undefined || min !== undefined || max !== undefined;
    return isOnRecord(field) && (required === true || isBound);
  },
  block: isOnRecord,
  schema: () => false,
});

/**
 * The rules about one value alone, for a record of which parts could not be read: what is missing, and how fields belong
 * together, says nothing there.
 */
export function brokenValues(record: ModelRecord): FieldProblem[] {
  const problems: FieldProblem[] = [];
  validateBlock(record, jobBlock, '', { jobType: '', job: record }, problems, true);
  return problems;
}

function validateBlock(
  record: ModelRecord,
  schema: BlockSchema,
  path: string,
  context: SchemaContext,
  problems: FieldProblem[],
  valuesOnly = false,
): void {
  let isComplete = true;
  const report: Report = (field, message, hint) => {
    problems.push({ path: joinPath(path, field), message, ...(hint === undefined ? {} : { hint }) });
  };
  if (!valuesOnly && schema.label !== undefined && (record[schema.label.model] ?? '') === '' && schema.name !== 'job') {
    report('', `a ${schema.name} needs a name`, `write ${schema.name} "name" { … }`);
  }
  for (const walked of checkedFieldsOf(schema)) {
    const value = readField(record, walked);
    const { field, name, block } = walked;
    if (value === undefined) {
      if (valuesOnly || field.required !== true) continue;
      isComplete = false;
      report(name, `"${name}" is required`, `add ${exampleOf(field)}`);
      continue;
    }
    if (block === undefined) {
      checkField(field, value, (message, hint) => report(name, message, hint));
      continue;
    }
    if (block.unwrap !== undefined) continue;
    blockRecords(block, value).forEach((item, index) => {
      const base = joinPath(path, name);
      const inner = block.repeat === 'one' ? base : repeatedPath(base, block, item, index);
      validateBlock(item, block.block, inner, innerContext(block.block, item, context), problems, valuesOnly);
    });
  }
  // Rules across fields mean something only when the fields are there.
  if (isComplete && !valuesOnly) schema.check?.(record, context, report);
}

function exampleOf(field: FieldSchema): string {
  const name = fieldName(field);
  if (field.values !== undefined) return `${name} = "${field.values[0]}"`;
  return field.type === 'int' || field.type === 'float' ? `${name} = 1` : `${name} = "…"`;
}

function checkField(field: FieldSchema, value: unknown, report: (message: string, hint?: string) => void): void {
  const { values, refusedValues } = field;
  if (values !== undefined && typeof value === 'string') {
    if (!values.includes(value)) {
      report(
        `"${value}" is none of ${values.join(', ')}`,
        didYouMean(value, values) ?? `write one of ${values.join(', ')}`,
      );
    } else if (refusedValues !== undefined && Object.hasOwn(refusedValues, value)) {
      report(`"${value}" cannot be used: ${refusedValues[value]}`);
    }
  }
  if (typeof value !== 'number') return;
  const shown = (amount: number) => (field.type === 'duration' ? formatDuration(amount) : String(amount));
  if (field.min !== undefined && value < field.min)
    report(`${shown(value)} is too small`, `at least ${shown(field.min)}`);
  if (field.max !== undefined && value > field.max)
    report(`${shown(value)} is too large`, `at most ${shown(field.max)}`);
}
