// What follows a value: `.name`, `.0`, `[key]`, `.*` and `[*]`.

import type { Expression, Reference, ReferenceStep } from './ast.ts';
import {
  accept,
  type Cursor,
  closeBracket,
  enter,
  expect,
  leave,
  nameText,
  openBracket,
  peek,
  previousTo,
  raise,
  spanHere,
  syntaxError,
  tokenFrom,
  tokenText,
  unexpected,
} from './cursor.ts';
import { readNumber } from './number.ts';
import { parseExpression } from './parse-expression.ts';
import { composed } from './template-text.ts';
import { Token } from './token.ts';

export function parsePostfix(cursor: Cursor, object: Expression): Expression {
  let expression = object;
  for (;;) {
    const kind = peek(cursor);
    if (kind === Token.Dot) expression = parseDot(cursor, expression);
    else if (kind === Token.BracketOpen) expression = parseBracketStep(cursor, expression);
    else return expression;
  }
}

/** Steps up to this many are kept in lists without room for further ones: nearly all references are short. */
const FEW_STEPS = 4;

function withStep(expression: Reference, step: ReferenceStep): Reference {
  // A reference under construction has no other holder: it grows in place.
  const grown = expression as { steps: readonly ReferenceStep[]; to: number };
  const { steps } = expression;
  if (steps.length === 0) grown.steps = [step];
  else if (steps.length < FEW_STEPS) grown.steps = [...steps, step];
  else (steps as ReferenceStep[]).push(step);
  grown.to = step.to;
  return expression;
}

function parseDot(cursor: Cursor, object: Expression): Expression {
  const from = tokenFrom(cursor);
  cursor.at += 1;
  if (accept(cursor, Token.Star)) return attributeSplat(cursor, object);
  return parseMember(cursor, object, from);
}

/** What follows a dot: a name or a number. `from` is the dot. */
function parseMember(cursor: Cursor, object: Expression, from: number): Expression {
  const kind = peek(cursor);
  if (kind === Token.Identifier) return nameStep(cursor, object, from);
  if (kind === Token.Number) return legacyIndex(cursor, object, from);
  throw unexpected(cursor, 'a name after "."');
}

function nameStep(cursor: Cursor, object: Expression, from: number): Expression {
  const name = composed(nameText(cursor));
  cursor.at += 1;
  const to = previousTo(cursor);
  if (object.kind === 'reference') return withStep(object, { key: name, form: 'attribute', from, to });
  raise(cursor, cursor.height);
  return { kind: 'attribute', object, name, from: object.from, to };
}

/** `list.0` is `list[0]`. */
function legacyIndex(cursor: Cursor, object: Expression, from: number): Expression {
  const text = tokenText(cursor);
  const span = spanHere(cursor);
  const value = text.includes('.') ? '' : readNumber(text);
  if (typeof value === 'string') {
    const hint = `write ${text
      .split('.')
      .map((part) => `[${part}]`)
      .join('')}`;
    throw syntaxError(cursor, span, 'Invalid index', `After "." one whole number may stand; this is ${text}.`, hint);
  }
  cursor.at += 1;
  if (object.kind === 'reference') return withStep(object, { key: value, form: 'attribute', from, to: span.to });
  raise(cursor, cursor.height);
  return { kind: 'index', object, key: { kind: 'literal', value, ...span }, from: object.from, to: span.to };
}

/** After `.*` only attributes and legacy indexes belong to the elements. */
function attributeSplat(cursor: Cursor, source: Expression): Expression {
  const { height } = cursor;
  const at = previousTo(cursor);
  let each: Expression = { kind: 'splat-item', from: at, to: at };
  cursor.height = 1;
  while (peek(cursor) === Token.Dot) {
    const from = tokenFrom(cursor);
    cursor.at += 1;
    if (peek(cursor) === Token.Star) {
      const detail = 'Inside of ".*" there is no further ".*".';
      throw syntaxError(cursor, spanHere(cursor), 'Nested splat', detail, 'use [*], which may be repeated');
    }
    each = parseMember(cursor, each, from);
  }
  raise(cursor, Math.max(height, cursor.height));
  return { kind: 'splat', source, each, from: source.from, to: each.to };
}

function parseBracketStep(cursor: Cursor, object: Expression): Expression {
  const from = tokenFrom(cursor);
  const opener = cursor.at;
  cursor.at += 1;
  if (accept(cursor, Token.Star)) return fullSplat(cursor, object);
  cursor.at = opener;
  const { height } = cursor;
  const before = openBracket(cursor);
  const key = parseExpression(cursor);
  expect(cursor, Token.BracketClose, '"]"');
  closeBracket(cursor, before);
  const to = previousTo(cursor);
  if (object.kind === 'reference' && key.kind === 'literal') {
    const constant = key.value;
    if (constant !== null && typeof constant !== 'boolean') {
      cursor.height = height;
      return withStep(object, { key: constant, form: 'index', from, to });
    }
  }
  raise(cursor, Math.max(height, cursor.height));
  return { kind: 'index', object, key, from: object.from, to };
}

/** After `[*]` all further steps belong to the elements. */
function fullSplat(cursor: Cursor, source: Expression): Expression {
  const { height } = cursor;
  expect(cursor, Token.BracketClose, '"]" after "[*"');
  const at = previousTo(cursor);
  cursor.height = 1;
  enter(cursor);
  const each = parsePostfix(cursor, { kind: 'splat-item', from: at, to: at });
  leave(cursor);
  raise(cursor, Math.max(height, cursor.height));
  return { kind: 'splat', source, each, from: source.from, to: each.to };
}
