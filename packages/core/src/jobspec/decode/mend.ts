// What to do about a name or a value that does not fit its block.

import { didYouMean } from '../../lib/nearest-name.ts';
import { belongsElsewhere } from '../../schema/elsewhere.ts';
import type { BlockSchema, FieldType } from '../../schema/field.ts';
import { joinPath } from '../../schema/path.ts';
import type { Scope } from '../evaluate/scope.ts';
import { isNumber, type Value } from '../evaluate/value.ts';
import type { Attribute } from '../syntax/ast.ts';
import { type Decoder, report } from './decoder.ts';
import type { Place } from './places.ts';

/** For a name that the block does not have: where it belongs, the name that was meant, or the names there are. */
export function hintForUnknown(name: string, kind: 'attribute' | 'block', schema: BlockSchema, path: string): string {
  const { misplaced } = schema;
  const known = misplaced !== undefined && Object.hasOwn(misplaced, name) ? misplaced[name] : undefined;
  const names = schema.fields.flatMap((field) => field.hcl ?? []);
  const list = names.length === 0 ? 'remove it' : `a ${schema.name} has: ${names.slice(0, 30).join(', ')}`;
  return known ?? belongsElsewhere(name, path, kind) ?? didYouMean(name, names) ?? list;
}

/** How a value of the type is written, where that is not said by its name. */
export function mendOf(type: FieldType, name: string): string | undefined {
  if (typeof type === 'object' && type.kind === 'map') return `write ${name} = { key = "text" }`;
  if (typeof type === 'object' && type.kind === 'list')
    return `write ${name} = [${type.of === 'string' ? '"…"' : '1'}]`;
  if (type === 'bool') return `write ${name} = true or ${name} = false`;
  if (type === 'int') return 'a whole number, without quotes';
  if (type === 'duration') return `write ${name} = "30s"`;
  return type === 'string' ? `write ${name} = "…"` : undefined;
}

/** A bare number is nanoseconds: fewer than a millisecond of them were meant as seconds. */
export function adviseDuration(
  attribute: Attribute,
  value: Value,
  place: Place,
  name: string,
  scope: Scope,
  decoder: Decoder,
): void {
  if (!isNumber(value) || Number(value) <= 0 || Number(value) >= 1e6) return;
  const detail = `"${attribute.name}" is a duration: a number without a unit is nanoseconds.`;
  const hint = `write "${Number(value)}s" for seconds`;
  const path = joinPath(place.path, name);
  report(decoder, scope, attribute.value, 'Tiny duration', detail, { severity: 'warning', hint, path });
}
