// A built job -> the tree HCL is parsed to, so that both are decoded, completed and checked by the same code.

import { didYouMean } from '../../lib/nearest-name.ts';
import { groupBlock } from '../../schema/blocks/group.ts';
import { jobBlock } from '../../schema/blocks/job.ts';
import { taskBlock } from '../../schema/blocks/task.ts';
import { type BlockSchema, type FieldSchema, isBlockType } from '../../schema/field.ts';
import { fieldName, joinPath } from '../../schema/path.ts';
import type { Attribute, Block, Body, Expression } from '../syntax/ast.ts';
import type { Span } from '../syntax/source.ts';
import type { BuiltBlock, BuiltJob } from './blocks.ts';
import type { Data, DataRecord } from './data.ts';
import { buildFields, camelName } from './field-names.ts';

export interface TreeContext {
  /** Where the builder of this block was called; `outer` when that is not known. */
  readonly placeOf: (block: BuiltBlock, outer: Span) => Span;
  readonly report: (span: Span, summary: string, detail: string, path: string, hint?: string) => void;
}

/** The body of a job file with this job. */
export function treeOf(built: BuiltJob, context: TreeContext): Body {
  const start = { from: 0, to: 0 };
  const block = blockOf(built, '', start, context);
  return { ...start, attributes: [], blocks: [block] };
}

const schemas: Readonly<Record<BuiltBlock['block'], BlockSchema>> = {
  job: jobBlock,
  group: groupBlock,
  task: taskBlock,
};

function blockOf(built: BuiltBlock, path: string, outer: Span, context: TreeContext): Block {
  const span = context.placeOf(built, outer);
  const body = bodyOf(built.options, schemas[built.block], path, span, context);
  const children = built.children.map((child) =>
    blockOf(child, joinPath(path, `${child.block}["${child.name}"]`), span, context),
  );
  return blockNode(built.block, [built.name], { ...body, blocks: [...body.blocks, ...children] }, span);
}

function blockNode(type: string, labels: readonly string[], body: Body, span: Span): Block {
  return { ...span, type, typeSpan: span, labels: labels.map((text) => ({ ...span, text })), body };
}

interface Items {
  readonly attributes: Attribute[];
  readonly blocks: Block[];
}

function bodyOf(options: DataRecord, schema: BlockSchema, path: string, span: Span, context: TreeContext): Body {
  const items: Items = { attributes: [], blocks: [] };
  const fields = buildFields(schema);
  for (const [name, value] of Object.entries(options)) {
    const field = fields.get(name);
    if (field === undefined) reportUnknown(name, schema, path, span, context);
    else if (value !== null) addField(items, field, value, joinPath(path, fieldName(field)), span, context);
  }
  return { ...span, ...items };
}

function reportUnknown(name: string, schema: BlockSchema, path: string, span: Span, context: TreeContext): void {
  const names = [...buildFields(schema).keys()];
  const detail = `A ${schema.name} has no field "${name}"`;
  const isBuilt = name === 'group' || name === 'task' || name === 'groups' || name === 'tasks';
  const hint = isBuilt
    ? `groups and tasks are arguments after the options: ${schema.name}("name", { … }, ${name.replace(/s$/, '')}("name", …))`
    : (didYouMean(names.includes(camelName(name)) ? camelName(name) : name, names) ??
      `a ${schema.name} has: ${names.slice(0, 30).join(', ')}`);
  const better = names.includes(camelName(name)) ? `names are in camelCase here: ${camelName(name)}` : hint;
  context.report(span, 'Unknown field', `${detail}.`, joinPath(path, name), better);
}

function addField(items: Items, field: FieldSchema, value: Data, path: string, span: Span, context: TreeContext): void {
  const name = field.hcl as string;
  if (isBlockType(field.type)) {
    for (const { label, options, key } of repeated(field, value, path, span, context)) {
      const inner = field.type.repeat === 'one' ? path : path + key;
      const body = bodyOf(options, field.type.block, inner, span, context);
      items.blocks.push(blockNode(name, label === undefined ? [] : [label], body, span));
    }
    return;
  }
  const isFree = field.type === 'json' || (typeof field.type === 'object' && field.type.kind === 'map');
  if (isFree && isRecord(value)) items.blocks.push(blockNode(name, [], freeBody(value, span), span));
  else items.attributes.push(attributeNode(name, field.type === 'duration' ? inMs(value) : value, span));
}

/** A number is milliseconds here; in HCL it would be nanoseconds. */
function inMs(value: Data): Data {
  return typeof value === 'number' ? `${value}ms` : value;
}

interface Repetition {
  readonly label: string | undefined;
  readonly options: DataRecord;
  /** Step of the field path. */
  readonly key: string;
}

/** The blocks a field's value stands for: one, a list, or by label. */
function repeated(field: FieldSchema, value: Data, path: string, span: Span, context: TreeContext): Repetition[] {
  if (!isBlockType(field.type)) return [];
  const { block, repeat } = field.type;
  const name = camelName(field.hcl as string);
  const fail = (expected: string) => {
    context.report(span, 'Wrong type', `"${name}" is ${expected}.`, path);
    return [];
  };
  if (block.label !== undefined) {
    if (!isRecord(value)) return fail(`an object with a ${block.name} by its ${block.label.model}`);
    return Object.entries(value).flatMap(([label, item]) => {
      if (item === null) return [];
      const list = isList(item) ? item : [item];
      if (!list.every(isRecord)) return fail(`an object whose values are objects, this is not so for "${label}"`);
      return list.map((options) => ({ label, options, key: `["${label}"]` }));
    });
  }
  const list = isList(value) ? value : [value];
  if (repeat === 'one' && isList(value)) return fail('an object, not a list');
  if (!list.every(isRecord)) return fail(repeat === 'one' ? 'an object' : 'an object or a list of objects');
  return list.map((options, index) => ({ label: undefined, options, key: `[${index}]` }));
}

function isList(value: Data): value is readonly Data[] {
  return Array.isArray(value);
}

function isRecord(value: Data): value is DataRecord {
  return typeof value === 'object' && value !== null && !isList(value);
}

function freeBody(value: DataRecord, span: Span): Body {
  const attributes = Object.entries(value).map(([name, item]) => attributeNode(name, item, span));
  return { ...span, attributes, blocks: [] };
}

function attributeNode(name: string, value: Data, span: Span): Attribute {
  return { ...span, name, nameSpan: span, value: expressionOf(value, span) };
}

function expressionOf(value: Data, span: Span): Expression {
  if (isList(value)) return { ...span, kind: 'tuple', items: value.map((item) => expressionOf(item, span)) };
  if (!isRecord(value)) return { ...span, kind: 'literal', value };
  const items = Object.entries(value).map(([name, item]) => ({
    key: { ...span, kind: 'literal' as const, value: name },
    value: expressionOf(item, span),
  }));
  return { ...span, kind: 'object', items };
}
