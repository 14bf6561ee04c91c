// The pieces a formatter moves: tokens and comments in the order of the text, gathered in lines.

import { Token, type TokenKind, type TokenList } from '../syntax/token.ts';

/** A comment is a piece as tokens are. */
export const Comment = 100;

export interface Piece {
  readonly kind: TokenKind | typeof Comment;
  /** Exactly as written. A line comment has the line break that ends it. */
  readonly text: string;
  /** Blanks before it; the only thing formatting changes. */
  spaces: number;
}

/**
 * One line, in up to three cells: what begins it, from `=` on, and a comment that ends it. A string or heredoc over
 * several lines is one piece, so such a line is longer than a line of the text.
 */
export interface Line {
  readonly lead: readonly Piece[];
  readonly assign: readonly Piece[];
  readonly comment: Piece | undefined;
}

export function piecesOf(text: string, tokens: TokenList): Piece[] {
  const pieces: Piece[] = [];
  const { kind, from, to, count, comments } = tokens;
  let comment = 0;
  for (let index = 0; index < count; index += 1) {
    const at = from[index] as number;
    for (; (comments[comment] ?? Number.POSITIVE_INFINITY) < at; comment += 2) {
      pieces.push(piece(Comment, text.slice(comments[comment], comments[comment + 1])));
    }
    const token = kind[index] as TokenKind;
    if (token === Token.EndOfFile) break;
    if (token === Token.Newline) endLine(pieces, text, at, comments[comment - 1] ?? 0);
    else pieces.push(piece(token, text.slice(at, to[index])));
  }
  return pieces;
}

function piece(kind: Piece['kind'], text: string): Piece {
  return { kind, text, spaces: 0 };
}

/**
 * A line comment, which ends at `commentTo`, takes its line break in. A carriage return before the break belongs to the
 * break: the lexer skips it.
 */
function endLine(pieces: Piece[], text: string, at: number, commentTo: number): void {
  const last = pieces.at(-1);
  if (last?.kind === Comment && isLineComment(last.text) && !last.text.endsWith('\n')) {
    pieces[pieces.length - 1] = piece(Comment, last.text + text.slice(commentTo, at + 1));
  } else {
    pieces.push(piece(Token.Newline, text.charCodeAt(at - 1) === 13 ? '\r\n' : '\n'));
  }
}

function isLineComment(text: string): boolean {
  return text.startsWith('#') || text.startsWith('//');
}

function endsLine(item: Piece): boolean {
  return item.kind === Token.Newline || (item.kind === Comment && item.text.endsWith('\n'));
}

export function linesOf(pieces: readonly Piece[]): Line[] {
  const lines: Line[] = [];
  let start = 0;
  pieces.forEach((item, index) => {
    if (!endsLine(item)) return;
    lines.push(lineOf(pieces.slice(start, index + 1)));
    start = index + 1;
  });
  if (start < pieces.length) lines.push(lineOf(pieces.slice(start)));
  return lines;
}

function lineOf(pieces: readonly Piece[]): Line {
  const last = pieces.at(-1);
  const comment = pieces.length > 1 && last?.kind === Comment ? last : undefined;
  const code = comment === undefined ? pieces : pieces.slice(0, -1);
  const equals = code.findIndex((item, index) => index > 0 && item.kind === Token.Assign);
  // A value that goes on in the next line takes no part in the alignment of its neighbours.
  const isWhole = equals !== -1 && netDepth(code.slice(equals)) === 0;
  return {
    lead: isWhole ? code.slice(0, equals) : code,
    assign: isWhole ? code.slice(equals) : [],
    comment,
  };
}

/** +1 for a piece that opens a bracket, a brace or a template sequence, -1 for one that closes it. */
export function depthChange(item: Piece): number {
  switch (item.kind) {
    case Token.BraceOpen:
    case Token.BracketOpen:
    case Token.ParenOpen:
    case Token.InterpolationOpen:
    case Token.ControlOpen:
      return 1;
    case Token.BraceClose:
    case Token.BracketClose:
    case Token.ParenClose:
    case Token.SequenceClose:
      return -1;
    default:
      return 0;
  }
}

export function netDepth(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, item) => sum + depthChange(item), 0);
}
