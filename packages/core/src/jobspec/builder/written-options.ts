// Where the fields of a builder call are written, as far as they are written there: a look at the source, without a parser.

import type { Span } from '../syntax/source.ts';

/** An object or a list as it is written. What is computed or spread has no place. */
export interface Written {
  readonly members: ReadonlyMap<string, WrittenValue>;
  readonly items: readonly WrittenValue[];
}

export interface WrittenValue {
  /** The name before the colon; of a list's item, the item. */
  readonly key: Span;
  readonly value: Span;
  /** What is inside, when it is an object or a list. */
  readonly inner: Written | undefined;
}

/** Deepest nesting that is looked at. */
const MAX_DEPTH = 32;

/**
 * The options of `job("x", { … })`, whose call begins at `from`. Undefined when they are not written there. Never throws;
 * whatever it does not understand it leaves out.
 */
export function writtenOptions(text: string, from: number): Written | undefined {
  const open = /^[\w$.]+\s*\(/.exec(text.slice(from, from + 200))?.[0];
  if (open === undefined) return undefined;
  const afterName = skipValue(text, from + open.length);
  if (text[afterName] !== ',') return undefined;
  return insideOf(text, skipBlanks(text, afterName + 1), 0);
}

function insideOf(text: string, at: number, depth: number): Written | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (text[at] === '{') return objectAt(text, at + 1, depth);
  return text[at] === '[' ? listAt(text, at + 1, depth) : undefined;
}

const NAME = /^(?:[\p{ID_Start}$_][\p{ID_Continue}$]*|\d+)/u;

function objectAt(text: string, start: number, depth: number): Written {
  const members = new Map<string, WrittenValue>();
  let at = skipBlanks(text, start);
  while (at < text.length && text[at] !== '}') {
    const key = keyAt(text, at);
    const colon = key === undefined ? -1 : skipBlanks(text, key.to);
    if (key !== undefined && text[colon] === ':') {
      const value = valueAt(text, colon + 1, depth);
      members.set(key.name, { ...value, key: { from: at, to: key.to } });
    } else if (key !== undefined && (text[colon] === ',' || text[colon] === '}')) {
      // `{ image }`
      const span = { from: at, to: key.to };
      members.set(key.name, { key: span, value: span, inner: undefined });
    }
    const end = skipValue(text, at);
    if (text[end] !== ',') break;
    at = skipBlanks(text, end + 1);
  }
  return { members, items: [] };
}

function keyAt(text: string, at: number): { readonly name: string; readonly to: number } | undefined {
  const quote = text[at];
  if (quote === '"' || quote === "'") {
    const to = skipQuoted(text, at);
    const name = text.slice(at + 1, to - 1);
    return name.includes('\\') ? undefined : { name, to };
  }
  const name = NAME.exec(text.slice(at, at + 100))?.[0];
  return name === undefined ? undefined : { name, to: at + name.length };
}

function listAt(text: string, start: number, depth: number): Written | undefined {
  const items: WrittenValue[] = [];
  let at = skipBlanks(text, start);
  while (at < text.length && text[at] !== ']') {
    // Behind a spread nobody knows which item is which.
    if (text.startsWith('...', at)) return undefined;
    const value = valueAt(text, at, depth);
    items.push(value);
    const end = skipValue(text, at);
    if (text[end] !== ',') break;
    at = skipBlanks(text, end + 1);
  }
  return { members: new Map(), items };
}

function valueAt(text: string, start: number, depth: number): WrittenValue {
  const from = skipBlanks(text, start);
  const end = skipValue(text, from);
  const span = { from, to: from + text.slice(from, end).trimEnd().length };
  return { key: span, value: span, inner: insideOf(text, from, depth + 1) };
}

/** Blanks and comments. */
function skipBlanks(text: string, start: number): number {
  const found = /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/.exec(text.slice(start, start + 2_000));
  return start + (found?.[0].length ?? 0);
}

/** The end of an expression: the comma or the closing bracket behind it, or the end of the text. */
function skipValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; ) {
    const sign = text[at] as string;
    if (depth === 0 && /[,)\]}]/.test(sign)) return at;
    if (/[([{]/.test(sign)) depth += 1;
    if (/[)\]}]/.test(sign)) depth -= 1;
    at = skipOne(text, at, sign);
  }
  return text.length;
}

/** Past one character, or past a whole string, template or comment. */
function skipOne(text: string, at: number, sign: string): number {
  if (sign === '"' || sign === "'") return skipQuoted(text, at);
  if (sign === '`') return skipTemplate(text, at);
  if (sign !== '/') return at + 1;
  const blanks = skipBlanks(text, at);
  if (blanks > at) return blanks;
  // A regular expression stands where a value begins; anywhere else it is a division.
  const before =
    text
      .slice(Math.max(0, at - 40), at)
      .trimEnd()
      .at(-1) ?? '(';
  if (!/[([{,;:=!?&|<>+*%^~-]/.test(before)) return at + 1;
  const pattern = /^\/(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\//.exec(text.slice(at, at + 2_000));
  return at + (pattern?.[0].length ?? 1);
}

function skipQuoted(text: string, at: number): number {
  const quote = text[at];
  for (let index = at + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === quote || text[index] === '\n') return index + 1;
  }
  return text.length;
}

function skipTemplate(text: string, at: number): number {
  for (let index = at + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '`') return index + 1;
    else if (text.startsWith('${', index)) {
      let end = skipValue(text, index + 2);
      while (text[end] === ',') end = skipValue(text, end + 1);
      index = end;
    }
  }
  return text.length;
}
