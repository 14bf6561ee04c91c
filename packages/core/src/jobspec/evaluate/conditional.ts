// `condition ? a : b`. Both results get one type, so that the one that is not chosen is looked at too.

import type { Conditional, Expression } from '../syntax/ast.ts';
import { isRecoverable } from './budget.ts';
import { convertValue } from './convert.ts';
import { fail, runtimeHint } from './failure.ts';
import type { Scope } from './scope.ts';
import { type Type, typeText } from './type.ts';
import { typeOf } from './type-of.ts';
import { unify } from './unify.ts';
import { describeValue, toBool, type Value } from './value.ts';
import { weigh } from './weight.ts';

type Evaluate = (node: Expression, scope: Scope) => Value;

export function evaluateConditional(node: Conditional, scope: Scope, evaluate: Evaluate): Value {
  const condition = evaluate(node.condition, scope);
  let truth: boolean;
  try {
    truth = toBool(condition);
  } catch {
    const detail = `The condition is ${describeValue(condition)}, expected true or false.`;
    return fail(scope, node.condition, 'Unsuitable condition', detail, { hint: runtimeHint(condition) });
  }
  const chosen = evaluate(truth ? node.whenTrue : node.whenFalse, scope);
  const other = typeOfOther(truth ? node.whenFalse : node.whenTrue, scope, evaluate);
  if (chosen === null || other.kind === 'any') return chosen;
  scope.budget.step(weigh(chosen) >> 2);
  const type = unify([typeOf(chosen), other]);
  if (type !== undefined) return convertValue(chosen, type);
  const types = [typeText(typeOf(chosen)), typeText(other)];
  const [first, second] = truth ? types : types.toReversed();
  const span = { from: node.whenTrue.from, to: node.whenFalse.to };
  return fail(scope, span, 'Results of different types', `One result is ${first}, the other ${second}.`, {
    hint: 'both results of ?: have one type',
  });
}

/** The type of the result that is not chosen. What is wrong with it does not matter. */
function typeOfOther(node: Expression, scope: Scope, evaluate: Evaluate): Type {
  try {
    const value = evaluate(node, scope);
    scope.budget.step(weigh(value) >> 2);
    return typeOf(value);
  } catch (error) {
    if (isRecoverable(error)) return writtenType(node);
    throw error;
  }
}

/** The type that an expression has whatever its values are. */
function writtenType(node: Expression): Type {
  switch (node.kind) {
    case 'template':
      return node.parts.length === 1 && node.parts[0]?.kind === 'value' ? { kind: 'any' } : { kind: 'string' };
    case 'unary':
      return { kind: node.operator === '-' ? 'number' : 'bool' };
    case 'binary':
      return { kind: ['+', '-', '*', '/', '%'].includes(node.operator) ? 'number' : 'bool' };
    case 'conditional':
      return either(writtenType(node.whenTrue), writtenType(node.whenFalse));
    case 'literal':
      return typeOf(node.value);
    default:
      return { kind: 'any' };
  }
}

function either(left: Type, right: Type): Type {
  const isOpen = left.kind === 'any' || right.kind === 'any';
  return (isOpen ? undefined : unify([left, right])) ?? { kind: 'any' };
}
