// Fills in defaults from the schema, from the outside in, so that inner blocks can take over from outer ones.

import type { Job } from '../model/job.ts';
import type { Json } from '../model/task.ts';
import { jobBlock } from './blocks/job.ts';
import {
  type BlockSchema,
  type BlockType,
  type FieldSchema,
  isBlockType,
  keptName,
  type ModelRecord,
  type SchemaContext,
} from './field.ts';

/**
 * Completes a job: every field with a default has a value, blocks that exist implicitly exist, groups take over what
 * the job says. The argument is a job as decoded, or one that is complete already, which comes back equal. It is not
 * changed. Source of the defaults: NOMAD.md "Blocks, attributes, defaults", compared with what a Nomad server makes of
 * the job files in test/facts/schema.
 */
export function canonicalizeJob(job: ModelRecord | Job): Job {
  const given = job as ModelRecord;
  const type = given['type'];
  const plan = planOf(jobBlock);
  const record = begin(given, plan);
  const context: SchemaContext = {
    jobType: typeof type === 'string' && type !== '' ? type : 'service',
    job: record,
  };
  finish(record, given, plan, context, new Map());
  return record as unknown as Job;
}

/** What completing a block has to do, worked out once. */
interface Plan {
  readonly name: string;
  readonly fold: BlockSchema['fold'] | undefined;
  readonly alwaysKept: boolean;
  /**
   * The constant defaults, with `undefined` where a value follows for sure. Records begin as a copy of it, so that all
   * records of a block look alike to the machine.
   */
  readonly defaults: ModelRecord;
  /** Text fields, by their names in the record. Empty text is "not given" there, as in the API. */
  readonly texts: ReadonlySet<string>;
  readonly keptTexts: ReadonlySet<string>;
  /** Fields whose default depends on the surroundings. */
  readonly computed: readonly (readonly [key: string, value: (context: SchemaContext) => Json | undefined])[];
  readonly blocks: readonly BlockPlan[];
  readonly keptBlocks: ReadonlyMap<string, BlockPlan>;
}

interface BlockPlan {
  readonly key: string;
  readonly type: BlockType;
  readonly plan: Plan;
  readonly base: ((context: SchemaContext) => ModelRecord | undefined) | undefined;
  readonly implicit: boolean | ((context: SchemaContext) => boolean);
  /** The value when there is no such block. */
  readonly otherwise: unknown;
}

/** Blocks that are not written, by their field: the last one of each, and what it was made from. */
type Shared = Map<BlockPlan, { readonly base: ModelRecord; readonly record: ModelRecord }>;

const plans = new Map<BlockSchema, Plan>();

function planOf(schema: BlockSchema): Plan {
  let plan = plans.get(schema);
  if (plan === undefined) {
    plan = makePlan(schema);
    plans.set(schema, plan);
  }
  return plan;
}

function makePlan(schema: BlockSchema): Plan {
  const defaults: ModelRecord = {};
  const texts = new Set<string>();
  const keptTexts = new Set<string>();
  const computed: [string, (context: SchemaContext) => Json | undefined][] = [];
  const blocks: BlockPlan[] = [];
  const keptBlocks = new Map<string, BlockPlan>();
  for (const field of schema.fields) {
    const { default: value, implicit } = field;
    if (field.kept === true) {
      // `completeKept` looks at what is given only.
      if (value !== undefined || implicit !== undefined || field.base !== undefined) {
        throw new Error(`${schema.name}.${keptName(field)} is kept, and has a default`);
      }
      if (isBlockType(field.type)) keptBlocks.set(keptName(field), blockPlan(field, field.type, keptName(field)));
      else if (field.type === 'string') keptTexts.add(keptName(field));
      continue;
    }
    if (typeof value === 'function') {
      computed.push([field.model, value]);
      defaults[field.model] = undefined;
    } else if (value !== undefined) defaults[field.model] = value;
    else if (implicit === true) defaults[field.model] = undefined;
    if (isBlockType(field.type)) blocks.push(blockPlan(field, field.type, field.model));
    else if (field.type === 'string') texts.add(field.model);
  }
  const { name, fold, alwaysKept = false } = schema;
  if (alwaysKept) defaults['kept'] = undefined;
  return { name, fold, alwaysKept, defaults, texts, keptTexts, computed, blocks, keptBlocks };
}

function blockPlan(field: FieldSchema, type: BlockType, key: string): BlockPlan {
  const { base, implicit = false, default: otherwise } = field;
  return { key, type, plan: planOf(type.block), base, implicit, otherwise };
}

