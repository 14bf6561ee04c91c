// Source text -> tokens. Modal: inside quotes and heredocs the text is a template with sequences in normal mode.

import { type DiagnosticSink, diagnosticAt } from './diagnostic.ts';
import type { Source } from './source.ts';
import { Token, type TokenKind, type TokenList } from './token.ts';

/** Deepest nesting of templates inside template sequences. */
export const MAX_TEMPLATE_DEPTH = 64;

interface Lexer {
  readonly source: Source;
  readonly text: string;
  readonly sink: DiagnosticSink;
  readonly tokens: TokenList;
  at: number;
  /** End of the line on which an invalid character was reported last: one report a line is enough. */
  reportedLineEnd: number;
}

/** Splits a source into tokens. Never throws: what cannot be read is reported and becomes an `Invalid` token. */
export function tokenize(source: Source, sink: DiagnosticSink): TokenList {
  const tokens: TokenList = { kind: [], from: [], to: [], comments: [] };
  const at = source.text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const lexer: Lexer = { source, text: source.text, sink, tokens, at, reportedLineEnd: -1 };
  while (lexer.at < lexer.text.length) scanNormal(lexer, 0);
  push(lexer, Token.EndOfFile, lexer.text.length, lexer.text.length);
  return tokens;
}

function push(lexer: Lexer, kind: TokenKind, from: number, to: number): void {
  lexer.tokens.kind.push(kind);
  lexer.tokens.from.push(from);
  lexer.tokens.to.push(to);
}

function report(lexer: Lexer, from: number, to: number, summary: string, detail: string, hint?: string): void {
  lexer.sink.add(diagnosticAt(lexer.source, { from, to }, summary, detail, { hint }));
}

const SINGLE: Record<number, TokenKind> = {
  40: Token.ParenOpen,
  41: Token.ParenClose,
  42: Token.Star,
  43: Token.Plus,
  44: Token.Comma,
  45: Token.Minus,
  47: Token.Slash,
  63: Token.Question,
  91: Token.BracketOpen,
  93: Token.BracketClose,
  37: Token.Percent,
};

/** Scans normal tokens to the end of the text or, when `templateDepth` > 0, to the `}` that ends the sequence. */
function scanNormal(lexer: Lexer, templateDepth: number): void {
  const { text } = lexer;
  let braces = 0;
  while (lexer.at < text.length) {
    const start = lexer.at;
    const code = text.charCodeAt(start);
    if (code === 32 || code === 9 || code === 13) {
      lexer.at += 1;
    } else if (code === 10) {
      lexer.at += 1;
      push(lexer, Token.Newline, start, lexer.at);
    } else if (isIdentifierStart(text, code, start)) {
      lexer.at = endOfIdentifier(text, start);
      push(lexer, Token.Identifier, start, lexer.at);
    } else if (code >= 48 && code <= 57) {
      lexer.at = endOfNumber(text, start);
      push(lexer, Token.Number, start, lexer.at);
    } else if (code === 34) {
      scanQuoted(lexer, templateDepth);
    } else if (code === 123) {
      braces += 1;
      lexer.at += 1;
      push(lexer, Token.BraceOpen, start, lexer.at);
    } else if (code === 125 || (code === 126 && text.charCodeAt(start + 1) === 125 && templateDepth > 0)) {
      lexer.at += code === 126 ? 2 : 1;
      if (templateDepth > 0 && braces === 0) {
        push(lexer, Token.SequenceClose, start, lexer.at);
        return;
      }
      braces -= 1;
      push(lexer, Token.BraceClose, start, lexer.at);
    } else if (!scanComment(lexer, code) && !scanHeredocOpen(lexer, code, templateDepth)) {
      scanOperator(lexer, code);
    }
  }
}

function scanComment(lexer: Lexer, code: number): boolean {
  const { text } = lexer;
  const start = lexer.at;
  const next = text.charCodeAt(start + 1);
  if (code === 35 || (code === 47 && next === 47)) {
    const lineEnd = text.indexOf('\n', start);
    lexer.at = lineEnd === -1 ? text.length : lineEnd;
  } else if (code === 47 && next === 42) {
    const close = text.indexOf('*/', start + 2);
    if (close === -1) {
      report(
        lexer,
        start,
        start + 2,
        'Unterminated comment',
        'This comment is never closed.',
        'add "*/" where it ends',
      );
    }
    lexer.at = close === -1 ? text.length : close + 2;
  } else {
    return false;
  }
  lexer.tokens.comments.push(start, lexer.at);
  return true;
}

