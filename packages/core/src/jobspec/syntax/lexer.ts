// Source text -> tokens. Modal: inside quotes and heredocs the text is a template with sequences in normal mode.

import { endOfIdentifier, endOfLine, endOfNumber, isDigit, isIdentifierStart } from './characters.ts';
import { type DiagnosticSink, diagnosticAt } from './diagnostic.ts';
import { scanBare, scanHeredoc, scanQuoted } from './lex-template.ts';
import type { Source } from './source.ts';
import { Token, type TokenKind, type TokenList } from './token.ts';
import { MARGIN, takeRoom } from './token-room.ts';

export interface Lexer {
  readonly source: Source;
  readonly text: string;
  readonly sink: DiagnosticSink;
  /** Tokens so far: typed lists, which a large file does not make the garbage collector walk through. */
  kind: Uint8Array;
  from: Int32Array;
  to: Int32Array;
  count: number;
  readonly comments: number[];
  /** Where that begins which the file ends inside of. */
  unclosed: number | undefined;
  at: number;
  /** End of the line on which an invalid character was reported last: one report a line is enough. */
  reportedLineEnd: number;
  /** Offset of the `${` that a string's end interrupted; the outermost string of the line reports it. */
  broken: number | undefined;
}

/** Splits a source into tokens. Never throws: what cannot be read is reported and becomes an `Invalid` token. */
export function tokenize(source: Source, sink: DiagnosticSink): TokenList {
  const lexer = createLexer(source, sink);
  if (source.text.charCodeAt(0) === 0xfeff) lexer.at = 1;
  while (lexer.at < lexer.text.length) scanNormal(lexer, 0, false);
  return finish(lexer);
}

/** Splits a whole text as a template without quotes, as strings of JSON files are. */
export function tokenizeTemplate(source: Source, sink: DiagnosticSink): TokenList {
  const lexer = createLexer(source, sink);
  scanBare(lexer);
  return finish(lexer);
}

function createLexer(source: Source, sink: DiagnosticSink): Lexer {
  const { text } = source;
  const { kind, from, to } = takeRoom(text.length);
  return {
    source,
    text,
    sink,
    kind,
    from,
    to,
    count: 0,
    comments: [],
    unclosed: undefined,
    at: 0,
    reportedLineEnd: -1,
    broken: undefined,
  };
}

function finish(lexer: Lexer): TokenList {
  const { length } = lexer.text;
  push(lexer, Token.EndOfFile, length, length);
  const { kind, from, to, count, comments, unclosed } = lexer;
  kind.fill(Token.EndOfFile, count, count + MARGIN);
  from.fill(length, count, count + MARGIN);
  to.fill(length, count, count + MARGIN);
  return { kind, from, to, count, comments, unclosed };
}

export function push(lexer: Lexer, kind: TokenKind, from: number, to: number): void {
  const { count } = lexer;
  if (count + MARGIN >= lexer.kind.length) grow(lexer);
  lexer.kind[count] = kind;
  lexer.from[count] = from;
  lexer.to[count] = to;
  lexer.count = count + 1;
}

function grow(lexer: Lexer): void {
  const { kind, from, to, count } = lexer;
  const size = 2 * (count + MARGIN);
  lexer.kind = new Uint8Array(size);
  lexer.from = new Int32Array(size);
  lexer.to = new Int32Array(size);
  lexer.kind.set(kind);
  lexer.from.set(from);
  lexer.to.set(to);
}

export function report(lexer: Lexer, from: number, to: number, summary: string, detail: string, hint?: string): void {
  lexer.sink.add(diagnosticAt(lexer.source, { from, to }, summary, detail, { hint }));
}

/** Reports that something opened at `from` is not closed before the end of the file, once, and skips the rest. */
export function reportUnclosed(
  lexer: Lexer,
  from: number,
  to: number,
  summary: string,
  detail: string,
  hint: string,
): void {
  lexer.at = lexer.text.length;
  if (lexer.unclosed !== undefined) return;
  lexer.unclosed = from;
  report(lexer, from, to, summary, detail, hint);
}

/** What begins with an ASCII character: a token of that character alone, or one of the following. */
const BEGINS = new Uint8Array(128);
const AN_OPERATOR = 0;
const A_NAME = 100;
const A_NUMBER = 101;
const A_LINE_BREAK = 102;
const A_QUOTE = 103;
const A_BRACE = 104;
const A_CLOSING_BRACE = 105;
const PERHAPS_A_COMMENT = 106;
for (let code = 0; code < 128; code += 1) {
  if (isIdentifierStart(String.fromCharCode(code), 0)) BEGINS[code] = A_NAME;
  else if (isDigit(code)) BEGINS[code] = A_NUMBER;
}
const SINGLE: readonly (readonly [string, number])[] = [
  ['\n', A_LINE_BREAK],
  ['"', A_QUOTE],
  ['{', A_BRACE],
  ['}', A_CLOSING_BRACE],
  ['#', PERHAPS_A_COMMENT],
  ['/', PERHAPS_A_COMMENT],
  ['%', Token.Percent],
  ['(', Token.ParenOpen],
  [')', Token.ParenClose],
  ['*', Token.Star],
  ['+', Token.Plus],
  [',', Token.Comma],
  ['-', Token.Minus],
  ['?', Token.Question],
  ['[', Token.BracketOpen],
  [']', Token.BracketClose],
];
for (const [character, what] of SINGLE) BEGINS[character.charCodeAt(0)] = what;

