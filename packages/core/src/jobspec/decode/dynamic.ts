// `dynamic "type" { for_each, iterator, labels, content { … } }`: blocks made from a collection.

import { didYouMean } from '../../lib/nearest-name.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { runtimeHint } from '../evaluate/failure.ts';
import { bind, type Scope } from '../evaluate/scope.ts';
import { describeValue, entriesOf, isList, isPlain, SetValue, toItems, toText, type Value } from '../evaluate/value.ts';
import type { Block, Expression, Label } from '../syntax/ast.ts';
import { diagnosticAt, LanguageError } from '../syntax/diagnostic.ts';
import type { Span } from '../syntax/source.ts';
import type { Decoder } from './decoder.ts';

/** The blocks of a body, each `dynamic` replaced by what it makes. */
export class ExpandedBlocks {
  readonly blocks: readonly Block[];
  private readonly scope: Scope;
  /** By the index of the block; absent where nothing is dynamic, as in nearly all bodies. */
  private readonly scopes: readonly Scope[] | undefined;

  constructor(blocks: readonly Block[], scope: Scope, scopes: readonly Scope[] | undefined) {
    this.blocks = blocks;
    this.scope = scope;
    this.scopes = scopes;
  }

  /** The scope that the body of a block is evaluated in. */
  scopeOf(index: number): Scope {
    return this.scopes?.[index] ?? this.scope;
  }
}

const ATTRIBUTES = ['for_each', 'iterator', 'labels'];

/** The blocks in order. Errors are reported and the block is left out. */
export function expandBlocks(blocks: readonly Block[], scope: Scope, decoder: Decoder): ExpandedBlocks {
  let isDynamic = false;
  for (const block of blocks) if (block.type === 'dynamic') isDynamic = true;
  if (!isDynamic) return new ExpandedBlocks(blocks, scope, undefined);
  const result: Result = { blocks: [], scopes: [] };
  for (const block of blocks) {
    if (block.type !== 'dynamic') {
      result.blocks.push(block);
      result.scopes.push(scope);
      continue;
    }
    try {
      expand(block, scope, result);
    } catch (error) {
      if (!(error instanceof LanguageError)) throw error;
      decoder.sink.add(error.diagnostic);
    }
  }
  return new ExpandedBlocks(result.blocks, scope, result.scopes);
}

interface Result {
  readonly blocks: Block[];
  readonly scopes: Scope[];
}

function fail(scope: Scope, span: Span, detail: string, hint?: string): never {
  throw new LanguageError(diagnosticAt(scope.source, span, 'Invalid dynamic block', detail, { hint }));
}

function expand(block: Block, scope: Scope, result: Result): void {
  const [label, second] = block.labels;
  if (label === undefined) {
    fail(scope, block.typeSpan, 'It needs the type of the blocks as label.', 'write dynamic "port" { … }');
  }
  if (second !== undefined) {
    fail(scope, second, 'It has one label, the type of the blocks.', 'names of the blocks are given by labels = […]');
  }
  const attribute = (name: string) => block.body.attributes.find((item) => item.name === name);
  const unknown = block.body.attributes.find((item) => !ATTRIBUTES.includes(item.name));
  if (unknown !== undefined) {
    const hint = didYouMean(unknown.name, ATTRIBUTES) ?? `what the blocks consist of stands in content { … }`;
    fail(scope, unknown.nameSpan, `It has no attribute "${unknown.name}".`, hint);
  }
  const each = attribute('for_each');
  if (each === undefined) fail(scope, block.typeSpan, 'It needs for_each, a list, set or object.', 'add for_each = …');
  const content = contentOf(block, scope);
  const iterator = iteratorName(attribute('iterator')?.value, label.text, scope);
  const entries = readEntries(evaluate(each.value, scope), each.value, scope);
  const labelsNode = attribute('labels')?.value;
  scope.budget.produce(entries.length);
  for (const [key, value] of entries) {
    scope.budget.step();
    const inner = bind(
      scope,
      iterator,
      new Map<string, Value>([
        ['key', key],
        ['value', value],
      ]),
    );
    const labels = labelsNode === undefined ? [] : readLabels(labelsNode, inner);
    result.blocks.push({
      type: label.text,
      typeSpan: label,
      labels,
      body: content.body,
      from: content.from,
      to: content.to,
    });
    result.scopes.push(inner);
  }
}

function contentOf(block: Block, scope: Scope): Block {
  const contents = block.body.blocks.filter((item) => item.type === 'content');
  const [content, second] = contents;
  const other = block.body.blocks.find((item) => item.type !== 'content');
  if (other !== undefined) {
    fail(scope, other.typeSpan, `It has no block "${other.type}".`, `move it into content { … }`);
  }
  if (content === undefined) fail(scope, block.typeSpan, 'It needs a content block.', 'add content { … }');
  if (second !== undefined) fail(scope, second.typeSpan, 'It has one content block; this is the second.', 'remove one');
  const [label] = content.labels;
  if (label !== undefined) fail(scope, label, 'content has no label.', 'names of the blocks are given by labels = […]');
  return content;
}

function readEntries(collection: Value, span: Span, scope: Scope): ReturnType<typeof entriesOf> {
  try {
    return entriesOf(collection);
  } catch {
    const detail = `for_each is ${describeValue(collection)}; expected a list, set or object.`;
    return fail(scope, span, detail, runtimeHint(collection));
  }
}

function iteratorName(node: Expression | undefined, fallback: string, scope: Scope): string {
  if (node === undefined) return fallback;
  if (node.kind === 'reference' && node.steps.length === 0) return node.root;
  const isJson = scope.source.text.trimStart().startsWith('{');
  if (isJson && node.kind === 'literal' && typeof node.value === 'string') return node.value;
  return fail(scope, node, 'iterator is a plain name.', 'write it without quotes: iterator = each');
}

function readLabels(node: Expression, scope: Scope): Label[] {
  const value = evaluate(node, scope);
  const places = node.kind === 'tuple' ? node.items : [];
  const expected = 'labels is a list of texts';
  if (!isList(value) && !(value instanceof SetValue)) {
    return fail(scope, node, `${expected}; this is ${describeValue(value)}.`, 'put it in brackets: labels = […]');
  }
  return toItems(value).map((item, index) => {
    const { from, to } = places[index] ?? node;
    if (!isPlain(item)) return fail(scope, { from, to }, `${expected}; this one is ${describeValue(item)}.`);
    return { text: toText(item), from, to };
  });
}
