// The text of quoted strings, heredocs and bare templates -> tokens.

import { endOfIdentifier, endOfLine, isIdentifierStart } from './characters.ts';
import { type Lexer, push, report, reportInvalid, reportUnclosed, scanNormal } from './lexer.ts';
import { Token } from './token.ts';

/** Deepest nesting of templates inside template sequences. */
export const MAX_TEMPLATE_DEPTH = 64;

/** Scans `"…"` with its sequences. A line break or the end of the file ends the string with an error. */
export function scanQuoted(lexer: Lexer, templateDepth: number, insideQuoted: boolean): void {
  const { text } = lexer;
  const open = lexer.at;
  const tokenCount = lexer.count;
  push(lexer, Token.QuoteOpen, open, open + 1);
  let chunk = open + 1;
  let at = chunk;
  let isPlain = true;
  for (;;) {
    const code = at < text.length ? text.charCodeAt(at) : 10;
    // Neither white space nor one of " $ % \, and below U+0300 there is nothing to compose.
    if (code > 37 && code !== 92) {
      at += 1;
      if (code >= 0x300) isPlain = false;
      continue;
    }
    if (code === 34) {
      if (isPlain) {
        lexer.kind[tokenCount] = Token.Quoted;
        lexer.to[tokenCount] = at + 1;
        lexer.at = at + 1;
        return;
      }
      if (at > chunk) push(lexer, Token.Text, chunk, at);
      push(lexer, Token.QuoteClose, at, at + 1);
      lexer.at = at + 1;
      return;
    }
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) === 10)) {
      lexer.at = at;
      // Inside a sequence of a string the quote more likely ends that string, and the sequence is not closed.
      if (insideQuoted) lexer.broken = -1;
      else closeAtLineEnd(lexer, open, chunk);
      return;
    }
    if (code === 13) {
      reportInvalid(lexer, at, '\r');
      at += 1;
    } else if (code === 92) {
      isPlain = false;
      const next = text.charCodeAt(at + 1);
      at += next === 10 || next === 13 || Number.isNaN(next) ? 1 : 2;
    } else if ((code === 36 || code === 37) && text.charCodeAt(at + 1) === 123) {
      isPlain = false;
      if (at > chunk) push(lexer, Token.Text, chunk, at);
      at = scanSequence(lexer, at, code, templateDepth, true);
      chunk = at;
      if (lexer.broken !== undefined) {
        if (!insideQuoted) giveUpString(lexer, open, tokenCount);
        return;
      }
      if (lexer.unclosed !== undefined) return;
    } else if ((code === 36 || code === 37) && escapesSequence(text, at, code)) {
      isPlain = false;
      at += 3;
    } else {
      at += 1;
    }
  }
}

function closeAtLineEnd(lexer: Lexer, open: number, chunk: number): void {
  const { at } = lexer;
  if (at > chunk) push(lexer, Token.Text, chunk, at);
  push(lexer, Token.QuoteClose, at, at);
  if (lexer.unclosed !== undefined) return;
  const isLast = lexer.text.slice(open + 1, at).trim() === '';
  const hint = isLast
    ? 'if it ends a string, the " before that string is missing'
    : 'add the closing ", or use a heredoc (<<EOT) for several lines';
  report(lexer, open, at, 'Unterminated string', 'This string is not closed on its line.', hint);
}

/** Replaces the tokens of a string whose sequence is not closed by one that is known to be invalid. */
function giveUpString(lexer: Lexer, open: number, tokenCount: number): void {
  const from = lexer.broken ?? open;
  lexer.count = tokenCount;
  push(lexer, Token.Invalid, open, lexer.at);
  lexer.broken = undefined;
  reportOpenSequence(lexer, from, 'the line ends before its "}"');
}

function reportOpenSequence(lexer: Lexer, from: number, why: string): void {
  const opener = lexer.text.slice(from, from + 2);
  const detail = `This "${opener}" is not closed: ${why}.`;
  const hint = `add "}" after the expression; for "${opener}" as text write "${opener[0]}${opener}"`;
  report(lexer, from, from + 2, 'Unclosed template sequence', detail, hint);
}

/** `$${` and `%%{` stand for `${` and `%{`. */
function escapesSequence(text: string, at: number, code: number): boolean {
  return text.charCodeAt(at + 1) === code && text.charCodeAt(at + 2) === 123;
}

/** Scans one `${…}` or `%{…}` and returns the offset after it. */
function scanSequence(lexer: Lexer, at: number, code: number, templateDepth: number, quoted: boolean): number {
  const { text } = lexer;
  const end = at + (text.charCodeAt(at + 2) === 126 ? 3 : 2);
  push(lexer, code === 36 ? Token.InterpolationOpen : Token.ControlOpen, at, end);
  lexer.at = end;
  if (templateDepth >= MAX_TEMPLATE_DEPTH) {
    const detail = `Templates are nested deeper than ${MAX_TEMPLATE_DEPTH} levels (limit "template depth").`;
    reportUnclosed(lexer, at, end, 'Template nested too deeply', detail, 'compute the inner parts in locals');
    return lexer.at;
  }
  scanNormal(lexer, templateDepth + 1, quoted);
  if (lexer.broken === -1) lexer.broken = at;
  if (
    lexer.broken === undefined &&
    lexer.unclosed === undefined &&
    lexer.kind[lexer.count - 1] !== Token.SequenceClose
  ) {
    lexer.unclosed = at;
    reportOpenSequence(lexer, at, 'the file ends before its "}"');
  }
  return lexer.at;
}

