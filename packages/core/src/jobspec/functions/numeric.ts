// Numbers.

import { family } from '../evaluate/function-table.ts';
import { normalizeNumber, toNumber, type Value, ValueError } from '../evaluate/value.ts';
import { integerArg, numberArg, textArg } from './arguments.ts';

/** Compares mixed numbers and bigints without loss. */
function pick(args: readonly Value[], better: (left: number | bigint, right: number | bigint) => boolean): Value {
  const numbers = args.map((arg) => toNumber(arg));
  return numbers.reduce((best, next) => (better(next, best) ? next : best));
}

/** Rounds with the given function; integers of any size stay as they are. */
function rounded(args: readonly Value[], round: (value: number) => number): Value {
  const [value] = args;
  return typeof value === 'bigint' ? value : round(numberArg(args, 0));
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
      const value = toNumber(args[0] ?? null);
      return value < 0 ? -value : value;
    },
  },
  ceil: { params: ['number'], doc: 'The next whole number up.', fn: (args) => rounded(args, Math.ceil) },
  floor: { params: ['number'], doc: 'The next whole number down.', fn: (args) => rounded(args, Math.floor) },
  log: {
    params: ['number', 'base'],
    doc: 'The logarithm of a number to a base.',
    fn: (args) => {
      const value = Math.log(numberArg(args, 0)) / Math.log(numberArg(args, 1));
      if (!Number.isFinite(value)) throw new ValueError('there is no such logarithm', 0);
      return normalizeNumber(value);
    },
  },
  max: { params: ['numbers...'], doc: 'The largest number.', fn: (args) => pick(some(args), (a, b) => a > b) },
  min: { params: ['numbers...'], doc: 'The smallest number.', fn: (args) => pick(some(args), (a, b) => a < b) },
  parseint: {
    params: ['text', 'base'],
    doc: 'The integer a text writes in a base from 2 to 62.',
    fn: (args) => {
      const text = textArg(args, 0);
      const base = integerArg(args, 1, 2, 62);
      const value = parseDigits(text, base);
      if (value === undefined) throw new ValueError(`"${text}" is no whole number in base ${base}`, 0);
      return normalizeNumber(value);
    },
  },
  pow: {
    params: ['number', 'power'],
    doc: 'A number raised to a power.',
    fn: (args) => {
      const value = numberArg(args, 0) ** numberArg(args, 1);
      if (!Number.isFinite(value)) throw new ValueError('the result is no finite number');
      return normalizeNumber(value);
    },
  },
  signum: { params: ['number'], doc: '−1, 0 or 1 by the sign.', fn: (args) => Math.sign(numberArg(args, 0)) },
});

function some(args: readonly Value[]): readonly Value[] {
  if (args.length === 0) throw new ValueError('it needs at least one number');
  return args;
}