/**
 * Scans normal tokens to the end of the text or, when `templateDepth` > 0, to the `}` that ends the sequence.
 * `quoted`: the sequence stands in a quoted string.
 */
export function scanNormal(lexer: Lexer, templateDepth: number, quoted: boolean): void {
  const { text } = lexer;
  const { length } = text;
  let braces = 0;
  for (let start = lexer.at; start < length; start = lexer.at) {
    let code = text.charCodeAt(start);
    while (code === 32 || code === 9) {
      start += 1;
      if (start === length) {
        lexer.at = start;
        return;
      }
      code = text.charCodeAt(start);
    }
    lexer.at = start;
    const what = code < 128 ? (BEGINS[code] as number) : isIdentifierStart(text, start) ? A_NAME : AN_OPERATOR;
    switch (what) {
      case A_LINE_BREAK:
        take(lexer, Token.Newline, start, start + 1);
        break;
      case A_NAME:
        take(lexer, Token.Identifier, start, endOfIdentifier(text, start));
        break;
      case A_NUMBER:
        take(lexer, Token.Number, start, endOfNumber(text, start));
        break;
      case A_QUOTE:
        scanQuoted(lexer, templateDepth, quoted);
        if (lexer.broken !== undefined) return;
        break;
      case A_BRACE:
        braces += 1;
        take(lexer, Token.BraceOpen, start, start + 1);
        break;
      case A_CLOSING_BRACE:
        if (templateDepth > 0 && braces === 0) {
          take(lexer, Token.SequenceClose, start, start + 1);
          return;
        }
        braces -= 1;
        take(lexer, Token.BraceClose, start, start + 1);
        break;
      case PERHAPS_A_COMMENT:
        if (!scanComment(lexer, code)) take(lexer, Token.Slash, start, start + 1);
        break;
      case AN_OPERATOR:
        if (code === 126 && templateDepth > 0 && braces === 0 && text.charCodeAt(start + 1) === 125) {
          take(lexer, Token.SequenceClose, start, start + 2);
          return;
        }
        // A carriage return before a line break belongs to it.
        if (code === 13 && text.charCodeAt(start + 1) === 10) lexer.at += 1;
        else if (code !== 60 || !scanHeredoc(lexer, templateDepth)) scanOperator(lexer, code);
        break;
      default:
        take(lexer, what as TokenKind, start, start + 1);
    }
  }
}

/** Adds a token and goes behind it. */
function take(lexer: Lexer, kind: TokenKind, from: number, to: number): void {
  push(lexer, kind, from, to);
  lexer.at = to;
}

function scanComment(lexer: Lexer, code: number): boolean {
  const { text } = lexer;
  const start = lexer.at;
  const next = text.charCodeAt(start + 1);
  if (code === 35 || (code === 47 && next === 47)) {
    const end = endOfLine(text, start);
    lexer.at = end < text.length && end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
  } else if (code === 47 && next === 42) {
    const close = text.indexOf('*/', start + 2);
    if (close === -1) {
      const detail = 'This comment is never closed: the file ends before its "*/".';
      reportUnclosed(lexer, start, start + 2, 'Unterminated comment', detail, 'add "*/" where the comment ends');
    } else {
      lexer.at = close + 2;
    }
  } else {
    return false;
  }
  lexer.comments.push(start, lexer.at);
  return true;
}

function scanOperator(lexer: Lexer, code: number): void {
  const { text } = lexer;
  const start = lexer.at;
  const next = text.charCodeAt(start + 1);
  // Most are one of these two.
  if (code === 61 && next !== 61 && next !== 62) {
    take(lexer, Token.Assign, start, start + 1);
    return;
  }
  if (code === 46 && next !== 46) {
    take(lexer, Token.Dot, start, start + 1);
    return;
  }
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
  $: 'outside of strings a value stands without "${" and "}"',
  ';': 'attributes are separated by line breaks',
  '&': 'the logical operator is "&&"',
  '|': 'the logical operator is "||"',
  '~': 'a strip marker stands right before the "}" of a template sequence; the logical operator is "!"',
  '^': 'there is no such operator; powers are written pow(base, exponent)',
  '“': 'strings are written in straight double quotes (")',
  '”': 'strings are written in straight double quotes (")',
  '„': 'strings are written in straight double quotes (")',
  '\u00a0': 'this is a no-break space: replace it by a blank',
  '\r': 'a carriage return belongs before a line feed: save the file with usual line ends',
};

export function reportInvalid(lexer: Lexer, from: number, character: string): void {
  if (from < lexer.reportedLineEnd) return;
  lexer.reportedLineEnd = endOfLine(lexer.text, from);
  const code = character.codePointAt(0) ?? 0;
  const isShown = code > 32 && !/^[\p{C}\p{Z}]$/u.test(character);
  const shown = isShown ? `"${character}"` : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  const detail = `The character ${shown} has no meaning here.`;
  report(lexer, from, from + character.length, 'Invalid character', detail, INVALID_HINTS[character]);
}
