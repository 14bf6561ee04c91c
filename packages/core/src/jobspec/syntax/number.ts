// Number tokens -> values.

import type { NumberValue } from './ast.ts';

/** Most digits of a whole number. */
export const MAX_NUMBER_DIGITS = 1_000;

export interface ReadNumber {
  readonly value: NumberValue;
  /** The value has fewer digits than were written. */
  readonly rounded: boolean;
}

const NUMBER = /^(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** A number token as a value, or why it is none. Whole numbers keep all digits, fractions those of a double. */
export function readNumber(text: string): ReadNumber | string {
  if (text.length < 16) {
    const value = Number(text);
    if (Number.isSafeInteger(value) && text.length < 16 && /^\d+$/.test(text)) return { value, rounded: false };
  }
  const match = NUMBER.exec(text);
  if (match === null) return 'is no number';
  const [, whole = '', fraction = '', exponentText = '0'] = match;
  const exponent = Number(exponentText);
  const digits = (whole + fraction).replace(/^0+/, '').replace(/0+$/, '');
  if (digits === '') return { value: 0, rounded: false };
  const trailing = (whole + fraction).length - (whole + fraction).replace(/0+$/, '').length;
  /** The value is `digits` × 10^scale. */
  const scale = exponent - fraction.length + trailing;
  if (scale >= 0) {
    if (digits.length + scale > MAX_NUMBER_DIGITS) return `has more than ${MAX_NUMBER_DIGITS} digits (limit "digits")`;
    const value = Number(text);
    return { value: Number.isSafeInteger(value) ? value : BigInt(digits + '0'.repeat(scale)), rounded: false };
  }
  const value = Number(text);
  if (value === 0) return 'is smaller than the smallest number there is';
  return { value, rounded: digits.length > 17 || !sameDigits(value, digits) };
}

function sameDigits(value: number, digits: string): boolean {
  const [mantissa = ''] = String(value).split('e');
  return mantissa.replace('.', '').replace(/^0+/, '').replace(/0+$/, '') === digits;
}
