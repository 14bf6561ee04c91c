// Tree + schema -> model records, with the place of every field.

import { type BlockSchema, blockValue, isBlockType, type ModelRecord } from '../../schema/field.ts';
import { joinPath } from '../../schema/path.ts';
import { readField, writeField } from '../../schema/walk.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { Scope } from '../evaluate/scope.ts';
import type { Attribute, Block, Body } from '../syntax/ast.ts';
import { LanguageError } from '../syntax/diagnostic.ts';
import { lineAt, type Span } from '../syntax/source.ts';
import type { BodyPlan, FieldPlan, InnerPlan } from './body-plan.ts';
import { type Decoder, report } from './decoder.ts';
import { type ExpandedBlocks, expandBlocks } from './dynamic.ts';
import { convertToField, Mismatch } from './field-value.ts';
import { bodyToJson, mapFromBody } from './free-form.ts';
import { adviseDuration, hintForUnknown, mendOf } from './mend.ts';
import type { Place } from './places.ts';

/** Decodes a body and notes its fields at `place`. Errors are reported, the rest of the body is decoded all the same. */
export function decodeBody(
  body: Body,
  plan: BodyPlan,
  place: Place,
  scope: Scope,
  decoder: Decoder,
  record: ModelRecord,
): ModelRecord {
  for (const attribute of body.attributes) {
    const field = plan.fields.get(attribute.name);
    if (field === undefined) {
      reportUnknown(attribute.name, attribute.nameSpan, 'attribute', plan.schema, place, scope, decoder);
    } else if (field.refused === undefined) decodeAttribute(record, field, attribute, place, scope, decoder);
    else reportRefused(field, field.refused, attribute.nameSpan, place, scope, decoder);
  }
  if (body.blocks.length > 0) decodeInner(record, body, plan, place, scope, decoder);
  if (plan.normalize !== undefined) normalize(record, plan.normalize, place, scope, decoder);
  return record;
}

function normalize(
  record: ModelRecord,
  apply: NonNullable<BlockSchema['normalize']>,
  place: Place,
  scope: Scope,
  decoder: Decoder,
): void {
  apply(record, (field, message, hint) => {
    const at = place.find(field) ?? place.span;
    report(decoder, scope, at, 'Contradiction', sentence(message), { hint, path: joinPath(place.path, field) });
  });
}

/** The blocks of a body: those of one field at once, in the order of the first of each. */
function decodeInner(
  record: ModelRecord,
  body: Body,
  plan: BodyPlan,
  place: Place,
  scope: Scope,
  decoder: Decoder,
): void {
  const expanded = expandBlocks(body.blocks, scope, decoder);
  const { blocks } = expanded;
  for (let at = 0; at < blocks.length; at += 1) {
    const block = blocks[at] as Block;
    const field = plan.fields.get(block.type);
    if (field === undefined) {
      reportUnknown(block.type, block.typeSpan, 'block', plan.schema, place, expanded.scopeOf(at), decoder);
    } else if (field.refused !== undefined) {
      reportRefused(field, field.refused, block.typeSpan, place, scope, decoder);
    } else if (isFirstOfType(blocks, at)) {
      decodeBlocks(record, field, expanded, at, place, decoder);
    }
  }
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}

function reportRefused(
  { name }: FieldPlan,
  reason: string,
  span: Span,
  place: Place,
  scope: Scope,
  decoder: Decoder,
): void {
  report(decoder, scope, span, `"${name}" is refused`, sentence(reason), { path: joinPath(place.path, name) });
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
  // Hints are worked out for what is told only.
  if (decoder.sink.hasEnoughErrors()) {
    decoder.sink.countError();
    return;
  }
  const { path } = place;
  const hint = hintForUnknown(name, kind, schema, path);
  const detail = `A ${schema.name} block has no ${kind} "${name}".`;
  report(decoder, scope, span, `Unknown ${kind}`, detail, { hint, path });
}

