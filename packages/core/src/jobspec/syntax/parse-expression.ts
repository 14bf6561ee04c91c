// Tokens -> expressions: a Pratt parser with HCL's precedence.

import type { BinaryOperator, Expression, ReferenceStep } from './ast.ts';
import {
  accept,
  type Cursor,
  closeBracket,
  enter,
  expect,
  isWord,
  leave,
  nameText,
  openBracket,
  peek,
  previousTo,
  raise,
  spanHere,
  stringText,
  syntaxError,
  tokenFrom,
  tokenText,
  unexpected,
} from './cursor.ts';
import { readNumber } from './number.ts';
import { parseBrace, parseBracket } from './parse-collection.ts';
import { parsePostfix } from './parse-postfix.ts';
import { parseTemplate } from './parse-template.ts';
import type { Span } from './source.ts';
import { TOKEN_KINDS, Token, type TokenKind } from './token.ts';

/** Binding power of each binary operator; equal ones associate to the left. */
const BINARY: (readonly [BinaryOperator, number] | undefined)[] = [];
BINARY[TOKEN_KINDS - 1] = undefined;
const LEVELS: readonly (readonly [TokenKind, BinaryOperator, number])[] = [
  [Token.Or, '||', 1],
  [Token.And, '&&', 2],
  [Token.Equal, '==', 3],
  [Token.NotEqual, '!=', 3],
  [Token.Less, '<', 4],
  [Token.LessEqual, '<=', 4],
  [Token.Greater, '>', 4],
  [Token.GreaterEqual, '>=', 4],
  [Token.Plus, '+', 5],
  [Token.Minus, '-', 5],
  [Token.Star, '*', 6],
  [Token.Slash, '/', 6],
  [Token.Percent, '%', 6],
];
for (const [kind, operator, level] of LEVELS) BINARY[kind] = [operator, level];

/** What may follow a whole value: nearly all values are one term. */
const ENDS_VALUE = new Uint8Array(TOKEN_KINDS);
ENDS_VALUE[Token.Newline] = 1;
ENDS_VALUE[Token.Comma] = 1;
ENDS_VALUE[Token.BracketClose] = 1;
ENDS_VALUE[Token.SequenceClose] = 1;

export function parseExpression(cursor: Cursor): Expression {
  enter(cursor);
  const term = parseTerm(cursor);
  const result = ENDS_VALUE[peek(cursor)] === 1 ? term : parseOperators(cursor, term);
  leave(cursor);
  return result;
}

/** The operators after the first term of an expression. */
function parseOperators(cursor: Cursor, term: Expression): Expression {
  const condition = parseBinary(cursor, 0, term);
  if (!accept(cursor, Token.Question)) return condition;
  let { height } = cursor;
  const whenTrue = parseExpression(cursor);
  height = Math.max(height, cursor.height);
  expect(cursor, Token.Colon, '":" and the value for false', 'a conditional is: condition ? value : other value');
  const whenFalse = parseExpression(cursor);
  raise(cursor, Math.max(height, cursor.height));
  return { kind: 'conditional', condition, whenTrue, whenFalse, from: condition.from, to: whenFalse.to };
}

function parseBinary(cursor: Cursor, minimum: number, first: Expression): Expression {
  let left = first;
  for (;;) {
    const entry = BINARY[peek(cursor)];
    if (entry === undefined || entry[1] <= minimum) return left;
    const { height } = cursor;
    cursor.at += 1;
    const right = parseBinary(cursor, entry[1], parseTerm(cursor));
    raise(cursor, Math.max(height, cursor.height));
    left = { kind: 'binary', operator: entry[0], left, right, from: left.from, to: right.to };
  }
}

function parseTerm(cursor: Cursor): Expression {
  const kind = peek(cursor);
  if (kind !== Token.Minus && kind !== Token.Not) return parsePostfix(cursor, parsePrimary(cursor));
  const from = tokenFrom(cursor);
  cursor.at += 1;
  enter(cursor);
  const operand = parseTerm(cursor);
  leave(cursor);
  // A number right after the sign is one literal with it: its digits can be read from the source again.
  if (kind === Token.Minus && operand.kind === 'literal' && operand.from === from + 1 && isPositive(operand.value)) {
    return { ...operand, value: -operand.value, from };
  }
  raise(cursor, cursor.height);
  return { kind: 'unary', operator: kind === Token.Minus ? '-' : '!', operand, from, to: operand.to };
}

function isPositive(value: unknown): value is number {
  return (typeof value === 'number' || typeof value === 'bigint') && value > 0;
}

