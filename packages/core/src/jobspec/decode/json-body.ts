// HCL's JSON form -> the same tree as native syntax, led by the schema: which keys are blocks, and how many labels.

import { jobBlock } from '../../schema/blocks/job.ts';
import { type BlockSchema, isBlockType } from '../../schema/field.ts';
import type { Attribute, Block, Body, Expression, Label } from '../syntax/ast.ts';
import { createDiagnosticSink, type DiagnosticSink, diagnosticAt } from '../syntax/diagnostic.ts';
import type { JsonNode, JsonObjectNode } from '../syntax/json.ts';
import { offsetsInString } from '../syntax/json-text.ts';
import { parseTemplateText } from '../syntax/parse-file.ts';
import { createSource, lineAt, type Source, type Span } from '../syntax/source.ts';
import { composed } from '../syntax/template-text.ts';

/** What stands behind a key: attributes only (`undefined` fields are attributes), or blocks with labels. */
interface Shape {
  readonly labels: number;
  readonly inner: (key: string) => Shape | undefined;
}

const attributesOnly: Shape = { labels: 0, inner: () => undefined };
/** `{"dynamic": {"port": {"for_each": …, "content": {…}}}}`; the content's shape is found where it stands. */
const dynamicBlock: Shape = { labels: 1, inner: () => undefined };
const variableShape: Shape = { labels: 1, inner: (key) => (key === 'validation' ? attributesOnly : undefined) };

const TOP: Record<string, Shape> = {
  job: { ...shapeOf(jobBlock), labels: 1 },
  variable: variableShape,
  variables: attributesOnly,
  locals: attributesOnly,
};

function shapeOf(schema: BlockSchema): Shape {
  return {
    labels: schema.label === undefined ? 0 : 1,
    inner(key) {
      if (key === 'dynamic') return dynamicBlock;
      const field = schema.fields.find((item) => item.hcl === key);
      return field !== undefined && isBlockType(field.type) ? shapeOf(field.type.block) : undefined;
    },
  };
}

/** A free block such as `config` may be written as a list of one object. */
function unlisted(node: JsonNode, key: string): JsonNode {
  const isFree = key === 'config' || key === 'meta' || key === 'env';
  const only = node.kind === 'list' && node.items.length === 1 ? node.items[0] : undefined;
  return isFree && only?.kind === 'object' ? only : node;
}

interface Builder {
  readonly source: Source;
  readonly sink: DiagnosticSink;
}

export function jsonBody(root: JsonObjectNode, source: Source, sink: DiagnosticSink): Body {
  return bodyOf(
    root,
    { labels: 0, inner: (key) => (Object.hasOwn(TOP, key) ? TOP[key] : undefined) },
    { source, sink },
  );
}

/** An object whose members are attributes, whatever they are called: a file of variables. */
export function jsonAttributes(root: JsonObjectNode, source: Source, sink: DiagnosticSink): Body {
  return bodyOf(root, attributesOnly, { source, sink });
}

function bodyOf(node: JsonObjectNode, shape: Shape, builder: Builder): Body {
  const attributes: Attribute[] = [];
  const blocks: Block[] = [];
  const names = new Map<string, Span>();
  for (const { key, keySpan, value } of node.members) {
    // The published syntax keeps this name for comments.
    if (key === '//') continue;
    const inner = shape.inner(key);
    if (inner !== undefined) {
      collect(value, { type: key, typeSpan: keySpan, shape: inner, outer: shape }, [], builder, blocks);
    } else if (names.has(key)) {
      const line = lineAt(builder.source, (names.get(key) as Span).from);
      const detail = `"${key}" is set twice in this object; the first is on line ${line}.`;
      complain(builder, keySpan, 'Attribute set twice', detail, 'remove one of them');
    } else {
      names.set(key, keySpan);
      const expression = expressionOf(unlisted(value, key), builder);
      attributes.push({ name: key, nameSpan: keySpan, value: expression, from: keySpan.from, to: value.to });
    }
  }
  return { attributes, blocks };
}

function complain(builder: Builder, span: Span, summary: string, detail: string, hint?: string): void {
  builder.sink.add(diagnosticAt(builder.source, span, summary, detail, { hint }));
}

/** A key that makes blocks. */
interface Maker {
  readonly type: string;
  readonly typeSpan: Span;
  readonly shape: Shape;
  readonly outer: Shape;
}

