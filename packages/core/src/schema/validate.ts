// All rules of the schema against a complete job: all problems at once, each at its field path.

import { didYouMean } from '../lib/nearest-name.ts';
import type { Job } from '../model/job.ts';
import { keyRule, type NameRule, nameProblem, quotedName } from '../model/name.ts';
import { jobBlock } from './blocks/job.ts';
import { innerContext } from './canonicalize.ts';
import { formatDuration } from './duration.ts';
import {
  type BlockSchema,
  type BlockType,
  blockRecords,
  type FieldProblem,
  type FieldSchema,
  type ModelRecord,
  type Report,
  type SchemaContext,
} from './field.ts';
import { fieldName } from './path.ts';
import { notYetRunnable } from './runnable.ts';
import { createTrail, type Trail } from './trail.ts';
import { createWalk, type WalkField } from './walk.ts';

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
  validateBlock(
    record,
    planOf(jobBlock),
    { jobType: job.type, job: record },
    {
      trail: createTrail(problems),
      valuesOnly: false,
    },
  );
  return problems;
}

interface CheckedBlock {
  readonly name: string;
  readonly type: BlockType;
  readonly plan: Plan;
}

/** How one validation goes: where it is, and whether it looks at values alone. */
interface Run {
  readonly trail: Trail;
  readonly valuesOnly: boolean;
}

/** What validating a block has to do, worked out once; all look alike to the machine, whatever the schema declares. */
interface Plan {
  readonly name: string;
  /** Where the label is, when there must be one. */
  readonly label: string | undefined;
  readonly labelRule: NameRule | undefined;
  readonly check: BlockSchema['check'] | undefined;
  readonly hasKept: boolean;
  readonly fields: readonly CheckedField[];
}

interface CheckedField extends WalkField {
  /** Of a block whose records are checked. */
  readonly inner: CheckedBlock | undefined;
  readonly isRequired: boolean;
  readonly values: readonly string[] | undefined;
  readonly refusedValues: Readonly<Record<string, string>> | undefined;
  readonly nameRule: NameRule | undefined;
  readonly min: number;
  readonly max: number;
}

/** Keys of maps are names, whatever the map is. */
function namesIn({ nameRule, type }: FieldSchema): NameRule | undefined {
  return nameRule ?? (typeof type === 'object' && type.kind === 'map' ? keyRule : undefined);
}

const isOnRecord = ({ wire, kept }: FieldSchema) => wire !== undefined || kept === true;

const checkedFieldsOf = createWalk({
  plain: (field) => {
    const { required, values, refusedValues, min, max } = field;
    const isBound = [values, refusedValues, namesIn(field), min, max].some((bound) => bound !== undefined);
    return isOnRecord(field) && (required === true || isBound);
  },
  block: (field) => isOnRecord(field),
  schema: () => false,
});

const plans = new Map<BlockSchema, Plan>();

function planOf(schema: BlockSchema): Plan {
  let plan = plans.get(schema);
  if (plan === undefined) {
    const { name, label, check } = schema;
    const fields = checkedFieldsOf(schema).map((walked): CheckedField => {
      const { required, values, refusedValues, min = -Infinity, max = Infinity } = walked.field;
      const { field, name, key, isKept, block, isRecord } = walked;
      const isChecked = block !== undefined && block.unwrap === undefined;
      const inner = isChecked ? { name, type: block, plan: planOf(block.block) } : undefined;
      const isRequired = required === true;
      const own = { inner, isRequired, values, refusedValues, nameRule: namesIn(walked.field), min, max };
      return { field, name, key, isKept, block, isRecord, ...own };
    });
    const hasKept = fields.some((field) => field.isKept);
    const labelled = name === 'job' ? undefined : label;
    plan = { name, label: labelled?.model, labelRule: labelled?.nameRule, check, hasKept, fields };
    plans.set(schema, plan);
  }
  return plan;
}

/**
 * The rules about one value alone, for a record of which parts could not be read: what is missing, and how fields belong
 * together, says nothing there.
 */
export function brokenValues(record: ModelRecord): FieldProblem[] {
  const problems: FieldProblem[] = [];
  validateBlock(
    record,
    planOf(jobBlock),
    { jobType: '', job: record },
    {
      trail: createTrail(problems),
      valuesOnly: true,
    },
  );
  return problems;
}

