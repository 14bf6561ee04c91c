// Templates -> text.

import type { Expression, Template, TemplatePart } from '../syntax/ast.ts';
import { diagnosticAt, LanguageError } from '../syntax/diagnostic.ts';
import { bind, type Scope } from './scope.ts';
import { describeValue, entriesOf, isPlain, toBool, toText, type Value, ValueError } from './value.ts';

type Evaluate = (node: Expression, scope: Scope) => Value;

/** A template that is one interpolation alone keeps the type of its value. */
export function evaluateTemplate(node: Template, scope: Scope, evaluate: Evaluate): Value {
  const only = node.parts.length === 1 ? node.parts[0] : undefined;
  if (only?.kind === 'value') return evaluate(only.expression, scope);
  return joinParts(node.parts, scope, evaluate);
}

function joinParts(parts: readonly TemplatePart[], scope: Scope, evaluate: Evaluate): string {
  let text = '';
  for (const part of parts) {
    const piece = partText(part, scope, evaluate);
    scope.budget.produce(piece.length);
    text += piece;
  }
  return text;
}

function partText(part: TemplatePart, scope: Scope, evaluate: Evaluate): string {
  scope.budget.step();
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'value': {
      const value = evaluate(part.expression, scope);
      if (isPlain(value)) return toText(value);
      return fail(scope, part.expression, `Cannot put ${describeValue(value)} into text.`);
    }
    case 'if': {
      const condition = checked(part.condition, scope, evaluate, toBool, 'expected true or false');
      return joinParts(condition ? part.whenTrue : part.whenFalse, scope, evaluate);
    }
    case 'for': {
      const entries = checked(part.collection, scope, evaluate, entriesOf, 'expected a list, set or object');
      let text = '';
      for (const [key, value] of entries) {
        let inner = bind(scope, part.valueName, value);
        if (part.keyName !== undefined) inner = bind(inner, part.keyName, key);
        text += joinParts(part.parts, inner, evaluate);
      }
      return text;
    }
  }
}

function checked<T>(node: Expression, scope: Scope, evaluate: Evaluate, convert: (value: Value) => T, what: string): T {
  const value = evaluate(node, scope);
  try {
    return convert(value);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return fail(scope, node, `This is ${describeValue(value)}, ${what}.`);
  }
}

function fail(scope: Scope, node: Expression, detail: string): never {
  throw new LanguageError(diagnosticAt(scope.source, node, 'Unsuitable value in a template', detail));
}
