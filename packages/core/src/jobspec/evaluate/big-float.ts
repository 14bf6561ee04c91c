// Numbers with 512 binary digits, as the language computes: `0.1 + 0.2` is 0.3, and 1/3 has 154 digits.

import type { NumberValue as SourceNumber } from '../syntax/ast.ts';

const PRECISION = 512;
/** Furthest power of two of a number that is kept: about 1e±4900. */
const MAX_EXPONENT = 16_384;
/** Longest decimal text that is read as a number. */
const MAX_DIGITS = 5_000;

/** A number with digits behind the point: `mantissa * 2 ** exponent`, the mantissa odd. Integers are never one. */
export class BigFloat {
  readonly mantissa: bigint;
  readonly exponent: number;
  /** Binary digits it was computed with; its text is the shortest that is read back as the same number. */
  readonly precision: number;
  constructor(mantissa: bigint, exponent: number, precision: number) {
    this.mantissa = mantissa;
    this.exponent = exponent;
    this.precision = precision;
  }
  /** The nearest double. */
  valueOf(): number {
    return Number(this.toString());
  }
  toString(): string {
    return shortestText(this);
  }
}

/** Integers within 2^53 are numbers, beyond that bigints; everything else is a BigFloat. */
export type NumberValue = SourceNumber | BigFloat;

/** A number that is too large or too small to be kept. */
export class NumberLimitError extends Error {
  constructor() {
    super(`the number has more than ${MAX_EXPONENT} binary digits (limit "number size")`);
  }
}

interface Parts {
  readonly mantissa: bigint;
  readonly exponent: number;
  readonly precision: number;
}

function bitLength(value: bigint): number {
  const hex = (value < 0n ? -value : value).toString(16);
  return value === 0n ? 0 : hex.length * 4 - (Math.clz32(Number.parseInt(hex[0] as string, 16)) - 28);
}

function partsOf(value: NumberValue): Parts {
  if (value instanceof BigFloat) return value;
  if (typeof value === 'bigint') return { mantissa: value, exponent: 0, precision: PRECISION };
  if (Number.isSafeInteger(value)) return { mantissa: BigInt(value), exponent: 0, precision: PRECISION };
  return partsOf(parseNumber(String(value)) ?? 0);
}

/** The number `mantissa * 2 ** exponent`, rounded to the nearest with `precision` digits (half to even). */
function build(mantissa: bigint, exponent: number, precision: number): NumberValue {
  let value = mantissa < 0n ? -mantissa : mantissa;
  let power = exponent;
  const excess = bitLength(value) - precision;
  if (excess > 0) {
    const shift = BigInt(excess);
    const rest = value & ((1n << shift) - 1n);
    const half = 1n << (shift - 1n);
    value >>= shift;
    power += excess;
    if (rest > half || (rest === half && (value & 1n) === 1n)) value += 1n;
  }
  if (value === 0n) return 0;
  if (power < 0) {
    const zeros = trailingZeros(value);
    value >>= BigInt(zeros);
    power += zeros;
  }
  if (power + bitLength(value) > MAX_EXPONENT || power < -MAX_EXPONENT) throw new NumberLimitError();
  const signed = mantissa < 0n ? -value : value;
  if (power < 0) return new BigFloat(signed, power, precision);
  const integer = signed << BigInt(power);
  return integer >= Number.MIN_SAFE_INTEGER && integer <= Number.MAX_SAFE_INTEGER ? Number(integer) : integer;
}

function trailingZeros(value: bigint): number {
  let zeros = 0;
  let rest = value;
  while ((rest & 0xffffffffn) === 0n) {
    rest >>= 32n;
    zeros += 32;
  }
  const low = Number(rest & 0xffffffffn);
  return zeros + (31 - Math.clz32(low & -low));
}

