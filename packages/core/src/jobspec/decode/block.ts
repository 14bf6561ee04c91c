// Tree + schema -> model records, with the place of every field.

import {
  type BlockSchema,
  type BlockType,
  blockValue,
  type FieldSchema,
  getField,
  isBlockType,
  type ModelRecord,
  setField,
} from '../../schema/field.ts';
import { fieldName, joinPath, outerPath, repeatedKey } from '../../schema/path.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { Scope } from '../evaluate/scope.ts';
import { isObject, type Value } from '../evaluate/value.ts';
import type { Attribute, Block, Body } from '../syntax/ast.ts';
import { LanguageError } from '../syntax/diagnostic.ts';
import { positionAt, type Span } from '../syntax/source.ts';
import { type Decoder, headEnd, report } from './decoder.ts';
import { type ExpandedBlock, expandBlocks } from './dynamic.ts';
import { convertToField, Mismatch } from './field-value.ts';
import { bodyToJson, mapFromBody } from './free-form.ts';
import { copyPlaces, expressionPlaces } from './free-places.ts';
import { adviseDuration, hintForUnknown, mendOf } from './mend.ts';

export { type Decoder, headEnd, report };

const indexes = new WeakMap<BlockSchema, ReadonlyMap<string, FieldSchema>>();

function hclIndex(schema: BlockSchema): ReadonlyMap<string, FieldSchema> {
  let index = indexes.get(schema);
  if (index === undefined) {
    index = new Map(schema.fields.flatMap((field) => (field.hcl === undefined ? [] : [[field.hcl, field] as const])));
    indexes.set(schema, index);
  }
  return index;
}

/** Decodes a body. Errors are reported, the rest of the body is decoded all the same. */
export function decodeBody(
  body: Body,
  schema: BlockSchema,
  path: string,
  scope: Scope,
  decoder: Decoder,
  labelled: ModelRecord = {},
): ModelRecord {
  const record: ModelRecord = { ...labelled };
  const index = hclIndex(schema);
  const blocks = new Map<FieldSchema, ExpandedBlock[]>();
  for (const attribute of body.attributes) {
    const field = index.get(attribute.name);
    if (field === undefined)
      reportUnknown(attribute.name, attribute.nameSpan, 'attribute', schema, path, scope, decoder);
    else if (!isRefused(field, attribute.nameSpan, path, scope, decoder)) {
      decodeAttribute(record, field, attribute, path, scope, decoder);
    }
  }
  for (const expanded of expandBlocks(body.blocks, scope, decoder)) {
    const { block } = expanded;
    const field = index.get(block.type);
    if (field === undefined) reportUnknown(block.type, block.typeSpan, 'block', schema, path, expanded.scope, decoder);
    else if (!isRefused(field, block.typeSpan, path, scope, decoder)) {
      const list = blocks.get(field);
      if (list === undefined) blocks.set(field, [expanded]);
      else list.push(expanded);
    }
  }
  for (const [field, list] of blocks) decodeBlocks(record, field, list, path, decoder);
  schema.normalize?.(record, (field, message, hint) => {
    const at = decoder.places.get(joinPath(path, field)) ?? decoder.places.get(path) ?? body;
    report(decoder, scope, at, 'Contradiction', sentence(message), { hint, path: joinPath(path, field) });
  });
  return record;
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}

function isRefused(field: FieldSchema, span: Span, path: string, scope: Scope, decoder: Decoder): boolean {
  if (field.refused === undefined) return false;
  const name = fieldName(field);
  report(decoder, scope, span, `"${name}" is refused`, sentence(field.refused), { path: joinPath(path, name) });
  return true;
}

function reportUnknown(
  name: string,
  span: Span,
  kind: 'attribute' | 'block',
  schema: BlockSchema,
  path: string,
  scope: Scope,
  decoder: Decoder,
): void {
  const hint = hintForUnknown(name, kind, schema, path);
  const detail = `A ${schema.name} block has no ${kind} "${name}".`;
  report(decoder, scope, span, `Unknown ${kind}`, detail, { hint, path });
}

function decodeAttribute(
  record: ModelRecord,
  field: FieldSchema,
  attribute: Attribute,
  path: string,
  scope: Scope,
  decoder: Decoder,
): void {
  const fieldPath = joinPath(path, fieldName(field));
  decoder.places.set(fieldPath, attribute);
  if (isBlockType(field.type)) {
    const detail = `"${attribute.name}" is a block, not an attribute.`;
    report(decoder, scope, attribute, 'Block expected', detail, {
      hint: `write ${attribute.name} { … } without "="`,
      path: fieldPath,
    });
    return;
  }
  try {
    const value = evaluate(attribute.value, scope);
    if (value === null) return;
    if (field.type === 'json') expressionPlaces(attribute.value, fieldPath, decoder.places);
    else notePlaces(attribute, value, fieldPath, decoder);
    setField(record, field, convertToField(value, field.type));
    if (field.type === 'duration') adviseDuration(attribute, value, fieldPath, scope, decoder);
  } catch (error) {
    if (error instanceof Mismatch) {
      report(
        decoder,
        scope,
        attribute.value,
        'Wrong type',
        `"${attribute.name}" is ${error.expected}; this is ${error.found}.`,
        {
          hint: error.hint ?? mendOf(field.type, attribute.name),
          path: fieldPath,
        },
      );
    } else if (error instanceof LanguageError) {
      decoder.sink.add({ ...error.diagnostic, path: fieldPath });
    } else {
      throw error;
    }
  }
}

