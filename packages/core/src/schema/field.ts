// How the job language is declared: blocks of fields. Decoding, encoding, defaults, validation, diff and docs read it.

import type { NameRule } from '../model/name.ts';
import type { Json } from '../model/task.ts';

/** Model data while it is read: what is not given is absent, not yet a default. */
export type ModelRecord = Record<string, unknown>;

export type FieldType =
  | 'string'
  | 'bool'
  | 'int'
  | 'float'
  /** Milliseconds in the model, nanoseconds on the wire, `"1h30m"` or nanoseconds in HCL. */
  | 'duration'
  /** Data nobody here looks into: a driver's `config`. A block or an attribute in HCL. */
  | 'json'
  | { readonly kind: 'list'; readonly of: 'string' | 'int' | 'float' }
  /** Keys to text: a block (`meta { a = "b" }`) or an attribute (`meta = { … }`), not both. */
  | { readonly kind: 'map'; readonly of: 'string' }
  | BlockType;

export interface BlockType {
  readonly kind: 'block';
  readonly block: BlockSchema;
  /**
   * `one`: at most one. `many`: a list. `map`: a list in the model whose wire form is an object keyed by the label.
   */
  readonly repeat: 'one' | 'many' | 'map';
  /** The model holds the value of this one field of the block instead of a record. */
  readonly unwrap?: string;
}

/** The surroundings that defaults and checks may depend on; the records are being completed from the outside in. */
export interface SchemaContext {
  readonly jobType: string;
  readonly job: ModelRecord;
  readonly group?: ModelRecord;
  readonly task?: ModelRecord;
}

export interface FieldSchema {
  /** Name in a job file. Absent: the field exists on the wire only. */
  readonly hcl?: string;
  /** Name in the HTTP API's JSON. Absent: the field exists in job files only and `normalize` moves its value. */
  readonly wire?: string;
  /** Name in the model. */
  readonly model: string;
  readonly type: FieldType;
  /** One sentence for the reference page. */
  readonly doc: string;
  readonly required?: boolean;
  /** Model value (milliseconds for durations) when the field is not given. */
  readonly default?: Json | ((context: SchemaContext) => Json | undefined);
  /** For a block: values of an outer block that apply where this one says nothing. */
  readonly base?: (context: SchemaContext) => ModelRecord | undefined;
  /**
   * For a block: it exists with its defaults even when it is not written. Those may depend on the job's type and on `base`
   * only: what is not written is one record for all groups and tasks of a job.
   */
  readonly implicit?: boolean | ((context: SchemaContext) => boolean);
  /** For strings: the closed set of values. */
  readonly values?: readonly string[];
  /** Values of the language that do not work yet, with the reason: refused by name. */
  readonly refusedValues?: Readonly<Record<string, string>>;
  /** What may be a name in it: the text, each text of a list; keys of maps always are some. What is empty says nothing. */
  readonly nameRule?: NameRule;
  /** Inclusive, in the model's unit. */
  readonly min?: number;
  readonly max?: number;
  /** The new way to write it; the field is accepted with a warning. */
  readonly deprecated?: string;
  /** The field is kept in the job, and the user is warned by name: why it does nothing here. */
  readonly noEffect?: string;
  /** The field is an error: why. */
  readonly refused?: string;
  /** The field is read, kept and checked, but a job that uses it cannot run yet: why. */
  readonly notYet?: string;
  /** Values that are read and checked like the others, but a job with one of them cannot run yet: why. */
  readonly notYetValues?: Readonly<Record<string, string>>;
  /** Only the commercial edition of Nomad acts on it; its free edition refuses jobs that use it. */
  readonly enterprise?: boolean;
  /** Not in Nomad's language: a job file that uses it is for orch only. */
  readonly extension?: boolean;
  /** The value lives in the record's `kept` under the HCL name instead of under `model`. */
  readonly kept?: boolean;
  /**
   * true: a change replaces running allocations. `presence`: so does one block more or fewer; of a block that stays its
   * own fields say so. Absent: a change is told to what runs, except where fields of an inner block say otherwise.
   */
  readonly destructive?: true | 'presence';
  /** Name in field paths when it is not the HCL name. */
  readonly pathName?: string;
}

export interface BlockLabel {
  readonly model: string;
  readonly wire: string;
  readonly doc: string;
  /** What may be a label; absent: a rule of the block says it, or it names something that must exist. */
  readonly nameRule?: NameRule;
  /** What the API calls the labels, where it is something else. */
  readonly wireValues?: Readonly<Record<string, string>>;
}

