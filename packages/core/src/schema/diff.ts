// The difference of two jobs, in the shape of Nomad's plan.

import type { Job } from '../model/job.ts';
import { jobBlock } from './blocks/job.ts';
import { msToNs } from './duration.ts';
import {
  type BlockSchema,
  type BlockType,
  blockRecords,
  type FieldSchema,
  getField,
  isBlockType,
  type ModelRecord,
} from './field.ts';
import { sameData } from './same-data.ts';

export type DiffType = 'None' | 'Added' | 'Deleted' | 'Edited';

export interface FieldDiff {
  readonly Type: DiffType;
  /** Wire name; members of maps and lists as `Meta[owner]`, `args[0]`. */
  readonly Name: string;
  readonly Old: string;
  readonly New: string;
  readonly Annotations: readonly string[] | null;
}

export interface ObjectDiff {
  readonly Type: DiffType;
  readonly Name: string;
  readonly Fields: readonly FieldDiff[];
  readonly Objects: readonly ObjectDiff[];
}

export interface TaskDiff extends ObjectDiff {
  readonly Annotations: readonly string[] | null;
}

export interface TaskGroupDiff extends ObjectDiff {
  readonly Tasks: readonly TaskDiff[];
  /** Filled by the planner: what happens to how many allocations. */
  readonly Updates: Readonly<Record<string, number>> | null;
}

export interface JobDiff extends Omit<ObjectDiff, 'Name'> {
  readonly ID: string;
  readonly TaskGroups: readonly TaskGroupDiff[];
}

interface Parts {
  readonly Fields: FieldDiff[];
  readonly Objects: ObjectDiff[];
}

/** Differences of two canonical jobs; without an old one everything is added, without a new one deleted. */
export function diffJobs(before: Job | undefined, after: Job | undefined): JobDiff {
  const old = before as ModelRecord | undefined;
  const next = after as ModelRecord | undefined;
  const parts = diffRecords(old, next, jobBlock, (field) => field.hcl !== 'group');
  const groups = jobBlock.fields.find((field) => field.hcl === 'group');
  const TaskGroups = groups === undefined ? [] : diffGroups(old, next, groups);
  const type = typeOf(old, next, parts.Fields.length + parts.Objects.length + TaskGroups.length > 0);
  return { Type: type, ID: String((next ?? old)?.['id'] ?? ''), ...parts, TaskGroups };
}

function typeOf(before: unknown, after: unknown, changed: boolean): DiffType {
  if (before === undefined) return after === undefined ? 'None' : 'Added';
  if (after === undefined) return 'Deleted';
  return changed ? 'Edited' : 'None';
}

function diffGroups(old: ModelRecord | undefined, next: ModelRecord | undefined, field: FieldSchema): TaskGroupDiff[] {
  return diffLabelled(old, next, field, (before, after, block) => {
    const parts = diffRecords(before, after, block, (inner) => inner.hcl !== 'task');
    const tasks = block.fields.find((inner) => inner.hcl === 'task');
    const Tasks = tasks === undefined ? [] : diffLabelled(before, after, tasks, diffTask);
    const changed = parts.Fields.length + parts.Objects.length + Tasks.length > 0;
    return { Type: typeOf(before, after, changed), Name: nameOf(before, after), ...parts, Tasks, Updates: null };
  });
}

function diffTask(before: ModelRecord | undefined, after: ModelRecord | undefined, block: BlockSchema): TaskDiff {
  const parts = diffRecords(before, after, block, () => true);
  const changed = parts.Fields.length + parts.Objects.length > 0;
  return { Type: typeOf(before, after, changed), Name: nameOf(before, after), ...parts, Annotations: null };
}

function nameOf(before: ModelRecord | undefined, after: ModelRecord | undefined): string {
  return String((after ?? before)?.['name'] ?? '');
}

/** Pairs blocks by label, in the order of the new ones, then those that are gone; equal ones are left out. */
function diffLabelled<T extends { readonly Type: DiffType }>(
  before: ModelRecord | undefined,
  after: ModelRecord | undefined,
  field: FieldSchema,
  diff: (before: ModelRecord | undefined, after: ModelRecord | undefined, block: BlockSchema) => T,
): T[] {
  const { type } = field;
  if (!isBlockType(type)) return [];
  const label = type.block.label?.model ?? '';
  const old = blockRecords(type, before === undefined ? undefined : getField(before, field));
  const next = blockRecords(type, after === undefined ? undefined : getField(after, field));
  const rest = new Map(old.map((record) => [record[label], record]));
  const diffs = next.map((record) => {
    const other = rest.get(record[label]);
    rest.delete(record[label]);
    return diff(other, record, type.block);
  });
  return [...diffs, ...[...rest.values()].map((record) => diff(record, undefined, type.block))].filter(
    (item) => item.Type !== 'None',
  );
}

