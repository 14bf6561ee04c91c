// Bodies without a schema: a driver's `config`, and maps written as blocks.

import type { Json } from '../../model/task.ts';
import { joinPath } from '../../schema/path.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { Scope } from '../evaluate/scope.ts';
import { toText, type Value } from '../evaluate/value.ts';
import type { Attribute, Block, Body } from '../syntax/ast.ts';
import { LanguageError } from '../syntax/diagnostic.ts';
import { type Decoder, report } from './decoder.ts';
import { expandBlocks } from './dynamic.ts';
import { toJson } from './field-value.ts';
import type { Place } from './places.ts';

/** Reserved member names of JavaScript objects are no names of options. */
function isUnsafe(name: string): boolean {
  return name === '__proto__';
}

/**
 * A body as plain data: attributes by name; nested blocks of one type as a list of objects, also when there is one;
 * labels as objects with one member, a list of one. It is the form in which Nomad's API carries such bodies.
 */
export function bodyToJson(body: Body, place: Place, scope: Scope, decoder: Decoder): Record<string, Json> {
  const result: Record<string, Json> = {};
  for (const attribute of body.attributes) {
    const value = attributeValue(attribute, place, scope, decoder);
    if (value !== undefined && value !== null && !isUnsafe(attribute.name)) result[attribute.name] = toJson(value);
  }
  if (body.blocks.length > 0) addBlocks(result, body.blocks, place, scope, decoder);
  return result;
}

function addBlocks(
  result: Record<string, Json>,
  written: readonly Block[],
  place: Place,
  scope: Scope,
  decoder: Decoder,
): void {
  const counts = new Map<string, number>();
  const expanded = expandBlocks(written, scope, decoder);
  for (const [index, block] of expanded.blocks.entries()) {
    const inScope = expanded.scopeOf(index);
    if (isUnsafe(block.type)) continue;
    const count = counts.get(block.type) ?? 0;
    const inner = place.block(block.type, count === 0 ? undefined : count, block, undefined);
    if (count === 0) place.alias(`${block.type}[0]`, inner);
    let value: Json = bodyToJson(block.body, inner, inScope, decoder);
    for (const label of block.labels.toReversed()) value = { [label.text]: [value] };
    const existing = Object.hasOwn(result, block.type) ? result[block.type] : undefined;
    if (count === 0 && existing !== undefined) {
      const detail = `"${block.type}" is given as an attribute, too.`;
      report(decoder, inScope, block.typeSpan, 'Given twice', detail, {
        hint: 'keep the attribute or the blocks',
        path: inner.path,
      });
      continue;
    }
    if (count === 0) result[block.type] = [value];
    else (existing as Json[]).push(value);
    counts.set(block.type, count + 1);
  }
}

/** `meta { a = "b" }` as keys and texts. */
export function mapFromBody(body: Body, place: Place, scope: Scope, decoder: Decoder): Record<string, string> {
  const result: Record<string, string> = {};
  for (const attribute of body.attributes) {
    const value = attributeValue(attribute, place, scope, decoder);
    if (value === undefined || value === null || isUnsafe(attribute.name)) continue;
    if (typeof value === 'object') {
      report(decoder, scope, attribute.value, 'Wrong type', `"${attribute.name}" is text, a number, true or false.`, {
        hint: `write ${attribute.name} = jsonencode(…) to pass it as text`,
        path: `${place.path}["${attribute.name}"]`,
      });
    } else {
      result[attribute.name] = toText(value);
    }
  }
  const [nested] = body.blocks;
  if (nested !== undefined) {
    report(
      decoder,
      scope,
      nested.typeSpan,
      'Unknown block',
      `There are no blocks inside this one, only names and texts.`,
      { hint: `write ${nested.type} = "…"`, path: place.path },
    );
  }
  return result;
}

function attributeValue(attribute: Attribute, place: Place, scope: Scope, decoder: Decoder): Value | undefined {
  try {
    return evaluate(attribute.value, scope);
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    decoder.sink.add({ ...error.diagnostic, path: joinPath(place.path, attribute.name) });
    return undefined;
  }
}
