// The HTTP API's JSON -> job records.

import { didYouMean } from '../lib/nearest-name.ts';
import type { Job } from '../model/job.ts';
import { jobBlock } from './blocks/job.ts';
import { canonicalizeJob } from './canonicalize.ts';
import { isDuration, nsToMs, parseDuration } from './duration.ts';
import {
  type BlockSchema,
  type BlockType,
  blockValue,
  type FieldProblem,
  type FieldSchema,
  type FieldType,
  isBlockType,
  labelFromWire,
  type ModelRecord,
  setField,
} from './field.ts';
import { fieldName, joinPath, repeatedKey } from './path.ts';
import { adviceOn, warningsOf } from './warn.ts';

export interface DecodeOptions {
  /** What happens with keys the schema does not know: files are wrong, API clients send extra ones. @default 'warn' */
  readonly unknownKeys?: 'error' | 'warn';
}

export interface DecodeResult {
  /** Canonical; absent when there are errors. Not validated. */
  readonly job?: Job;
  /** The job before defaults. */
  readonly record: ModelRecord;
  readonly errors: readonly FieldProblem[];
  readonly warnings: readonly FieldProblem[];
}

interface Reader {
  readonly unknownKeys: 'error' | 'warn';
  readonly errors: FieldProblem[];
  readonly warnings: FieldProblem[];
}

type JsonRecord = Readonly<Record<string, unknown>>;

/**
 * Reads Nomad's job JSON, bare or as `{"Job": {…}}`. Names match in any case, as Go reads them. Problems are returned
 * with their field paths, all at once; nothing is thrown. Source of names and forms: jobs of a Nomad server, recorded in
 * test/facts/schema.
 */
