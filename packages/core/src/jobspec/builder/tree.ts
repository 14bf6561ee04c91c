// A built job -> the tree HCL is parsed to, so that both are decoded, completed and checked by the same code.

import { didYouMean } from '../../lib/nearest-name.ts';
import { groupBlock } from '../../schema/blocks/group.ts';
import { jobBlock } from '../../schema/blocks/job.ts';
import { taskBlock } from '../../schema/blocks/task.ts';
import { type BlockSchema, type FieldSchema, isBlockType } from '../../schema/field.ts';
import { fieldName, joinPath } from '../../schema/path.ts';
import type { Attribute, Block, Body, Expression } from '../syntax/ast.ts';
import type { Span } from '../syntax/source.ts';
import { composed } from '../syntax/template-text.ts';
import type { BuiltBlock, BuiltJob } from './blocks.ts';
import type { Data, DataRecord } from './data.ts';
import { buildFields, camelName } from './field-names.ts';
import type { Written, WrittenValue } from './written-options.ts';

export interface TreeContext {
  /** Where the options of the builder call at this place are written, as far as they are. */
  readonly writtenAt: (call: Span) => Written | undefined;
  /** Where the builder of this block was called; `outer` when that is not known. */
  readonly placeOf: (block: BuiltBlock, outer: Span) => Span;
  readonly report: (span: Span, summary: string, detail: string, path: string, hint?: string) => void;
}

/** The body of a job file with this job. */
export function treeOf(built: BuiltJob, context: TreeContext): Body {
  const start = { from: 0, to: 0 };
  const block = blockOf(built, '', start, context);
  return { attributes: [], blocks: [block] };
}

const schemas: Readonly<Record<BuiltBlock['block'], BlockSchema>> = {
  job: jobBlock,
  group: groupBlock,
  task: taskBlock,
};

function blockOf(built: BuiltBlock, path: string, outer: Span, context: TreeContext): Block {
  const span = context.placeOf(built, outer);
  const site: Site = { span, written: context.writtenAt(span) };
  const body = bodyOf(built.options, schemas[built.block], path, site, context);
  const children = built.children.map((child) =>
    blockOf(child, joinPath(path, `${child.block}["${child.name}"]`), span, context),
  );
  return blockNode(
    built.block,
    [built.name],
    { attributes: body.attributes, blocks: [...body.blocks, ...children] },
    span,
  );
}

function blockNode(type: string, labels: readonly string[], body: Body, span: Span): Block {
  return { ...span, type, typeSpan: span, labels: labels.map((text) => ({ ...span, text })), body };
}

interface Items {
  readonly attributes: Attribute[];
  readonly blocks: Block[];
}

/** Where data comes from: the nearest place that is known, and what is written there. */
interface Site {
  readonly span: Span;
  readonly written: Written | undefined;
}

function bodyOf(options: DataRecord, schema: BlockSchema, path: string, site: Site, context: TreeContext): Body {
  const items: Items = { attributes: [], blocks: [] };
  const fields = buildFields(schema);
  for (const [name, value] of Object.entries(options)) {
    const field = fields.get(name);
    const written = site.written?.members.get(name);
    if (field === undefined) reportUnknown(name, schema, path, written?.key ?? site.span, context);
    else if (value !== null)
      addField(items, field, value, joinPath(path, fieldName(field)), { site, written }, context);
  }
  return items;
}

/** A value of an object or a list at `site`. */
interface Place {
  readonly site: Site;
  readonly written: WrittenValue | undefined;
}

/** The site inside of a value. */
function siteOf({ site, written }: Place): Site {
  return written === undefined
    ? { span: site.span, written: undefined }
    : { span: written.key, written: written.inner };
}

function reportUnknown(name: string, schema: BlockSchema, path: string, span: Span, context: TreeContext): void {
  const names = [...buildFields(schema).keys()];
  const isBuilt = /^(group|task)s?$/.test(name);
  const hint = isBuilt
    ? `groups and tasks are arguments after the options: ${schema.name}("name", { … }, ${name.replace(/s$/, '')}("name", …))`
    : names.includes(camelName(name))
      ? `names are in camelCase here: ${camelName(name)}`
      : (didYouMean(name, names) ?? `a ${schema.name} has: ${names.slice(0, 30).join(', ')}`);
  const detail = `A ${schema.name} has no field "${name}".`;
  context.report(span, 'Unknown field', detail, joinPath(path, name), hint);
}

