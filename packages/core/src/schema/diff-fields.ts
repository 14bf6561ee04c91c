// Differences of values: fields as text, free data as paths, lists as sets.

import { type DiffType, type FieldDiff, type ObjectDiff, typeOf } from './diff-types.ts';

export type Texts = ReadonlyMap<string, string>;

/**
 * The fields of two versions, by name; absent and empty text are the same. `all` also gives those that are equal, as
 * `None`.
 */
export function diffTexts(before: Texts, after: Texts, all: boolean): FieldDiff[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort(compareText);
  return names.flatMap((name) => fieldDiff(name, before.get(name) ?? '', after.get(name) ?? '', all) ?? []);
}

function fieldDiff(Name: string, Old: string, New: string, all: boolean): FieldDiff | undefined {
  if (Old === New && !all) return undefined;
  const Type = Old === New ? 'None' : typeOf(Old === '' ? undefined : Old, New === '' ? undefined : New, true);
  return { Type, Name, Old, New, Annotations: null };
}

/** A list as a set: what came, what went, and what stayed unless only changes are wanted. Undefined = nothing to show. */
export function diffSet(
  name: string,
  before: readonly unknown[],
  after: readonly unknown[],
  whenChanged: boolean,
): ObjectDiff | undefined {
  const old = new Set(before.map(String));
  const next = new Set(after.map(String));
  const gone = [...old].filter((item) => !next.has(item));
  const come = [...next].filter((item) => !old.has(item));
  const changed = gone.length + come.length > 0;
  if (old.size + next.size === 0 || (whenChanged && !changed)) return undefined;
  const field = (Type: DiffType, Old: string, New: string): FieldDiff => ({
    Type,
    Name: name,
    Old,
    New,
    Annotations: null,
  });
  const Fields = [
    ...gone.map((item) => field('Deleted', item, '')),
    ...come.map((item) => field('Added', '', item)),
    ...[...old].filter((item) => next.has(item)).map((item) => field('None', item, item)),
  ].sort(compareFields);
  const Type =
    gone.length > 0 && come.length > 0 ? 'Edited' : come.length > 0 ? 'Added' : gone.length > 0 ? 'Deleted' : 'None';
  return { Type, Name: name, Fields, Objects: [] };
}

/**
 * Free data, such as a driver's config, as one object: `{args: ["b"], auth: {user: "a"}}` → `args[0]`, `auth[0][user]`.
 * A block inside may be repeated, so one alone counts as a list of one, however it is written.
 */
export function diffFree(name: string, before: unknown, after: unknown, all: boolean): ObjectDiff {
  const Type = isEmpty(before) ? 'Added' : isEmpty(after) ? 'Deleted' : 'Edited';
  return { Type, Name: name, Fields: diffTexts(flatten(asLists(before)), flatten(asLists(after)), all), Objects: [] };
}

function asLists(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asLists);
  if (typeof value !== 'object' || value === null) return value;
  const isBlock = (item: unknown) => typeof item === 'object' && item !== null && !Array.isArray(item);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, isBlock(item) ? [asLists(item)] : asLists(item)]),
  );
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

export function flatten(value: unknown, name = '', result: Map<string, string> = new Map()): Map<string, string> {
  if (Array.isArray(value)) value.forEach((item, index) => void flatten(item, `${name}[${index}]`, result));
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) flatten(item, name === '' ? key : `${name}[${key}]`, result);
  } else if (value === null) result.set(name, 'nil');
  else if (value !== undefined) result.set(name, String(value));
  return result;
}

function compareFields(left: FieldDiff, right: FieldDiff): number {
  return compareText(left.Name, right.Name) || compareText(left.Old, right.Old) || compareText(left.New, right.New);
}

const typeOrder: readonly DiffType[] = ['Edited', 'Added', 'Deleted', 'None'];

/** Orders objects of one name: changed, new, gone; the smaller first; then by their first different field. */
export function compareObjects(left: ObjectDiff, right: ObjectDiff): number {
  const first =
    compareText(left.Name, right.Name) ||
    typeOrder.indexOf(left.Type) - typeOrder.indexOf(right.Type) ||
    left.Fields.length - right.Fields.length ||
    left.Objects.length - right.Objects.length;
  if (first !== 0) return first;
  for (const [index, field] of left.Fields.entries()) {
    const other = right.Fields[index];
    const order = other === undefined ? 0 : compareFields(field, other);
    if (order !== 0) return order;
  }
  return 0;
}

/** By code unit, whatever the machine's language. */
export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
