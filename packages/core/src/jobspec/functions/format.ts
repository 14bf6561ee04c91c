// `format`: verbs as in C, as far as the language defines them.

import { compareNumbers, type NumberValue, negated } from '../evaluate/big-float.ts';
import { describeValue, isNumber, toBool, toNumber, toText, type Value, ValueError } from '../evaluate/value.ts';
import { characterCount, characters } from './characters.ts';
import { exponentText, fixedText, generalText } from './decimal-text.ts';
import { encodeJson } from './json-text.ts';

/** Widest field and precision. */
const MAX_WIDTH = 10_000;
const VERB = /%(?:%|([-+# 0]*)([1-9]\d*)?(\.\d*)?(?:\[([1-9]\d*)\])?([a-zA-Z]))/y;

interface Verb {
  readonly written: string;
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly letter: string;
}

/** `values` are the arguments behind the format. Throws ValueError with the index of the argument to blame. */
export function formatText(format: string, values: readonly Value[], produce: (size: number) => void): string {
  let next = 0;
  let used = 0;
  let text = '';
  let at = 0;
  for (;;) {
    const percent = format.indexOf('%', at);
    if (percent < 0) break;
    text += format.slice(at, percent);
    VERB.lastIndex = percent;
    const match = VERB.exec(format);
    if (match === null) throw new ValueError(`the "%" at character ${percent + 1} begins no verb`, 0);
    at = VERB.lastIndex;
    const [written, flags = '', width, precision, place, letter] = match;
    if (letter === undefined) {
      text += '%';
      continue;
    }
    const index = place === undefined ? next : bounded(place) - 1;
    next = index + 1;
    used = Math.max(used, next);
    const value = values[index];
    if (value === undefined) throw new ValueError(`"${written}" has no value: ${values.length} are given`, 0);
    const verb: Verb = {
      written,
      flags,
      width: width === undefined ? 0 : bounded(width),
      precision: precision === undefined ? undefined : bounded(precision.slice(1)),
      letter,
    };
    const piece = formatValue(value, verb, index + 1);
    produce(piece.length);
    text += piece;
  }
  if (used < values.length) throw new ValueError(`there are ${values.length} values for ${used} verbs`, used + 1);
  return text + format.slice(at);
}

function bounded(text: string): number {
  const number = Number(text);
  if (number > MAX_WIDTH) throw new ValueError(`${text} is wider than ${MAX_WIDTH} (limit "format width")`, 0);
  return number;
}

function formatValue(value: Value, verb: Verb, argument: number): string {
  const read = <T>(convert: (value: Value) => T): T => {
    try {
      return convert(value);
    } catch {
      throw new ValueError(`${describeValue(value)} does not fit ${verb.written}`, argument);
    }
  };
  switch (verb.letter) {
    case 'v':
      return padText(asIs(value, verb), verb);
    case 't':
      return String(read(toBool));
    case 's':
      return padText(cut(read(toText), verb.precision), verb);
    case 'q':
      return padText(encodeJson(cut(read(toText), verb.precision)), verb);
    case 'b':
    case 'd':
    case 'o':
    case 'x':
    case 'X':
      return integerText(read(toInteger), verb);
    case 'e':
    case 'E':
    case 'f':
    case 'g':
    case 'G':
      return floatText(read(toNumber), verb);
    default:
      throw new ValueError(`there is no verb ${verb.written}`, 0);
  }
}

function asIs(value: Value, { flags }: Verb): string {
  if (flags.includes('#') || value === null) return encodeJson(value);
  if (typeof value === 'string') return value;
  return isNumber(value) ? signed(value, '', (magnitude) => generalText(magnitude, undefined)) : encodeJson(value);
}

function cut(text: string, precision: number | undefined): string {
  return precision === undefined || precision === 0 ? text : characters(text).slice(0, precision).join('');
}

function padText(text: string, { flags, width }: Verb): string {
  if (width === 0) return text;
  const padding = (flags.includes('0') ? '0' : ' ').repeat(Math.max(0, width - characterCount(text)));
  return flags.includes('-') ? text + padding : padding + text;
}

function signed(value: NumberValue, flags: string, magnitude: (value: NumberValue) => string): string {
  if (compareNumbers(value, 0) < 0) return `-${magnitude(negated(value))}`;
  return (flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') + magnitude(value);
}

/** Zeros go between the sign and the digits, blanks around both. */
function padNumber(text: string, { flags, width }: Verb, mayZero: boolean): string {
  if (text.length >= width) return text;
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0') || !mayZero) return text.padStart(width);
  const [sign = ''] = /^[+\- ]?(0[xX]|0b)?/.exec(text) ?? [];
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

function toInteger(value: Value): number | bigint {
  const number = toNumber(value);
  if (typeof number === 'object') throw new ValueError('no integer');
  return number;
}

const BASES: Record<string, readonly [base: number, prefix: string]> = {
  b: [2, '0b'],
  o: [8, '0'],
  x: [16, '0x'],
  X: [16, '0X'],
  d: [10, ''],
};

function integerText(value: number | bigint, verb: Verb): string {
  const [base, prefix] = BASES[verb.letter] ?? [10, ''];
  const text = signed(value, verb.flags, (magnitude) => {
    const digits = (magnitude as number | bigint).toString(base).padStart(verb.precision ?? 0, '0');
    const written = value === 0 || value === 0n ? (verb.precision === 0 ? '' : digits) : digits;
    return (verb.flags.includes('#') ? prefix : '') + (verb.letter === 'X' ? written.toUpperCase() : written);
  });
  return padNumber(text, verb, verb.precision === undefined);
}

function floatText(value: NumberValue, verb: Verb): string {
  const text = signed(value, verb.flags, (magnitude) => {
    const letter = verb.letter.toLowerCase();
    if (letter === 'f') return fixedText(magnitude, verb.precision ?? 6);
    return letter === 'e' ? exponentText(magnitude, verb.precision ?? 6) : generalText(magnitude, verb.precision);
  });
  return padNumber(verb.letter === 'E' || verb.letter === 'G' ? text.toUpperCase() : text, verb, true);
}