function addField(
  items: Items,
  field: FieldSchema,
  value: Data,
  path: string,
  place: Place,
  context: TreeContext,
): void {
  const name = field.hcl as string;
  if (isBlockType(field.type)) {
    for (const { label, options, key, site } of repeated(field, value, path, siteOf(place), context)) {
      const inner = field.type.repeat === 'one' ? path : path + key;
      const body = bodyOf(options, field.type.block, inner, site, context);
      items.blocks.push(blockNode(name, label === undefined ? [] : [label], body, site.span));
    }
    return;
  }
  const isFree = field.type === 'json' || (typeof field.type === 'object' && field.type.kind === 'map');
  const site = siteOf(place);
  if (isFree && isRecord(value)) items.blocks.push(blockNode(name, [], freeBody(value, site), site.span));
  else items.attributes.push(attributeNode(name, field.type === 'duration' ? inMs(value) : value, place));
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
  readonly site: Site;
}

/** The blocks a field's value stands for: one, a list, or by label. */
function repeated(field: FieldSchema, value: Data, path: string, site: Site, context: TreeContext): Repetition[] {
  if (!isBlockType(field.type)) return [];
  const { block, repeat } = field.type;
  const name = camelName(field.hcl as string);
  const fail = (expected: string) => {
    context.report(site.span, 'Wrong type', `"${name}" is ${expected}.`, path);
    return [];
  };
  if (block.label !== undefined) {
    if (!isRecord(value)) return fail(`an object with a ${block.name} by its ${block.label.model}`);
    return Object.entries(value).flatMap(([label, item]) => {
      if (item === null) return [];
      const inner = siteOf({ site, written: site.written?.members.get(label) });
      const list = itemsOf(item, inner);
      if (list === undefined) return fail(`an object whose values are objects, this is not so for "${label}"`);
      return list.map((each) => ({ ...each, label, key: `["${label}"]` }));
    });
  }
  if (repeat === 'one' && isList(value)) return fail('an object, not a list');
  const list = itemsOf(value, site);
  if (list === undefined) return fail(repeat === 'one' ? 'an object' : 'an object or a list of objects');
  return list.map((each, index) => ({ ...each, label: undefined, key: `[${index}]` }));
}

/** One object or a list of them; undefined for anything else. */
function itemsOf(value: Data, site: Site): { readonly options: DataRecord; readonly site: Site }[] | undefined {
  if (isRecord(value)) return [{ options: value, site }];
  if (!isList(value) || !value.every(isRecord)) return undefined;
  return value.map((options, index) => ({ options, site: siteOf({ site, written: site.written?.items[index] }) }));
}

function isList(value: Data): value is readonly Data[] {
  return Array.isArray(value);
}

function isRecord(value: Data): value is DataRecord {
  return typeof value === 'object' && value !== null && !isList(value);
}

function freeBody(value: DataRecord, site: Site): Body {
  const attributes = Object.entries(value).map(([name, item]) =>
    attributeNode(name, item, { site, written: site.written?.members.get(name) }),
  );
  return { attributes, blocks: [] };
}

function attributeNode(name: string, value: Data, place: Place): Attribute {
  const { site, written } = place;
  if (written === undefined)
    return { ...site.span, name, nameSpan: site.span, value: expressionOf(value, { ...site, written: undefined }) };
  const expression = expressionOf(value, { span: written.value, written: written.inner });
  return { from: written.key.from, to: written.value.to, name, nameSpan: written.key, value: expression };
}

function expressionOf(value: Data, { span, written }: Site): Expression {
  const inside = (found: WrittenValue | undefined): Site =>
    found === undefined ? { span, written: undefined } : { span: found.value, written: found.inner };
  if (isList(value)) {
    const items = value.map((item, index) => expressionOf(item, inside(written?.items[index])));
    return { ...span, kind: 'tuple', items };
  }
  if (!isRecord(value)) return { ...span, kind: 'literal', value: typeof value === 'string' ? composed(value) : value };
  const items = Object.entries(value).map(([name, item]) => {
    const found = written?.members.get(name);
    const key = { ...(found?.key ?? span), kind: 'literal' as const, value: composed(name) };
    return { key, value: expressionOf(item, inside(found)) };
  });
  return { ...span, kind: 'object', items };
}
