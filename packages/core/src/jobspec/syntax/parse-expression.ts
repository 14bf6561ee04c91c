// Tokens -> expressions: a Pratt parser with HCL's precedence.

import type { BinaryOperator, Expression, NumberValue, Reference, ReferenceStep } from './ast.ts';
import {
  accept,
  type Cursor,
  enter,
  expect,
  leave,
  peek,
  previousTo,
  spanHere,
  tokenFrom,
  tokenText,
  unexpected,
  withNewlines,
} from './cursor.ts';
import { parseBrace, parseBracket } from './parse-collection.ts';
import { parseTemplate } from './parse-template.ts';
import { Token, type TokenKind } from './token.ts';

/** Binding power of each binary operator; equal ones associate to the left. */
const BINARY: Partial<Record<TokenKind, readonly [BinaryOperator, number]>> = {
  [Token.Or]: ['||', 1],
  [Token.And]: ['&&', 2],
  [Token.Equal]: ['==', 3],
  [Token.NotEqual]: ['!=', 3],
  [Token.Less]: ['<', 4],
  [Token.LessEqual]: ['<=', 4],
  [Token.Greater]: ['>', 4],
  [Token.GreaterEqual]: ['>=', 4],
  [Token.Plus]: ['+', 5],
  [Token.Minus]: ['-', 5],
  [Token.Star]: ['*', 6],
  [Token.Slash]: ['/', 6],
  [Token.Percent]: ['%', 6],
};

export function parseExpression(cursor: Cursor): Expression {
  enter(cursor);
  const condition = parseBinary(cursor, 0);
  let result = condition;
  if (accept(cursor, Token.Question)) {
    const whenTrue = parseExpression(cursor);
    expect(cursor, Token.Colon, '":" and the value for false', 'a conditional is: condition ? value : other value');
    const whenFalse = parseExpression(cursor);
    result = { kind: 'conditional', condition, whenTrue, whenFalse, from: condition.from, to: whenFalse.to };
  }
  leave(cursor);
  return result;
}

function parseBinary(cursor: Cursor, minimum: number): Expression {
  let left = parseUnary(cursor);
  for (;;) {
    const entry = BINARY[peek(cursor)];
    if (entry === undefined || entry[1] <= minimum) return left;
    cursor.at += 1;
    const right = parseBinary(cursor, entry[1]);
    left = { kind: 'binary', operator: entry[0], left, right, from: left.from, to: right.to };
  }
}

function parseUnary(cursor: Cursor): Expression {
  const kind = peek(cursor);
  if (kind !== Token.Minus && kind !== Token.Not) return parsePostfix(cursor);
  const from = tokenFrom(cursor);
  cursor.at += 1;
  enter(cursor);
  const operand = parseUnary(cursor);
  leave(cursor);
  if (kind === Token.Minus && operand.kind === 'literal' && typeof operand.value === 'number') {
    return { ...operand, value: -operand.value, from };
  }
  return { kind: 'unary', operator: kind === Token.Minus ? '-' : '!', operand, from, to: operand.to };
}

function parsePostfix(cursor: Cursor): Expression {
  let expression = parsePrimary(cursor);
  for (;;) {
    const kind = peek(cursor);
    if (kind === Token.Dot) expression = parseDot(cursor, expression);
    else if (kind === Token.BracketOpen) expression = parseIndex(cursor, expression);
    else return expression;
  }
}

function withStep(expression: Reference, step: ReferenceStep): Reference {
  return { ...expression, steps: [...expression.steps, step], to: step.to };
}

function parseDot(cursor: Cursor, object: Expression): Expression {
  const stepFrom = tokenFrom(cursor);
  cursor.at += 1;
  const kind = peek(cursor);
  const text = tokenText(cursor);
  if (kind === Token.Identifier) {
    cursor.at += 1;
    const to = previousTo(cursor);
    if (object.kind === 'reference') return withStep(object, { key: text, form: 'attribute', from: stepFrom, to });
    return { kind: 'attribute', object, name: text, from: object.from, to };
  }
  if (kind === Token.Number) {
    const span = spanHere(cursor);
    cursor.at += 1;
    let result = object;
    for (const part of text.split('.')) {
      const key = { kind: 'literal', value: Number(part), ...span } as const;
      if (result.kind === 'reference') result = withStep(result, { key: key.value, form: 'attribute', ...span });
      else result = { kind: 'index', object: result, key, from: object.from, to: span.to };
    }
    return result;
  }
  if (kind === Token.Star) {
    cursor.at += 1;
    return parseSplatSteps(cursor, object, false);
  }
  throw unexpected(cursor, 'a name after "."');
}

