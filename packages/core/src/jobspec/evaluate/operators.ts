// Arithmetic, comparison and logic.

import type { BinaryOperator, NumberValue } from '../syntax/ast.ts';
import { isNumber, normalizeNumber, toBool, toNumber, type Value, ValueError } from './value.ts';

/** All binary operators but `==`, `!=`, which take any values, and `&&`, `||`, whose operands are booleans. */
export function arithmetic(operator: BinaryOperator, left: Value, right: Value): Value {
  const a = toNumber(left);
  const b = toNumber(right);
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      return normalizeNumber(compute(operator, a, b));
  }
}

function compute(operator: BinaryOperator, a: NumberValue, b: NumberValue): NumberValue {
  const exact = exactIntegers(a, b);
  if ((operator === '/' || operator === '%') && Number(b) === 0) throw new ValueError('division by zero');
  switch (operator) {
    case '+':
      return exact ? exact[0] + exact[1] : Number(a) + Number(b);
    case '-':
      return exact ? exact[0] - exact[1] : Number(a) - Number(b);
    case '*':
      return exact ? exact[0] * exact[1] : Number(a) * Number(b);
    case '/':
      if (exact && exact[0] % exact[1] === 0n) return exact[0] / exact[1];
      return Number(a) / Number(b);
    default:
      return exact ? exact[0] % exact[1] : Number(a) % Number(b);
  }
}

/** Both as bigints when they are integers of which one is large enough that doubles would lose digits. */
function exactIntegers(a: NumberValue, b: NumberValue): readonly [bigint, bigint] | undefined {
  const isInteger = (value: NumberValue) => typeof value === 'bigint' || Number.isSafeInteger(value);
  if (!isInteger(a) || !isInteger(b)) return undefined;
  const isSmall = (value: NumberValue) => typeof value === 'number' && Math.abs(value) < 94_906_265;
  if (isSmall(a) && isSmall(b)) return undefined;
  return [BigInt(a), BigInt(b)];
}

export function negate(value: Value): Value {
  const number = toNumber(value);
  return normalizeNumber(typeof number === 'bigint' ? -number : -number);
}

export function not(value: Value): boolean {
  return !toBool(value);
}

/** Both branches of a conditional get one type: text wins over numbers and booleans, as HCL unifies them. */
export function unifyBranch(chosen: Value, other: Value): Value {
  const isPlain = (value: Value) => isNumber(value) || typeof value === 'boolean';
  if (isPlain(chosen) && typeof other === 'string') return isNumber(chosen) ? String(chosen) : String(chosen);
  if (isNumber(chosen) && typeof other === 'boolean') return String(chosen);
  if (typeof chosen === 'boolean' && isNumber(other)) return String(chosen);
  return chosen;
}
