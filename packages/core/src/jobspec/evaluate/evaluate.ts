// Expressions -> values.

import { assertNever } from '../../lib/assert.ts';
import { didYouMean } from '../../lib/nearest-name.ts';
import type { Expression, ForNode, Index, ObjectNode, Reference, Splat, TupleNode } from '../syntax/ast.ts';
import { type DiagnosticOptions, diagnosticAt, LanguageError } from '../syntax/diagnostic.ts';
import type { Span } from '../syntax/source.ts';
import { BudgetError } from './budget.ts';
import { callFunction } from './call.ts';
import { arithmetic, negate, not, unifyBranch } from './operators.ts';
import { bind, lookUp, type Scope } from './scope.ts';
import { evaluateTemplate } from './template.ts';
import {
  describeValue,
  entriesOf,
  isList,
  isNumber,
  isObject,
  SetValue,
  sameValue,
  toBool,
  toNumber,
  toText,
  type Value,
  ValueError,
} from './value.ts';

/** Evaluates an expression. Throws LanguageError with the place of what is wrong. */
export function evaluate(node: Expression, scope: Scope): Value {
  const { budget } = scope;
  try {
    budget.step();
    budget.enter();
  } catch (error) {
    throw asLanguageError(error, node, scope);
  }
  try {
    return evaluateNode(node, scope);
  } catch (error) {
    throw asLanguageError(error, node, scope);
  } finally {
    budget.leave();
  }
}

export function fail(scope: Scope, span: Span, summary: string, detail: string, options?: DiagnosticOptions): never {
  throw new LanguageError(diagnosticAt(scope.source, span, summary, detail, options));
}

function asLanguageError(error: unknown, node: Span, scope: Scope): unknown {
  if (error instanceof ValueError) {
    return new LanguageError(diagnosticAt(scope.source, node, 'Unsuitable value', sentence(error.message)));
  }
  if (error instanceof BudgetError) {
    return new LanguageError(diagnosticAt(scope.source, node, 'Evaluation limit reached', sentence(error.message)));
  }
  return error;
}

export function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function evaluateNode(node: Expression, scope: Scope): Value {
  switch (node.kind) {
    case 'literal':
      return node.value;
    case 'template':
      return evaluateTemplate(node, scope, evaluate);
    case 'reference':
      return evaluateReference(node, scope);
    case 'attribute':
      return member(evaluate(node.object, scope), node.name, node, scope);
    case 'index':
      return evaluateIndex(node, scope);
    case 'splat':
      return evaluateSplat(node, scope);
    case 'splat-item':
      return lookUp(scope, SPLAT_ITEM) ?? null;
    case 'unary':
      return operand(node.operand, scope, node.operator === '-' ? negate : not, node.operator);
    case 'binary':
      return evaluateBinary(node, scope);
    case 'conditional':
      return evaluateConditional(node, scope);
    case 'call':
      return callFunction(node, scope, evaluate);
    case 'tuple':
      return evaluateTuple(node, scope);
    case 'object':
      return evaluateObject(node, scope);
    case 'for':
      return evaluateFor(node, scope);
    default:
      return assertNever(node, 'expression');
  }
}

const SPLAT_ITEM = '*';

/** Applies `apply` to an operand and blames the operand for a value of the wrong kind. */
function operand(node: Expression, scope: Scope, apply: (value: Value) => Value, operator: string): Value {
  const value = evaluate(node, scope);
  try {
    return apply(value);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return fail(scope, node, 'Unsuitable operand', `${sentence(error.message)} The operator ${operator} needs one.`, {
      hint: runtimeHint(value),
    });
  }
}

/** Run-time references are text while the file is read; computing with them is a common mistake. */
function runtimeHint(value: Value): string | undefined {
  if (typeof value !== 'string' || !value.includes('${')) return undefined;
  return `${value} is known only when the task runs; only var and local can be computed with`;
}

function evaluateBinary(node: Extract<Expression, { kind: 'binary' }>, scope: Scope): Value {
  const { operator } = node;
  if (operator === '==' || operator === '!=') {
    const same = sameValue(evaluate(node.left, scope), evaluate(node.right, scope));
    return operator === '==' ? same : !same;
  }
  if (operator === '&&' || operator === '||') {
    const left = operand(node.left, scope, toBool, operator);
    const right = operand(node.right, scope, toBool, operator);
    return operator === '&&' ? left === true && right === true : left === true || right === true;
  }
  const left = operand(node.left, scope, toNumber, operator);
  const right = operand(node.right, scope, toNumber, operator);
  return arithmetic(operator, left, right);
}

