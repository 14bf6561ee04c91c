// The parser's place in the token list, and how it reports what it did not expect.

import type { Attribute, Block, Expression, ObjectItem } from './ast.ts';
import { type DiagnosticSink, diagnosticAt, LanguageError } from './diagnostic.ts';
import { Gathered } from './gathered.ts';
import { nameAt } from './name.ts';
import type { Piece } from './piece.ts';
import { lineAt, type Source, type Span } from './source.ts';
import { describeToken, Token, type TokenKind, type TokenList } from './token.ts';

/** Deepest nesting of blocks and expressions. */
export const MAX_NESTING = 200;

export interface Cursor {
  readonly source: Source;
  readonly tokens: TokenList;
  /** The text of the source and the lists of the tokens, at hand. */
  readonly text: string;
  readonly kind: TokenList['kind'];
  readonly from: TokenList['from'];
  readonly to: TokenList['to'];
  readonly sink: DiagnosticSink;
  /** Index of the current token. */
  at: number;
  /** Line breaks are tokens in bodies and blanks inside brackets and template sequences. */
  newlines: boolean;
  depth: number;
  /** Levels of the expression that was parsed last: chains such as `a + b + c` are deep without being nested. */
  height: number;
  /** Token indexes of the brackets around the current token, innermost last. */
  readonly open: number[];
  /** What is being gathered: items of the bodies, values of the lists and calls, pieces of the templates around here. */
  readonly attributes: Gathered<Attribute>;
  readonly blocks: Gathered<Block>;
  readonly values: Gathered<Expression>;
  readonly members: Gathered<ObjectItem>;
  readonly pieces: Gathered<Piece>;
}

export function createCursor(source: Source, tokens: TokenList, sink: DiagnosticSink): Cursor {
  return {
    source,
    tokens,
    text: source.text,
    kind: tokens.kind,
    from: tokens.from,
    to: tokens.to,
    sink,
    at: 0,
    newlines: true,
    depth: 0,
    height: 0,
    open: [],
    attributes: new Gathered(),
    blocks: new Gathered(),
    values: new Gathered(),
    members: new Gathered(),
    pieces: new Gathered(),
  };
}

/** Thrown where the mistake is reported already: the item is given up without another word. */
export class AlreadyReported extends Error {
  override readonly name = 'AlreadyReported';
}

/** Kind of the current token; steps over line breaks where they are blanks. */
export function peek(cursor: Cursor): TokenKind {
  const { kind } = cursor;
  if (!cursor.newlines) while (kind[cursor.at] === Token.Newline) cursor.at += 1;
  return kind[cursor.at] as TokenKind;
}

/** Kind of the token `ahead` places after the current one, line breaks counted as tokens. */
export function peekAhead(cursor: Cursor, ahead: number): TokenKind {
  const { kind, tokens } = cursor;
  return kind[Math.min(cursor.at + ahead, tokens.count - 1)] as TokenKind;
}

export function tokenText(cursor: Cursor, index: number = cursor.at): string {
  return cursor.text.slice(cursor.from[index], cursor.to[index]);
}

/** Whether the current token is this keyword. */
export function isWord(cursor: Cursor, word: string): boolean {
  return peek(cursor) === Token.Identifier && tokenText(cursor) === word;
}

/** Text of the identifier at the cursor. */
export function nameText({ text, from, to, at }: Cursor): string {
  return nameAt(text, from[at] as number, to[at] as number);
}

/** Text of the plain string at the cursor. */
export function stringText({ text, from, to, at }: Cursor): string {
  return text.slice((from[at] as number) + 1, (to[at] as number) - 1);
}

export function tokenFrom(cursor: Cursor): number {
  return cursor.from[cursor.at] as number;
}

/** End of the token before the current one. */
export function previousTo(cursor: Cursor): number {
  return cursor.at === 0 ? 0 : (cursor.to[cursor.at - 1] as number);
}

