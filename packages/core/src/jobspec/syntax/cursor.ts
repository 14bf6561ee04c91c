// The parser's place in the token list, and how it reports what it did not expect.

import { type DiagnosticSink, diagnosticAt, LanguageError } from './diagnostic.ts';
import type { Source, Span } from './source.ts';
import { describeToken, Token, type TokenKind, type TokenList } from './token.ts';

/** Deepest nesting of blocks and expressions. */
export const MAX_NESTING = 200;

export interface Cursor {
  readonly source: Source;
  readonly tokens: TokenList;
  readonly sink: DiagnosticSink;
  /** Index of the current token. */
  at: number;
  /** Line breaks are tokens in bodies and blanks inside brackets and template sequences. */
  newlines: boolean;
  depth: number;
}

export function createCursor(source: Source, tokens: TokenList, sink: DiagnosticSink): Cursor {
  return { source, tokens, sink, at: 0, newlines: true, depth: 0 };
}

/** Kind of the current token; steps over line breaks where they are blanks. */
export function peek(cursor: Cursor): TokenKind {
  const { kind } = cursor.tokens;
  if (!cursor.newlines) while (kind[cursor.at] === Token.Newline) cursor.at += 1;
  return kind[cursor.at] as TokenKind;
}

/** Kind of the token after the current one, line breaks counted as tokens. */
export function peekNext(cursor: Cursor): TokenKind {
  return cursor.tokens.kind[Math.min(cursor.at + 1, cursor.tokens.kind.length - 1)] as TokenKind;
}

export function tokenText(cursor: Cursor, index: number = cursor.at): string {
  return cursor.source.text.slice(cursor.tokens.from[index], cursor.tokens.to[index]);
}

export function tokenFrom(cursor: Cursor): number {
  return cursor.tokens.from[cursor.at] as number;
}

/** End of the token before the current one. */
export function previousTo(cursor: Cursor): number {
  return cursor.at === 0 ? 0 : (cursor.tokens.to[cursor.at - 1] as number);
}

export function spanHere(cursor: Cursor): Span {
  return { from: tokenFrom(cursor), to: cursor.tokens.to[cursor.at] as number };
}

/** Takes the current token when it is of this kind. */
export function accept(cursor: Cursor, kind: TokenKind): boolean {
  if (peek(cursor) !== kind) return false;
  cursor.at += 1;
  return true;
}

/** Takes the current token, or throws that `what` was expected. */
export function expect(cursor: Cursor, kind: TokenKind, what: string, hint?: string): void {
  if (!accept(cursor, kind)) throw unexpected(cursor, what, hint);
}

/** The error for a token that does not fit here. */
export function unexpected(cursor: Cursor, expected: string, hint?: string): LanguageError {
  const kind = peek(cursor);
  const found = describeToken(kind, tokenText(cursor));
  const from = tokenFrom(cursor);
  const span = { from, to: kind === Token.Newline ? from : (cursor.tokens.to[cursor.at] as number) };
  return syntaxError(cursor, span, 'Syntax error', `Found ${found}, expected ${expected}.`, hint);
}

export function syntaxError(cursor: Cursor, span: Span, summary: string, detail: string, hint?: string): LanguageError {
  return new LanguageError(diagnosticAt(cursor.source, span, summary, detail, { hint }));
}

/** Runs `parse` with line breaks as blanks (or as tokens), and restores the mode. */
export function withNewlines<T>(cursor: Cursor, newlines: boolean, parse: () => T): T {
  const before = cursor.newlines;
  cursor.newlines = newlines;
  try {
    return parse();
  } finally {
    cursor.newlines = before;
  }
}

/** Counts one level of nesting down, or throws by the name of the limit. */
export function enter(cursor: Cursor): void {
  cursor.depth += 1;
  if (cursor.depth > MAX_NESTING) {
    const detail = `Blocks and expressions are nested deeper than ${MAX_NESTING} levels (limit "nesting").`;
    throw syntaxError(cursor, spanHere(cursor), 'Nested too deeply', detail);
  }
}

export function leave(cursor: Cursor): void {
  cursor.depth -= 1;
}
