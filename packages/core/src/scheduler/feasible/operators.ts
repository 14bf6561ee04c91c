// The comparison operators of constraints and affinities, one entry each.

import { assertNever } from '../../lib/assert.ts';
import { compilePattern as compile, type Pattern, PatternError } from '../../lib/pattern.ts';
import type { ConstraintOperator } from '../../model/constraint.ts';
import { compileVersionConstraint, parseVersion } from './version.ts';

/** Left value of a node against the right one; an absent value is `undefined`. */
export type OperatorTest = (left: string | undefined, right: string | undefined) => boolean;

/** Operators that look at one node alone. The `distinct_` ones need the whole job and are checks of their own. */
export type NodeOperator = Exclude<ConstraintOperator, 'distinct_hosts' | 'distinct_property'>;

export function isNodeOperator(operator: ConstraintOperator): operator is NodeOperator {
  return operator !== 'distinct_hosts' && operator !== 'distinct_property';
}

/**
 * Compiles an operator; patterns and version constraints are parsed once for each distinct right side.
 * An absent left value fails every operator except `!=` and `is_not_set`.
 */
export function compileOperator(operator: NodeOperator): OperatorTest {
  switch (operator) {
    case '=':
      return (left, right) => left !== undefined && left === right;
    case '!=':
      return (left, right) => left !== right;
    case '<':
    case '<=':
    case '>':
    case '>=':
      return (left, right) => left !== undefined && right !== undefined && isInOrder(operator, left, right);
    case 'version':
    case 'semver':
      return versionTest(operator);
    case 'regexp':
      return regexpTest();
    case 'set_contains':
      return (left, right) => left !== undefined && right !== undefined && containsAll(left, right);
    case 'set_contains_any':
      return (left, right) => left !== undefined && right !== undefined && containsAny(left, right);
    case 'is_set':
      return (left) => left !== undefined;
    case 'is_not_set':
      return (left) => left === undefined;
    default:
      return assertNever(operator, 'constraint operator');
  }
}

/** Whole numbers, else decimal numbers, else by characters. */
function isInOrder(operator: '<' | '<=' | '>' | '>=', left: string, right: string): boolean {
  const order = compareValues(left, right);
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function compareValues(left: string, right: string): number {
  if (/^[+-]?\d+$/.test(left) && /^[+-]?\d+$/.test(right)) {
    const difference = BigInt(left.replace('+', '')) - BigInt(right.replace('+', ''));
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }
  const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
  if (number.test(left) && number.test(right)) return Math.sign(Number(left) - Number(right));
  return left < right ? -1 : left > right ? 1 : 0;
}

function versionTest(form: 'version' | 'semver'): OperatorTest {
  const compiled = memoize((text: string) => compileVersionConstraint(text, form));
  const parsed = memoize((text: string) => parseVersion(text, form));
  return (left, right) => {
    if (left === undefined || right === undefined) return false;
    const version = parsed(left);
    return version !== undefined && (compiled(right)?.(version) ?? false);
  };
}

function regexpTest(): OperatorTest {
  const compiled = memoize(compilePattern);
  return (left, right) => left !== undefined && right !== undefined && matches(compiled(right), left);
}

/** A text that is too long for a large pattern does not match. */
function matches(pattern: Pattern | undefined, text: string): boolean {
  try {
    return pattern?.test(text) ?? false;
  } catch (error) {
    if (error instanceof PatternError) return false;
    throw error;
  }
}

/** A pattern in Go's syntax. `undefined` when it is none. */
export function compilePattern(source: string): Pattern | undefined {
  try {
    return compile(source);
  } catch (error) {
    if (error instanceof PatternError) return undefined;
    throw error;
  }
}

function members(text: string): string[] {
  return text.split(',').map((member) => member.trim());
}

function containsAll(left: string, right: string): boolean {
  const has = new Set(members(left));
  return members(right).every((member) => has.has(member));
}

function containsAny(left: string, right: string): boolean {
  const has = new Set(members(left));
  return members(right).some((member) => has.has(member));
}

function memoize<Value>(compute: (key: string) => Value): (key: string) => Value {
  const known = new Map<string, Value>();
  return (key) => {
    if (known.has(key)) return known.get(key) as Value;
    const value = compute(key);
    known.set(key, value);
    return value;
  };
}