function evaluateConditional(node: Extract<Expression, { kind: 'conditional' }>, scope: Scope): Value {
  const condition = evaluate(node.condition, scope);
  let truth: boolean;
  try {
    truth = toBool(condition);
  } catch {
    const detail = `The condition is ${describeValue(condition)}, expected true or false.`;
    return fail(scope, node.condition, 'Unsuitable condition', detail, { hint: runtimeHint(condition) });
  }
  const chosen = evaluate(truth ? node.whenTrue : node.whenFalse, scope);
  const other = truth ? node.whenFalse : node.whenTrue;
  return other.kind === 'literal' ? unifyBranch(chosen, other.value) : chosen;
}

function evaluateTuple(node: TupleNode, scope: Scope): Value {
  scope.budget.produce(node.items.length);
  return node.items.map((item) => evaluate(item, scope));
}

function evaluateObject(node: ObjectNode, scope: Scope): Value {
  const result = new Map<string, Value>();
  for (const item of node.items) {
    const key = keyText(evaluate(item.key, scope), item.key, scope);
    scope.budget.produce(key.length + 1);
    result.set(key, evaluate(item.value, scope));
  }
  return result;
}

function keyText(value: Value, node: Span, scope: Scope): string {
  if (value === null || typeof value === 'object') {
    return fail(scope, node, 'Unsuitable key', `A key is text; this is ${describeValue(value)}.`);
  }
  return toText(value);
}

function evaluateFor(node: ForNode, scope: Scope): Value {
  const collection = evaluate(node.collection, scope);
  let entries: readonly (readonly [Value, Value])[];
  try {
    entries = entriesOf(collection);
  } catch {
    const detail = `Cannot go through ${describeValue(collection)}; expected a list, set or object.`;
    return fail(scope, node.collection, 'Unsuitable collection', detail, { hint: runtimeHint(collection) });
  }
  const list: Value[] = [];
  const object = new Map<string, Value>();
  for (const [key, value] of entries) {
    scope.budget.step();
    let inner = bind(scope, node.valueName, value);
    if (node.keyName !== undefined) inner = bind(inner, node.keyName, key);
    if (node.condition !== undefined && operand(node.condition, inner, toBool, 'if') !== true) continue;
    scope.budget.produce(1);
    const result = evaluate(node.value, inner);
    if (node.key === undefined) list.push(result);
    else addToObject(object, node, node.key, result, inner);
  }
  return node.result === 'tuple' ? list : object;
}

function addToObject(object: Map<string, Value>, node: ForNode, keyNode: Expression, value: Value, scope: Scope): void {
  const key = keyText(evaluate(keyNode, scope), keyNode, scope);
  const existing = object.get(key);
  if (node.grouped) {
    object.set(key, existing === undefined ? [value] : [...(existing as readonly Value[]), value]);
    return;
  }
  if (existing !== undefined) {
    const detail = `Two elements have the key "${key}".`;
    fail(scope, keyNode, 'Duplicate key', detail, { hint: 'write "..." after the value to gather them in a list' });
  }
  object.set(key, value);
}

function evaluateSplat(node: Splat, scope: Scope): Value {
  const source = evaluate(node.source, scope);
  if (source === null) return [];
  const items = isList(source) ? source : source instanceof SetValue ? source.items : [source];
  scope.budget.produce(items.length);
  return items.map((item) => evaluate(node.each, bind(scope, SPLAT_ITEM, item)));
}

function evaluateIndex(node: Index, scope: Scope): Value {
  const object = evaluate(node.object, scope);
  return member(object, evaluate(node.key, scope), node.key, scope);
}

/** `object[key]` and `object.key`. */
function member(object: Value, key: Value, span: Span, scope: Scope): Value {
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
  if (typeof key !== 'string' && !isNumber(key)) return undefined;
  const index = Number(key);
  return Number.isInteger(index) && index >= 0 && key !== '' ? index : undefined;
}

function evaluateReference(node: Reference, scope: Scope): Value {
  const bound = lookUp(scope, node.root);
  if (bound !== undefined) return steps(bound, node, 0, scope);
  const root = scope.roots.get(node.root);
  if (root !== undefined) {
    const first = node.steps[0];
    if (first === undefined) {
      return fail(scope, node, 'Incomplete reference', `A name must follow "${node.root}.".`);
    }
    const name = String(first.key);
    const value = root.get(name);
    if (value !== undefined) return steps(value, node, 1, scope);
    const what = node.root === 'var' ? 'variable' : 'local';
    const detail = `There is no ${what} "${name}" in this file.`;
    const declare = what === 'variable' ? `declare it: variable "${name}" {}` : 'define it in a locals block';
    return fail(scope, node, `Unknown ${what}`, detail, { hint: didYouMean(name, root.names()) ?? declare });
  }
  if (scope.keepUnknown) return runtimeText(node);
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

/** The literal text of a reference that is resolved on the node: `${attr.kernel.name}`, `${env["HOME"]}`. */
export function runtimeText(node: Reference): string {
  let text = node.root;
  for (const { key, form } of node.steps) {
    if (form === 'attribute') text += `.${key}`;
    else text += typeof key === 'string' ? `["${key}"]` : `[${key}]`;
  }
  return `\${${text}}`;
}