/** Scans `<<NAME`, the lines up to the marker, and the marker. False when this is not a heredoc. */
export function scanHeredoc(lexer: Lexer, templateDepth: number): boolean {
  const { text } = lexer;
  const open = lexer.at;
  if (text.charCodeAt(open + 1) !== 60) return false;
  const nameStart = open + (text.charCodeAt(open + 2) === 45 ? 3 : 2);
  if (!isIdentifierStart(text, nameStart)) return false;
  const nameEnd = endOfIdentifier(text, nameStart);
  const marker = text.slice(nameStart, nameEnd);
  let body = startOfBody(text, nameEnd);
  if (body === undefined) {
    const detail = `A line break must follow the heredoc marker ${marker}.`;
    report(lexer, open, nameEnd, 'Invalid heredoc', detail, 'begin the text on the next line');
    body = Math.min(endOfLine(text, nameEnd) + 1, text.length);
  }
  push(lexer, Token.HeredocOpen, open, body);
  scanHeredocBody(lexer, body, open, marker, templateDepth);
  return true;
}

function startOfBody(text: string, nameEnd: number): number | undefined {
  const at = text.charCodeAt(nameEnd) === 13 ? nameEnd + 1 : nameEnd;
  return text.charCodeAt(at) === 10 ? at + 1 : undefined;
}

function scanHeredocBody(lexer: Lexer, body: number, open: number, marker: string, templateDepth: number): void {
  const { text } = lexer;
  let at = body;
  let chunk = body;
  let lineStart = true;
  while (at < text.length) {
    if (lineStart) {
      const end = endOfLine(text, at);
      if (isMarkerLine(text, at, end, marker)) {
        if (at > chunk) push(lexer, Token.Text, chunk, at);
        const close = text.charCodeAt(end - 1) === 13 ? end - 1 : end;
        push(lexer, Token.HeredocClose, at, close);
        lexer.at = close;
        return;
      }
      lineStart = false;
    }
    const code = text.charCodeAt(at);
    if (code > 37) {
      at += 1;
    } else if (code === 10) {
      at += 1;
      lineStart = true;
    } else if ((code === 36 || code === 37) && text.charCodeAt(at + 1) === 123) {
      if (at > chunk) push(lexer, Token.Text, chunk, at);
      at = scanSequence(lexer, at, code, templateDepth, false);
      chunk = at;
      if (lexer.unclosed !== undefined) return;
    } else {
      if (code === 13 && text.charCodeAt(at + 1) !== 10) reportInvalid(lexer, at, '\r');
      at += (code === 36 || code === 37) && escapesSequence(text, at, code) ? 3 : 1;
    }
  }
  const detail = `No line consists of the marker ${marker} alone.`;
  const hint = nearMarker(lexer, body, marker) ?? `write ${marker} alone on a line where the text ends`;
  reportUnclosed(lexer, open, startOfMarkerEnd(text, body), 'Unterminated heredoc', detail, hint);
}

function startOfMarkerEnd(text: string, body: number): number {
  return text.charCodeAt(body - 2) === 13 ? body - 2 : body - 1;
}

/** A line that begins with the marker, but has more on it. */
function nearMarker(lexer: Lexer, body: number, marker: string): string | undefined {
  const { text } = lexer;
  for (let at = body; at < text.length; at = endOfLine(text, at) + 1) {
    const line = text.slice(at, endOfLine(text, at)).trim();
    if (!line.startsWith(marker) || /^[\p{ID_Continue}-]/u.test(line.slice(marker.length))) continue;
    const number = text.slice(0, at).split('\n').length;
    return `line ${number} begins with ${marker}: what follows it there belongs on the next line`;
  }
  return undefined;
}

function isMarkerLine(text: string, from: number, to: number, marker: string): boolean {
  let start = from;
  while (start < to && isBlank(text.charCodeAt(start))) start += 1;
  // Nearly all lines are seen to be others by their first character.
  if (text.charCodeAt(start) !== marker.charCodeAt(0) || !text.startsWith(marker, start)) return false;
  let end = start + marker.length;
  while (end < to && isBlank(text.charCodeAt(end))) end += 1;
  return end === to;
}

const OTHER_SPACE = /^\p{White_Space}$/u;

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 13 || (code > 127 && OTHER_SPACE.test(String.fromCharCode(code)));
}

/** Scans the whole text as a template. */
export function scanBare(lexer: Lexer): void {
  const { text } = lexer;
  let chunk = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if ((code === 36 || code === 37) && text.charCodeAt(at + 1) === 123) {
      if (at > chunk) push(lexer, Token.Text, chunk, at);
      at = scanSequence(lexer, at, code, 0, false);
      chunk = at;
      if (lexer.unclosed !== undefined) return;
    } else {
      at += (code === 36 || code === 37) && escapesSequence(text, at, code) ? 3 : 1;
    }
  }
  if (at > chunk) push(lexer, Token.Text, chunk, at);
}
