// The job a converter builds: records as a job file decodes to, and the place of each field in the input.

import type { Span } from '../jobspec/syntax/source.ts';
import type { Json } from '../model/task.ts';
import { jobBlock } from '../schema/blocks/job.ts';
import {
  type BlockSchema,
  blockRecords,
  type FieldSchema,
  getField,
  isBlockType,
  type ModelRecord,
  setField,
} from '../schema/field.ts';
import { fieldName, joinPath, repeatedKey } from '../schema/path.ts';
import type { Conversion } from './read/conversion.ts';

/** A block under construction. Fields are named as in a job file. */
export interface Part {
  readonly path: string;
  readonly record: ModelRecord;
  readonly schema: BlockSchema;
}

export function newJob(run: Conversion, at: Span): Part {
  run.places.set('', at);
  return { path: '', record: {}, schema: jobBlock };
}

function fieldOf(part: Part, hcl: string): FieldSchema {
  const field = part.schema.fields.find((candidate) => candidate.hcl === hcl);
  if (field === undefined) throw new Error(`a ${part.schema.name} has no field ${hcl}`);
  return field;
}

/** Sets a field to its model value (milliseconds, MiB). */
export function give(run: Conversion, part: Part, hcl: string, value: unknown, at: Span): void {
  const field = fieldOf(part, hcl);
  setField(part.record, field, value);
  run.places.set(joinPath(part.path, fieldName(field)), at);
}

export function fieldValue(part: Part, hcl: string): unknown {
  return getField(part.record, fieldOf(part, hcl));
}

/** The block of that name: the one there is, or a new one; always a new one when it may be repeated. */
export function open(run: Conversion, part: Part, hcl: string, at: Span, label?: string): Part {
  const field = fieldOf(part, hcl);
  if (!isBlockType(field.type)) throw new Error(`${hcl} is no block`);
  const { block: schema, repeat, unwrap } = field.type;
  const base = joinPath(part.path, fieldName(field));
  const present = getField(part.record, field);
  if (repeat === 'one' && unwrap === undefined) {
    const record = (present as ModelRecord | undefined) ?? {};
    if (present === undefined) {
      setField(part.record, field, record);
      run.places.set(base, at);
    }
    return { path: base, record, schema };
  }
  const record: ModelRecord = schema.label === undefined || label === undefined ? {} : { [schema.label.model]: label };
  const list = (present as ModelRecord[] | undefined) ?? [];
  const path = base + repeatedKey(schema, record, list.length);
  setField(part.record, field, [...list, record]);
  run.places.set(path, at);
  return { path, record, schema };
}

/** A text that reaches the task as it is: the node reads a driver's options as templates. */
export function literal(text: string): string {
  return text.replace(/[$%](?=\{)/g, '$&$&');
}

function literalData(value: Json): Json {
  if (typeof value === 'string') return literal(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Json) => literalData(item));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [literal(key), literalData(item)]));
}

/** Sets an option of a task's driver to data of the input. */
export function configure(run: Conversion, task: Part, name: string, value: Json, at: Span): void {
  configureAs(run, task, name, literalData(value), at);
}

/** Sets an option to data that holds references for the node. */
export function configureAs(run: Conversion, task: Part, name: string, value: Json, at: Span): void {
  const config = (task.record['config'] as Record<string, Json> | undefined) ?? {};
  config[name] = value;
  task.record['config'] = config;
  run.places.set(joinPath(task.path, `config.${name}`), at);
  if (Array.isArray(value)) value.forEach((_, index) => void notePlace(run, task, `${name}[${index}]`, at));
}

/** Adds data of the input to a list among the driver's options. */
export function configureMore(run: Conversion, task: Part, name: string, value: Json, at: Span): void {
  configureMoreAs(run, task, name, literalData(value), at);
}

/** Adds data that holds references for the node. */
export function configureMoreAs(run: Conversion, task: Part, name: string, value: Json, at: Span): void {
  const config = (task.record['config'] as Record<string, Json> | undefined) ?? {};
  const list = [...((config[name] as readonly Json[] | undefined) ?? []), value];
  config[name] = list;
  task.record['config'] = config;
  if (list.length === 1) notePlace(run, task, name, at);
  notePlace(run, task, `${name}[${list.length - 1}]`, at);
}

function notePlace(run: Conversion, task: Part, name: string, at: Span): void {
  run.places.set(joinPath(task.path, `config.${name}`), at);
}

export function giveEnv(run: Conversion, task: Part, name: string, value: string, at: Span): void {
  const env = (task.record['env'] as Record<string, string> | undefined) ?? {};
  env[name] = value;
  task.record['env'] = env;
  run.places.set(`${joinPath(task.path, 'env')}["${name}"]`, at);
  if (!run.places.has(joinPath(task.path, 'env'))) run.places.set(joinPath(task.path, 'env'), at);
}

/**
 * Says which values of `env` the node will fill in though the input means the text itself: there is no way to write it.
 * `textsOf` are the parts of a value that come from the input: the converter puts references there itself.
 */
export function warnFilledIn(
  run: Conversion,
  task: Part,
  textsOf: (name: string, value: string) => readonly string[] = (_, value) => [value],
): void {
  const env = (task.record['env'] as Record<string, string> | undefined) ?? {};
  for (const [name, value] of Object.entries(env)) {
    const references = textsOf(name, value).flatMap((text) => [...text.matchAll(/\$\{([A-Za-z0-9_.-]+)\}/g)]);
    const found = references.find(([, inside = '']) => {
      return Object.hasOwn(env, inside) || /^(NOMAD_|ORCH_|node\.|attr\.|meta\.|env\.)/.test(inside);
    });
    const at = run.places.get(`${joinPath(task.path, 'env')}["${name}"]`) ?? { from: 0, to: 0 };
    if (found !== undefined)
      run.warn(at, 'Filled in by the node', `"${found[0]}" in ${name} is replaced by what it names on the node.`);
  }
}

export function giveMeta(run: Conversion, part: Part, name: string, value: string, at: Span): void {
  const meta = (part.record['meta'] as Record<string, string> | undefined) ?? {};
  meta[name] = value;
  part.record['meta'] = meta;
  run.places.set(`${joinPath(part.path, 'meta')}["${name}"]`, at);
}

/** Brings the ways to write the same thing into one, in every block, as decoding a job file does. */
export function normalizeDraft(run: Conversion, part: Part): void {
  for (const field of part.schema.fields) {
    if (!isBlockType(field.type)) continue;
    const { type } = field;
    const value = getField(part.record, field);
    if (value === undefined || type.unwrap !== undefined) continue;
    blockRecords(type, value).forEach((record, index) => {
      const base = joinPath(part.path, fieldName(field));
      const path = type.repeat === 'one' ? base : base + repeatedKey(type.block, record, index);
      normalizeDraft(run, { path, record, schema: type.block });
    });
  }
  part.schema.normalize?.(part.record, (field, message, hint) => {
    const at = run.places.get(joinPath(part.path, field)) ?? run.places.get(part.path) ?? { from: 0, to: 0 };
    run.error(at, 'Invalid job', `${message}.`, hint);
  });
}