function parsePrimary(cursor: Cursor): Expression {
  cursor.height = 1;
  switch (peek(cursor)) {
    case Token.Number:
      return parseNumber(cursor);
    case Token.Quoted:
      return parsePlainString(cursor);
    case Token.QuoteOpen:
    case Token.HeredocOpen:
      return parseTemplate(cursor);
    case Token.Identifier:
      return parseName(cursor);
    case Token.ParenOpen:
      return parseParentheses(cursor);
    case Token.BracketOpen:
      return parseBracket(cursor);
    case Token.BraceOpen:
      return parseBrace(cursor);
    default:
      throw unexpected(cursor, 'a value', missingValueHint(cursor));
  }
}

function parsePlainString(cursor: Cursor): Expression {
  const value = stringText(cursor);
  const { from, to, at } = cursor;
  cursor.at += 1;
  return { kind: 'literal', value, from: from[at] as number, to: to[at] as number };
}

function parseParentheses(cursor: Cursor): Expression {
  const before = openBracket(cursor);
  const inner = parseExpression(cursor);
  expect(cursor, Token.ParenClose, '")"');
  closeBracket(cursor, before);
  return inner;
}

function missingValueHint(cursor: Cursor): string | undefined {
  const kind = peek(cursor);
  const before = cursor.at === 0 ? Token.Invalid : cursor.kind[cursor.at - 1];
  if (kind === Token.Comma) return 'remove the comma, or put a value before it';
  if (kind === Token.Star && before === Token.Star) return 'powers are written pow(base, exponent)';
  if (kind === Token.Assign && before === Token.Assign) return 'values are compared with "=="';
  if (kind === Token.DoubleColon || kind === Token.Colon) return 'text with colons stands in double quotes';
  return undefined;
}

function parseNumber(cursor: Cursor): Expression {
  const text = tokenText(cursor);
  const number = readNumber(text);
  if (typeof number === 'string') {
    const hint = text.length < 40 ? `put text in quotes: "${text}"` : undefined;
    throw syntaxError(cursor, spanHere(cursor), 'Invalid number', `${shorten(text)} ${number}.`, hint);
  }
  const from = tokenFrom(cursor);
  cursor.at += 1;
  return { kind: 'literal', value: number, from, to: previousTo(cursor) };
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}

function parseName(cursor: Cursor): Expression {
  const from = tokenFrom(cursor);
  let name = nameText(cursor);
  cursor.at += 1;
  // Before anybody looks for what follows, which may be lines further down.
  let to = previousTo(cursor);
  let scoped = false;
  while (accept(cursor, Token.DoubleColon)) {
    if (peek(cursor) !== Token.Identifier) throw unexpected(cursor, 'a function name after "::"');
    name += `::${tokenText(cursor)}`;
    cursor.at += 1;
    to = previousTo(cursor);
    scoped = true;
  }
  if (peek(cursor) === Token.ParenOpen) return parseCall(cursor, name, { from, to });
  if (scoped) throw unexpected(cursor, `"(" after the function name ${name}`);
  const constant = name === 'true' ? true : name === 'false' ? false : name === 'null' ? null : undefined;
  if (constant !== undefined) return { kind: 'literal', value: constant, from, to };
  return { kind: 'reference', root: name, steps: NO_STEPS, from, to };
}

const NO_STEPS: readonly ReferenceStep[] = [];

function parseCall(cursor: Cursor, name: string, nameSpan: Span): Expression {
  const { values } = cursor;
  const start = values.count;
  const before = openBracket(cursor);
  let expand = false;
  let height = 0;
  while (peek(cursor) !== Token.ParenClose) {
    values.add(parseExpression(cursor));
    height = Math.max(height, cursor.height);
    if (accept(cursor, Token.Ellipsis)) {
      expand = true;
      if (peek(cursor) !== Token.ParenClose) throw unexpected(cursor, '")": only the last argument can be expanded');
      break;
    }
    if (!accept(cursor, Token.Comma) && peek(cursor) !== Token.ParenClose) {
      const hint = isWord(cursor, 'for')
        ? 'a for-expression stands in brackets: [for …] or {for …}'
        : 'arguments are separated by commas';
      throw unexpected(cursor, `"," or ")" in the call of ${name}`, hint);
    }
  }
  cursor.at += 1;
  raise(cursor, height);
  closeBracket(cursor, before);
  const args = values.takeFrom(start);
  return { kind: 'call', name, nameSpan, args, expand, from: nameSpan.from, to: previousTo(cursor) };
}
