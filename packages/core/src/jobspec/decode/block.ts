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
import { fieldName, joinPath } from '../../schema/path.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { Scope } from '../evaluate/scope.ts';
import type { Attribute, Block, Body } from '../syntax/ast.ts';
import { LanguageError } from '../syntax/diagnostic.ts';
import { positionAt, type Span } from '../syntax/source.ts';
import { type Decoder, headEnd, report } from './decoder.ts';
import { type ExpandedBlocks, expandBlocks } from './dynamic.ts';
import { convertToField, Mismatch } from './field-value.ts';
import { bodyToJson, mapFromBody } from './free-form.ts';
import { adviseDuration, hintForUnknown, mendOf } from './mend.ts';
import type { Place } from './places.ts';

export { type Decoder, headEnd, report };

const indexes = new WeakMap<BlockSchema, ReadonlyMap<string, FieldSchema>>();

/** Fields by their names in job files. */
export function hclIndex(schema: BlockSchema): ReadonlyMap<string, FieldSchema> {
  let index = indexes.get(schema);
  if (index === undefined) {
    index = new Map(schema.fields.flatMap((field) => (field.hcl === undefined ? [] : [[field.hcl, field] as const])));
    indexes.set(schema, index);
  }
  return index;
}

/** Decodes a body and notes its fields at `place`. Errors are reported, the rest of the body is decoded all the same. */
export function decodeBody(
  body: Body,
  schema: BlockSchema,
  place: Place,
  scope: Scope,
  decoder: Decoder,
  record: ModelRecord = {},
): ModelRecord {
  const { fields } = place;
  for (const attribute of body.attributes) {
    const field = fields?.get(attribute.name);
    if (field === undefined)
      reportUnknown(attribute.name, attribute.nameSpan, 'attribute', schema, place, scope, decoder);
    else if (!isRefused(field, attribute, place, scope, decoder)) {
      decodeAttribute(record, field, attribute, place, scope, decoder);
    }
  }
  if (body.blocks.length > 0) decodeInner(record, body, schema, place, scope, decoder);
  schema.normalize?.(record, (field, message, hint) => {
    const at = place.find(field) ?? place.span;
    report(decoder, scope, at, 'Contradiction', sentence(message), { hint, path: joinPath(place.path, field) });
  });
  return record;
}

/** The blocks of a body: those of one field at once, in the order of the first of each. */
function decodeInner(
  record: ModelRecord,
  body: Body,
  schema: BlockSchema,
  place: Place,
  scope: Scope,
  decoder: Decoder,
): void {
  const expanded = expandBlocks(body.blocks, scope, decoder);
  const { blocks } = expanded;
  const done: FieldSchema[] = [];
  for (let at = 0; at < blocks.length; at += 1) {
    const block = blocks[at] as Block;
    const field = place.fields?.get(block.type);
    if (field === undefined) {
      reportUnknown(block.type, block.typeSpan, 'block', schema, place, expanded.scopeOf(at), decoder);
    } else if (!isRefused(field, block, place, scope, decoder) && !done.includes(field)) {
      decodeBlocks(record, field, expanded, at, place, decoder);
      done.push(field);
    }
  }
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}

function isRefused(field: FieldSchema, item: Attribute | Block, place: Place, scope: Scope, decoder: Decoder): boolean {
  if (field.refused === undefined) return false;
  const name = fieldName(field);
  const span = 'name' in item ? item.nameSpan : item.typeSpan;
  report(decoder, scope, span, `"${name}" is refused`, sentence(field.refused), { path: joinPath(place.path, name) });
  return true;
}

function reportUnknown(
  name: string,
  span: Span,
  kind: 'attribute' | 'block',
  schema: BlockSchema,
  place: Place,
  scope: Scope,
  decoder: Decoder,
): void {
  const { path } = place;
  const hint = hintForUnknown(name, kind, schema, path);
  const detail = `A ${schema.name} block has no ${kind} "${name}".`;
  report(decoder, scope, span, `Unknown ${kind}`, detail, { hint, path });
}

function decodeAttribute(
  record: ModelRecord,
  field: FieldSchema,
  attribute: Attribute,
  place: Place,
  scope: Scope,
  decoder: Decoder,
): void {
  const { type } = field;
  if (isBlockType(type)) {
    const detail = `"${attribute.name}" is a block, not an attribute.`;
    report(decoder, scope, attribute, 'Block expected', detail, {
      hint: `write ${attribute.name} { … } without "="`,
      path: joinPath(place.path, fieldName(field)),
    });
    return;
  }
  try {
    const value = evaluate(attribute.value, scope);
    if (value === null) return;
    setField(record, field, convertToField(value, type));
    if (type === 'duration') adviseDuration(attribute, value, place, field, scope, decoder);
  } catch (error) {
    const path = joinPath(place.path, fieldName(field));
    if (error instanceof Mismatch) {
      const detail = `"${attribute.name}" is ${error.expected}; this is ${error.found}.`;
      const hint = error.hint ?? mendOf(type, attribute.name);
      report(decoder, scope, attribute.value, 'Wrong type', detail, { hint, path });
    } else if (error instanceof LanguageError) {
      decoder.sink.add({ ...error.diagnostic, path });
    } else {
      throw error;
    }
  }
}

