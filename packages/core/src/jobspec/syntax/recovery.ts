// After an error: where the next attribute or block begins, so that all mistakes of a file are reported, each once.

import { type Cursor, startsItem } from './cursor.ts';
import { Token, type TokenKind } from './token.ts';

const OPENERS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  Token.BraceOpen,
  Token.BracketOpen,
  Token.ParenOpen,
  Token.InterpolationOpen,
  Token.ControlOpen,
]);

/**
 * Goes to the line after the item that began at `itemStart` and failed at the cursor, over the brackets that the item
 * opened; or to the `}` of the block around it, if there is one. A bracket that is not closed must not swallow the items after it.
 */
export function skipItem(cursor: Cursor, itemStart: number, isInBlock: boolean): void {
  const { kind } = cursor;
  const failedAt = cursor.at;
  const open: TokenKind[] = [];
  for (cursor.at = itemStart; ; cursor.at += 1) {
    const token = kind[cursor.at] as TokenKind;
    if (token === Token.EndOfFile) return;
    if (token === Token.Newline) {
      if (open.length === 0 && cursor.at >= failedAt) return;
      const isInBrackets = open.length > 0 && open.at(-1) !== Token.BraceOpen;
      // The item after an unclosed bracket may be what failed.
      if (isInBrackets && cursor.at >= failedAt - 1 && startsItem(cursor, cursor.at + 1)) return;
    }
    if (OPENERS.has(token)) open.push(token);
    if (token === Token.BracketClose || token === Token.ParenClose || token === Token.SequenceClose) {
      if (closes(open.at(-1), token)) open.pop();
    }
    if (token === Token.BraceClose) {
      // Brackets that are still open inside of this brace never get closed.
      const brace = open.lastIndexOf(Token.BraceOpen);
      if (brace === -1 && isInBlock && cursor.at > itemStart) return;
      open.length = Math.max(brace, 0);
    }
  }
}

function closes(opener: TokenKind | undefined, token: TokenKind): boolean {
  if (token === Token.BracketClose) return opener === Token.BracketOpen;
  if (token === Token.ParenClose) return opener === Token.ParenOpen;
  return opener === Token.InterpolationOpen || opener === Token.ControlOpen;
}

/** Goes to the end of the line, or to the `}` before it. */
export function skipToLineEnd(cursor: Cursor): void {
  const { kind } = cursor;
  const start = cursor.at;
  while (kind[cursor.at] !== Token.Newline && kind[cursor.at] !== Token.EndOfFile) {
    if (kind[cursor.at] === Token.BraceClose && cursor.at > start) return;
    cursor.at += 1;
  }
}