/** Steps after `.*` are attributes only; after `[*]` also indexes. */
function parseSplatSteps(cursor: Cursor, source: Expression, full: boolean): Expression {
  const at = previousTo(cursor);
  let each: Expression = { kind: 'splat-item', from: at, to: at };
  for (;;) {
    const kind = peek(cursor);
    if (kind === Token.Dot && cursor.tokens.kind[cursor.at + 1] !== Token.Star) each = parseDot(cursor, each);
    else if (full && kind === Token.BracketOpen && cursor.tokens.kind[cursor.at + 1] !== Token.Star) {
      each = parseIndex(cursor, each);
    } else break;
  }
  return { kind: 'splat', source, each, from: source.from, to: previousTo(cursor) };
}

function parseIndex(cursor: Cursor, object: Expression): Expression {
  const stepFrom = tokenFrom(cursor);
  cursor.at += 1;
  if (peek(cursor) === Token.Star && cursor.tokens.kind[cursor.at + 1] === Token.BracketClose) {
    cursor.at += 2;
    return parseSplatSteps(cursor, object, true);
  }
  const key = withNewlines(cursor, false, () => {
    const inner = parseExpression(cursor);
    expect(cursor, Token.BracketClose, '"]"');
    return inner;
  });
  const to = previousTo(cursor);
  if (object.kind === 'reference' && key.kind === 'literal') {
    const constant = key.value;
    if (constant !== null && typeof constant !== 'boolean') {
      return withStep(object, { key: constant, form: 'index', from: stepFrom, to });
    }
  }
  return { kind: 'index', object, key, from: object.from, to };
}

function parsePrimary(cursor: Cursor): Expression {
  const kind = peek(cursor);
  switch (kind) {
    case Token.Number: {
      const span = spanHere(cursor);
      const value = readNumber(tokenText(cursor));
      cursor.at += 1;
      return { kind: 'literal', value, ...span };
    }
    case Token.QuoteOpen:
    case Token.HeredocOpen:
      return parseTemplate(cursor);
    case Token.Identifier:
      return parseName(cursor);
    case Token.ParenOpen: {
      cursor.at += 1;
      return withNewlines(cursor, false, () => {
        const inner = parseExpression(cursor);
        expect(cursor, Token.ParenClose, '")"');
        // A parenthesised reference is a value: further steps do not extend the literal text of a run-time reference.
        return inner;
      });
    }
    case Token.BracketOpen:
      return parseBracket(cursor);
    case Token.BraceOpen:
      return parseBrace(cursor);
    default:
      throw unexpected(cursor, 'a value');
  }
}

const KEYWORDS: Record<string, boolean | null> = { true: true, false: false, null: null };

function parseName(cursor: Cursor): Expression {
  const span = spanHere(cursor);
  let name = tokenText(cursor);
  cursor.at += 1;
  while (cursor.tokens.kind[cursor.at] === Token.DoubleColon) {
    cursor.at += 1;
    if (cursor.tokens.kind[cursor.at] !== Token.Identifier) throw unexpected(cursor, 'a function name after "::"');
    name += `::${tokenText(cursor)}`;
    cursor.at += 1;
  }
  const nameSpan = { from: span.from, to: previousTo(cursor) };
  if (peek(cursor) === Token.ParenOpen) return parseCall(cursor, name, nameSpan);
  if (Object.hasOwn(KEYWORDS, name)) return { kind: 'literal', value: KEYWORDS[name] as boolean | null, ...span };
  return { kind: 'reference', root: name, rootSpan: nameSpan, steps: [], ...nameSpan };
}

function parseCall(cursor: Cursor, name: string, nameSpan: { from: number; to: number }): Expression {
  cursor.at += 1;
  return withNewlines(cursor, false, () => {
    const args: Expression[] = [];
    let expand = false;
    while (peek(cursor) !== Token.ParenClose) {
      args.push(parseExpression(cursor));
      if (accept(cursor, Token.Ellipsis)) {
        expand = true;
        if (peek(cursor) !== Token.ParenClose) throw unexpected(cursor, '")": only the last argument can be expanded');
        break;
      }
      if (!accept(cursor, Token.Comma) && peek(cursor) !== Token.ParenClose) {
        throw unexpected(cursor, `"," or ")" in the call of ${name}`);
      }
    }
    expect(cursor, Token.ParenClose, '")"');
    return { kind: 'call', name, nameSpan, args, expand, from: nameSpan.from, to: previousTo(cursor) };
  });
}

/** A number token as a value: integers beyond 2^53 keep all digits. */
export function readNumber(text: string): NumberValue {
  const value = Number(text);
  if (Number.isSafeInteger(value) || !/^\d+$/.test(text)) return value;
  return BigInt(text);
}
