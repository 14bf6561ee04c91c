// Quoted strings, heredocs and bare templates -> text and sequences: strip markers, %{if} and %{for}.

import type { Expression, TemplateFor, TemplateIf, TemplatePart } from './ast.ts';
import { trimEndOf, trimStartOf } from './characters.ts';
import {
  type Cursor,
  expect,
  inBrackets,
  isWord,
  peek,
  previousTo,
  raise,
  spanHere,
  syntaxError,
  tokenFrom,
  tokenText,
  unexpected,
} from './cursor.ts';
import { parseExpression } from './parse-expression.ts';
import type { Span } from './source.ts';
import {
  composed,
  isPlainText,
  linesOf,
  removeIndentation,
  unescapeQuoted,
  unescapeSequences,
} from './template-text.ts';
import { exactly, Token, type TokenKind } from './token.ts';

/** A piece of a template before `if` and `for` are nested. */
type Piece =
  | { kind: 'text'; text: string; from: number; to: number }
  | { kind: 'value'; expression: Expression; from: number; to: number }
  | { kind: 'if'; condition: Expression; from: number; to: number }
  | { kind: 'for'; keyName?: string; valueName: string; collection: Expression; from: number; to: number }
  | { kind: 'else' | 'endif' | 'endfor'; from: number; to: number };

/** Parses `"…"` or a heredoc at the cursor into an expression. */
export function parseTemplate(cursor: Cursor): Expression {
  const { kind } = cursor.tokens;
  const first = cursor.at + 1;
  if (kind[cursor.at] === Token.QuoteOpen) {
    const from = tokenFrom(cursor);
    // Most strings are plain text: no pieces are needed.
    if (kind[first] === Token.QuoteClose) return literal(cursor, '', from, 2);
    if (kind[first] === Token.Text && kind[first + 1] === Token.QuoteClose) {
      const raw = tokenText(cursor, first);
      if (isPlainText(raw)) return literal(cursor, raw, from, 3);
      const text = unescapeQuoted(cursor, raw, cursor.tokens.from[first] as number);
      return literal(cursor, composed(text), from, 3);
    }
    cursor.at = first;
    return finish(cursor, readPieces(cursor, Token.QuoteClose, 'quoted'), from);
  }
  const from = tokenFrom(cursor);
  const flush = cursor.source.text[from + 2] === '-';
  cursor.at = first;
  const pieces = readPieces(cursor, Token.HeredocClose, 'lines');
  if (flush) removeIndentation(pieces);
  return finish(cursor, pieces, from);
}

/** Parses a text without quotes up to the end of the file. */
export function parseBareTemplate(cursor: Cursor): Expression {
  return finish(cursor, readPieces(cursor, Token.EndOfFile, 'lines'), 0);
}

function literal(cursor: Cursor, text: string, from: number, tokens: number): Expression {
  cursor.at += tokens;
  cursor.height = 1;
  return { kind: 'literal', value: text, from, to: previousTo(cursor) };
}

function finish(cursor: Cursor, pieces: readonly Piece[], from: number): Expression {
  const span = { from, to: previousTo(cursor) };
  const parts = nest(cursor, pieces, span);
  if (parts.length === 0) return { kind: 'literal', value: '', from, to: span.to };
  const only = parts[0];
  if (parts.length === 1 && only?.kind === 'text') return { kind: 'literal', value: only.text, from, to: span.to };
  return { kind: 'template', parts: exactly(parts), from, to: span.to };
}

/** A quoted block label: text without sequences. Labels keep their characters as written, not in composed form. */
export function quotedText(cursor: Cursor): string {
  const from = tokenFrom(cursor);
  const first = cursor.at + 1;
  const { kind } = cursor.tokens;
  parseTemplate(cursor);
  if (kind[first] === Token.QuoteClose) return '';
  if (kind[first] === Token.Text && kind[first + 1] === Token.QuoteClose) {
    return unescapeQuoted(cursor, tokenText(cursor, first), cursor.tokens.from[first] as number);
  }
  const span = { from, to: previousTo(cursor) };
  const detail = 'A block label is plain text, without "${" or "%{".';
  throw syntaxError(cursor, span, 'Invalid label', detail, 'write "$${" for "${" as text');
}

type TextForm = 'quoted' | 'lines';

function readPieces(cursor: Cursor, closing: TokenKind, form: TextForm): Piece[] {
  const pieces: Piece[] = [];
  let stripNext = false;
  let height = 0;
  for (;;) {
    const kind = cursor.tokens.kind[cursor.at] as TokenKind;
    if (kind === Token.Text) {
      const raw = tokenText(cursor);
      const span = spanHere(cursor);
      cursor.at += 1;
      const first = pieces.length;
      if (form === 'quoted')
        pieces.push({ kind: 'text', text: unescapeQuoted(cursor, raw, span.from), from: span.from, to: span.to });
      else
        for (const line of linesOf(raw))
          pieces.push({ kind: 'text', text: unescapeSequences(line), from: span.from, to: span.to });
      if (stripNext) stripFirst(pieces[first]);
      stripNext = false;
    } else if (kind === Token.InterpolationOpen || kind === Token.ControlOpen) {
      if (tokenText(cursor).endsWith('~')) stripLast(pieces);
      cursor.height = 1;
      pieces.push(readSequence(cursor, kind));
      height = Math.max(height, cursor.height);
      stripNext = cursor.source.text[previousTo(cursor) - 2] === '~';
    } else if (kind === closing) {
      if (closing !== Token.EndOfFile) cursor.at += 1;
      raise(cursor, height + deepestNesting(pieces));
      return pieces;
    } else {
      throw unexpected(cursor, 'the rest of the text');
    }
  }
}

/** Strip markers reach to the next line break, but not beyond: each line is a text of its own. */
function stripLast(pieces: readonly Piece[]): void {
  const last = pieces.at(-1);
  if (last?.kind === 'text') last.text = trimEndOf(last.text);
}

function stripFirst(piece: Piece | undefined): void {
  if (piece?.kind === 'text') piece.text = trimStartOf(piece.text);
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
  return inBrackets(cursor, false, () => {
    if (kind === Token.ControlOpen) return readControl(cursor, from);
    const expression = parseExpression(cursor);
    return { kind: 'value', expression, from, to: closeSequence(cursor) };
  });
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

/** Joins neighbouring texts and puts what stands between `if`/`for` and `endif`/`endfor` inside them. */
function nest(cursor: Cursor, pieces: readonly Piece[], whole: Span): TemplatePart[] {
  const root: Frame = { piece: { kind: 'text', text: '', from: 0, to: 0 }, parts: [], elseParts: undefined };
  const stack: Frame[] = [root];
  let text = '';
  for (let index = 0; index < pieces.length; index += 1) {
    const piece = pieces[index] as Piece;
    const frame = stack[stack.length - 1] as Frame;
    const target = frame.elseParts ?? frame.parts;
    if (piece.kind === 'text') {
      text += piece.text;
      // An empty text counts: `"${x ~} "` is text, while `"${x}"` has the type of x.
      if (pieces[index + 1]?.kind === 'text') continue;
      target.push({ kind: 'text', text: composed(text), from: piece.from, to: piece.to });
      text = '';
    } else if (piece.kind === 'value') {
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