/** `numerator / denominator * 2 ** exponent`. One digit beyond the needed ones keeps whether there is a rest. */
function ratio(numerator: bigint, denominator: bigint, exponent: number, precision: number): NumberValue {
  const isNegative = numerator < 0n !== denominator < 0n;
  const above = numerator < 0n ? -numerator : numerator;
  const below = denominator < 0n ? -denominator : denominator;
  const shift = Math.max(0, precision + 3 - (bitLength(above) - bitLength(below)));
  const scaled = above << BigInt(shift);
  const quotient = (scaled / below) * 2n + (scaled % below === 0n ? 0n : 1n);
  return build(isNegative ? -quotient : quotient, exponent - shift - 1, precision);
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** Decimal text as a number. Undefined when it is none. */
export function parseNumber(text: string): NumberValue | undefined {
  const match = text.length <= MAX_DIGITS ? DECIMAL.exec(text) : null;
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', power = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(whole + fraction);
  const scale = Number(power) - fraction.length;
  if (digits === 0n) return 0;
  if (Math.abs(scale) > MAX_DIGITS) throw new NumberLimitError();
  const signed = sign === '-' ? -digits : digits;
  if (scale >= 0) return build(signed * 10n ** BigInt(scale), 0, PRECISION);
  return ratio(signed, 10n ** BigInt(-scale), 0, PRECISION);
}

/** A double, with the digits a double has. */
export function fromDouble(value: number): NumberValue {
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const power = Number((bits >> 52n) & 0x7ffn);
  const low = bits & 0xfffffffffffffn;
  const mantissa = power === 0 ? low : low | 0x10000000000000n;
  return build(value < 0 ? -mantissa : mantissa, Math.max(power, 1) - 1075, 53);
}

function isSmall(value: NumberValue): value is number {
  return typeof value === 'number' && value > -94_906_265 && value < 94_906_265 && Number.isInteger(value);
}

export function add(left: NumberValue, right: NumberValue): NumberValue {
  if (isSmall(left) && isSmall(right)) return left + right;
  const a = partsOf(left);
  const b = partsOf(right);
  const exponent = Math.min(a.exponent, b.exponent);
  const align = (parts: Parts) => parts.mantissa << BigInt(parts.exponent - exponent);
  return build(align(a) + align(b), exponent, Math.max(a.precision, b.precision));
}

export function negated(value: NumberValue): NumberValue {
  if (value instanceof BigFloat) return new BigFloat(-value.mantissa, value.exponent, value.precision);
  return value === 0 ? 0 : -value;
}

export function multiply(left: NumberValue, right: NumberValue): NumberValue {
  if (isSmall(left) && isSmall(right)) return left * right + 0;
  const a = partsOf(left);
  const b = partsOf(right);
  const product = a.mantissa * b.mantissa;
  const precision = Math.max(a.precision, b.precision, bitLength(product));
  return build(product, a.exponent + b.exponent, Math.min(precision, PRECISION));
}

/** The divisor is not 0. */
export function divide(left: NumberValue, right: NumberValue): NumberValue {
  const a = partsOf(left);
  const b = partsOf(right);
  return ratio(a.mantissa, b.mantissa, a.exponent - b.exponent, Math.max(a.precision, b.precision));
}

/** Towards zero. */
export function truncate(value: NumberValue): NumberValue {
  if (!(value instanceof BigFloat)) return value;
  const magnitude = (value.mantissa < 0n ? -value.mantissa : value.mantissa) >> BigInt(-value.exponent);
  return build(value.mantissa < 0n ? -magnitude : magnitude, 0, PRECISION);
}

/** Negative, 0 or positive. */
export function compareNumbers(left: NumberValue, right: NumberValue): number {
  if (!(left instanceof BigFloat) && !(right instanceof BigFloat)) return left < right ? -1 : left > right ? 1 : 0;
  const a = partsOf(left);
  const b = partsOf(right);
  const exponent = Math.min(a.exponent, b.exponent);
  const difference = (a.mantissa << BigInt(a.exponent - exponent)) - (b.mantissa << BigInt(b.exponent - exponent));
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The power that was asked for last: quotients of one size share it. */
let lastPower = { exponent: 0, value: 1n };

function powerOfFive(exponent: number): bigint {
  if (lastPower.exponent !== exponent) lastPower = { exponent, value: 5n ** BigInt(exponent) };
  return lastPower.value;
}

/** The shortest decimal digits between the middles to the number's neighbours, as Go prints big numbers. */
function shortestText(value: Parts): string {
  const isNegative = value.mantissa < 0n;
  const magnitude = isNegative ? -value.mantissa : value.mantissa;
  const widen = value.precision + 1 - bitLength(magnitude);
  const wide = widen >= 0 ? magnitude << BigInt(widen) : magnitude >> BigInt(-widen);
  // Digits behind the point; a large integer has none, but digits that are not needed to tell it apart.
  const scale = Math.max(0, widen - value.exponent);
  const factor = scale > 0 ? powerOfFive(scale) : 1n << BigInt(value.exponent - widen);
  const upper = ((wide + 1n) * factor).toString();
  const digits = (wide * factor).toString().padStart(upper.length, '0');
  const lower = ((wide - 1n) * factor).toString().padStart(upper.length, '0');
  const shortest = shortestDigits(digits, lower, upper, (wide & 2n) === 0n);
  const padded = shortest.padEnd(upper.length, '0').padStart(scale + 1, '0');
  const point = padded.length - scale;
  const whole = padded.slice(0, point).replace(/^0+(?=\d)/, '');
  const fraction = padded.slice(point).replace(/0+$/, '');
  return `${isNegative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Decimal text of any number. */
export function decimalText(value: NumberValue): string {
  if (typeof value !== 'bigint') return String(value);
  return bitLength(value) <= PRECISION ? value.toString() : shortestText(partsOf(value));
}

/** The first digits; all three texts are equally long, so that raising the last digit never makes one more. */
function shortestDigits(digits: string, lower: string, upper: string, isEven: boolean): string {
  const lastDigit = (text: string) => text.replace(/0+$/, '').length;
  const lowerLength = lastDigit(lower);
  const upperLength = lastDigit(upper);
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(at);
    const up = upper.charCodeAt(at);
    const mayCut = lower.charCodeAt(at) !== digit || (isEven && at + 1 === lowerLength);
    const mayRaise = digit !== up && (isEven || digit + 1 < up || at + 1 < upperLength);
    if (!mayCut && !mayRaise) continue;
    const head = digits.slice(0, at + 1);
    const next = digits.charCodeAt(at + 1);
    const isNearerUp = next > 53 || (next === 53 && (/[1-9]/.test(digits.slice(at + 2)) || (digit & 1) === 1));
    if (!mayRaise || (mayCut && !isNearerUp)) return head;
    return (BigInt(head) + 1n).toString().padStart(head.length, '0');
  }
  return digits;
}
