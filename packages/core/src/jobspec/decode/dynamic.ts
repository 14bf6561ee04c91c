// `dynamic "type" { for_each, iterator, labels, content { … } }`: blocks made from a collection.

import { evaluate } from '../evaluate/evaluate.ts';
import { bind, type Scope } from '../evaluate/scope.ts';
import { describeValue, entriesOf, toItems, toText, type Value } from '../evaluate/value.ts';
import type { Block, Label } from '../syntax/ast.ts';
import { diagnosticAt, LanguageError } from '../syntax/diagnostic.ts';
import type { Span } from '../syntax/source.ts';
import type { Decoder } from './block.ts';

/** A block with the scope its body is evaluated in. */
export interface ExpandedBlock {
  readonly block: Block;
  readonly scope: Scope;
}

const ATTRIBUTES = ['for_each', 'iterator', 'labels'];

/** The blocks in order, each `dynamic` replaced by what it makes. Errors are reported and the block is left out. */
export function expandBlocks(blocks: readonly Block[], scope: Scope, decoder: Decoder): ExpandedBlock[] {
  const result: ExpandedBlock[] = [];
  for (const block of blocks) {
    if (block.type !== 'dynamic') {
      result.push({ block, scope });
      continue;
    }
    try {
      expand(block, scope, result);
    } catch (error) {
      if (!(error instanceof LanguageError)) throw error;
      decoder.sink.add(error.diagnostic);
    }
  }
  return result;
}

function fail(scope: Scope, span: Span, detail: string, hint?: string): never {
  throw new LanguageError(diagnosticAt(scope.source, span, 'Invalid dynamic block', detail, { hint }));
}

function expand(block: Block, scope: Scope, result: ExpandedBlock[]): void {
  const [label] = block.labels;
  const attribute = (name: string) => block.body.attributes.find((item) => item.name === name);
  const content = block.body.blocks.find((item) => item.type === 'content');
  const each = attribute('for_each');
  if (label === undefined)
    fail(scope, block.typeSpan, 'It needs the type of the blocks as label.', 'dynamic "port" { … }');
  if (each === undefined) fail(scope, block.typeSpan, 'It needs for_each, a list, set or object.');
  if (content === undefined) fail(scope, block.typeSpan, 'It needs a content block.');
  const unknown = block.body.attributes.find((item) => !ATTRIBUTES.includes(item.name));
  if (unknown !== undefined) fail(scope, unknown.nameSpan, `It has no attribute "${unknown.name}".`);
  const iterator = iteratorName(attribute('iterator')?.value, label.text, scope);
  const entries = readEntries(evaluate(each.value, scope), each.value, scope);
  const labelsNode = attribute('labels')?.value;
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
    const labels = labelsNode === undefined ? [] : readLabels(evaluate(labelsNode, inner), labelsNode, inner);
    result.push({ block: { ...content, type: label.text, typeSpan: label, labels }, scope: inner });
  }
}

function readEntries(collection: Value, span: Span, scope: Scope): ReturnType<typeof entriesOf> {
  try {
    return entriesOf(collection);
  } catch {
    return fail(scope, span, `for_each is ${describeValue(collection)}; expected a list, set or object.`);
  }
}

function iteratorName(
  node: Block['body']['attributes'][number]['value'] | undefined,
  fallback: string,
  scope: Scope,
): string {
  if (node === undefined) return fallback;
  if (node.kind === 'reference' && node.steps.length === 0) return node.root;
  return fail(scope, node, 'iterator is a plain name.');
}

function readLabels(value: Value, span: Span, scope: Scope): Label[] {
  try {
    return toItems(value).map((item) => ({ text: toText(item), from: span.from, to: span.to }));
  } catch {
    return fail(scope, span, 'labels is a list of texts.');
  }
}
