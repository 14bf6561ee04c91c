// Quoted strings and heredocs -> text and sequences: escapes, strip markers, indentation, %{if} and %{for}.

import type { Expression, TemplateFor, TemplateIf, TemplatePart, TemplateText } from './ast.ts';
import {
  accept,
  type Cursor,
  enter,
  expect,
  leave,
  peek,
  previousTo,
  spanHere,
  syntaxError,
  tokenFrom,
  tokenText,
  unexpected,
  withNewlines,
} from './cursor.ts';
import { parseExpression } from './parse-expression.ts';
import type { Span } from './source.ts';
import { Token } from './token.ts';

/** A piece of a template before `if` and `for` are nested. */
type Piece =
  | { kind: 'text'; text: string; from: number; to: number }
  | { kind: 'value'; expression: Expression; from: number; to: number }
  | { kind: 'if'; condition: Expression; from: number; to: number }
  | { kind: 'for'; keyName?: string; valueName: string; collection: Expression; from: number; to: number }
  | { kind: 'else' | 'endif' | 'endfor'; from: number; to: number };

/** Parses `"…"` or a heredoc at the cursor into an expression. */
export function parseTemplate(cursor: Cursor): Expression {
  const from = tokenFrom(cursor);
  const heredoc = peek(cursor) === Token.HeredocOpen;
  const flush = heredoc && cursor.source.text[from + 2] === '-';
  cursor.at += 1;
  enter(cursor);
  const pieces = readPieces(cursor, heredoc ? Token.HeredocClose : Token.QuoteClose, !heredoc);
  leave(cursor);
  const to = previousTo(cursor);
  if (flush) removeIndentation(pieces);
  const parts = nest(cursor, pieces, { from, to });
  if (parts.length === 0) return { kind: 'literal', value: '', from, to };
  const only = parts[0];
  if (parts.length === 1 && only?.kind === 'text') return { kind: 'literal', value: only.text, from, to };
  return { kind: 'template', parts, from, to };
}

/** A quoted block label or key: text without sequences. */
export function quotedText(cursor: Cursor): string {
  const from = tokenFrom(cursor);
  const expression = withNewlines(cursor, true, () => parseTemplate(cursor));
  if (expression.kind === 'literal' && typeof expression.value === 'string') return expression.value;
  const span = { from, to: previousTo(cursor) };
  throw syntaxError(cursor, span, 'Invalid label', 'A block label is plain text, without "${" or "%{".');
}

function readPieces(cursor: Cursor, closing: number, quoted: boolean): Piece[] {
  const pieces: Piece[] = [];
  let stripNext = false;
  for (;;) {
    const kind = cursor.tokens.kind[cursor.at];
    const span = spanHere(cursor);
    if (kind === Token.Text) {
      const raw = tokenText(cursor);
      cursor.at += 1;
      let text = quoted ? unescapeQuoted(cursor, raw, span.from) : unescapeSequences(raw);
      if (stripNext) text = text.trimStart();
      stripNext = false;
      pieces.push({ kind: 'text', text, ...span });
    } else if (kind === Token.InterpolationOpen || kind === Token.ControlOpen) {
      if (tokenText(cursor).endsWith('~')) stripLast(pieces);
      cursor.at += 1;
      const piece = withNewlines(cursor, false, () =>
        kind === Token.InterpolationOpen ? readValue(cursor, span.from) : readControl(cursor, span.from),
      );
      stripNext = tokenText(cursor, cursor.at - 1).startsWith('~');
      pieces.push(piece);
    } else if (kind === closing) {
      cursor.at += 1;
      return pieces;
    } else {
      throw unexpected(cursor, 'the rest of the string');
    }
  }
}

function stripLast(pieces: Piece[]): void {
  const last = pieces.at(-1);
  if (last?.kind === 'text') last.text = last.text.trimEnd();
}

function closeSequence(cursor: Cursor): number {
  expect(cursor, Token.SequenceClose, '"}" that ends the template sequence');
  return previousTo(cursor);
}

function readValue(cursor: Cursor, from: number): Piece {
  const expression = parseExpression(cursor);
  return { kind: 'value', expression, from, to: closeSequence(cursor) };
}

function readControl(cursor: Cursor, from: number): Piece {
  if (peek(cursor) !== Token.Identifier) throw unexpected(cursor, 'if, else, endif, for or endfor');
  const keyword = tokenText(cursor);
  const hint = 'to write "%{" as text, write "%%{"';
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
      throw unexpected(cursor, 'if, else, endif, for or endfor', hint);
  }
}

