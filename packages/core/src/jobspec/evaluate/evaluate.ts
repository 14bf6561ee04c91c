// Expressions -> values.

import { assertNever } from '../../lib/assert.ts';
import type { Expression, ForNode, Index, Literal, ObjectNode, Splat, TupleNode } from '../syntax/ast.ts';
import { diagnosticAt, LanguageError } from '../syntax/diagnostic.ts';
import type { Span } from '../syntax/source.ts';
import { NumberLimitError, parseNumber } from './big-float.ts';
import { BudgetError, LIMIT_REACHED } from './budget.ts';
import { callFunction } from './call.ts';
import { evaluateConditional } from './conditional.ts';
import { fail, runtimeHint, sentence } from './failure.ts';
import { arithmetic, negate, not } from './operators.ts';
import { evaluateReference, keyText, member } from './reference.ts';
import { sameValue } from './same-value.ts';
import { bind, lookUp, type Scope } from './scope.ts';
import { evaluateTemplate } from './template.ts';
import { typeOf } from './type-of.ts';
import {
  describeValue,
  entriesOf,
  isList,
  ListValue,
  SetValue,
  toBool,
  toNumber,
  type Value,
  ValueError,
} from './value.ts';
import { weigh } from './weight.ts';

/** Evaluates an expression. Throws LanguageError with the place of what is wrong. */
export function evaluate(node: Expression, scope: Scope): Value {
  const { budget } = scope;
  try {
    budget.step();
    // Most values are literals: they nest nothing and need no weighing.
    if (node.kind === 'literal') return literal(node, scope);
    budget.enter();
  } catch (error) {
    throw asLanguageError(error, node, scope);
  }
  try {
    const value = evaluateNode(node, scope);
    // Parts may be shared, so that a short text can mean a value that is too large to be written out.
    if (typeof value === 'object') weigh(value);
    return value;
  } catch (error) {
    throw asLanguageError(error, node, scope);
  } finally {
    budget.leave();
  }
}

function asLanguageError(error: unknown, node: Span, scope: Scope): unknown {
  if (error instanceof ValueError || error instanceof NumberLimitError) {
    return new LanguageError(diagnosticAt(scope.source, node, 'Unsuitable value', sentence(error.message)));
  }
  if (error instanceof BudgetError) {
    return new LanguageError(diagnosticAt(scope.source, node, LIMIT_REACHED, sentence(error.message)));
  }
  return error;
}

function evaluateNode(node: Expression, scope: Scope): Value {
  switch (node.kind) {
    case 'literal':
      return literal(node, scope);
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
      return evaluateConditional(node, scope, evaluate);
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

function evaluateBinary(node: Extract<Expression, { kind: 'binary' }>, scope: Scope): Value {
  const { operator } = node;
  if (operator === '==' || operator === '!=') {
    const left = evaluate(node.left, scope);
    const right = evaluate(node.right, scope);
    scope.budget.step((weigh(left) + weigh(right)) >> 4);
    const same = sameValue(left, right);
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

/** Digits that a double has lost are read from the source again. */
function literal(node: Literal, scope: Scope): Value {
  const { value } = node;
  if (typeof value !== 'number' || (Number.isSafeInteger(value) && node.to - node.from < 16)) return value;
  const written = parseNumber(scope.source.text.slice(node.from, node.to)) ?? parseNumber(String(value));
  return written ?? fail(scope, node, 'Unsuitable value', 'This is no number that can be kept.');
}

function evaluateTuple(node: TupleNode, scope: Scope): Value {
  scope.budget.produce(node.items.length);
  const { items } = node;
  const values: Value[] = new Array<Value>(items.length);
  for (let index = 0; index < items.length; index += 1) values[index] = evaluate(items[index] as Expression, scope);
  return values;
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
  const groups = new Map<string, Value[]>();
  for (const [key, value] of entries) {
    scope.budget.step();
    let inner = bind(scope, node.valueName, value);
    if (node.keyName !== undefined) inner = bind(inner, node.keyName, key);
    if (node.condition !== undefined && operand(node.condition, inner, toBool, 'if') !== true) continue;
    scope.budget.produce(1);
    if (node.key === undefined) {
      list.push(evaluate(node.value, inner));
      continue;
    }
    const name = keyText(evaluate(node.key, inner), node.key, inner);
    const result = evaluate(node.value, inner);
    if (!node.grouped) addMember(object, name, result, node.key, scope);
    else if (groups.has(name)) groups.get(name)?.push(result);
    else groups.set(name, [result]);
  }
  if (node.result === 'tuple') return list;
  return node.grouped ? groups : object;
}

function addMember(object: Map<string, Value>, key: string, value: Value, keyNode: Expression, scope: Scope): void {
  if (object.has(key)) {
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
  const results = items.map((item) => evaluate(node.each, bind(scope, SPLAT_ITEM, item)));
  const isCollection = source instanceof ListValue || source instanceof SetValue;
  return isCollection ? ListValue.make(results, typeOf(results[0] ?? null)) : results;
}

function evaluateIndex(node: Index, scope: Scope): Value {
  const object = evaluate(node.object, scope);
  return member(object, evaluate(node.key, scope), node.key, scope);
}
