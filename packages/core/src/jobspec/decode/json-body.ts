// HCL's JSON form -> the same tree as native syntax, led by the schema: which keys are blocks, and how many labels.

import { jobBlock } from '../../schema/blocks/job.ts';
import { type BlockSchema, isBlockType } from '../../schema/field.ts';
import type { Attribute, Block, Body, Expression, Label } from '../syntax/ast.ts';
import { createDiagnosticSink, type DiagnosticSink, diagnosticAt } from '../syntax/diagnostic.ts';
import type { JsonNode, JsonObjectNode } from '../syntax/json.ts';
import { parseExpressionText } from '../syntax/parse-body.ts';
import { createSource, type Source, type Span } from '../syntax/source.ts';

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

function bodyOf(node: JsonObjectNode, shape: Shape, builder: Builder): Body {
  const attributes: Attribute[] = [];
  const blocks: Block[] = [];
  for (const { key, keySpan, value } of node.members) {
    if (key === '//') continue;
    const inner = shape.inner(key);
    if (inner === undefined) {
      const expression = expressionOf(unlisted(value, key), builder);
      attributes.push({ name: key, nameSpan: keySpan, value: expression, from: keySpan.from, to: value.to });
    } else {
      collect(value, key, keySpan, [], inner, builder, blocks, shape);
    }
  }
  return { from: node.from, to: node.to, attributes, blocks };
}

function collect(
  node: JsonNode,
  type: string,
  typeSpan: Span,
  labels: readonly Label[],
  shape: Shape,
  builder: Builder,
  blocks: Block[],
  outer: Shape,
): void {
  if (node.kind === 'list') {
    for (const item of node.items) collect(item, type, typeSpan, labels, shape, builder, blocks, outer);
  } else if (node.kind === 'scalar') {
    if (node.value === null) return;
    const detail = `"${type}" is a block: an object, or a list of objects.`;
    builder.sink.add(diagnosticAt(builder.source, node, 'Block expected', detail));
  } else if (labels.length < shape.labels) {
    for (const { key, keySpan, value } of node.members) {
      collect(value, type, typeSpan, [...labels, { text: key, ...keySpan }], shape, builder, blocks, outer);
    }
  } else {
    const made = shape === dynamicBlock ? outer.inner(labels[0]?.text ?? '') : undefined;
    const content = made === undefined ? undefined : { ...made, labels: 0 };
    const bodyShape: Shape =
      shape === dynamicBlock ? { labels: 0, inner: (key) => (key === 'content' ? content : undefined) } : shape;
    blocks.push({ type, typeSpan, labels, body: bodyOf(node, bodyShape, builder), from: typeSpan.from, to: node.to });
  }
}

function expressionOf(node: JsonNode, builder: Builder): Expression {
  const span = { from: node.from, to: node.to };
  if (node.kind === 'list')
    return { kind: 'tuple', items: node.items.map((item) => expressionOf(item, builder)), ...span };
  if (node.kind === 'object') {
    const items = node.members.map(({ key, keySpan, value }) => ({
      key: templateOf(key, keySpan, builder),
      value: expressionOf(value, builder),
    }));
    return { kind: 'object', items, ...span };
  }
  return typeof node.value === 'string'
    ? templateOf(node.value, span, builder)
    : { kind: 'literal', value: node.value, ...span };
}

/** A JSON string is a template. Places inside it are those of the whole string. */
function templateOf(text: string, span: Span, builder: Builder): Expression {
  if (!text.includes('${') && !text.includes('%{'))
    return { kind: 'literal', value: text, from: span.from, to: span.to };
  const inner = createDiagnosticSink();
  const parsed = parseExpressionText(createSource(builder.source.fileName, `"${quoteLiteralParts(text)}"`), inner);
  for (const { summary, detail, hint } of inner.list) {
    builder.sink.add(diagnosticAt(builder.source, span, summary, detail, { hint }));
  }
  return parsed === undefined ? { kind: 'literal', value: '', from: span.from, to: span.to } : moveTo(parsed, span);
}

/** The inside of a quoted string that means the same as the text of a JSON template. */
export function quoteLiteralParts(text: string): string {
  let result = '';
  // What is open around this place: sequences, braces and the quoted strings in them.
  const open: ('code' | 'string')[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    const inside = open.at(-1);
    const opens = (character === '$' || character === '%') && text[at + 1] === '{' && text[at - 1] !== character;
    if (opens && inside !== 'code') {
      result += `${character}{`;
      at += 1;
      open.push('code');
    } else if (inside === undefined) {
      result +=
        character === '"' || character === '\\' || character < ' ' ? JSON.stringify(character).slice(1, -1) : character;
    } else {
      result += character;
      if (inside === 'string' && character === '\\') {
        at += 1;
        result += text[at] ?? '';
      } else if (character === '"' && inside === 'string') open.pop();
      else if (character === '"') open.push('string');
      else if (character === '{' && inside === 'code') open.push('code');
      else if (character === '}' && inside === 'code') open.pop();
    }
  }
  return result;
}

/** The same tree with every node at `span`. */
function moveTo<T>(node: T, span: Span): T {
  if (Array.isArray(node)) return node.map((item) => moveTo(item, span)) as T;
  if (typeof node !== 'object' || node === null) return node;
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === 'from' || key === 'to') result[key] = span[key];
    else result[key] = moveTo(value, span);
  }
  return result as T;
}
