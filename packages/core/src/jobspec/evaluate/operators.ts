// Arithmetic, comparison and logic.

import type { BinaryOperator } from '../syntax/ast.ts';
import { add, compareNumbers, divide, multiply, negated, truncate } from './big-float.ts';
import { type NumberValue, toBool, toNumber, type Value, ValueError } from './value.ts';

/** All binary operators but `==`, `!=`, which take any values, and `&&`, `||`, whose operands are booleans. */
export function arithmetic(operator: BinaryOperator, left: Value, right: Value): Value {
  const a = toNumber(left);
  const b = toNumber(right);
  switch (operator) {
    case '<':
      return compareNumbers(a, b) < 0;
    case '<=':
      return compareNumbers(a, b) <= 0;
    case '>':
      return compareNumbers(a, b) > 0;
    case '>=':
      return compareNumbers(a, b) >= 0;
    case '+':
      return add(a, b);
    case '-':
      return add(a, negated(b));
    case '*':
      return multiply(a, b);
    case '/':
      if (b === 0) throw new ValueError('division by zero');
      return divide(a, b);
    default:
      return modulo(a, b);
  }
}

/** The rest has the sign of the left side. Nothing goes into zero, so that everything is left, as in the field. */
function modulo(a: NumberValue, b: NumberValue): NumberValue {
  if (b === 0) return a;
  return add(a, negated(multiply(b, truncate(divide(a, b)))));
}

export function negate(value: Value): Value {
  return negated(toNumber(value));
}

export function not(value: Value): boolean {
  return !toBool(value);
}