/** `v in` or `k, v in`, after `for`. */
export function parseForNames(cursor: Cursor): { keyName?: string; valueName: string } {
  const name = () => {
    if (peek(cursor) !== Token.Identifier) throw unexpected(cursor, 'the name of a loop variable');
    const text = tokenText(cursor);
    cursor.at += 1;
    return text;
  };
  const first = name();
  const second = accept(cursor, Token.Comma) ? name() : undefined;
  if (peek(cursor) !== Token.Identifier || tokenText(cursor) !== 'in')
    throw unexpected(cursor, '"in" after the loop variables');
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
    const frame = stack.at(-1) as Frame;
    const target = frame.elseParts ?? frame.parts;
    if (piece.kind === 'text') {
      if (piece.text !== '') target.push(piece satisfies TemplateText);
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
      const detail = `This %{${piece.kind}} belongs to no open %{${piece.kind === 'endfor' ? 'for' : 'if'}}.`;
      throw syntaxError(cursor, piece, 'Misplaced template directive', detail);
    }
  }
  const open = stack.at(-1) as Frame;
  if (open !== root) {
    const detail = `This %{${open.piece.kind}} has no %{end${open.piece.kind}}.`;
    const span = { from: open.piece.from, to: Math.min(open.piece.to, whole.to) };
    throw syntaxError(cursor, span, 'Unclosed template directive', detail);
  }
  return root.parts;
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

/** `<<-`: takes the smallest indentation of all lines away from each. */
function removeIndentation(pieces: Piece[]): void {
  let smallest = Number.POSITIVE_INFINITY;
  let lineStart = true;
  for (const piece of pieces) {
    if (piece.kind !== 'text') {
      if (lineStart) smallest = 0;
      lineStart = false;
      continue;
    }
    for (const line of linesOf(piece.text)) {
      const blanks = line.length - line.replace(/^[ \t]+/, '').length;
      if (lineStart && (line.slice(blanks) !== '\n' || blanks > 0) && line !== '\n')
        smallest = Math.min(smallest, blanks);
      lineStart = line.endsWith('\n');
    }
  }
  if (smallest === 0 || smallest === Number.POSITIVE_INFINITY) return;
  lineStart = true;
  for (const piece of pieces) {
    if (piece.kind !== 'text') {
      lineStart = false;
      continue;
    }
    let text = '';
    for (const line of linesOf(piece.text)) {
      text += lineStart && line !== '\n' ? line.slice(smallest) : line;
      lineStart = line.endsWith('\n');
    }
    piece.text = text;
  }
}

function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => `${line}\n`);
  const last = (lines.pop() as string).slice(0, -1);
  return last === '' ? lines : [...lines, last];
}

function unescapeSequences(raw: string): string {
  return raw.includes('{') ? raw.replaceAll('$${', '${').replaceAll('%%{', '%{') : raw;
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

function unescapeQuoted(cursor: Cursor, raw: string, offset: number): string {
  const text = raw.includes('{') ? raw : undefined;
  if (!raw.includes('\\')) return text === undefined ? raw : unescapeSequences(raw);
  let result = '';
  let at = 0;
  while (at < raw.length) {
    const code = raw.charCodeAt(at);
    if (code === 92) {
      const [character, length] = readEscape(cursor, raw, at, offset);
      result += character;
      at += length;
    } else if ((code === 36 || code === 37) && raw.charCodeAt(at + 1) === code && raw.charCodeAt(at + 2) === 123) {
      result += `${raw[at]}{`;
      at += 3;
    } else {
      result += raw[at];
      at += 1;
    }
  }
  return result;
}

function readEscape(cursor: Cursor, raw: string, at: number, offset: number): readonly [string, number] {
  const letter = raw[at + 1] ?? '';
  const simple = ESCAPES[letter];
  if (simple !== undefined) return [simple, 2];
  const digits = letter === 'u' ? 4 : letter === 'U' ? 8 : 0;
  const hex = raw.slice(at + 2, at + 2 + digits);
  if (digits > 0 && hex.length === digits && /^[0-9a-fA-F]+$/.test(hex)) {
    const point = Number.parseInt(hex, 16);
    if (point <= 0x10ffff) return [String.fromCodePoint(point), 2 + digits];
  }
  const span = { from: offset + at, to: offset + at + 2 };
  const detail = `"\\${letter}" is no escape sequence; there are \\n \\r \\t \\" \\\\ \\uNNNN \\UNNNNNNNN.`;
  throw syntaxError(cursor, span, 'Invalid escape sequence', detail, 'write "\\\\" for a backslash');
}
