// Text as people count it: grapheme clusters.

let segmenter: Intl.Segmenter | undefined;

export function characters(text: string): string[] {
  if (isAscii(text)) return text.split('');
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), (part) => part.segment);
}

export function characterCount(text: string): number {
  return isAscii(text) ? text.length : characters(text).length;
}

/** Every unit is a character of its own; a line break of two is one. */
function isAscii(text: string): boolean {
  return /^[\u0000-\u007f]*$/.test(text) && !text.includes('\r\n');
}
