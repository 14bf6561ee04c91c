// Type and labels of a block, up to its `{`.

import type { Label } from './ast.ts';
import {
  type Cursor,
  peek,
  peekAhead,
  previousTo,
  report,
  spanHere,
  tokenFrom,
  tokenText,
  unexpected,
} from './cursor.ts';
import { quotedText } from './parse-template.ts';
import { Token, type TokenKind } from './token.ts';

const NOTHING: readonly Label[] = [];

/** Reads the labels after the type and stops at the `{`. */
export function parseBlockHead(cursor: Cursor, type: string): readonly Label[] {
  let labels: Label[] | undefined;
  for (;;) {
    const kind = peek(cursor);
    const from = tokenFrom(cursor);
    if (kind === Token.QuoteOpen || kind === Token.Quoted) {
      const text = quotedText(cursor);
      const label = { text, from, to: previousTo(cursor) };
      // Nearly all have one label at most.
      if (labels === undefined) labels = [label];
      else labels.push(label);
    } else if (kind === Token.Identifier) {
      const text = tokenText(cursor);
      cursor.at += 1;
      const label = { text, from, to: previousTo(cursor) };
      // Nearly all have one label at most.
      if (labels === undefined) labels = [label];
      else labels.push(label);
    } else if (kind === Token.BraceOpen) {
      return labels ?? NOTHING;
    } else {
      forgive(cursor, kind, type, labels ?? NOTHING);
      return labels ?? NOTHING;
    }
  }
}

/** Mistakes after which the block is read all the same; else it throws. */
function forgive(cursor: Cursor, kind: TokenKind, type: string, labels: readonly Label[]): void {
  const head = [type, ...labels.map(({ text }) => `"${text}"`)].join(' ');
  if (kind === Token.Assign && peekAhead(cursor, 1) === Token.BraceOpen) {
    report(cursor, spanHere(cursor), 'Syntax error', 'Found "=", but a block has none.', `write ${head} {`);
    cursor.at += 1;
    return;
  }
  if (kind === Token.Newline) {
    let ahead = 1;
    while (peekAhead(cursor, ahead) === Token.Newline) ahead += 1;
    if (peekAhead(cursor, ahead) === Token.BraceOpen) {
      cursor.at += ahead;
      const detail = 'The "{" of a block stands on the line of its name.';
      report(cursor, spanHere(cursor), 'Syntax error', detail, `write ${head} {`);
      return;
    }
  }
  throw missingBrace(cursor, kind, type, labels);
}

function missingBrace(cursor: Cursor, kind: TokenKind, type: string, labels: readonly Label[]): Error {
  const isEnd = kind === Token.Newline || kind === Token.EndOfFile || kind === Token.BraceClose;
  if (kind === Token.Colon) {
    return unexpected(cursor, `"=" or "{" after "${type}"`, `attributes are written ${type} = value`);
  }
  if (labels.length === 0) {
    const hint = isEnd ? `write ${type} = … or ${type} { … }` : `write ${type} = … for an attribute`;
    return unexpected(cursor, `"=" or "{" after "${type}"`, hint);
  }
  const only = labels.length === 1 ? labels[0] : undefined;
  const value = only === undefined ? undefined : cursor.text.slice(only.from, only.to);
  const hint =
    value === undefined ? undefined : `write ${type} = ${value} for an attribute, ${type} ${value} { for a block`;
  const expected = only === undefined ? `"{" after the labels of "${type}"` : `"=" or "{" after "${type}"`;
  return unexpected(cursor, expected, hint);
}
