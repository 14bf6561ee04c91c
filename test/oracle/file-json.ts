// Our tree of a file in the form in which Go's converter prints files as JSON, as far as that carries meaning.

import type { Body, Expression, ObjectNode } from '@orch/core/jobspec/syntax/ast';

/** Stands where no value is compared: expressions, which are compared as trees. */
export const ANY = Symbol('any');

/** Attributes by name; blocks as lists, by type and labels. */
export function fileJson(body: Body, source: string): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const blocks = new Map<string, unknown>();
  for (const { type, labels, body: inner } of body.blocks) {
    let place = result;
    const path = [type, ...labels.map(({ text }) => text)];
    for (const name of path.slice(0, -1)) {
      place[name] ??= {};
      place = place[name] as Record<string, unknown>;
    }
    const last = path.at(-1) as string;
    place[last] ??= [];
    const list = place[last];
    // Blocks of one type with unequal numbers of labels have no JSON form.
    if (Array.isArray(list)) list.push(fileJson(inner, source));
    blocks.set(type, true);
  }
  for (const { name, value } of body.attributes) result[name] = blocks.has(name) ? ANY : valueJson(value, source);
  return result;
}

function valueJson(node: Expression, source: string): unknown {
  // The converter keeps parentheses as an expression.
  if (isParenthesised(node, source)) return ANY;
  switch (node.kind) {
    case 'literal':
      if (typeof node.value === 'number' || typeof node.value === 'bigint') {
        return source[node.from] === '-' ? ANY : Number(node.value);
      }
      return typeof node.value === 'string' ? escaped(node.value) : node.value;
    case 'tuple':
      return node.items.map((item) => valueJson(item, source));
    case 'object':
      return objectJson(node, source);
    case 'reference':
      return `\${${source.slice(node.from, node.to)}}`;
    case 'template':
      return templateJson(node.parts, source);
    default:
      return ANY;
  }
}

/** Blanks and comments, then `)`. */
const CLOSING = /(?:\s|#[^\n]*\n|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*\)/y;

function isParenthesised(node: Expression, source: string): boolean {
  CLOSING.lastIndex = node.to;
  // The steps of a reference may follow a parenthesis.
  return CLOSING.test(source) || (node.kind === 'reference' && source.slice(node.from, node.to).includes(')'));
}

function templateJson(parts: Extract<Expression, { kind: 'template' }>['parts'], source: string): unknown {
  const only = parts[0];
  if (parts.length === 1 && only?.kind === 'value') return valueJson(only.expression, source);
  let text = '';
  for (const part of parts) {
    if (part.kind === 'text') text += escaped(part.text);
    else if (
      part.kind === 'value' &&
      part.expression.kind === 'reference' &&
      !isParenthesised(part.expression, source)
    ) {
      text += `\${${source.slice(part.expression.from, part.expression.to)}}`;
    } else return ANY;
  }
  return text;
}

function escaped(text: string): string {
  return text.replace(/[$%]\{/g, (opener) => `${opener[0]}${opener}`);
}

function objectJson(node: ObjectNode, source: string): unknown {
  const result: Record<string, unknown> = {};
  for (const { key, value } of node.items) {
    if (key.kind !== 'literal' || typeof key.value !== 'string' || isParenthesised(key, source)) return ANY;
    if (Object.hasOwn(result, key.value)) return ANY;
    result[escaped(key.value)] = valueJson(value, source);
  }
  return result;
}

/** Where two values differ, or nothing. */
export function difference(ours: unknown, go: unknown, path = ''): string | undefined {
  if (ours === ANY) return undefined;
  if (Array.isArray(ours) && Array.isArray(go) && ours.length === go.length) {
    return ours
      .map((item, index) => difference(item, go[index], `${path}[${index}]`))
      .find((found) => found !== undefined);
  }
  if (isRecord(ours) && isRecord(go)) {
    const names = new Set([...Object.keys(ours), ...Object.keys(go)]);
    return [...names]
      .map((name) => difference(ours[name], go[name], `${path}.${name}`))
      .find((found) => found !== undefined);
  }
  return Object.is(ours, go)
    ? undefined
    : `${path}: ${String(JSON.stringify(ours))} instead of ${String(JSON.stringify(go))}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
