// References and members: `var.a`, `local.list[0]`, `each.value.name`.

import { didYouMean } from '../../lib/nearest-name.ts';
import type { Reference } from '../syntax/ast.ts';
import type { Span } from '../syntax/source.ts';
import { fail, runtimeHint, sentence } from './failure.ts';
import { runtimeText } from './runtime-reference.ts';
import { lookUp, type Scope } from './scope.ts';
import { describeValue, isList, isObject, isPlain, toNumber, toText, type Value } from './value.ts';

export function keyText(value: Value, node: Span, scope: Scope): string {
  if (!isPlain(value)) {
    return fail(scope, node, 'Unsuitable key', `A key is text; this is ${describeValue(value)}.`);
  }
  return toText(value);
}

/** `object[key]` and `object.key`. */
export function member(object: Value, key: Value, span: Span, scope: Scope): Value {
  if (object === null) return fail(scope, span, 'Null has no members', 'This value is null.');
  if (isList(object)) {
    const index = listIndex(key);
    if (index === undefined) {
      const detail = `A list is indexed by a whole number, not by ${describeValue(key)}.`;
      return fail(scope, span, 'Unsuitable index', detail);
    }
    const item = object[index];
    if (item !== undefined) return item;
    return fail(
      scope,
      span,
      'Index out of range',
      `The list has ${object.length} elements, there is no index ${index}.`,
    );
  }
  if (typeof object === 'object' && isObject(object)) {
    const name = keyText(key, span, scope);
    const value = object.get(name);
    if (value !== undefined) return value;
    return fail(scope, span, 'Unknown member', `This object has no member "${name}".`, {
      hint: didYouMean(name, object.keys()),
    });
  }
  const detail = `${sentence(`${describeValue(object)} has no members`)}`;
  return fail(scope, span, 'Value has no members', detail, { hint: runtimeHint(object) });
}

function listIndex(key: Value): number | undefined {
  if (typeof key !== 'string' && typeof key !== 'number') return undefined;
  try {
    const index = toNumber(key);
    return typeof index === 'number' && Number.isInteger(index) && index >= 0 ? index : undefined;
  } catch {
    return undefined;
  }
}

export function evaluateReference(node: Reference, scope: Scope): Value {
  const bound = lookUp(scope, node.root);
  if (bound !== undefined) return steps(bound, node, 0, scope);
  const root = scope.roots.get(node.root);
  if (root !== undefined) {
    const first = node.steps[0];
    if (first === undefined) return new Map(root.names().map((name) => [name, root.get(name) ?? null]));
    const name = String(first.key);
    const value = root.get(name);
    if (value !== undefined) return steps(value, node, 1, scope);
    const what = node.root === 'var' ? 'variable' : 'local';
    const detail = `There is no ${what} "${name}" in this file.`;
    const declare = what === 'variable' ? `declare it: variable "${name}" {}` : 'define it in a locals block';
    return fail(scope, node, `Unknown ${what}`, detail, { hint: didYouMean(name, root.names()) ?? declare });
  }
  if (scope.keepUnknown) {
    const text = runtimeText(node, scope.source.text);
    if (text !== undefined) {
      scope.onKept?.(node, scope.source);
      return text;
    }
    return fail(
      scope,
      node,
      'Value has no members',
      `Members of a reference in parentheses cannot be had: it is text.`,
      {
        hint: 'write it without the parentheses',
      },
    );
  }
  const detail = `"${node.root}" means nothing here.`;
  return fail(scope, node, 'Unknown name', detail, { hint: 'put text in double quotes' });
}

function steps(value: Value, node: Reference, from: number, scope: Scope): Value {
  let result = value;
  for (let index = from; index < node.steps.length; index += 1) {
    const step = node.steps[index];
    if (step !== undefined) result = member(result, step.key, step, scope);
  }
  return result;
}