/** All blocks of one field, the first of which is at `start`. */
function decodeBlocks(
  record: ModelRecord,
  field: FieldSchema,
  expanded: ExpandedBlocks,
  start: number,
  place: Place,
  decoder: Decoder,
): void {
  if (!isBlockType(field.type)) {
    decodeFreeForm(record, field, expanded, start, place, decoder);
    return;
  }
  const { type } = field;
  const first = expanded.blocks[start] as Block;
  const second = nextOfType(expanded.blocks, first.type, start);
  const scope = expanded.scopeOf(start);
  if (second === undefined) {
    const only = decodeBlock(first, scope, field, type, place, 0, decoder);
    setField(record, field, type.repeat === 'one' ? blockValue(type, [only]) : [only]);
    return;
  }
  if (type.repeat === 'one') {
    const line = positionAt(scope.source, first.from).line;
    const detail = `There is at most one "${field.hcl}" block here; the first is in line ${line}.`;
    const again = expanded.blocks[second] as Block;
    report(decoder, expanded.scopeOf(second), again.typeSpan, 'Block given twice', detail, {
      hint: 'remove one of them',
      path: joinPath(place.path, fieldName(field)),
    });
  }
  const records: ModelRecord[] = [];
  for (let at: number | undefined = start; at !== undefined; at = nextOfType(expanded.blocks, first.type, at)) {
    const block = expanded.blocks[at] as Block;
    records.push(decodeBlock(block, expanded.scopeOf(at), field, type, place, records.length, decoder));
  }
  setField(record, field, blockValue(type, records));
}

/** The index of the next block of this type after `at`. */
function nextOfType(blocks: readonly Block[], type: string, at: number): number | undefined {
  for (let index = at + 1; index < blocks.length; index += 1) if (blocks[index]?.type === type) return index;
  return undefined;
}

function decodeBlock(
  block: Block,
  scope: Scope,
  field: FieldSchema,
  type: BlockType,
  place: Place,
  index: number,
  decoder: Decoder,
): ModelRecord {
  const schema = type.block;
  const label = block.labels[0]?.text;
  const isLabelled = schema.label !== undefined && label !== undefined;
  const labelled: ModelRecord = isLabelled ? { [schema.label.model]: label } : {};
  const key = type.repeat === 'one' ? undefined : isLabelled && label !== '' ? label : index;
  const inner = place.block(fieldName(field), key, block, hclIndex(schema));
  readLabel(block, schema, scope, decoder, inner);
  const record = decodeBody(block.body, schema, inner, scope, decoder, labelled);
  const moved = schema.movesTo?.(record);
  if (moved !== undefined) place.alias(moved, inner);
  return record;
}

/** The label of a block, at most one; a missing one and further ones are reported. */
export function readLabel(
  block: Block,
  schema: BlockSchema,
  scope: Scope,
  decoder: Decoder,
  place: Place,
): string | undefined {
  const expected = schema.label === undefined ? 0 : 1;
  const label = block.labels[0];
  if (expected === 1 && label === undefined) {
    report(decoder, scope, block.typeSpan, 'Missing label', `A ${schema.name} block needs a name.`, {
      hint: `write ${block.type} "name" { … }`,
      path: place.path,
    });
  }
  const extra = block.labels[expected];
  if (extra !== undefined) {
    const detail = expected === 0 ? `A ${schema.name} block has no label.` : `A ${schema.name} block has one label.`;
    report(decoder, scope, extra, 'Unexpected label', detail, { hint: 'remove it', path: place.path });
  }
  return label?.text;
}

/** `config { … }`, `meta { … }`, `env { … }`. */
function decodeFreeForm(
  record: ModelRecord,
  field: FieldSchema,
  expanded: ExpandedBlocks,
  start: number,
  place: Place,
  decoder: Decoder,
): void {
  const first = expanded.blocks[start] as Block;
  const scope = expanded.scopeOf(start);
  const second = nextOfType(expanded.blocks, first.type, start);
  const name = fieldName(field);
  const isMap = typeof field.type === 'object' && field.type.kind === 'map';
  if (field.type !== 'json' && !isMap) {
    report(decoder, scope, first.typeSpan, 'Attribute expected', `"${field.hcl}" is an attribute, not a block.`, {
      hint: `write ${field.hcl} = …`,
      path: joinPath(place.path, name),
    });
    return;
  }
  const given = getField(record, field) !== undefined;
  if (given || second !== undefined) {
    const at = given || second === undefined ? start : second;
    const again = expanded.blocks[at] as Block;
    report(decoder, expanded.scopeOf(at), again.typeSpan, 'Block given twice', `"${field.hcl}" is given twice.`, {
      hint: 'put all of it in one block or one attribute',
      path: joinPath(place.path, name),
    });
  }
  const inner = place.block(name, undefined, first, undefined);
  const [label] = first.labels;
  if (label !== undefined) {
    report(decoder, scope, label, 'Unexpected label', `A ${field.hcl} block has no label.`, {
      hint: 'remove it',
      path: inner.path,
    });
  }
  const read = isMap ? mapFromBody : bodyToJson;
  setField(record, field, read(first.body, inner, scope, decoder));
}