export function defaultOf(field: FieldSchema, context: SchemaContext): Json | undefined {
  return typeof field.default === 'function' ? field.default(context) : field.default;
}

/** A block with its constant defaults and what is given. */
function begin(given: ModelRecord, plan: Plan): ModelRecord {
  // Faster than a spread where records of many blocks pass.
  const record: ModelRecord = Object.assign({}, plan.defaults);
  addGiven(record, given, plan.texts);
  return record;
}

function addGiven(record: ModelRecord, given: ModelRecord, texts: ReadonlySet<string>): void {
  for (const key in given) {
    const value = given[key];
    if (value !== undefined && (value !== '' || !texts.has(key))) record[key] = value;
  }
}

/** The rest: what fields and blocks mean to each other, defaults that depend on the surroundings, inner blocks. */
function finish(record: ModelRecord, given: ModelRecord, plan: Plan, context: SchemaContext, shared: Shared): void {
  plan.fold?.(record, context, given);
  for (const [key, value] of plan.computed) {
    if (record[key] !== undefined) continue;
    const filled = value(context);
    if (filled === undefined) delete record[key];
    else record[key] = filled;
  }
  for (const inner of plan.blocks) {
    const value = record[inner.key];
    if (value === inner.otherwise && value !== undefined) continue;
    const completed = completeField(value, inner, context, shared);
    if (completed !== undefined) record[inner.key] = completed;
    else if (value !== undefined) delete record[inner.key];
  }
  const kept = record['kept'] as ModelRecord | undefined;
  if (kept !== undefined || plan.alwaysKept) record['kept'] = completeKept(kept, plan, context, shared);
}

function completeKept(given: ModelRecord | undefined, plan: Plan, context: SchemaContext, shared: Shared): ModelRecord {
  const kept: ModelRecord = {};
  for (const key in given) {
    const value = given[key];
    const inner = plan.keptBlocks.get(key);
    if (inner === undefined) {
      if (value !== undefined && (value !== '' || !plan.keptTexts.has(key))) kept[key] = value;
      continue;
    }
    const completed = completeField(value, inner, context, shared);
    if (completed !== undefined) kept[key] = completed;
  }
  return kept;
}

/** Copies of what is given, over what an outer block says; undefined when there is no such block. */
function completeField(value: unknown, inner: BlockPlan, context: SchemaContext, shared: Shared): unknown {
  const { type, plan, implicit } = inner;
  const base = inner.base?.(context);
  if (value === undefined || value === null) {
    const exists = base !== undefined || (typeof implicit === 'function' ? implicit(context) : implicit);
    return exists ? implicitRecord(inner, base ?? NOTHING, context, shared) : inner.otherwise;
  }
  if (type.unwrap !== undefined) return complete({ [type.unwrap]: value }, base, plan, context, shared)[type.unwrap];
  if (type.repeat === 'one') return complete(value as ModelRecord, base, plan, context, shared);
  const items = value as readonly ModelRecord[];
  // An empty list of blocks that have no default says nothing.
  if (items.length === 0) return inner.otherwise;
  // Without a function, for which everything above would be moved to a place that it can reach.
  const completed: ModelRecord[] = new Array<ModelRecord>(items.length);
  for (let index = 0; index < items.length; index += 1) {
    completed[index] = complete(items[index] as ModelRecord, base, plan, context, shared);
  }
  return completed;
}

const NOTHING: ModelRecord = {};

/** A block that is not written. What is equal all over a job is one record, which must not change. */
function implicitRecord(inner: BlockPlan, base: ModelRecord, context: SchemaContext, shared: Shared): ModelRecord {
  const known = shared.get(inner);
  if (known !== undefined && known.base === base) return known.record;
  const record = Object.freeze(complete(base, undefined, inner.plan, context, shared));
  shared.set(inner, { base, record });
  return record;
}

function complete(
  item: ModelRecord,
  base: ModelRecord | undefined,
  plan: Plan,
  context: SchemaContext,
  shared: Shared,
): ModelRecord {
  const given = base === undefined ? item : { ...base, ...item };
  const record = begin(given, plan);
  finish(record, given, plan, innerContext(plan, record, context), shared);
  return record;
}

/** The context inside a group or a task. */
export function innerContext(
  schema: Pick<BlockSchema, 'name'>,
  record: ModelRecord,
  context: SchemaContext,
): SchemaContext {
  if (schema.name === 'group') return { jobType: context.jobType, job: context.job, group: record };
  if (schema.name === 'task') return { ...context, task: record };
  return context;
}
