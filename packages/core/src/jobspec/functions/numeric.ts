// Numbers.

import { add, BigFloat, compareNumbers, fromDouble, negated, truncate } from '../evaluate/big-float.ts';
import { family } from '../evaluate/function-table.ts';
import { type NumberValue, type Value, ValueError } from '../evaluate/value.ts';
import { blame, doubleArg, integerArg, numberArg } from './arguments.ts';

function pick(args: readonly Value[], sign: 1 | -1): Value {
  if (args.length === 0) throw new ValueError('it needs at least one number');
  let best = numberArg(args, 0);
  for (let index = 1; index < args.length; index += 1) {
    const next = numberArg(args, index);
    if (compareNumbers(next, best) * sign > 0) best = next;
  }
  return best;
}

/** The whole number next to a number: above it for 1, below it for -1. */
function rounded(value: NumberValue, direction: 1 | -1): NumberValue {
  if (!(value instanceof BigFloat)) return value;
  const whole = truncate(value);
  return compareNumbers(value, whole) * direction > 0 ? add(whole, direction) : whole;
}

function finite(value: number): NumberValue {
  if (!Number.isFinite(value)) throw new ValueError('the result is no finite number');
  return fromDouble(value);
}

/** Digits of an integer in a base from 2 to 62: 0-9, a-z, A-Z, as Go's big integers write them. */
function parseDigits(text: string, base: number): bigint | undefined {
  const negative = text.startsWith('-');
  const digits = negative || text.startsWith('+') ? text.slice(1) : text;
  if (digits === '' || digits.length > 512) return undefined;
  let value = 0n;
  for (const digit of digits) {
    const code = digit.charCodeAt(0);
    let worth = 99;
    if (code >= 48 && code <= 57) worth = code - 48;
    else if (code >= 97 && code <= 122) worth = code - 87;
    else if (code >= 65 && code <= 90) worth = base <= 36 ? code - 55 : code - 29;
    if (worth >= base) return undefined;
    value = value * BigInt(base) + BigInt(worth);
  }
  return negative ? -value : value;
}

export const numericFunctions = family({
  abs: {
    params: ['number'],
    doc: 'The number without its sign.',
    fn: (args) => {
      const value = numberArg(args, 0);
      return compareNumbers(value, 0) < 0 ? negated(value) : value;
    },
  },
  ceil: { params: ['number'], doc: 'The next whole number up.', fn: (args) => rounded(numberArg(args, 0), 1) },
  floor: { params: ['number'], doc: 'The next whole number down.', fn: (args) => rounded(numberArg(args, 0), -1) },
  log: {
    params: ['number', 'base'],
    doc: 'The logarithm of a number to a base.',
    fn: (args) => finite(Math.log(doubleArg(args, 0)) / Math.log(doubleArg(args, 1))),
  },
  max: { params: ['numbers...'], doc: 'The largest number.', fn: (args) => pick(args, 1) },
  min: { params: ['numbers...'], doc: 'The smallest number.', fn: (args) => pick(args, -1) },
  parseint: {
    params: ['text', 'base'],
    doc: 'The integer a text writes in a base from 2 to 62.',
    fn: (args) => {
      const [text] = args;
      if (typeof text !== 'string') throw new ValueError('it must be text', 0);
      const base = integerArg(args, 1, 2, 62);
      const value = parseDigits(text, base);
      if (value === undefined) throw new ValueError(`"${text}" is no whole number in base ${base}`, 0);
      return blame(0, () => add(value, 0));
    },
  },
  pow: {
    params: ['number', 'power'],
    doc: 'A number raised to a power.',
    fn: (args) => finite(doubleArg(args, 0) ** doubleArg(args, 1)),
  },
  signum: {
    params: ['number'],
    doc: '−1, 0 or 1 by the sign.',
    fn: (args) => Math.sign(compareNumbers(numberArg(args, 0), 0)),
  },
});
