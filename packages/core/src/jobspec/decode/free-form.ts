// Bodies without a schema: a driver's `config`, and maps written as blocks.

import type { Json } from '../../model/task.ts';
import { joinPath } from '../../schema/path.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { Scope } from '../evaluate/scope.ts';
import { toText, type Value } from '../evaluate/value.ts';
import type { Attribute, Body } from '../syntax/ast.ts';
import { LanguageError } from '../syntax/diagnostic.ts';
import { type Decoder, headEnd, report } from './decoder.ts';
import { expandBlocks } from './dynamic.ts';
import { toJson } from './field-value.ts';
import { expressionPlaces } from './free-places.ts';

/** Reserved member names of JavaScript objects are no names of options. */
function isUnsafe(name: string): boolean {
  return name === '__proto__';
}

/**
 * A body as plain data: attributes by name; nested blocks of one type as a list of objects, also when there is one;
 * labels as objects with one member, a list of one. It is the form in which Nomad's API carries such bodies.
 */
export function bodyToJson(body: Body, path: string, scope: Scope, decoder: Decoder): Record<string, Json> {
  const result: Record<string, Json> = {};
  for (const attribute of body.attributes) {
    const value = attributeValue(attribute, path, scope, decoder);
    if (value !== undefined && value !== null && !isUnsafe(attribute.name)) result[attribute.name] = toJson(value);
  }
  const counts = new Map<string, number>();
  for (const expanded of expandBlocks(body.blocks, scope, decoder)) {
    const { block } = expanded;
    if (isUnsafe(block.type)) continue;
    const count = counts.get(block.type) ?? 0;
    const blockPath = joinPath(path, block.type) + (count === 0 ? '' : `[${count}]`);
    const span = { from: block.from, to: headEnd(block) };
    decoder.places.set(blockPath, span);
    decoder.places.set(`${joinPath(path, block.type)}[${count}]`, span);
    let value: Json = bodyToJson(block.body, blockPath, expanded.scope, decoder);
    for (const label of block.labels.toReversed()) value = { [label.text]: [value] };
    const existing = result[block.type];
    if (count === 0 && existing !== undefined) {
      const detail = `"${block.type}" is given as an attribute, too.`;
      report(decoder, expanded.scope, block.typeSpan, 'Given twice', detail, {
        hint: 'keep the attribute or the blocks',
        path: blockPath,
      });
      continue;
    }
    result[block.type] = Array.isArray(existing) ? [...(existing as Json[]), value] : [value];
    counts.set(block.type, count + 1);
  }
  return result;
}

/** `meta { a = "b" }` as keys and texts. */
export function mapFromBody(body: Body, path: string, scope: Scope, decoder: Decoder): Record<string, string> {
  const result: Record<string, string> = {};
  for (const attribute of body.attributes) {
    const value = attributeValue(attribute, path, scope, decoder);
    if (value === undefined || value === null || isUnsafe(attribute.name)) continue;
    decoder.places.set(`${path}["${attribute.name}"]`, attribute);
    if (typeof value === 'object') {
      report(decoder, scope, attribute.value, 'Wrong type', `"${attribute.name}" is text, a number, true or false.`, {
        hint: `write ${attribute.name} = jsonencode(…) to pass it as text`,
        path: `${path}["${attribute.name}"]`,
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
      { hint: `write ${nested.type} = "…"`, path },
    );
  }
  return result;
}

function attributeValue(attribute: Attribute, path: string, scope: Scope, decoder: Decoder): Value | undefined {
  const fieldPath = joinPath(path, attribute.name);
  decoder.places.set(fieldPath, attribute);
  expressionPlaces(attribute.value, fieldPath, decoder.places);
  try {
    return evaluate(attribute.value, scope);
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    decoder.sink.add({ ...error.diagnostic, path: fieldPath });
    return undefined;
  }
}