export interface BlockSchema {
  readonly name: string;
  readonly doc: string;
  /** The block's label, kept as a field. */
  readonly label?: BlockLabel;
  /** Where errors about a record are reported that canonicalisation moves to a field of its own: that field's name. */
  readonly movesTo?: (record: ModelRecord) => string | undefined;
  readonly fields: readonly FieldSchema[];
  /** Names that are often written here by mistake, and what to do instead. */
  readonly misplaced?: Readonly<Record<string, string>>;
  /** The model always has a `kept` record. */
  readonly alwaysKept?: boolean;
  /** Wire names that responses carry and requests may repeat; they are dropped without a word. */
  readonly ignoredWire?: readonly string[];
  /** Wire names of old clients that nothing here acts on, and why: dropped with a warning unless empty. */
  readonly droppedWire?: Readonly<Record<string, string>>;
  /** Brings the ways to write the same thing into one, after decoding. Changes the record. */
  readonly normalize?: (record: ModelRecord, report: Report) => void;
  /**
   * What old spellings mean in the new one, what outer blocks hand to inner ones, defaults that depend on other fields of
   * the block. Changes `record`, which has the constant defaults already, those of inner blocks not yet; what lies deeper
   * must be copied first. `given` is the block as it was written; warnings are about that.
   */
  readonly fold?: (record: ModelRecord, context: SchemaContext, given: ModelRecord) => void;
  /** Rules across fields, after defaults. */
  readonly check?: (record: ModelRecord, context: SchemaContext, report: Report) => void;
  /** What is allowed but probably not meant, after defaults: reported as warnings. */
  readonly advise?: (record: ModelRecord, context: SchemaContext, report: Report) => void;
}

/** Reports a problem of a field of the block (`''` = the block itself). `field` is a path below the block. */
export type Report = (field: string, message: string, hint?: string) => void;

/** Something wrong with a job, at a field path. */
export interface FieldProblem {
  /** `group["web"].task["server"].resources.memory`; empty = the whole job. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

export function block(schema: BlockSchema, repeat: BlockType['repeat'] = 'one'): BlockType {
  return { kind: 'block', block: schema, repeat };
}

/** A block whose only field stands in the model in its place. */
export function unwrapped(schema: BlockSchema, field: string): BlockType {
  return { kind: 'block', block: schema, repeat: 'one', unwrap: field };
}

export function labelToWire(label: BlockLabel, text: string): string {
  const { wireValues } = label;
  return wireValues !== undefined && Object.hasOwn(wireValues, text) ? (wireValues[text] as string) : text;
}

export function labelFromWire(label: BlockLabel, value: string): string {
  const { wireValues = {} } = label;
  return Object.keys(wireValues).find((text) => wireValues[text] === value) ?? value;
}

/** The records of a block field's model value, in order. */
export function blockRecords(type: BlockType, value: unknown): readonly ModelRecord[] {
  if (value === undefined || value === null) return NO_RECORDS;
  if (type.unwrap !== undefined) return [{ [type.unwrap]: value }];
  return type.repeat === 'one' ? [value as ModelRecord] : (value as readonly ModelRecord[]);
}

/** The model value of a block field from its records. */
export function blockValue(type: BlockType, records: readonly ModelRecord[]): unknown {
  if (type.repeat !== 'one') return records;
  const [record] = records;
  return type.unwrap === undefined || record === undefined ? record : record[type.unwrap];
}

export const stringList: FieldType = { kind: 'list', of: 'string' };
export const stringMap: FieldType = { kind: 'map', of: 'string' };

export function isBlockType(type: FieldType): type is BlockType {
  return typeof type === 'object' && type.kind === 'block';
}

/** Reads a field of a record, wherever it lives. */
export function getField(record: ModelRecord, field: FieldSchema): unknown {
  if (field.kept !== true) return record[field.model];
  const kept = record['kept'] as ModelRecord | undefined;
  return kept?.[keptName(field)];
}

export function setField(record: ModelRecord, field: FieldSchema, value: unknown): void {
  const isKept = field.kept === true;
  setAt(record, isKept ? keptName(field) : field.model, isKept, value);
}

/** Sets a member of a record, or of its `kept`. */
export function setAt(record: ModelRecord, key: string, isKept: boolean, value: unknown): void {
  if (!isKept) {
    record[key] = value;
    return;
  }
  const kept = record['kept'] as ModelRecord | undefined;
  if (kept === undefined) record['kept'] = { [key]: value };
  else kept[key] = value;
}

export function keptName(field: FieldSchema): string {
  return field.hcl ?? field.model;
}

/** A record's `kept` block or blocks by HCL name. */
export function keptValue(record: ModelRecord | undefined, name: string): unknown {
  return (record?.['kept'] as ModelRecord | undefined)?.[name];
}

/** Replaces a member of the record's `kept`, without changing the old `kept`; undefined removes it. */
export function setKept(record: ModelRecord, name: string, value: unknown): void {
  const kept = { ...(record['kept'] as ModelRecord | undefined) };
  if (value === undefined) delete kept[name];
  else kept[name] = value;
  record['kept'] = kept;
}

export function asRecord(value: unknown): ModelRecord {
  return value as ModelRecord;
}

const NO_RECORDS: readonly ModelRecord[] = Object.freeze([]);

export function asRecords(value: unknown): readonly ModelRecord[] {
  return (value as readonly ModelRecord[] | undefined) ?? NO_RECORDS;
}