function validateBlock(record: ModelRecord, plan: Plan, context: SchemaContext, run: Run): void {
  const { trail, valuesOnly } = run;
  let isComplete = true;
  if (plan.label !== undefined) checkLabel(plan, record[plan.label] ?? '', run);
  const kept = plan.hasKept ? (record['kept'] as ModelRecord | undefined) : undefined;
  for (const checked of plan.fields) {
    const value = checked.isKept ? kept?.[checked.key] : record[checked.key];
    if (value === undefined) {
      if (valuesOnly || !checked.isRequired) continue;
      isComplete = false;
      trail.report(checked.name, `"${checked.name}" is required`, `add ${exampleOf(checked.field)}`);
    } else if (checked.block === undefined) checkField(checked, value, trail.report);
    else if (checked.inner !== undefined && value !== null) {
      if (checked.isRecord) validateRecord(value as ModelRecord, 0, checked.inner, context, run);
      else validateRecords(value, checked.inner, context, run);
    }
  }
  // Rules across fields mean something only when the fields are there.
  if (isComplete && !valuesOnly) plan.check?.(record, context, trail.report);
}

function checkLabel({ name, labelRule }: Plan, label: unknown, { trail, valuesOnly }: Run): void {
  if (label === '') {
    if (!valuesOnly) trail.report('', `a ${name} needs a name`, `write ${name} "name" { … }`);
  } else if (labelRule !== undefined && typeof label === 'string') {
    const problem = nameProblem(label, labelRule);
    if (problem === undefined) return;
    trail.report('', `the ${name} name ${quotedName(label)} ${problem.reason}`, problem.hint);
  }
}

function validateRecords(value: unknown, block: CheckedBlock, context: SchemaContext, run: Run): void {
  const records = blockRecords(block.type, value);
  for (let index = 0; index < records.length; index += 1) {
    validateRecord(records[index] as ModelRecord, index, block, context, run);
  }
}

function validateRecord(
  record: ModelRecord,
  index: number,
  { name, type, plan }: CheckedBlock,
  context: SchemaContext,
  run: Run,
): void {
  run.trail.enter(name, type, record, index);
  validateBlock(record, plan, innerContext(plan, record, context), run);
  run.trail.leave();
}

function exampleOf(field: FieldSchema): string {
  const name = fieldName(field);
  if (field.values !== undefined) return `${name} = "${field.values[0]}"`;
  return field.type === 'int' || field.type === 'float' ? `${name} = 1` : `${name} = "…"`;
}

function checkField(checked: CheckedField, value: unknown, report: Report): void {
  const { values, refusedValues, nameRule, min, max } = checked;
  if (nameRule !== undefined) checkNames(checked.name, value, nameRule, report);
  if (values !== undefined && typeof value === 'string') {
    if (!values.includes(value)) {
      report(
        checked.name,
        `"${value}" is none of ${values.join(', ')}`,
        didYouMean(value, values) ?? `write one of ${values.join(', ')}`,
      );
    } else if (refusedValues !== undefined && Object.hasOwn(refusedValues, value)) {
      report(checked.name, `"${value}" cannot be used: ${refusedValues[value]}`);
    }
  }
  if (typeof value === 'number' && (value < min || value > max)) reportBounds(checked, value, report);
}

function checkNames(field: string, value: unknown, rule: NameRule, report: Report): void {
  if (typeof value === 'string') checkName(field, value, rule, report);
  else if (Array.isArray(value)) {
    value.forEach((item, index) => {
      if (typeof item === 'string') checkName(`${field}[${index}]`, item, rule, report);
    });
  } else for (const key in value as object) checkName(field, key, rule, report);
}

function checkName(field: string, text: string, rule: NameRule, report: Report): void {
  // What stands in an interpolation is no part of the name yet; the node judges what it becomes.
  const known = text.includes('${') ? text.replaceAll(/\$\{[^}\p{Cc}]*\}/gu, 'x') : text;
  const problem = known === '' ? undefined : nameProblem(known, rule);
  if (problem !== undefined) report(field, `${quotedName(text)} ${problem.reason}`, problem.hint);
}

function reportBounds({ field, name, min, max }: CheckedField, value: number, report: Report): void {
  const shown = (amount: number) => (field.type === 'duration' ? formatDuration(amount) : String(amount));
  if (value < min) report(name, `${shown(value)} is too small`, `at least ${shown(min)}`);
  if (value > max) report(name, `${shown(value)} is too large`, `at most ${shown(max)}`);
}
