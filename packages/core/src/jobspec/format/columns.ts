// How many columns pieces take on a screen: characters as a person counts them.

import type { Piece } from './piece.ts';

const PLAIN = /^[\t\n\x20-\x7e]*$/;

/**
 * Letters joined by a virama. Unicode 15.1 made one character of them; the peer counts as Unicode did before, and the
 * aim is the same text from both.
 */
const CONJUNCT = /[\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d][\u200d\p{M}]*\p{L}/gu;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

export function columnsOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, item) => sum + item.spaces + widthOf(item.text), 0);
}

function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let count = 0;
  for (const _ of segmenter.segment(text)) count += 1;
  return count + (text.match(CONJUNCT)?.length ?? 0);
}