export function decodeJobJson(value: unknown, options: DecodeOptions = {}): DecodeResult {
  const reader: Reader = { unknownKeys: options.unknownKeys ?? 'warn', errors: [], warnings: [] };
  if (!isRecord(value)) {
    const problem = { path: '', message: `a job is a JSON object, this is ${kindOf(value)}` };
    return { record: {}, errors: [problem], warnings: [] };
  }
  const wrapped = value['Job'] ?? value['job'];
  const record = readBlock(isRecord(wrapped) ? wrapped : value, jobBlock, '', reader);
  const warnings = [...reader.warnings, ...warningsOf(record)];
  if (reader.errors.length > 0) return { record, errors: reader.errors, warnings };
  const job = canonicalizeJob(record);
  return { job, record, errors: [], warnings: [...warnings, ...adviceOn(job)] };
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

const indexes = new WeakMap<BlockSchema, ReadonlyMap<string, FieldSchema>>();

/** Fields of a block by lower-case wire name. */
export function wireIndex(schema: BlockSchema): ReadonlyMap<string, FieldSchema> {
  let index = indexes.get(schema);
  if (index === undefined) {
    const entries = schema.fields.flatMap((field) => (field.wire === undefined ? [] : [[field.wire, field] as const]));
    index = new Map(entries.map(([wire, field]) => [wire.toLowerCase(), field]));
    indexes.set(schema, index);
  }
  return index;
}

function readBlock(value: JsonRecord, schema: BlockSchema, path: string, reader: Reader): ModelRecord {
  const record: ModelRecord = {};
  const index = wireIndex(schema);
  for (const [key, item] of Object.entries(value)) {
    if (item === null || item === undefined) continue;
    const lower = key.toLowerCase();
    if (schema.label !== undefined && lower === schema.label.wire.toLowerCase()) {
      record[schema.label.model] = labelFromWire(schema.label, String(item));
      continue;
    }
    const field = index.get(lower);
    if (field !== undefined) readField(record, field, item, path, reader);
    else if (schema.ignoredWire?.some((name) => name.toLowerCase() === lower) !== true) {
      reportUnknown(key, item, schema, path, reader);
    }
  }
  schema.normalize?.(record, (field, message, hint) => {
    reader.errors.push({ path: joinPath(path, field), message, ...(hint === undefined ? {} : { hint }) });
  });
  return record;
}

function reportUnknown(key: string, value: unknown, schema: BlockSchema, path: string, reader: Reader): void {
  const dropped = Object.entries(schema.droppedWire ?? {}).find(([name]) => name.toLowerCase() === key.toLowerCase());
  if (isEmpty(value) && (reader.unknownKeys === 'warn' || dropped !== undefined)) return;
  if (dropped !== undefined) {
    reader.warnings.push({ path: joinPath(path, key), message: `"${key}" has no effect: ${dropped[1]}` });
    return;
  }
  const hint = didYouMean(
    key,
    schema.fields.flatMap((field) => field.wire ?? []),
  );
  const problem = {
    path: joinPath(path, key),
    message: `a ${schema.name} has no field "${key}"`,
    ...(hint === undefined ? {} : { hint }),
  };
  (reader.unknownKeys === 'error' ? reader.errors : reader.warnings).push(problem);
}

/** Clients send every field of their own types; empty ones say nothing. */
function isEmpty(value: unknown): boolean {
  if (value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}

function readField(record: ModelRecord, field: FieldSchema, value: unknown, path: string, reader: Reader): void {
  const fieldPath = joinPath(path, fieldName(field));
  if (value === '' && field.type === 'string') return;
  if (field.refused !== undefined) {
    if (!isEmpty(value))
      reader.errors.push({ path: fieldPath, message: `"${fieldName(field)}" is refused: ${field.refused}` });
    return;
  }
  try {
    const read = isBlockType(field.type)
      ? readBlocks(value, field.type, joinPath(path, fieldName(field)), reader)
      : readValue(value, field.type);
    if (read !== undefined) setField(record, field, read);
  } catch (error) {
    if (!(error instanceof TypeMismatch)) throw error;
    reader.errors.push({ path: fieldPath, message: `expected ${error.expected}, found ${kindOf(value)}` });
  }
}

class TypeMismatch extends Error {
  readonly expected: string;
  constructor(expected: string) {
    super(expected);
    this.expected = expected;
  }
}

function readBlocks(value: unknown, type: BlockType, path: string, reader: Reader): unknown {
  if (type.repeat === 'one') {
    if (!isRecord(value)) throw new TypeMismatch('an object');
    return blockValue(type, [readBlock(value, type.block, path, reader)]);
  }
  const items = type.repeat === 'map' && isRecord(value) ? labelledItems(value, type.block) : value;
  if (!Array.isArray(items)) throw new TypeMismatch('a list of objects');
  return items.map((item: unknown, index) => {
    if (!isRecord(item)) throw new TypeMismatch('a list of objects');
    const label = type.block.label;
    const name = label === undefined ? undefined : item[label.wire];
    const text = label !== undefined && typeof name === 'string' ? labelFromWire(label, name) : undefined;
    const key = repeatedKey(type.block, label === undefined ? {} : { [label.model]: text }, index);
    return readBlock(item, type.block, path + key, reader);
  });
}

function labelledItems(value: JsonRecord, schema: BlockSchema): unknown[] {
  return Object.entries(value).map(([label, item]) =>
    isRecord(item) && schema.label !== undefined ? { ...item, [schema.label.wire]: label } : item,
  );
}

function readValue(value: unknown, type: Exclude<FieldType, BlockType>): unknown {
  if (typeof type === 'object') return type.kind === 'list' ? readList(value, type.of) : readMap(value);
  switch (type) {
    case 'string':
      return expectKind(value, typeof value === 'string', 'a string');
    case 'bool':
      return expectKind(value, typeof value === 'boolean', 'true or false');
    case 'int':
      return expectKind(value, Number.isInteger(value), 'a whole number');
    case 'float':
      return expectKind(value, Number.isFinite(value), 'a number');
    case 'duration':
      return readDuration(value);
    case 'json':
      return value;
  }
}

function expectKind(value: unknown, matches: boolean, expected: string): unknown {
  if (!matches) throw new TypeMismatch(expected);
  return value;
}

function readDuration(value: unknown): number {
  const ms = typeof value === 'number' ? nsToMs(value) : typeof value === 'string' ? parseDuration(value) : undefined;
  if (ms === undefined || !isDuration(ms)) throw new TypeMismatch('nanoseconds, or a duration such as "30s"');
  return ms;
}

function readList(value: unknown, of: 'string' | 'int' | 'float'): unknown {
  if (!Array.isArray(value)) throw new TypeMismatch('a list');
  const kind = of === 'string' ? 'string' : 'number';
  return expectKind(
    value,
    value.every((item) => typeof item === kind && item !== Infinity && item !== -Infinity),
    `a list of ${kind}s`,
  );
}

function readMap(value: unknown): unknown {
  if (!isRecord(value)) throw new TypeMismatch('an object of strings');
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (typeof item === 'object' && item !== null) throw new TypeMismatch('an object of strings');
      return [key, String(item ?? '')];
    }),
  );
}
