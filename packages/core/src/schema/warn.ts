// What a job says that has no effect, or should be written another way: named, never silently ignored.

import type { Job } from '../model/job.ts';
import { jobBlock } from './blocks/job.ts';
import { innerContext } from './canonicalize.ts';
import { type BlockSchema, blockRecords, type FieldProblem, type ModelRecord, type SchemaContext } from './field.ts';
import { oldPortMapWarnings } from './legacy-network.ts';
import { createTrail, type Trail } from './trail.ts';
import { createWalk, readField, type WalkField } from './walk.ts';

/** Warnings about a job as it was written, before defaults. */
export function warningsOf(record: ModelRecord): FieldProblem[] {
  const warnings: FieldProblem[] = [];
  const idle: IdleFields = new Map();
  warnBlock(record, warnedFieldsOf(jobBlock), true, createTrail(warnings), idle);
  for (const { first, times } of idle.values()) {
    const warning = warnings[first];
    if (times === 1 || warning === undefined) continue;
    warnings[first] = { ...warning, message: `${warning.message} (${times} times in this job, here first)` };
  }
  warnings.push(...oldPortMapWarnings(record));
  return warnings;
}

/** What has no effect is said once in a job, at its first place: `first` is an index into the warnings. */
type IdleFields = Map<WarnedField, { readonly first: number; times: number }>;

/** A field that there may be something to say about; all look alike to the machine, whatever the schema declares. */
interface WarnedField extends WalkField {
  readonly deprecated: string | undefined;
  readonly noEffect: string | undefined;
  /** A value equal to the default changes nothing, so there is nothing to warn about. */
  readonly idle: unknown;
  /** Of a block: what to look at inside. */
  readonly inner: readonly WarnedField[];
}

const walkedFieldsOf = createWalk({
  plain: ({ deprecated, noEffect: reason }) => deprecated !== undefined || reason !== undefined,
  block: ({ deprecated, noEffect: reason }) => deprecated !== undefined || reason !== undefined || 'inside',
  schema: () => false,
});

const warnedFields = new Map<BlockSchema, readonly WarnedField[]>();

function warnedFieldsOf(schema: BlockSchema): readonly WarnedField[] {
  let fields = warnedFields.get(schema);
  if (fields === undefined) {
    fields = walkedFieldsOf(schema).map(({ field, name, key, isKept, block, isRecord }): WarnedField => {
      const { deprecated, noEffect: reason, default: idle } = field;
      const inner = block === undefined ? [] : warnedFieldsOf(block.block);
      return { field, name, key, isKept, block, isRecord, deprecated, noEffect: reason, idle, inner };
    });
    warnedFields.set(schema, fields);
  }
  return fields;
}

/** `hasEffect`: false inside of a block that has none, where only old spellings are worth a word. */
function warnBlock(
  record: ModelRecord,
  fields: readonly WarnedField[],
  hasEffect: boolean,
  trail: Trail,
  idle: IdleFields,
): void {
  for (const warned of fields) {
    const value = readField(record, warned);
    if (value === undefined || value === warned.idle || (Array.isArray(value) && value.length === 0)) continue;
    const { name, block, deprecated, inner } = warned;
    if (deprecated !== undefined) trail.report(name, `"${name}" is deprecated`, deprecated);
    const reason = hasEffect ? warned.noEffect : undefined;
    if (block === undefined) {
      if (reason !== undefined && isFirst(warned, idle, trail)) trail.report(name, noEffect(name, reason));
      continue;
    }
    const records = blockRecords(block, value);
    for (let index = 0; index < records.length; index += 1) {
      const item = records[index] as ModelRecord;
      trail.enter(name, block, item, index);
      if (reason !== undefined && isFirst(warned, idle, trail)) trail.report('', noEffect(name, reason));
      if (inner.length > 0) warnBlock(item, inner, hasEffect && warned.noEffect === undefined, trail, idle);
      trail.leave();
    }
  }
}

function isFirst(warned: WarnedField, idle: IdleFields, trail: Trail): boolean {
  const known = idle.get(warned);
  if (known === undefined) idle.set(warned, { first: trail.count(), times: 1 });
  else known.times += 1;
  return known === undefined;
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

function noEffect(name: string, reason: string): string {
  return `"${name}" has no effect yet: ${reason}`;
}
