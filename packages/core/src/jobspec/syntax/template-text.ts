// The text of templates: escape sequences, strip markers, indentation.

import { trimEndOf, trimStartOf } from './characters.ts';
import { AlreadyReported, type Cursor, syntaxError } from './cursor.ts';

/** Text as HCL keeps it: in Unicode's composed form (NFC). */
export function composed(text: string): string {
  for (let at = 0; at < text.length; at += 1) {
    // Below U+0300 there is nothing to compose.
    if (text.charCodeAt(at) >= 0x300) return text.normalize('NFC');
  }
  return text;
}

/** `$${` and `%%{` to `${` and `%{`. */
export function unescapeSequences(raw: string): string {
  let at = raw.indexOf('{', 2);
  for (; at !== -1; at = raw.indexOf('{', at + 1)) {
    const code = raw.charCodeAt(at - 1);
    if ((code === 36 || code === 37) && raw.charCodeAt(at - 2) === code) break;
  }
  return at === -1 ? raw : raw.replaceAll('$${', '${').replaceAll('%%{', '%{');
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/** The text between quotes. `offset` is its place in the source. */
export function unescapeQuoted(cursor: Cursor, raw: string, offset: number): string {
  let backslash = raw.indexOf('\\');
  if (backslash === -1) return unescapeSequences(raw);
  let result = '';
  let at = 0;
  while (backslash !== -1) {
    const [character, length] = readEscape(cursor, raw, backslash, offset);
    result += unescapeSequences(raw.slice(at, backslash)) + character;
    at = backslash + length;
    backslash = raw.indexOf('\\', at);
  }
  return result + unescapeSequences(raw.slice(at));
}

function readEscape(cursor: Cursor, raw: string, at: number, offset: number): readonly [string, number] {
  // The line ends after the backslash, which the unterminated string was reported for.
  if (at + 1 === raw.length) throw new AlreadyReported();
  const letter = String.fromCodePoint(raw.codePointAt(at + 1) ?? 32);
  const simple = ESCAPES[letter];
  if (simple !== undefined) return [simple, 2];
  const digits = letter === 'u' ? 4 : letter === 'U' ? 8 : 0;
  const hex = /^[0-9a-fA-F]*/.exec(raw.slice(at + 2, at + 2 + digits))?.[0] ?? '';
  const span = { from: offset + at, to: offset + at + 1 + letter.length + (digits > 0 ? hex.length : 0) };
  if (digits === 0) {
    const detail = `"\\${letter}" is no escape sequence; there are \\n \\r \\t \\" \\\\ \\uNNNN \\UNNNNNNNN.`;
    const hint = letter === '$' || letter === '%' ? `write "${letter}${letter}{" for "${letter}{" as text` : undefined;
    throw syntaxError(cursor, span, 'Invalid escape sequence', detail, hint ?? 'write "\\\\" for a backslash');
  }
  const point = Number.parseInt(hex, 16);
  if (hex.length < digits) {
    const detail = `"\\${letter}" is followed by ${digits} hexadecimal digits; here are ${hex.length}.`;
    throw syntaxError(cursor, span, 'Invalid escape sequence', detail, 'write "\\\\" for a backslash');
  }
  if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
    const hint = 'write a character beyond U+FFFF as \\UNNNNNNNN, not as two halves';
    throw syntaxError(cursor, span, 'Invalid escape sequence', `There is no character U+${hex}.`, hint);
  }
  return [String.fromCodePoint(point), 2 + digits];
}

/** Strip markers reach to the next line break and take it in, but not beyond. */
export function trimFirstLine(text: string): string {
  const end = text.indexOf('\n') + 1;
  return end === 0 ? trimStartOf(text) : trimStartOf(text.slice(0, end)) + text.slice(end);
}

export function trimLastLine(text: string): string {
  // The line break that ends the text belongs to its last line.
  const start = text.lastIndexOf('\n', text.length - 2) + 1;
  return text.length < 2 ? trimEndOf(text) : text.slice(0, start) + trimEndOf(text.slice(start));
}

/** A text piece of a template; anything else of it has no text. */
export interface TextPiece {
  readonly kind: string;
  text?: string;
}

/** `<<-`: takes the smallest indentation of all lines away from each. */
export function removeIndentation(pieces: readonly TextPiece[]): void {
  let smallest = Number.POSITIVE_INFINITY;
  let lineStart = true;
  for (const { text } of pieces) {
    // A line that begins with a sequence has no indentation; so has one whose blanks a strip marker has taken.
    if (lineStart && (text ?? '') === '') return;
    if (text === undefined) continue;
    smallest = Math.min(smallest, smallestIndentation(text, lineStart));
    lineStart = text.endsWith('\n');
  }
  if (smallest === 0) return;
  lineStart = true;
  for (const piece of pieces) {
    const { text } = piece;
    if (text !== undefined) piece.text = withoutIndentation(text, smallest, lineStart);
    lineStart = text?.endsWith('\n') ?? false;
  }
}

/** The offset after the line that begins at `from`, its line break included. */
function endOfTextLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end + 1;
}

/** Of the lines that begin in this text; those of white space do not count. `lineStart`: the first one does, too. */
function smallestIndentation(text: string, lineStart: boolean): number {
  let smallest = Number.POSITIVE_INFINITY;
  let at = lineStart ? 0 : endOfTextLine(text, 0);
  while (at < text.length) {
    const end = endOfTextLine(text, at);
    smallest = Math.min(smallest, indentationOf(text, at, end));
    at = end;
  }
  return smallest;
}

function withoutIndentation(text: string, indentation: number, lineStart: boolean): string {
  let at = lineStart ? 0 : endOfTextLine(text, 0);
  let result = text.slice(0, at);
  while (at < text.length) {
    const end = endOfTextLine(text, at);
    const isBlank = indentationOf(text, at, end) === Number.POSITIVE_INFINITY;
    result += text.slice(isBlank ? at : at + indentation, end);
    at = end;
  }
  return result;
}

/** White space at the start of a line; infinite for a line of nothing else, which neither counts nor changes. */
function indentationOf(text: string, from: number, to: number): number {
  let at = from;
  // Never asks beyond the end: the engine would have to compile such a loop again.
  for (; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== 32 && code !== 9) break;
  }
  // A sequence follows.
  if (at === to) return at - from;
  const first = text.charCodeAt(at);
  if (first >= 33 && first < 128) return at - from;
  if (first === 10) return Number.POSITIVE_INFINITY;
  const line = text.slice(from, to);
  if (line.endsWith('\n') && trimEndOf(line) === '') return Number.POSITIVE_INFINITY;
  return /^\p{White_Space}*/u.exec(line)?.[0].length ?? 0;
}