/** Members of a map and elements of a list have places of their own. */
function notePlaces(attribute: Attribute, value: Value, path: string, decoder: Decoder): void {
  const node = attribute.value;
  if (node.kind === 'tuple') node.items.forEach((item, index) => void decoder.places.set(`${path}[${index}]`, item));
  if (node.kind !== 'object' || value === null || !isObject(value)) return;
  for (const item of node.items) {
    if (item.key.kind === 'literal') decoder.places.set(`${path}["${String(item.key.value)}"]`, item.value);
  }
}

function decodeBlocks(
  record: ModelRecord,
  field: FieldSchema,
  list: readonly ExpandedBlock[],
  path: string,
  decoder: Decoder,
): void {
  const fieldPath = joinPath(path, fieldName(field));
  const first = list[0];
  if (first === undefined) return;
  if (!isBlockType(field.type)) {
    decodeFreeForm(record, field, list, fieldPath, decoder);
    return;
  }
  const { type } = field;
  if (type.repeat === 'one' && list.length > 1) {
    const second = list[1] as ExpandedBlock;
    const line = positionAt(first.scope.source, first.block.from).line;
    const detail = `There is at most one "${field.hcl}" block here; the first is in line ${line}.`;
    report(decoder, second.scope, second.block.typeSpan, 'Block given twice', detail, {
      hint: 'remove one of them',
      path: fieldPath,
    });
  }
  const records = list.map((expanded, index) => decodeBlock(expanded, type, fieldPath, index, decoder));
  setField(record, field, blockValue(type, records));
}

function decodeBlock(
  expanded: ExpandedBlock,
  type: BlockType,
  path: string,
  index: number,
  decoder: Decoder,
): ModelRecord {
  const { block, scope } = expanded;
  const schema = type.block;
  const label = block.labels[0]?.text;
  const labelled: ModelRecord =
    schema.label === undefined || label === undefined ? {} : { [schema.label.model]: label };
  const inner = type.repeat === 'one' ? path : path + repeatedKey(schema, labelled, index);
  const head = { from: block.from, to: block.body.from === 0 ? block.to : headEnd(block) };
  decoder.places.set(inner, head);
  readLabel(block, schema, scope, decoder, inner);
  const record = decodeBody(block.body, schema, inner, scope, decoder, labelled);
  const moved = schema.movesTo?.(record);
  if (moved !== undefined) copyPlaces(decoder.places, inner, joinPath(outerPath(path) ?? '', moved));
  return record;
}

/** The label of a block, at most one; a missing one and further ones are reported. */
export function readLabel(
  block: Block,
  schema: BlockSchema,
  scope: Scope,
  decoder: Decoder,
  path = '',
): string | undefined {
  const expected = schema.label === undefined ? 0 : 1;
  const [label] = block.labels;
  if (expected === 1 && label === undefined) {
    report(decoder, scope, block.typeSpan, 'Missing label', `A ${schema.name} block needs a name.`, {
      hint: `write ${block.type} "name" { … }`,
      path,
    });
  }
  const extra = block.labels[expected];
  if (extra !== undefined) {
    const detail = expected === 0 ? `A ${schema.name} block has no label.` : `A ${schema.name} block has one label.`;
    report(decoder, scope, extra, 'Unexpected label', detail, { hint: 'remove it', path });
  }
  return label?.text;
}

/** `config { … }`, `meta { … }`, `env { … }`. */
function decodeFreeForm(
  record: ModelRecord,
  field: FieldSchema,
  list: readonly ExpandedBlock[],
  path: string,
  decoder: Decoder,
): void {
  const [first, second] = list;
  if (first === undefined) return;
  const isMap = typeof field.type === 'object' && field.type.kind === 'map';
  if (field.type !== 'json' && !isMap) {
    report(
      decoder,
      first.scope,
      first.block.typeSpan,
      'Attribute expected',
      `"${field.hcl}" is an attribute, not a block.`,
      {
        hint: `write ${field.hcl} = …`,
        path,
      },
    );
    return;
  }
  const given = getField(record, field) !== undefined;
  if (given || second !== undefined) {
    const again = given ? first : (second as ExpandedBlock);
    report(decoder, again.scope, again.block.typeSpan, 'Block given twice', `"${field.hcl}" is given twice.`, {
      hint: 'put all of it in one block or one attribute',
      path,
    });
  }
  decoder.places.set(path, { from: first.block.from, to: headEnd(first.block) });
  const [label] = first.block.labels;
  if (label !== undefined) {
    report(decoder, first.scope, label, 'Unexpected label', `A ${field.hcl} block has no label.`, {
      hint: 'remove it',
      path,
    });
  }
  const read = isMap ? mapFromBody : bodyToJson;
  setField(record, field, read(first.block.body, path, first.scope, decoder));
}
