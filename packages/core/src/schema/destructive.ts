// Which changes of a group replace its running allocations, and which are made in place: the one answer to that.

import type { Job } from '../model/job.ts';
import { groupBlock } from './blocks/group.ts';
import {
  type BlockSchema,
  type BlockType,
  blockRecords,
  type FieldSchema,
  getField,
  isBlockType,
  type ModelRecord,
} from './field.ts';
import { fieldName, joinPath, repeatedPath } from './path.ts';
import { sameData } from './same-data.ts';

/**
 * Paths (`group["web"].task["t"].config`) of the changes of a group that need new allocations; empty = the change is
 * made in place, or there is none. Both jobs are canonical. A group that only one of them has needs new allocations.
 *
 * Which fields these are says `destructive` in the schema; what is not marked is told to what runs. Source: NOMAD.md
 * "In-place vs destructive update", checked against plans of a Nomad server (test/facts/diff).
 */
export function destructiveChanges(before: Job, after: Job, groupName: string): string[] {
  const path = `group["${groupName}"]`;
  const left = groupOf(before, groupName);
  const right = groupOf(after, groupName);
  if (left === undefined || right === undefined) return [path];
  const changes: string[] = [];
  compareMeta(before, after, left, right, path, changes);
  compareBlocks(left, right, groupBlock, path, changes);
  return [...new Set(changes)];
}

const answers = new WeakMap<Job, WeakMap<Job, Map<string, boolean>>>();

/** Whether a change from one version of a job to another replaces a group's allocations. Answered once for each pair. */
export function replacesAllocations(before: Job, after: Job, groupName: string): boolean {
  if (before === after) return false;
  const ofBefore = answers.get(before) ?? new WeakMap<Job, Map<string, boolean>>();
  answers.set(before, ofBefore);
  const ofPair = ofBefore.get(after) ?? new Map<string, boolean>();
  ofBefore.set(after, ofPair);
  const known = ofPair.get(groupName);
  if (known !== undefined) return known;
  const answer = destructiveChanges(before, after, groupName).length > 0;
  ofPair.set(groupName, answer);
  return answer;
}

function groupOf(job: Job, name: string): ModelRecord | undefined {
  return job.taskGroups.find((group) => group.name === name) as ModelRecord | undefined;
}

/** Tasks see the metadata of the job, the group and their own as one: only what comes out counts. */
function compareMeta(
  before: Job,
  after: Job,
  left: ModelRecord,
  right: ModelRecord,
  path: string,
  changes: string[],
): void {
  const tasks = new Map(tasksOf(right).map((task) => [task['name'], task]));
  for (const task of tasksOf(left)) {
    const other = tasks.get(task['name']);
    if (other === undefined || sameData(metaOf(before, left, task), metaOf(after, right, other))) continue;
    const places: readonly (readonly [string, unknown, unknown])[] = [
      ['meta', before.meta, after.meta],
      [`${path}.meta`, left['meta'], right['meta']],
      [`${path}.task["${String(task['name'])}"].meta`, task['meta'], other['meta']],
    ];
    changes.push(...places.filter(([, one, another]) => !sameData(one, another)).map(([place]) => place));
  }
}

function tasksOf(group: ModelRecord): readonly ModelRecord[] {
  return group['tasks'] as readonly ModelRecord[];
}

function metaOf(job: Job, group: ModelRecord, task: ModelRecord): unknown {
  return { ...job.meta, ...(group['meta'] as object), ...(task['meta'] as object) };
}

function compareBlocks(
  before: ModelRecord,
  after: ModelRecord,
  schema: BlockSchema,
  path: string,
  changes: string[],
): void {
  for (const field of schema.fields) {
    if (isCombined(schema, field)) continue;
    const left = getField(before, field);
    const right = getField(after, field);
    const fieldPath = joinPath(path, fieldName(field));
    if (field.destructive === true) {
      if (!sameData(settled(field, left), settled(field, right))) changes.push(fieldPath);
    } else if (isBlockType(field.type) && holdsDestructive(field.type.block)) {
      compareRepeated(left, right, field, field.type, fieldPath, changes);
    }
  }
}

function isCombined(schema: BlockSchema, field: FieldSchema): boolean {
  return field.hcl === 'meta' && (schema.name === 'group' || schema.name === 'task');
}

/**
 * A version that was stored before a field existed lacks it: it ran with what the field's default says, so that a new
 * version of orch does not replace everything that runs.
 */
function settled(field: FieldSchema, value: unknown): unknown {
  const given = value ?? (typeof field.default === 'function' ? undefined : field.default);
  if (given === undefined || given === null || given === false || given === 0 || given === '') return undefined;
  return typeof given === 'object' && Object.keys(given).length === 0 ? undefined : given;
}

/** Pairs blocks by label, by name, or by place. */
function compareRepeated(
  left: unknown,
  right: unknown,
  field: FieldSchema,
  type: BlockType,
  path: string,
  changes: string[],
): void {
  const before = blockRecords(type, left);
  const after = blockRecords(type, right);
  const key = keyField(type);
  const keyOf = (record: ModelRecord, index: number) => (key === undefined ? index : record[key]);
  // Two services may have one name: the first goes with the first.
  const rest = Map.groupBy(before, (record) => keyOf(record, before.indexOf(record)));
  const placeOf = (record: ModelRecord, index: number) =>
    type.repeat === 'one' ? path : repeatedPath(path, type, record, index);
  const compare = (one: ModelRecord | undefined, other: ModelRecord | undefined, place: string) => {
    const found: string[] = [];
    compareBlocks(one ?? {}, other ?? {}, type.block, place, found);
    if (one !== undefined && other !== undefined) changes.push(...found);
    else if (field.destructive === 'presence' || found.length > 0) changes.push(place);
  };
  after.forEach((record, index) => {
    compare(rest.get(keyOf(record, index))?.shift(), record, placeOf(record, index));
  });
  for (const record of [...rest.values()].flat()) compare(record, undefined, placeOf(record, before.indexOf(record)));
}

function keyField(type: BlockType): string | undefined {
  if (type.repeat === 'one') return undefined;
  return type.block.label?.model ?? type.block.fields.find((field) => field.model === 'name')?.model;
}

const destructiveBlocks = new WeakMap<BlockSchema, boolean>();

/** Blocks may hold themselves at some depth: one that is being looked at counts as holding nothing. */
function holdsDestructive(schema: BlockSchema): boolean {
  const known = destructiveBlocks.get(schema);
  if (known !== undefined) return known;
  destructiveBlocks.set(schema, false);
  const holds = schema.fields.some(
    (field) => field.destructive === true || (isBlockType(field.type) && holdsDestructive(field.type.block)),
  );
  destructiveBlocks.set(schema, holds);
  return holds;
}
