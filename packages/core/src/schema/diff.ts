// The difference of two jobs, in the shape of Nomad's plan. What it looks like follows from the schema and diff-shape.ts.

import type { Job } from '../model/job.ts';
import { jobBlock } from './blocks/job.ts';
import { compareObjects, compareText, diffFree, diffSet, diffTexts } from './diff-fields.ts';
import { pairRecords } from './diff-pairs.ts';
import { type Scope, type Side, scopeOf, shapeOf } from './diff-scope.ts';
import { objectName } from './diff-shape.ts';
import { fieldTexts } from './diff-texts.ts';
import {
  type DiffType,
  type FieldDiff,
  type JobDiff,
  type ObjectDiff,
  type TaskDiff,
  type TaskGroupDiff,
  typeOf,
} from './diff-types.ts';
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

interface Parts {
  readonly Fields: readonly FieldDiff[];
  readonly Objects: readonly ObjectDiff[];
}

/**
 * Differences of two canonical jobs; without an old one everything is added, without a new one deleted. `wasStopped`:
 * the old one had been stopped, and the new one runs. Source of the form: answers of a Nomad server, recorded in
 * test/facts/diff; what differs from them is in docs/differences/diff.md.
 */
export function diffJobs(before: Job | undefined, after: Job | undefined, wasStopped = false): JobDiff {
  const old = before as Side;
  const next = after as Side;
  const scope = scopeOf(jobBlock, next ?? old ?? {}, [undefined, undefined]);
  const { Fields: fields, Objects } = diffBlock(old, next, scope, (field) => field.hcl !== 'group');
  const Fields = wasStopped
    ? [...fields, startedAgain].sort((left, right) => compareText(left.Name, right.Name))
    : fields;
  const parts = { Fields, Objects };
  const TaskGroups = diffNamed(old, next, scope, 'group', diffGroup);
  const changed = hasChanges(parts) || TaskGroups.some((group) => group.Type !== 'None');
  return { Type: typeOf(old, next, changed), ID: String((next ?? old)?.['id'] ?? ''), ...parts, TaskGroups };
}

const startedAgain: FieldDiff = { Type: 'Edited', Name: 'Stop', Old: 'true', New: 'false', Annotations: null };

function diffGroup(before: Side, after: Side, scope: Scope): TaskGroupDiff {
  const parts = diffBlock(before, after, scope, (field) => field.hcl !== 'task');
  const Tasks = diffNamed(before, after, scope, 'task', diffTask);
  return {
    Type: typeOf(before, after, !sameData(before, after)),
    Name: nameOf(before, after),
    ...parts,
    Tasks,
    Updates: null,
  };
}

function diffTask(before: Side, after: Side, scope: Scope): TaskDiff {
  const parts = diffBlock(before, after, scope, () => true);
  const Type = typeOf(before, after, !sameData(before, after));
  return { Type, Name: nameOf(before, after), ...parts, Annotations: null };
}

function hasChanges(parts: Parts): boolean {
  return parts.Fields.length > 0 || parts.Objects.some((object) => object.Type !== 'None');
}

function nameOf(before: Side, after: Side): string {
  return String((after ?? before)?.['name'] ?? '');
}

/** Groups and tasks: all of both versions, by name. */
function diffNamed<T extends { readonly Name: string }>(
  before: Side,
  after: Side,
  scope: Scope,
  name: 'group' | 'task',
  diff: (before: Side, after: Side, scope: Scope) => T,
): readonly T[] {
  const field = scope.schema.fields.find((candidate) => candidate.hcl === name);
  if (field === undefined || !isBlockType(field.type)) return [];
  const inner = scopeOf(field.type.block, scope.job, [before, after]);
  return pairRecords(recordsOf(before, field), recordsOf(after, field), { by: 'name' })
    .map(([left, right]) => diff(left, right, inner))
    .sort((left, right) => compareText(left.Name, right.Name));
}

function recordsOf(record: Side, field: FieldSchema): readonly ModelRecord[] {
  if (record === undefined || !isBlockType(field.type)) return [];
  return blockRecords(field.type, getField(record, field));
}

