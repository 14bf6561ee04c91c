// `[…]` and `{…}`: tuples, objects and for-expressions.

import type { Expression, ForNode } from './ast.ts';
import {
  accept,
  type Cursor,
  closeBracket,
  expect,
  isWord,
  nameText,
  openBracket,
  peek,
  peekAhead,
  previousTo,
  raise,
  syntaxError,
  tokenFrom,
  unexpected,
} from './cursor.ts';
import { parseExpression } from './parse-expression.ts';
import { parseForNames } from './parse-template.ts';
import { composed } from './template-text.ts';
import { Token } from './token.ts';

export function parseBracket(cursor: Cursor): Expression {
  const from = tokenFrom(cursor);
  const before = openBracket(cursor);
  const result = isWord(cursor, 'for') ? parseFor(cursor, 'tuple', from) : parseTuple(cursor, from);
  closeBracket(cursor, before);
  return result;
}

function parseTuple(cursor: Cursor, from: number): Expression {
  const { values } = cursor;
  const start = values.count;
  let height = 0;
  while (peek(cursor) !== Token.BracketClose) {
    values.add(parseExpression(cursor));
    height = Math.max(height, cursor.height);
    if (!accept(cursor, Token.Comma) && peek(cursor) !== Token.BracketClose) {
      throw unexpected(cursor, '"," or "]" after an element of the list', 'elements are separated by commas');
    }
  }
  cursor.at += 1;
  raise(cursor, height);
  return { kind: 'tuple', items: values.takeFrom(start), from, to: previousTo(cursor) };
}

export function parseBrace(cursor: Cursor): Expression {
  const from = tokenFrom(cursor);
  const before = openBracket(cursor);
  const first = cursor.at;
  let result: Expression;
  if (isWord(cursor, 'for')) {
    result = parseFor(cursor, 'object', from);
  } else {
    cursor.at = first;
    cursor.newlines = true;
    result = parseObject(cursor, from);
  }
  closeBracket(cursor, before);
  return result;
}

/** Items of an object are separated by commas or line breaks. */
function parseObject(cursor: Cursor, from: number): Expression {
  const { members } = cursor;
  const start = members.count;
  let height = 0;
  for (;;) {
    while (accept(cursor, Token.Newline));
    if (accept(cursor, Token.BraceClose)) {
      raise(cursor, height);
      return { kind: 'object', items: members.takeFrom(start), from, to: previousTo(cursor) };
    }
    const key = parseKey(cursor);
    height = Math.max(height, cursor.height);
    if (!accept(cursor, Token.Assign) && !accept(cursor, Token.Colon)) throw missingSeparator(cursor, key);
    members.add({ key, value: parseExpression(cursor) });
    height = Math.max(height, cursor.height);
    const kind = peek(cursor);
    if (kind === Token.Comma || kind === Token.Newline) cursor.at += 1;
    else if (kind !== Token.BraceClose) throw unexpected(cursor, 'a line break, "," or "}" after the value');
  }
}

function missingSeparator(cursor: Cursor, key: Expression): Error {
  const kind = peek(cursor);
  const isBlock = kind === Token.BraceOpen || kind === Token.QuoteOpen || kind === Token.Quoted;
  const hint =
    isBlock && key.kind === 'reference'
      ? 'if this is a block, what it stands in is a block too: write that without "="'
      : 'quote a key that is not a plain name';
  return unexpected(cursor, '"=" or ":" after the key', hint);
}

/** A bare name alone is text; anything else, also `(name)`, is an expression. */
function parseKey(cursor: Cursor): Expression {
  const kind = peek(cursor);
  cursor.height = 1;
  if (kind === Token.Identifier) {
    const next = peekAhead(cursor, 1);
    if (next === Token.Assign || next === Token.Colon) {
      const from = tokenFrom(cursor);
      const value = composed(nameText(cursor));
      cursor.at += 1;
      return { kind: 'literal', value, from, to: previousTo(cursor) };
    }
  }
  const key = parseExpression(cursor);
  if (kind === Token.Identifier && key.kind === 'reference' && key.steps.length > 0) {
    const detail = 'A key with dots must be quoted, or put in parentheses to use its value.';
    throw syntaxError(cursor, key, 'Ambiguous key', detail);
  }
  return key;
}

function parseFor(cursor: Cursor, result: 'tuple' | 'object', from: number): ForNode {
  cursor.at += 1;
  const names = parseForNames(cursor, 'quote the key "for", or put it in parentheses');
  const collection = parseExpression(cursor);
  let { height } = cursor;
  const part = () => {
    const expression = parseExpression(cursor);
    height = Math.max(height, cursor.height);
    return expression;
  };
  expect(cursor, Token.Colon, '":" after the collection', 'a for-expression is: [for item in list : value]');
  let value = part();
  let key: Expression | undefined;
  if (result === 'object') {
    expect(cursor, Token.Arrow, '"=>" between key and value', 'an object is made by: {for k, v in map : key => value}');
    key = value;
    value = part();
  } else if (peek(cursor) === Token.Arrow) {
    throw unexpected(cursor, '"]"', 'keys and values make an object: write it in braces, {for …}');
  }
  const grouped = result === 'object' && accept(cursor, Token.Ellipsis);
  if (peek(cursor) === Token.Ellipsis) {
    throw unexpected(cursor, '"]"', '"..." gathers values by key, which only {for …} does');
  }
  let condition: Expression | undefined;
  if (isWord(cursor, 'if')) {
    cursor.at += 1;
    condition = part();
  }
  const closing = result === 'tuple' ? Token.BracketClose : Token.BraceClose;
  expect(cursor, closing, `"${result === 'tuple' ? ']' : '}'}" at the end of the for-expression`);
  raise(cursor, height);
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