/** Blocks of one key: an object for each level of labels, or a list of such objects; then bodies, or lists of bodies. */
function collect(node: JsonNode, maker: Maker, labels: readonly Label[], builder: Builder, blocks: Block[]): void {
  const { type, shape } = maker;
  const isLabelled = labels.length < shape.labels;
  if (node.kind === 'scalar' && node.value === null && !isLabelled) return;
  const items = node.kind === 'list' ? node.items : [node];
  let members = 0;
  for (const item of items) {
    if (item.kind !== 'object') {
      const detail = `"${type}" is a block: an object, or a list of objects.`;
      complain(builder, item, 'Block expected', detail);
      members += 1;
    } else if (!isLabelled) {
      // Several of one kind without names share their key: each is shown where its object begins.
      const typeSpan = items.length > 1 ? { from: item.from, to: item.from + 1 } : maker.typeSpan;
      blocks.push(blockOf(item, { ...maker, typeSpan }, labels, builder));
    } else {
      members += item.members.length;
      for (const { key, keySpan, value } of item.members) {
        collect(value, maker, [...labels, { text: key, ...keySpan }], builder, blocks);
      }
    }
  }
  if (isLabelled && members === 0) {
    const detail = `A block "${type}" needs a name: the key of an object in it.`;
    complain(builder, node, 'Missing label', detail, `write "${type}": {"name": { … }}`);
  }
}

function blockOf(node: JsonObjectNode, maker: Maker, labels: readonly Label[], builder: Builder): Block {
  const { type, typeSpan, shape, outer } = maker;
  let inner = shape;
  if (shape === dynamicBlock) {
    const made = outer.inner(labels[0]?.text ?? '');
    const content = made === undefined ? undefined : { ...made, labels: 0 };
    inner = { labels: 0, inner: (key) => (key === 'content' ? content : undefined) };
  }
  const from = labels.at(-1)?.from ?? typeSpan.from;
  return { type, typeSpan, labels, body: bodyOf(node, inner, builder), from, to: node.to };
}

function expressionOf(node: JsonNode, builder: Builder): Expression {
  const span = { from: node.from, to: node.to };
  if (node.kind === 'list')
    return { kind: 'tuple', items: node.items.map((item) => expressionOf(item, builder)), ...span };
  if (node.kind === 'object') {
    const names = new Set<string>();
    const items = node.members.map(({ key, keySpan, value }) => {
      if (names.has(key)) complain(builder, keySpan, 'Key set twice', `The key "${key}" stands twice in this object.`);
      names.add(key);
      return { key: templateOf(key, keySpan, builder), value: expressionOf(value, builder) };
    });
    return { kind: 'object', items, ...span };
  }
  return typeof node.value === 'string'
    ? templateOf(node.value, span, builder)
    : { kind: 'literal', value: node.value, ...span };
}

/** A JSON string is a template, with the places of its characters in the file. */
function templateOf(text: string, span: Span, builder: Builder): Expression {
  const plain = { kind: 'literal', value: composed(text), from: span.from, to: span.to } as const;
  if (!text.includes('${') && !text.includes('%{')) return plain;
  const { source } = builder;
  const quoted = source.text.slice(span.from, span.to);
  const offsets = quoted.length === text.length + 2 ? undefined : offsetsInString(quoted);
  const place = (offset: number) => span.from + (offsets?.[offset] ?? offset + 1);
  const inner = createDiagnosticSink();
  const parsed = parseTemplateText(createSource(source.fileName, text), inner);
  for (const { range, severity, summary, detail, hint } of inner.list) {
    const found = range === undefined ? span : { from: place(range.start.offset), to: place(range.end.offset) };
    builder.sink.add(diagnosticAt(source, found, summary, detail, { severity, hint }));
  }
  return parsed === undefined ? plain : moveTo(parsed, place);
}

/** The same tree with its offsets moved. */
function moveTo<T>(node: T, place: (offset: number) => number): T {
  if (Array.isArray(node)) return node.map((item) => moveTo(item, place)) as T;
  if (typeof node !== 'object' || node === null) return node;
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    result[key] = key === 'from' || key === 'to' ? place(value as number) : moveTo(value as unknown, place);
  }
  return result as T;
}
