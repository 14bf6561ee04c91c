// The simple fields of a block as the texts that a difference compares.

import { flatten } from './diff-fields.ts';
import { type Scope, type Side, shapeOf } from './diff-scope.ts';
import type { BlockShape, FieldShape } from './diff-shape.ts';
import { msToNs } from './duration.ts';
import { type FieldSchema, getField, isBlockType } from './field.ts';
import { sameData } from './same-data.ts';

/** The simple fields of one version as text. Nomad knows no absent number: it is 0, and an absent flag false. */
export function fieldTexts(
  record: Side,
  other: Side,
  scope: Scope,
  fields: readonly FieldSchema[],
): Map<string, string> {
  const result = new Map<string, string>();
  if (record === undefined) return result;
  const { label } = scope.schema;
  if (label !== undefined && scope.schema.name !== 'job' && !isNamed(scope)) {
    result.set(label.wire, String(record[label.model] ?? ''));
  }
  for (const [name, text] of Object.entries(scope.shape.extra?.(record, scope.job) ?? {})) result.set(name, text);
  for (const field of fields) {
    const value = getField(record, field);
    const shape = shapeOf(scope, field);
    if (shape.ours === true && !isNews(field, value, other === undefined ? undefined : getField(other, field)))
      continue;
    if (shape.inline === true) flatten(value ?? {}, field.wire, result);
    else addText(result, field, value, scope.shape, shape);
  }
  return result;
}

/** Fields that Nomad does not show appear when they changed; in a block that is new or gone, when they say something. */
function isNews(field: FieldSchema, value: unknown, other: unknown): boolean {
  const says = (side: unknown) => (side === undefined || side === false || side === 0 ? field.default : side);
  return !sameData(value, other) && !sameData(says(value), says(other));
}

/** Groups and tasks carry their label as `Name` of the difference. */
function isNamed(scope: Scope): boolean {
  return scope.schema.name === 'group' || scope.schema.name === 'task';
}

function addText(
  result: Map<string, string>,
  field: FieldSchema,
  value: unknown,
  block: BlockShape,
  shape: FieldShape,
): void {
  const name = shape.name ?? field.wire ?? '';
  const { type } = field;
  if (isBlockType(type) || type === 'json') return;
  if (typeof type === 'object') {
    if (type.kind === 'map') flatten(value ?? {}, name, result);
    else if (block.joinsLists === true && Array.isArray(value) && value.length > 0) result.set(name, value.join(','));
    return;
  }
  if (shape.zeroIsUnset === true && value === 0) return;
  if (block.hidesZero === true && (value ?? 0) === 0) return;
  if (value === undefined || value === null) {
    if (shape.unset !== '') result.set(name, shape.unset ?? zeros[type]);
  } else result.set(name, type === 'duration' ? String(msToNs(value as number)) : String(value));
}

const zeros: Readonly<Record<'string' | 'bool' | 'int' | 'float' | 'duration', string>> = {
  string: '',
  bool: 'false',
  int: '0',
  float: '0',
  duration: '0',
};
