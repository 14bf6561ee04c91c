// `[…]` and `{…}`: tuples, objects and for-expressions.

import type { Expression, ForNode, ObjectItem } from './ast.ts';
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
import { parseForNames } from './parse-template.ts';
import { Token } from './token.ts';

export function parseBracket(cursor: Cursor): Expression {
  const from = tokenFrom(cursor);
  cursor.at += 1;
  enter(cursor);
  const result = withNewlines(cursor, false, (): Expression => {
    if (startsFor(cursor)) return parseFor(cursor, 'tuple', from);
    const items: Expression[] = [];
    while (peek(cursor) !== Token.BracketClose) {
      items.push(parseExpression(cursor));
      if (!accept(cursor, Token.Comma) && peek(cursor) !== Token.BracketClose) {
        throw unexpected(cursor, '"," or "]" after an element of the list');
      }
    }
    cursor.at += 1;
    return { kind: 'tuple', items, from, to: previousTo(cursor) };
  });
  leave(cursor);
  return result;
}

export function parseBrace(cursor: Cursor): Expression {
  const from = tokenFrom(cursor);
  cursor.at += 1;
  enter(cursor);
  const isFor = withNewlines(cursor, false, () => startsFor(cursor));
  const result = isFor
    ? withNewlines(cursor, false, () => parseFor(cursor, 'object', from))
    : withNewlines(cursor, true, () => parseObject(cursor, from));
  leave(cursor);
  return result;
}

/** `for` followed by a name: a key called `for` is followed by `=` or `:`. */
function startsFor(cursor: Cursor): boolean {
  if (peek(cursor) !== Token.Identifier || tokenText(cursor) !== 'for') return false;
  let next = cursor.at + 1;
  while (cursor.tokens.kind[next] === Token.Newline) next += 1;
  return cursor.tokens.kind[next] === Token.Identifier;
}

/** Items of an object are separated by commas or line breaks. */
function parseObject(cursor: Cursor, from: number): Expression {
  const items: ObjectItem[] = [];
  for (;;) {
    while (accept(cursor, Token.Newline));
    if (accept(cursor, Token.BraceClose)) return { kind: 'object', items, from, to: previousTo(cursor) };
    if (peek(cursor) === Token.EndOfFile) {
      throw syntaxError(cursor, { from, to: from + 1 }, 'Unclosed object', 'This "{" has no "}".');
    }
    const key = parseKey(cursor);
    while (accept(cursor, Token.Newline));
    if (!accept(cursor, Token.Assign) && !accept(cursor, Token.Colon)) {
      throw unexpected(cursor, '"=" or ":" after the key', 'quote a key that is not a plain name');
    }
    while (accept(cursor, Token.Newline));
    items.push({ key, value: parseExpression(cursor) });
    const kind = peek(cursor);
    if (kind === Token.Comma || kind === Token.Newline) cursor.at += 1;
    else if (kind !== Token.BraceClose) throw unexpected(cursor, 'a line break, "," or "}" after the value');
  }
}

/** A bare name alone is text; anything else, also `(name)`, is an expression. */
function parseKey(cursor: Cursor): Expression {
  const next = cursor.tokens.kind[cursor.at + 1];
  if (peek(cursor) === Token.Identifier && (next === Token.Assign || next === Token.Colon || next === Token.Newline)) {
    const span = spanHere(cursor);
    const value = tokenText(cursor);
    cursor.at += 1;
    return { kind: 'literal', value, ...span };
  }
  const key = parseExpression(cursor);
  if (key.kind === 'reference' && key.steps.length > 0 && cursor.source.text[key.from - 1] !== '(') {
    const detail = 'A key with dots must be quoted, or put in parentheses to use its value.';
    throw syntaxError(cursor, key, 'Ambiguous key', detail);
  }
  return key;
}

function parseFor(cursor: Cursor, result: 'tuple' | 'object', from: number): ForNode {
  cursor.at += 1;
  const names = parseForNames(cursor);
  const collection = parseExpression(cursor);
  expect(cursor, Token.Colon, '":" after the collection');
  let value = parseExpression(cursor);
  let key: Expression | undefined;
  if (result === 'object') {
    expect(cursor, Token.Arrow, '"=>" between key and value');
    key = value;
    value = parseExpression(cursor);
  }
  const grouped = result === 'object' && accept(cursor, Token.Ellipsis);
  let condition: Expression | undefined;
  if (peek(cursor) === Token.Identifier && tokenText(cursor) === 'if') {
    cursor.at += 1;
    condition = parseExpression(cursor);
  }
  expect(cursor, result === 'tuple' ? Token.BracketClose : Token.BraceClose, 'the end of the for-expression');
  return {
    kind: 'for',
    result,
    ...names,
    collection,
    ...(key === undefined ? {} : { key }),
    value,
    ...(condition === undefined ? {} : { condition }),
    grouped,
    from,
    to: previousTo(cursor),
  };
}
