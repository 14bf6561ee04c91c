// Which names an expression refers to.

import type { Expression, Reference, TemplatePart } from '../syntax/ast.ts';

/** All references but those to loop variables of the expression itself. */
export function variablesIn(node: Expression): readonly Reference[] {
  const found: Reference[] = [];
  collect(node, new Set(), found);
  return found;
}

type Names = ReadonlySet<string>;

function collect(node: Expression, bound: Names, found: Reference[]): void {
  switch (node.kind) {
    case 'reference':
      if (!bound.has(node.root)) found.push(node);
      return;
    case 'for': {
      collect(node.collection, bound, found);
      const inner = within(bound, node);
      for (const part of [node.key, node.value, node.condition]) if (part !== undefined) collect(part, inner, found);
      return;
    }
    case 'template':
      collectParts(node.parts, bound, found);
      return;
    default:
      for (const child of children(node)) collect(child, bound, found);
  }
}

function within(bound: Names, loop: { readonly keyName?: string; readonly valueName: string }): Names {
  return new Set([...bound, loop.valueName, ...(loop.keyName === undefined ? [] : [loop.keyName])]);
}

function collectParts(parts: readonly TemplatePart[], bound: Names, found: Reference[]): void {
  for (const part of parts) {
    if (part.kind === 'value') collect(part.expression, bound, found);
    if (part.kind === 'if') {
      collect(part.condition, bound, found);
      collectParts([...part.whenTrue, ...part.whenFalse], bound, found);
    }
    if (part.kind === 'for') {
      collect(part.collection, bound, found);
      collectParts(part.parts, within(bound, part), found);
    }
  }
}

function children(node: Exclude<Expression, { kind: 'reference' | 'for' | 'template' }>): readonly Expression[] {
  switch (node.kind) {
    case 'attribute':
      return [node.object];
    case 'index':
      return [node.object, node.key];
    case 'splat':
      return [node.source, node.each];
    case 'unary':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'conditional':
      return [node.condition, node.whenTrue, node.whenFalse];
    case 'call':
      return node.args;
    case 'tuple':
      return node.items;
    case 'object':
      return node.items.flatMap((item) => [item.key, item.value]);
    default:
      return [];
  }
}
