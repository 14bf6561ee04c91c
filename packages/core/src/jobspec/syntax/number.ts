// Number tokens -> values.

import type { NumberValue } from './ast.ts';

/** Most digits of a whole number. */
export const MAX_NUMBER_DIGITS = 4_000;

const NUMBER = /^(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/**
 * A number token as a value, or why it is none. Whole numbers keep all digits. Of a fraction the digits of a double are
 * kept; who needs more of them reads the source again. What is nearer to 0 than any double is the smallest one.
 */
export function readNumber(text: string): NumberValue | string {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value !== 0 && /^\d+$/.test(text)) return value;
  const match = NUMBER.exec(text);
  if (match === null) return 'is no number';
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return 0;
  /** The value is `significant` × 10^scale. */
  const scale = Number(exponent) - fraction.length + digits.length - significant.length;
  if (Math.abs(scale) + significant.length > MAX_NUMBER_DIGITS) {
    return `needs more than ${MAX_NUMBER_DIGITS} digits (limit "digits")`;
  }
  if (scale < 0) return value === 0 ? Number.MIN_VALUE : value;
  return Number.isSafeInteger(value) ? value : BigInt(significant + '0'.repeat(scale));
}