export function spanHere(cursor: Cursor): Span {
  return { from: tokenFrom(cursor), to: cursor.to[cursor.at] as number };
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
export function unexpected(cursor: Cursor, expected: string, hint?: string): Error {
  const kind = peek(cursor);
  if (kind === Token.Invalid || (cursor.tokens.unclosed !== undefined && isAtUnclosed(cursor, kind)))
    return new AlreadyReported();
  const unclosed = unclosedBracket(cursor, kind);
  if (unclosed !== undefined) return unclosed;
  const found = describeToken(kind, tokenText(cursor));
  const from = tokenFrom(cursor);
  const span = { from, to: kind === Token.Newline ? from : (cursor.to[cursor.at] as number) };
  return syntaxError(cursor, span, 'Syntax error', `Found ${found}, expected ${expected}.`, hint);
}

/** Whether the mistake follows from what the file ends inside of. */
function isAtUnclosed({ open, tokens }: Cursor, kind: TokenKind): boolean {
  const isSequence = (index: number) =>
    (tokens.kind[index] === Token.InterpolationOpen || tokens.kind[index] === Token.ControlOpen) &&
    (tokens.from[index] as number) >= (tokens.unclosed ?? 0);
  return kind === Token.EndOfFile || open.some(isSequence);
}

const CLOSERS: Partial<Record<TokenKind, TokenKind>> = {
  [Token.BracketOpen]: Token.BracketClose,
  [Token.BraceOpen]: Token.BraceClose,
  [Token.ParenOpen]: Token.ParenClose,
  [Token.InterpolationOpen]: Token.SequenceClose,
  [Token.ControlOpen]: Token.SequenceClose,
};
const CLOSER_TEXT: Partial<Record<TokenKind, string>> = {
  [Token.BracketOpen]: ']',
  [Token.BraceOpen]: '}',
  [Token.ParenOpen]: ')',
  [Token.InterpolationOpen]: '}',
  [Token.ControlOpen]: '}',
};

/** What does not fit may mean that a bracket around it is not closed: then the bracket is the place to look at. */
function unclosedBracket(cursor: Cursor, kind: TokenKind): LanguageError | undefined {
  const index = cursor.open.at(-1);
  if (index === undefined) return undefined;
  const opener = cursor.kind[index] as TokenKind;
  const isOtherCloser =
    (kind === Token.BraceClose || kind === Token.BracketClose || kind === Token.ParenClose) && kind !== CLOSERS[opener];
  const isItem = opener !== Token.BraceOpen && startsItem(cursor, cursor.at);
  if (kind !== Token.EndOfFile && !isOtherCloser && !isItem) return undefined;
  const from = cursor.from[index] as number;
  const span = { from, to: cursor.to[index] as number };
  const line = lineAt(cursor.source, tokenFrom(cursor));
  const where =
    kind === Token.EndOfFile ? 'before the end of the file' : `before the "${tokenText(cursor)}" on line ${line}`;
  const detail = `This "${tokenText(cursor, index)}" is not closed ${where}.`;
  return syntaxError(cursor, span, 'Unclosed bracket', detail, `add "${CLOSER_TEXT[opener]}"`);
}

/** Whether an attribute or a block begins at this token: `name =`, `name {` or `name "label"` first on its line. */
export function startsItem(cursor: Cursor, index: number): boolean {
  const { kind } = cursor;
  if (kind[index] !== Token.Identifier || (index > 0 && kind[index - 1] !== Token.Newline)) return false;
  const next = kind[index + 1];
  return next === Token.Assign || next === Token.BraceOpen || next === Token.QuoteOpen || next === Token.Quoted;
}

export function syntaxError(cursor: Cursor, span: Span, summary: string, detail: string, hint?: string): LanguageError {
  return new LanguageError(diagnosticAt(cursor.source, span, summary, detail, { hint }));
}

export function report(cursor: Cursor, span: Span, summary: string, detail: string, hint?: string): void {
  cursor.sink.add(diagnosticAt(cursor.source, span, summary, detail, { hint }));
}

/**
 * Goes behind the opening bracket at the current token, with line breaks as blanks. Returns what `closeBracket` is to be
 * given. After an error nothing needs to be closed: the item that catches it restores all.
 */
export function openBracket(cursor: Cursor): boolean {
  const before = cursor.newlines;
  cursor.open.push(cursor.at);
  cursor.at += 1;
  cursor.newlines = false;
  return before;
}

/** Ends what `openBracket` began, after the closing bracket was taken. */
export function closeBracket(cursor: Cursor, before: boolean): void {
  cursor.newlines = before;
  cursor.open.pop();
}

/** Counts one level of nesting down, or throws by the name of the limit. */
export function enter(cursor: Cursor): void {
  cursor.depth += 1;
  if (cursor.depth > MAX_NESTING) throw tooDeep(cursor);
}

export function leave(cursor: Cursor): void {
  cursor.depth -= 1;
}

/** Sets the height of the expression that was just put together from parts of at most `height` levels. */
export function raise(cursor: Cursor, height: number): void {
  cursor.height = height + 1;
  if (cursor.height > MAX_NESTING) throw tooDeep(cursor);
}

function tooDeep(cursor: Cursor): LanguageError {
  const detail = `Blocks and expressions are nested deeper than ${MAX_NESTING} levels (limit "nesting").`;
  return syntaxError(cursor, spanHere(cursor), 'Nested too deeply', detail, 'compute the inner parts in locals');
}
