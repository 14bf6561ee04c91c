// Numbers as decimal text with a wanted number of digits: `%f`, `%e` and `%g` of the function format.

import { BigFloat, type NumberValue } from '../evaluate/big-float.ts';
import { numberText } from '../evaluate/value.ts';

/** `0.digits * 10 ** point`; no zeros at either end. Zero has no digits. */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

function decimalOf(digits: string, point: number): Decimal {
  const trimmed = digits.replace(/^0+/, '');
  return { digits: trimmed.replace(/0+$/, ''), point: trimmed === '' ? 0 : point - (digits.length - trimmed.length) };
}

/** All digits of a number that is not negative. */
function exactDigits(value: NumberValue): Decimal {
  if (!(value instanceof BigFloat)) {
    const text = numberText(value);
    return decimalOf(text, text.length);
  }
  const scale = -value.exponent;
  const text = (value.mantissa * 5n ** BigInt(scale)).toString();
  return decimalOf(text, text.length - scale);
}

/** The fewest digits that still mean the number. */
function shortestDigits(value: NumberValue): Decimal {
  const [whole = '', fraction = ''] = numberText(value).split('.');
  return decimalOf(whole + fraction, whole.length);
}

/** Keeps `count` digits, the last one rounded, half to even. */
function rounded({ digits, point }: Decimal, count: number): Decimal {
  if (count < 0) return { digits: '', point: 0 };
  if (count >= digits.length) return { digits, point };
  const next = digits.charCodeAt(count) - 48;
  const isHalf = next === 5 && count + 1 === digits.length;
  const isOdd = count > 0 && digits.charCodeAt(count - 1) % 2 === 1;
  const head = digits.slice(0, count);
  if (next < 5 || (isHalf && !isOdd)) return decimalOf(head, point);
  const raised = (BigInt(head === '' ? '0' : head) + 1n).toString().padStart(count, '0');
  return decimalOf(raised, point + raised.length - count);
}

/** `123.45`. `value` is not negative. */
export function fixedText(value: NumberValue, precision: number): string {
  const exact = exactDigits(value);
  return fixed(rounded(exact, exact.point + precision), precision);
}

function fixed({ digits, point }: Decimal, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  const fraction = (point < 0 ? '0'.repeat(Math.min(-point, precision)) + digits : digits.slice(Math.max(point, 0)))
    .slice(0, precision)
    .padEnd(precision, '0');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** `1.2345e+02`. `value` is not negative. */
export function exponentText(value: NumberValue, precision: number): string {
  return exponent(rounded(exactDigits(value), precision + 1), precision);
}

function exponent({ digits, point }: Decimal, precision: number): string {
  const first = digits.slice(0, 1) || '0';
  const fraction = digits.slice(1, 1 + precision).padEnd(precision, '0');
  const power = digits === '' ? 0 : point - 1;
  const powerText = `${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  return `${first}${fraction === '' ? '' : `.${fraction}`}e${powerText}`;
}

/** The shorter of both forms; without a precision as many digits as the number needs. `value` is not negative. */
export function generalText(value: NumberValue, precision: number | undefined): string {
  const isShortest = precision === undefined;
  const decimal = isShortest ? shortestDigits(value) : rounded(exactDigits(value), Math.max(1, precision));
  const { digits, point } = decimal;
  const wanted = isShortest ? 6 : Math.max(1, precision);
  const limit = !isShortest && wanted > digits.length && digits.length >= point ? digits.length : wanted;
  if (digits !== '' && (point - 1 < -4 || point - 1 >= limit)) return exponent(decimal, digits.length - 1);
  return fixed(decimal, Math.max(digits.length - point, 0));
}
