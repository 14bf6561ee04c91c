// How a configuration file's fields are declared: each key once, with how it is read. Unknown keys are errors.

import type { Attribute, Block, Body, Expression } from '@orch/core/jobspec/syntax/ast';
import { type Diagnostic, diagnosticAt } from '@orch/core/jobspec/syntax/diagnostic';
import type { Source, Span } from '@orch/core/jobspec/syntax/source';
import { didYouMean } from '@orch/core/lib/nearest-name';
import { formatDuration, parseDuration } from '@orch/core/schema/duration';

/** Collects what is wrong with one file. */
export interface ReadContext {
  readonly source: Source;
  readonly problems: Diagnostic[];
}

export function problem(context: ReadContext, span: Span, summary: string, detail: string, hint?: string): void {
  context.problems.push(diagnosticAt(context.source, span, summary, detail, { hint }));
}

/** The plain value of a constant expression; configuration knows no variables and no functions. */
export function constant(context: ReadContext, expression: Expression): unknown {
  switch (expression.kind) {
    case 'literal':
      return typeof expression.value === 'bigint' ? Number(expression.value) : expression.value;
    case 'tuple':
      return expression.items.map((item) => constant(context, item));
    case 'object':
      return Object.fromEntries(
        expression.items.map((item) => [String(constant(context, item.key)), constant(context, item.value)]),
      );
    case 'template': {
      const [only, ...more] = expression.parts;
      if (only === undefined) return '';
      if (more.length === 0 && only.kind === 'text') return only.text;
      break;
    }
    case 'unary': {
      const value = constant(context, expression.operand);
      if (expression.operator === '-' && typeof value === 'number') return -value;
      break;
    }
    default:
      break;
  }
  problem(
    context,
    expression,
    'Not a constant',
    'A configuration file holds plain values only: strings, numbers, booleans, lists and maps.',
  );
  return undefined;
}

export type Setter<T> = (into: T, value: unknown) => string | undefined;
export type BlockReader<T> = (context: ReadContext, block: Block, into: T) => void;

export interface Fields<T> {
  readonly attributes: Readonly<Record<string, Setter<T>>>;
  readonly blocks: Readonly<Record<string, BlockReader<T>>>;
}

/** Reads a body by its fields. A setter answers with what was expected when the value is wrong. */
export function readBody<T>(context: ReadContext, body: Body, fields: Fields<T>, into: T, where: string): void {
  for (const attribute of body.attributes) readAttribute(context, attribute, fields, into, where);
  for (const block of body.blocks) {
    const reader = fields.blocks[block.type];
    if (reader === undefined) unknownName(context, block.typeSpan, block.type, fields, where, 'block');
    else reader(context, block, into);
  }
}

function readAttribute<T>(context: ReadContext, attribute: Attribute, fields: Fields<T>, into: T, where: string): void {
  const set = fields.attributes[attribute.name];
  if (set === undefined) {
    unknownName(context, attribute.nameSpan, attribute.name, fields, where, 'attribute');
    return;
  }
  const before = context.problems.length;
  const value = constant(context, attribute.value);
  if (context.problems.length > before) return;
  const expected = set(into, value);
  if (expected !== undefined)
    problem(context, attribute.value, 'Wrong value', `"${attribute.name}" wants ${expected}.`);
}

function unknownName<T>(
  context: ReadContext,
  span: Span,
  name: string,
  fields: Fields<T>,
  where: string,
  kind: string,
): void {
  const known = [...Object.keys(fields.attributes), ...Object.keys(fields.blocks)];
  const isOtherKind = known.includes(name);
  const detail = isOtherKind
    ? `"${name}" is written the other way: as ${kind === 'block' ? `an attribute, ${name} = …` : `a block, ${name} { … }`}.`
    : `There is no ${kind} "${name}" ${where}.`;
  problem(
    context,
    span,
    `Unknown ${kind}`,
    detail,
    isOtherKind ? undefined : (didYouMean(name, known) ?? `known here: ${known.join(', ')}`),
  );
}

/** Setters for the common types. `put` stores the value. */
export const setters = {
  string:
    <T>(put: (into: T, value: string) => void): Setter<T> =>
    (into, value) => {
      if (typeof value !== 'string') return 'a string';
      put(into, value);
      return undefined;
    },
  boolean:
    <T>(put: (into: T, value: boolean) => void): Setter<T> =>
    (into, value) => {
      if (typeof value !== 'boolean') return 'true or false';
      put(into, value);
      return undefined;
    },
  integer:
    <T>(min: number, max: number, put: (into: T, value: number) => void): Setter<T> =>
    (into, value) => {
      if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
        return `a whole number from ${min} to ${max}`;
      put(into, value);
      return undefined;
    },
  oneOf:
    <T, const V extends string>(values: readonly V[], put: (into: T, value: V) => void): Setter<T> =>
    (into, value) => {
      const found = values.find((candidate) => candidate === value);
      if (found === undefined) return `one of ${values.join(', ')}`;
      put(into, found);
      return undefined;
    },
  duration:
    <T>(minMs: number, put: (into: T, valueMs: number) => void): Setter<T> =>
    (into, value) => {
      const ms = typeof value === 'string' ? parseDuration(value) : undefined;
      if (ms === undefined || ms < minMs)
        return `a duration of at least ${formatDuration(minMs)}, like "30s" or "1h30m"`;
      put(into, ms);
      return undefined;
    },
  strings:
    <T>(put: (into: T, value: readonly string[]) => void): Setter<T> =>
    (into, value) => {
      if (!Array.isArray(value) || value.some((item) => typeof item !== 'string')) return 'a list of strings';
      put(into, value as string[]);
      return undefined;
    },
};