function scanOperator(lexer: Lexer, code: number): void {
  const { text } = lexer;
  const start = lexer.at;
  const single = SINGLE[code];
  if (single !== undefined) {
    lexer.at += 1;
    push(lexer, single, start, lexer.at);
    return;
  }
  const next = text.charCodeAt(start + 1);
  const [kind, length] = pairOperator(code, next, text.charCodeAt(start + 2));
  lexer.at += kind === Token.Invalid ? ((text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1) : length;
  push(lexer, kind, start, lexer.at);
  if (kind === Token.Invalid) reportInvalid(lexer, start, text.slice(start, lexer.at));
}

function pairOperator(code: number, next: number, third: number): readonly [TokenKind, number] {
  switch (code) {
    case 33:
      return next === 61 ? [Token.NotEqual, 2] : [Token.Not, 1];
    case 38:
      return next === 38 ? [Token.And, 2] : [Token.Invalid, 1];
    case 46:
      return next === 46 && third === 46 ? [Token.Ellipsis, 3] : [Token.Dot, 1];
    case 58:
      return next === 58 ? [Token.DoubleColon, 2] : [Token.Colon, 1];
    case 60:
      return next === 61 ? [Token.LessEqual, 2] : [Token.Less, 1];
    case 61:
      if (next === 61) return [Token.Equal, 2];
      return next === 62 ? [Token.Arrow, 2] : [Token.Assign, 1];
    case 62:
      return next === 61 ? [Token.GreaterEqual, 2] : [Token.Greater, 1];
    case 124:
      return next === 124 ? [Token.Or, 2] : [Token.Invalid, 1];
    default:
      return [Token.Invalid, 1];
  }
}

const INVALID_HINTS: Record<string, string> = {
  "'": 'strings are written in double quotes',
  '`': 'strings are written in double quotes, longer texts as a heredoc (<<EOT)',
  ';': 'attributes are separated by line breaks',
  '&': 'the logical operator is "&&"',
  '|': 'the logical operator is "||"',
  '“': 'strings are written in straight double quotes (")',
  '”': 'strings are written in straight double quotes (")',
};

function reportInvalid(lexer: Lexer, from: number, character: string): void {
  if (from < lexer.reportedLineEnd) return;
  const lineEnd = lexer.text.indexOf('\n', from);
  lexer.reportedLineEnd = lineEnd === -1 ? lexer.text.length : lineEnd;
  const code = character.codePointAt(0) ?? 0;
  const shown = code < 32 ? `U+${code.toString(16).padStart(4, '0')}` : `"${character}"`;
  const detail = `The character ${shown} has no meaning here.`;
  report(lexer, from, from + character.length, 'Invalid character', detail, INVALID_HINTS[character]);
}

/** Scans `"…"` with its sequences. A line break or the end of the file ends the string with an error. */
function scanQuoted(lexer: Lexer, templateDepth: number): void {
  const { text } = lexer;
  const open = lexer.at;
  push(lexer, Token.QuoteOpen, open, open + 1);
  let chunk = open + 1;
  let at = chunk;
  for (;;) {
    const code = at < text.length ? text.charCodeAt(at) : 10;
    if (code === 34) {
      if (at > chunk) push(lexer, Token.Text, chunk, at);
      push(lexer, Token.QuoteClose, at, at + 1);
      lexer.at = at + 1;
      return;
    }
    if (code === 10) {
      if (at > chunk) push(lexer, Token.Text, chunk, at);
      const detail = 'This string is not closed on its line.';
      report(
        lexer,
        open,
        at,
        'Unterminated string',
        detail,
        'add the closing ", or use a heredoc (<<EOT) for several lines',
      );
      push(lexer, Token.QuoteClose, at, at);
      lexer.at = at;
      return;
    }
    if (code === 92) {
      at += text.charCodeAt(at + 1) === 10 ? 1 : 2;
    } else if ((code === 36 || code === 37) && opensSequence(text, at, code)) {
      if (at > chunk) push(lexer, Token.Text, chunk, at);
      at = scanSequence(lexer, at, code, templateDepth);
      chunk = at;
    } else {
      at += (code === 36 || code === 37) && escapesSequence(text, at, code) ? 3 : 1;
    }
  }
}

function opensSequence(text: string, at: number, code: number): boolean {
  return text.charCodeAt(at + 1) === 123 && !(text.charCodeAt(at - 1) === code && escapesSequence(text, at - 1, code));
}

/** `$${` and `%%{` stand for `${` and `%{`. */
function escapesSequence(text: string, at: number, code: number): boolean {
  return text.charCodeAt(at + 1) === code && text.charCodeAt(at + 2) === 123;
}

/** Scans one `${…}` or `%{…}` and returns the offset after it. */
function scanSequence(lexer: Lexer, at: number, code: number, templateDepth: number): number {
  const strip = lexer.text.charCodeAt(at + 2) === 126 ? 1 : 0;
  const end = at + 2 + strip;
  push(lexer, code === 36 ? Token.InterpolationOpen : Token.ControlOpen, at, end);
  lexer.at = end;
  if (templateDepth >= MAX_TEMPLATE_DEPTH) {
    const detail = `Templates are nested deeper than ${MAX_TEMPLATE_DEPTH} levels (limit "template depth").`;
    report(lexer, at, end, 'Template nested too deeply', detail);
    lexer.at = lexer.text.length;
    return lexer.at;
  }
  scanNormal(lexer, templateDepth + 1);
  return lexer.at;
}

/** Scans `<<NAME`, the lines up to the marker, and the marker. False when this is not a heredoc. */
function scanHeredocOpen(lexer: Lexer, code: number, templateDepth: number): boolean {
  const { text } = lexer;
  const open = lexer.at;
  if (code !== 60 || text.charCodeAt(open + 1) !== 60) return false;
  const nameStart = open + (text.charCodeAt(open + 2) === 45 ? 3 : 2);
  if (!isIdentifierStart(text, text.charCodeAt(nameStart), nameStart)) return false;
  const nameEnd = endOfIdentifier(text, nameStart);
  const marker = text.slice(nameStart, nameEnd);
  let at = nameEnd;
  if (text.charCodeAt(at) === 13) at += 1;
  if (text.charCodeAt(at) !== 10) {
    report(lexer, open, nameEnd, 'Invalid heredoc', `A line break must follow the heredoc marker ${marker}.`);
    lexer.at = nameEnd;
    push(lexer, Token.Invalid, open, nameEnd);
    return true;
  }
  at += 1;
  push(lexer, Token.HeredocOpen, open, at);
  scanHeredocBody(lexer, at, open, marker, templateDepth);
  return true;
}

function scanHeredocBody(lexer: Lexer, body: number, open: number, marker: string, templateDepth: number): void {
  const { text } = lexer;
  let at = body;
  let chunk = body;
  let lineStart = true;
  while (at < text.length) {
    if (lineStart) {
      const lineEnd = text.indexOf('\n', at);
      const end = lineEnd === -1 ? text.length : lineEnd;
      if (isMarkerLine(text, at, end, marker)) {
        if (at > chunk) push(lexer, Token.Text, chunk, at);
        const close = text.charCodeAt(end - 1) === 13 ? end - 1 : end;
        push(lexer, Token.HeredocClose, at, close);
        lexer.at = close;
        return;
      }
      lineStart = false;
      continue;
    }
    const code = text.charCodeAt(at);
    if (code === 10) {
      at += 1;
      lineStart = true;
    } else if ((code === 36 || code === 37) && opensSequence(text, at, code)) {
      if (at > chunk) push(lexer, Token.Text, chunk, at);
      at = scanSequence(lexer, at, code, templateDepth);
      chunk = at;
    } else {
      at += (code === 36 || code === 37) && escapesSequence(text, at, code) ? 3 : 1;
    }
  }
  if (at > chunk) push(lexer, Token.Text, chunk, at);
  const hint = `write ${marker} alone on a line where the text ends`;
  report(lexer, open, body - 1, 'Unterminated heredoc', `No line consists of the marker ${marker}.`, hint);
  push(lexer, Token.HeredocClose, text.length, text.length);
  lexer.at = text.length;
}

function isMarkerLine(text: string, from: number, to: number, marker: string): boolean {
  let start = from;
  while (start < to && isBlank(text.charCodeAt(start))) start += 1;
  if (!text.startsWith(marker, start)) return false;
  let end = start + marker.length;
  while (end < to && isBlank(text.charCodeAt(end))) end += 1;
  return end === to;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 13;
}

const UNICODE_START = /^[\p{ID_Start}]/u;
const UNICODE_CONTINUE = /^[\p{ID_Continue}]/u;

function isIdentifierStart(text: string, code: number, at: number): boolean {
  if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95) return true;
  return code > 127 && UNICODE_START.test(String.fromCodePoint(text.codePointAt(at) ?? 0));
}

function endOfIdentifier(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    const plain =
      (code >= 97 && code <= 122) ||
      (code >= 65 && code <= 90) ||
      (code >= 48 && code <= 57) ||
      code === 95 ||
      code === 45;
    if (plain) {
      at += 1;
      continue;
    }
    if (code <= 127) return at;
    const point = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (!UNICODE_CONTINUE.test(point)) return at;
    at += point.length;
  }
  return at;
}

function endOfNumber(text: string, from: number): number {
  let at = skipDigits(text, from);
  if (text.charCodeAt(at) === 46 && isDigit(text.charCodeAt(at + 1))) at = skipDigits(text, at + 1);
  const exponent = text.charCodeAt(at);
  if (exponent === 101 || exponent === 69) {
    const sign = text.charCodeAt(at + 1);
    const digits = sign === 43 || sign === 45 ? at + 2 : at + 1;
    if (isDigit(text.charCodeAt(digits))) at = skipDigits(text, digits);
  }
  return at;
}

function skipDigits(text: string, from: number): number {
  let at = from;
  while (isDigit(text.charCodeAt(at))) at += 1;
  return at;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