function diffRecords(
  before: ModelRecord | undefined,
  after: ModelRecord | undefined,
  schema: BlockSchema,
  wanted: (field: FieldSchema) => boolean,
): Parts {
  const parts: Parts = { Fields: [], Objects: [] };
  if (schema.label !== undefined) {
    const { model, wire } = schema.label;
    addField(parts, wire, textOf(before?.[model]), textOf(after?.[model]));
  }
  for (const field of schema.fields) {
    if (!wanted(field) || (field.wire === undefined && field.kept !== true)) continue;
    const old = before === undefined ? undefined : getField(before, field);
    const next = after === undefined ? undefined : getField(after, field);
    if (sameData(old, next)) continue;
    const name = field.wire ?? field.model;
    if (isBlockType(field.type)) parts.Objects.push(...diffBlocks(old, next, field.type, objectName(field)));
    else if (field.type === 'json') parts.Objects.push(diffFree(old, next, name));
    else diffValue(parts, field, name, old, next);
  }
  return parts;
}

/** Objects are called by the singular of the wire name, as Nomad does. */
function objectName(field: FieldSchema): string {
  const special: Record<string, string> = { reservedPorts: 'Static Port', dynamicPorts: 'Dynamic Port' };
  const name = special[field.model] ?? field.wire ?? field.model;
  if (name.endsWith('ies')) return `${name.slice(0, -3)}y`;
  return name.endsWith('s') && name !== 'Resources' && name !== 'DNS' ? name.slice(0, -1) : name;
}

function diffBlocks(before: unknown, after: unknown, type: BlockType, name: string): ObjectDiff[] {
  const old = [...blockRecords(type, before)];
  const next = [...blockRecords(type, after)];
  const label = type.block.label?.model;
  const pairs: [ModelRecord | undefined, ModelRecord | undefined][] = [];
  for (const record of next) {
    const exact = old.findIndex((other) => sameData(other, record));
    const named = label === undefined ? -1 : old.findIndex((other) => other[label] === record[label]);
    const alone = type.repeat === 'one' ? 0 : -1;
    const index = exact >= 0 ? exact : named >= 0 ? named : alone;
    pairs.push([index < 0 ? undefined : old.splice(index, 1)[0], record]);
  }
  for (const record of old) pairs.push([record, undefined]);
  return pairs.flatMap(([left, right]) => {
    const parts = diffRecords(left, right, type.block, () => true);
    const diffType = typeOf(left, right, parts.Fields.length + parts.Objects.length > 0);
    return diffType === 'None' ? [] : [{ Type: diffType, Name: name, ...parts }];
  });
}

function diffFree(before: unknown, after: unknown, name: string): ObjectDiff {
  const parts: Parts = { Fields: [], Objects: [] };
  const old = flatten(before);
  const next = flatten(after);
  for (const key of [...new Set([...old.keys(), ...next.keys()])].sort())
    addField(parts, key, old.get(key), next.get(key));
  return { Type: typeOf(before, after, true), Name: name, ...parts };
}

/** `{args: ["a"], auth: {user: "b"}}` → `args[0]`, `auth.user`. */
function flatten(value: unknown, name = '', result: Map<string, string> = new Map()): Map<string, string> {
  if (Array.isArray(value)) value.forEach((item, index) => void flatten(item, `${name}[${index}]`, result));
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) flatten(item, name === '' ? key : `${name}.${key}`, result);
  } else if (value !== undefined && value !== null) result.set(name, String(value));
  return result;
}

function diffValue(parts: Parts, field: FieldSchema, name: string, before: unknown, after: unknown): void {
  if (typeof field.type === 'object' && field.type.kind === 'list') {
    const old = (before ?? []) as readonly unknown[];
    const next = (after ?? []) as readonly unknown[];
    const added = next.filter((item) => !old.includes(item));
    const gone = old.filter((item) => !next.includes(item));
    for (const item of gone) addField(parts, name, String(item), undefined);
    for (const item of added) addField(parts, name, undefined, String(item));
  } else if (typeof field.type === 'object') {
    const old = (before ?? {}) as Readonly<Record<string, string>>;
    const next = (after ?? {}) as Readonly<Record<string, string>>;
    for (const key of [...new Set([...Object.keys(old), ...Object.keys(next)])].sort()) {
      addField(parts, `${name}[${key}]`, old[key], next[key]);
    }
  } else {
    const text = (value: unknown) =>
      textOf(field.type === 'duration' && value !== undefined ? msToNs(Number(value)) : value);
    addField(parts, name, text(before), text(after));
  }
}

function textOf(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

function addField(parts: Parts, name: string, before: string | undefined, after: string | undefined): void {
  if (before === after) return;
  const type = typeOf(before, after, true);
  parts.Fields.push({ Type: type, Name: name, Old: before ?? '', New: after ?? '', Annotations: null });
}
