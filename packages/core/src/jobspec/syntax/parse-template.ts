// Quoted strings, heredocs and bare templates -> text and sequences: strip markers, %{if} and %{for}.

import type { Expression, TemplateFor, TemplateIf, TemplatePart } from './ast.ts';
import { trimEndOf, trimStartOf } from './characters.ts';
import {
  type Cursor,
  closeBracket,
  expect,
  isWord,
  openBracket,
  peek,
  previousTo,
  raise,
  stringText,
  syntaxError,
  tokenFrom,
  tokenText,
  unexpected,
} from './cursor.ts';
import type { Gathered } from './gathered.ts';
import { parseExpression } from './parse-expression.ts';
import type { Piece } from './piece.ts';
import type { Span } from './source.ts';
import {
  composed,
  removeIndentation,
  trimFirstLine,
  trimLastLine,
  unescapeQuoted,
  unescapeSequences,
} from './template-text.ts';
import { Token, type TokenKind } from './token.ts';

/** Parses `"…"` that is no plain string, or a heredoc, at the cursor into an expression. */
export function parseTemplate(cursor: Cursor): Expression {
  const from = tokenFrom(cursor);
  const isQuoted = cursor.kind[cursor.at] === Token.QuoteOpen;
  cursor.at += 1;
  if (isQuoted) return finish(cursor, readPieces(cursor, Token.QuoteClose, 'quoted'), from);
  const isFlush = cursor.text.charCodeAt(from + 2) === 45;
  const pieces = readPieces(cursor, Token.HeredocClose, 'lines');
  if (isFlush) removeIndentation(pieces);
  return finish(cursor, pieces, from);
}

/** Parses a text without quotes up to the end of the file. */
export function parseBareTemplate(cursor: Cursor): Expression {
  return finish(cursor, readPieces(cursor, Token.EndOfFile, 'lines'), 0);
}

function finish(cursor: Cursor, pieces: readonly Piece[], from: number): Expression {
  const to = previousTo(cursor);
  let hasDirectives = false;
  for (const piece of pieces) {
    if (piece.kind !== 'text' && piece.kind !== 'value') hasDirectives = true;
  }
  const parts = hasDirectives ? nest(cursor, pieces, { from, to }) : (pieces as readonly TemplatePart[]);
  const only = parts[0];
  if (only === undefined) return { kind: 'literal', value: '', from, to };
  if (parts.length === 1 && only.kind === 'text') return { kind: 'literal', value: only.text, from, to };
  return { kind: 'template', parts, from, to };
}

/** A quoted block label: text without sequences. Labels keep their characters as written, not in composed form. */
export function quotedText(cursor: Cursor): string {
  if (cursor.kind[cursor.at] === Token.Quoted) {
    const plain = stringText(cursor);
    cursor.at += 1;
    return plain;
  }
  const from = tokenFrom(cursor);
  const first = cursor.at + 1;
  const { kind } = cursor;
  parseTemplate(cursor);
  if (kind[first] === Token.QuoteClose) return '';
  if (kind[first] === Token.Text && kind[first + 1] === Token.QuoteClose) {
    return unescapeQuoted(cursor, tokenText(cursor, first), cursor.from[first] as number);
  }
  const span = { from, to: previousTo(cursor) };
  const detail = 'A block label is plain text, without "${" or "%{".';
  throw syntaxError(cursor, span, 'Invalid label', detail, 'write "$${" for "${" as text');
}

/** In `lines` a strip marker reaches to the next line break, in a quoted string to its end: line breaks there are escapes. */
type TextForm = 'quoted' | 'lines';

function readPieces(cursor: Cursor, closing: TokenKind, form: TextForm): readonly Piece[] {
  const { pieces } = cursor;
  const start = pieces.count;
  let stripNext = false;
  let height = 0;
  for (;;) {
    const kind = cursor.kind[cursor.at] as TokenKind;
    if (kind === Token.Text) {
      const from = tokenFrom(cursor);
      const raw = tokenText(cursor);
      cursor.at += 1;
      let text = form === 'quoted' ? unescapeQuoted(cursor, raw, from) : unescapeSequences(raw);
      if (stripNext) text = form === 'quoted' ? trimStartOf(text) : trimFirstLine(text);
      pieces.add({ kind: 'text', text: composed(text), from, to: from + raw.length });
      stripNext = false;
    } else if (kind === Token.InterpolationOpen || kind === Token.ControlOpen) {
      if (isStripping(cursor)) stripLast(pieces, start, form);
      cursor.height = 1;
      const piece = readSequence(cursor, kind);
      pieces.add(piece);
      height = Math.max(height, cursor.height);
      stripNext = cursor.text.charCodeAt(piece.to - 2) === TILDE;
    } else if (kind === closing) {
      if (closing !== Token.EndOfFile) cursor.at += 1;
      const read = pieces.takeFrom(start);
      raise(cursor, height + deepestNesting(read));
      return read;
    } else {
      throw unexpected(cursor, 'the rest of the text');
    }
  }
}

const TILDE = 126;

/** Whether the token that opens a sequence is `${~` or `%{~`. */
function isStripping({ text, to, at }: Cursor): boolean {
  return text.charCodeAt((to[at] as number) - 1) === TILDE;
}

function stripLast(pieces: Gathered<Piece>, start: number, form: TextForm): void {
  const last = pieces.count > start ? pieces.at(pieces.count - 1) : undefined;
  if (last?.kind === 'text') last.text = form === 'quoted' ? trimEndOf(last.text) : trimLastLine(last.text);
}

