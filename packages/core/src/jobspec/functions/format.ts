// `format`: verbs as in Go's fmt, as far as the language defines them.

import {
  describeValue,
  isList,
  isObject,
  SetValue,
  toBool,
  toNumber,
  toText,
  type Value,
  ValueError,
} from '../evaluate/value.ts';
import { encodeJson } from './json-text.ts';

/** Widest field and precision. */
const MAX_WIDTH = 10_000;
const VERB = /%(?:%|([-+# 0]*)(\d+)?(?:\.(\d+))?(?:\[(\d+)\])?([a-zA-Z]))/g;

interface Verb {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly letter: string;
}

export function formatText(format: string, values: readonly Value[]): string {
  let next = 0;
  let used = 0;
  const text = format.replace(
    VERB,
    (match, flags: string, width: string, precision: string, place: string, letter: string) => {
      if (match === '%%') return '%';
      const index = place === undefined ? next : Number(place) - 1;
      next = index + 1;
      used = Math.max(used, next);
      const value = values[index];
      if (value === undefined) throw new ValueError(`"${match}" has no value: ${values.length} are given`, 0);
      const verb = { flags, width: bounded(width) ?? 0, precision: bounded(precision), letter };
      return pad(formatValue(value, verb, index + 1), verb);
    },
  );
  if (/%(?![%a-zA-Z0-9.#+ [-])|%$/.test(format.replaceAll('%%', ''))) throw new ValueError('a "%" begins no verb', 0);
  if (used < values.length && values.length > 0)
    throw new ValueError(`there are ${values.length} values for ${used} verbs`, used + 1);
  return text;
}

function bounded(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (number > MAX_WIDTH) throw new ValueError(`${text} is wider than ${MAX_WIDTH}`, 0);
  return number;
}

function pad(text: string, verb: Verb): string {
  if (text.length >= verb.width) return text;
  if (verb.flags.includes('-')) return text.padEnd(verb.width);
  const isNumeric = 'bdoxXeEfgGt'.includes(verb.letter);
  if (!verb.flags.includes('0') || !isNumeric) return text.padStart(verb.width);
  const sign = /^[+-]/.test(text) ? text.slice(0, 1) : '';
  return sign + text.slice(sign.length).padStart(verb.width - sign.length, '0');
}

function formatValue(value: Value, verb: Verb, argument: number): string {
  const read = <T>(convert: (value: Value) => T): T => {
    try {
      return convert(value);
    } catch {
      throw new ValueError(`${describeValue(value)} does not fit %${verb.letter}`, argument);
    }
  };
  switch (verb.letter) {
    case 'v':
      return value === null || isList(value) || value instanceof SetValue || isObject(value)
        ? encodeJson(value)
        : toText(value);
    case 't':
      return String(read(toBool));
    case 's': {
      const text = read(toText);
      return verb.precision === undefined ? text : [...text].slice(0, verb.precision).join('');
    }
    case 'q':
      return JSON.stringify(read(toText));
    default:
      return formatNumber(read(toNumber), verb);
  }
}

function formatNumber(value: number | bigint, verb: Verb): string {
  const sign = value < 0 ? '-' : verb.flags.includes('+') ? '+' : verb.flags.includes(' ') ? ' ' : '';
  return sign + magnitude(value < 0 ? -value : value, verb);
}

const BASES: Record<string, number> = { b: 2, o: 8, x: 16, X: 16 };

function magnitude(value: number | bigint, verb: Verb): string {
  const { letter, precision } = verb;
  const base = BASES[letter];
  if (base !== undefined) {
    const digits = integer(value).toString(base);
    return letter === 'X' ? digits.toUpperCase() : digits;
  }
  switch (letter) {
    case 'd':
      return integer(value).toString();
    case 'f':
      return Number(value).toFixed(Math.min(100, precision ?? 6));
    case 'e':
    case 'E': {
      const text = Number(value)
        .toExponential(Math.min(100, precision ?? 6))
        .replace(/e([+-])(\d)$/, 'e$10$2');
      return letter === 'E' ? text.toUpperCase() : text;
    }
    case 'g':
    case 'G': {
      const text =
        precision === undefined ? String(value) : String(Number(Number(value).toPrecision(Math.max(1, precision))));
      return letter === 'G' ? text.toUpperCase() : text;
    }
    default:
      throw new ValueError(`there is no verb %${letter}`, 0);
  }
}

function integer(value: number | bigint): bigint {
  return typeof value === 'bigint' ? value : BigInt(Math.trunc(value));
}