/** Jobs, groups and tasks show their changed fields only; objects inside also what stayed. */
function diffBlock(before: Side, after: Side, scope: Scope, wanted: (field: FieldSchema) => boolean): Parts {
  const fields = scope.schema.fields.filter(
    (field) => field.wire !== undefined && wanted(field) && shapeOf(scope, field).takenOver !== true,
  );
  const isOuter = ['job', 'group', 'task'].includes(scope.schema.name);
  const all = !isOuter && scope.shape.changedFieldsOnly !== true;
  const Fields = diffTexts(fieldTexts(before, after, scope, fields), fieldTexts(after, before, scope, fields), all);
  const order = scope.shape.order ?? [];
  const place = (field: FieldSchema) => (order.indexOf(field.wire ?? '') + order.length + 1) % (order.length + 1);
  const Objects = fields
    .toSorted((left, right) => place(left) - place(right))
    .flatMap((field) => diffObjects(before, after, scope, field));
  return { Fields, Objects };
}

function diffObjects(before: Side, after: Side, scope: Scope, field: FieldSchema): readonly ObjectDiff[] {
  const { type } = field;
  const shape = shapeOf(scope, field);
  const old = before === undefined ? undefined : getField(before, field);
  const next = after === undefined ? undefined : getField(after, field);
  const wire = field.wire ?? '';
  if (shape.inherited === true && saysTheSame(field, [old, next], scope.outer)) return [];
  if (isBlockType(type)) return sameData(old, next) ? [] : diffRecords(before, after, scope, field, type);
  if (type === 'json') {
    if (shape.inline === true || sameData(old, next)) return [];
    return [diffFree(shape.name ?? wire, old, next, scope.shape.changedFieldsOnly !== true)];
  }
  if (typeof type !== 'object' || type.kind !== 'list' || scope.shape.joinsLists === true) return [];
  const lists = [old, next].map((list) => (Array.isArray(list) ? (list as readonly unknown[]) : []));
  const onlyChanged = shape.setWhenChanged === true || shape.ours === true;
  const set = diffSet(shape.name ?? wire, lists[0] ?? [], lists[1] ?? [], onlyChanged);
  return set === undefined ? [] : [set];
}

function saysTheSame(field: FieldSchema, values: readonly unknown[], outer: Scope['outer']): boolean {
  return outer.every((record, side) => {
    const value = values[side];
    return value === undefined || record === undefined || sameData(value, record[field.model]);
  });
}

function diffRecords(
  before: Side,
  after: Side,
  scope: Scope,
  field: FieldSchema,
  type: BlockType,
): readonly ObjectDiff[] {
  const name = shapeOf(scope, field).name ?? objectName(field.wire ?? '');
  const key = name === 'Dynamic Port' ? 'dynamic port' : type.block.name;
  const inner = scopeOf(type.block, scope.job, [before, after], key);
  const label = type.block.label?.model;
  const pairing =
    type.repeat === 'one' ? 'place' : (inner.shape.pairing ?? (label === undefined ? 'whole' : { by: label }));
  return pairRecords(recordsOf(before, field), recordsOf(after, field), pairing)
    .flatMap(([left, right]) => diffOne(left, right, name, inner, type))
    .sort(compareObjects);
}

function diffOne(before: Side, after: Side, name: string, scope: Scope, type: BlockType): readonly ObjectDiff[] {
  if (sameData(before, after)) return [];
  if (type.unwrap !== undefined && isFree(scope.schema, type.unwrap)) {
    return [diffFree(name, before?.[type.unwrap], after?.[type.unwrap], true)];
  }
  const parts = diffBlock(before, after, scope, () => true);
  const Type = scope.shape.typeOfFields === true ? typeOfFields(parts.Fields) : typeOf(before, after, true);
  return Type === 'None' && parts.Objects.length === 0 ? [] : [{ Type, Name: name, ...parts }];
}

function typeOfFields(fields: readonly FieldDiff[]): DiffType {
  const types = new Set(fields.map((field) => field.Type));
  if (types.has('Edited') || (types.has('Added') && types.has('Deleted'))) return 'Edited';
  return types.has('Added') ? 'Added' : types.has('Deleted') ? 'Deleted' : 'None';
}

/** A block that is nothing but a map shows the members of the map. */
function isFree(schema: BlockSchema, only: string): boolean {
  const type = schema.fields.find((field) => field.model === only)?.type;
  return typeof type === 'object' && type.kind === 'map';
}