function deepestNesting(pieces: readonly Piece[]): number {
  let depth = 0;
  let deepest = 0;
  for (const { kind } of pieces) {
    if (kind === 'if' || kind === 'for') depth += 1;
    if (kind === 'endif' || kind === 'endfor') depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function readSequence(cursor: Cursor, kind: TokenKind): Piece {
  const from = tokenFrom(cursor);
  const before = openBracket(cursor);
  const piece: Piece = kind === Token.ControlOpen ? readControl(cursor, from) : readValue(cursor, from);
  closeBracket(cursor, before);
  return piece;
}

function readValue(cursor: Cursor, from: number): Piece {
  const expression = parseExpression(cursor);
  return { kind: 'value', expression, from, to: closeSequence(cursor) };
}

function closeSequence(cursor: Cursor): number {
  const hint = 'a text that another program shall see as "${…}" is written "$${…}"';
  expect(cursor, Token.SequenceClose, '"}" that ends the template sequence', hint);
  return previousTo(cursor);
}

function readControl(cursor: Cursor, from: number): Piece {
  const keyword = peek(cursor) === Token.Identifier ? tokenText(cursor) : '';
  switch (keyword) {
    case 'if': {
      cursor.at += 1;
      const condition = parseExpression(cursor);
      return { kind: 'if', condition, from, to: closeSequence(cursor) };
    }
    case 'for': {
      cursor.at += 1;
      const names = parseForNames(cursor);
      const collection = parseExpression(cursor);
      return { kind: 'for', ...names, collection, from, to: closeSequence(cursor) };
    }
    case 'else':
    case 'endif':
    case 'endfor':
      cursor.at += 1;
      return { kind: keyword, from, to: closeSequence(cursor) };
    default:
      throw unexpected(cursor, 'if, else, endif, for or endfor', 'to write "%{" as text, write "%%{"');
  }
}

/** `v in` or `k, v in`, after `for`. */
export function parseForNames(cursor: Cursor, hint?: string): { keyName?: string; valueName: string } {
  const name = () => {
    if (peek(cursor) !== Token.Identifier) throw unexpected(cursor, 'the name of a loop variable after "for"', hint);
    const text = tokenText(cursor);
    cursor.at += 1;
    return text;
  };
  const first = name();
  let second: string | undefined;
  if (peek(cursor) === Token.Comma) {
    cursor.at += 1;
    second = name();
  }
  if (!isWord(cursor, 'in')) {
    throw unexpected(cursor, '"in" after the loop variables', 'a loop is: for item in list, or for key, value in map');
  }
  cursor.at += 1;
  return second === undefined ? { valueName: first } : { keyName: first, valueName: second };
}

interface Frame {
  readonly piece: Piece;
  readonly parts: TemplatePart[];
  elseParts: TemplatePart[] | undefined;
}

/** Puts what stands between `if`/`for` and `endif`/`endfor` inside them. */
function nest(cursor: Cursor, pieces: readonly Piece[], whole: Span): TemplatePart[] {
  const root: Frame = { piece: { kind: 'text', text: '', from: 0, to: 0 }, parts: [], elseParts: undefined };
  const stack: Frame[] = [root];
  for (const piece of pieces) {
    const frame = stack[stack.length - 1] as Frame;
    const target = frame.elseParts ?? frame.parts;
    if (piece.kind === 'text' || piece.kind === 'value') {
      // An empty text counts: `"${x ~} "` is text, while `"${x}"` has the type of x.
      target.push(piece);
    } else if (piece.kind === 'if' || piece.kind === 'for') {
      stack.push({ piece, parts: [], elseParts: undefined });
    } else if (piece.kind === 'else' && frame.piece.kind === 'if' && frame.elseParts === undefined) {
      frame.elseParts = [];
    } else if (piece.kind === 'endif' && frame.piece.kind === 'if') {
      stack.pop();
      addTo(stack, closeIf(frame, piece.to));
    } else if (piece.kind === 'endfor' && frame.piece.kind === 'for') {
      stack.pop();
      addTo(stack, closeFor(frame, piece.to));
    } else {
      throw misplaced(cursor, piece, frame);
    }
  }
  const open = stack.at(-1) as Frame;
  if (open !== root) {
    const { kind } = open.piece;
    const span = { from: open.piece.from, to: Math.min(open.piece.to, whole.to) };
    const detail = `This %{${kind}} has no %{end${kind}}.`;
    throw syntaxError(cursor, span, 'Unclosed template directive', detail, `add %{ end${kind} } where it ends`);
  }
  return root.parts;
}

function misplaced(cursor: Cursor, piece: Piece, frame: Frame): Error {
  const isSecondElse = piece.kind === 'else' && frame.piece.kind === 'if';
  const opener = piece.kind === 'endfor' ? 'for' : 'if';
  const inside = frame.piece.kind === 'if' || frame.piece.kind === 'for' ? frame.piece.kind : undefined;
  const hint =
    inside === undefined || isSecondElse ? 'remove it' : `the open %{${inside}} is ended by %{ end${inside} }`;
  const detail = isSecondElse
    ? 'This is the second %{else} of its %{if}.'
    : `This %{${piece.kind}} belongs to no open %{${opener}}.`;
  return syntaxError(cursor, piece, 'Misplaced template directive', detail, hint);
}

function addTo(stack: readonly Frame[], part: TemplatePart): void {
  const frame = stack.at(-1) as Frame;
  (frame.elseParts ?? frame.parts).push(part);
}

function closeIf(frame: Frame, to: number): TemplateIf {
  const piece = frame.piece as Extract<Piece, { kind: 'if' }>;
  const { condition, from } = piece;
  return { kind: 'if', condition, whenTrue: frame.parts, whenFalse: frame.elseParts ?? [], from, to };
}

function closeFor(frame: Frame, to: number): TemplateFor {
  const piece = frame.piece as Extract<Piece, { kind: 'for' }>;
  return { ...piece, parts: frame.parts, to };
}