function decodeAttribute(
  record: ModelRecord,
  field: FieldPlan,
  attribute: Attribute,
  place: Place,
  scope: Scope,
  decoder: Decoder,
): void {
  const { type, name } = field;
  if (isBlockType(type)) {
    const detail = `"${attribute.name}" is a block, not an attribute.`;
    report(decoder, scope, attribute, 'Block expected', detail, {
      hint: `write ${attribute.name} { … } without "="`,
      path: joinPath(place.path, name),
    });
    return;
  }
  try {
    const value = evaluate(attribute.value, scope);
    if (value === null) return;
    writeField(record, field, convertToField(value, type));
    if (type === 'duration') adviseDuration(attribute, value, place, name, scope, decoder);
  } catch (error) {
    const path = joinPath(place.path, name);
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
  field: FieldPlan,
  expanded: ExpandedBlocks,
  start: number,
  place: Place,
  decoder: Decoder,
): void {
  const { inner } = field;
  if (inner === undefined) {
    decodeFreeForm(record, field, expanded, start, place, decoder);
    return;
  }
  const first = expanded.blocks[start] as Block;
  const second = nextOfType(expanded.blocks, first.type, start);
  const scope = expanded.scopeOf(start);
  if (second === undefined) {
    const only = decodeBlock(first, scope, field.name, inner, place, 0, decoder);
    writeField(record, field, inner.isRepeated ? [only] : blockValue(inner.type, [only]));
    return;
  }
  if (!inner.isRepeated) {
    const line = lineAt(scope.source, first.from);
    const detail = `There is at most one "${first.type}" block here; the first is in line ${line}.`;
    const again = expanded.blocks[second] as Block;
    report(decoder, expanded.scopeOf(second), again.typeSpan, 'Block given twice', detail, {
      hint: 'remove one of them',
      path: joinPath(place.path, field.name),
    });
  }
  const records: ModelRecord[] = [];
  for (let at: number | undefined = start; at !== undefined; at = nextOfType(expanded.blocks, first.type, at)) {
    const block = expanded.blocks[at] as Block;
    records.push(decodeBlock(block, expanded.scopeOf(at), field.name, inner, place, records.length, decoder));
  }
  writeField(record, field, blockValue(inner.type, records));
}

function isFirstOfType(blocks: readonly Block[], at: number): boolean {
  const type = blocks[at]?.type;
  for (let index = at - 1; index >= 0; index -= 1) if (blocks[index]?.type === type) return false;
  return true;
}

/** The index of the next block of this type after `at`. */
function nextOfType(blocks: readonly Block[], type: string, at: number): number | undefined {
  for (let index = at + 1; index < blocks.length; index += 1) if (blocks[index]?.type === type) return index;
  return undefined;
}

function decodeBlock(
  block: Block,
  scope: Scope,
  name: string,
  { plan, isRepeated }: InnerPlan,
  place: Place,
  index: number,
  decoder: Decoder,
): ModelRecord {
  const label = block.labels[0]?.text;
  const isLabelled = plan.label !== undefined && label !== undefined;
  const labelled: ModelRecord = isLabelled ? { [plan.label]: label } : {};
  const key = isRepeated ? (isLabelled && label !== '' ? label : index) : undefined;
  const inner = place.block(name, key, block, plan);
  if (block.labels.length !== (plan.label === undefined ? 0 : 1))
    reportLabels(block, plan.schema, scope, decoder, inner);
  const record = decodeBody(block.body, plan, inner, scope, decoder, labelled);
  const moved = plan.movesTo?.(record);
  if (moved !== undefined) place.alias(moved, inner);
  return record;
}

/** Reports a missing label, and further ones than the one. */
export function reportLabels(block: Block, schema: BlockSchema, scope: Scope, decoder: Decoder, place: Place): void {
  const expected = schema.label === undefined ? 0 : 1;
  if (block.labels.length < expected) {
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
}

/** `config { … }`, `meta { … }`, `env { … }`. */
function decodeFreeForm(
  record: ModelRecord,
  field: FieldPlan,
  expanded: ExpandedBlocks,
  start: number,
  place: Place,
  decoder: Decoder,
): void {
  const first = expanded.blocks[start] as Block;
  const scope = expanded.scopeOf(start);
  const second = nextOfType(expanded.blocks, first.type, start);
  const { name, type } = field;
  const isMap = typeof type === 'object' && type.kind === 'map';
  if (type !== 'json' && !isMap) {
    report(decoder, scope, first.typeSpan, 'Attribute expected', `"${first.type}" is an attribute, not a block.`, {
      hint: `write ${first.type} = …`,
      path: joinPath(place.path, name),
    });
    return;
  }
  const given = readField(record, field) !== undefined;
  if (given || second !== undefined) {
    const at = given || second === undefined ? start : second;
    const again = expanded.blocks[at] as Block;
    report(decoder, expanded.scopeOf(at), again.typeSpan, 'Block given twice', `"${first.type}" is given twice.`, {
      hint: 'put all of it in one block or one attribute',
      path: joinPath(place.path, name),
    });
  }
  const inner = place.block(name, undefined, first, undefined);
  const [label] = first.labels;
  if (label !== undefined) {
    report(decoder, scope, label, 'Unexpected label', `A ${first.type} block has no label.`, {
      hint: 'remove it',
      path: inner.path,
    });
  }
  const read = isMap ? mapFromBody : bodyToJson;
  writeField(record, field, read(first.body, inner, scope, decoder));
}
