// JSON text -> nodes with places.

import { type DiagnosticSink, diagnosticAt, LanguageError } from './diagnostic.ts';
import { endOfString, mistakeInString, stringValue } from './json-text.ts';
import { readNumber } from './number.ts';
import type { Source, Span } from './source.ts';

export interface JsonMember {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: JsonNode;
}

export interface JsonObjectNode extends Span {
  readonly kind: 'object';
  /** In the order of the file; a key may stand several times. */
  readonly members: readonly JsonMember[];
}

export interface JsonListNode extends Span {
  readonly kind: 'list';
  readonly items: readonly JsonNode[];
}

export interface JsonScalarNode extends Span {
  readonly kind: 'scalar';
  /** Whole numbers beyond 2^53 keep their digits as a bigint. */
  readonly value: string | number | bigint | boolean | null;
}

export type JsonNode = JsonObjectNode | JsonListNode | JsonScalarNode;

interface Reader {
  readonly source: Source;
  readonly text: string;
  readonly sink: DiagnosticSink;
  at: number;
  depth: number;
}

const MAX_DEPTH = 200;

/**
 * Reports what is no JSON and returns nothing then. Slips that do not hide what follows (a comma too few or too many, a
 * comment, `=` for `:`, a name without quotes) are reported one by one; after anything else it stops.
 */
export function parseJson(source: Source, sink: DiagnosticSink): JsonNode | undefined {
  const reader: Reader = { source, text: source.text, sink, at: source.text.startsWith('\ufeff') ? 1 : 0, depth: 0 };
  const before = sink.list.length;
  try {
    const node = readValue(reader);
    skipBlanks(reader);
    if (reader.at < reader.text.length) fail(reader, 'expected the end of the file');
    return sink.list.length > before ? undefined : node;
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    sink.add(error.diagnostic);
    return undefined;
  }
}

function describe(reader: Reader): string {
  const { at, text } = reader;
  if (at >= text.length) return 'the end of the file';
  if (text[at] === '"') return 'a quoted text';
  const word = /^[\p{L}\p{N}_.+-]{1,40}/u.exec(text.slice(at, at + 40))?.[0];
  return `"${word ?? String.fromCodePoint(text.codePointAt(at) ?? 0)}"`;
}

function problem(reader: Reader, what: string, hint?: string, summary = 'Syntax error'): LanguageError {
  const { at, text } = reader;
  const span = { from: at, to: Math.min(at + 1, text.length) };
  return new LanguageError(diagnosticAt(reader.source, span, summary, `Found ${describe(reader)}, ${what}.`, { hint }));
}

function fail(reader: Reader, what: string, hint?: string): never {
  throw problem(reader, what, hint);
}

/** Reports a slip after which reading goes on. */
function slip(reader: Reader, what: string, hint: string): void {
  reader.sink.add(problem(reader, what, hint).diagnostic);
}

function failAt(reader: Reader, span: Span, summary: string, detail: string, hint?: string): never {
  throw new LanguageError(diagnosticAt(reader.source, span, summary, detail, { hint }));
}

function skipBlanks(reader: Reader): void {
  const { text } = reader;
  for (;;) {
    const code = text.charCodeAt(reader.at);
    if (code === 32 || code === 10 || code === 13 || code === 9) reader.at += 1;
    else if ((code === 47 || code === 35) && skipComment(reader)) continue;
    else return;
  }
}

function skipComment(reader: Reader): boolean {
  const comment = /^(?:#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.exec(reader.text.slice(reader.at))?.[0];
  if (comment === undefined) return false;
  slip(reader, 'but JSON has no comments', 'write it as the value of a key "//", or write the file in HCL');
  reader.at += comment.length;
  return true;
}

function readValue(reader: Reader): JsonNode {
  skipBlanks(reader);
  const from = reader.at;
  const character = reader.text[from];
  if (character === '{' || character === '[') {
    reader.depth += 1;
    if (reader.depth > MAX_DEPTH) {
      const detail = `Objects and lists are nested deeper than ${MAX_DEPTH} levels (limit "nesting").`;
      failAt(reader, { from, to: from + 1 }, 'Nested too deeply', detail);
    }
    const node = character === '{' ? readObject(reader, from) : readList(reader, from);
    reader.depth -= 1;
    return node;
  }
  if (character === '"') return { kind: 'scalar', value: readString(reader), from, to: reader.at };
  return readWord(reader, from);
}

function readObject(reader: Reader, from: number): JsonObjectNode {
  const members: JsonMember[] = [];
  reader.at += 1;
  while (hasItem(reader, '}', from, members.length)) {
    const keyFrom = reader.at;
    const key = readKey(reader);
    const keySpan = { from: keyFrom, to: reader.at };
    skipBlanks(reader);
    if (reader.text[reader.at] === '=') slip(reader, 'expected ":"', 'JSON writes "name": value');
    else if (reader.text[reader.at] !== ':') fail(reader, `expected ":" after the name "${key}"`);
    reader.at += 1;
    members.push({ key, keySpan, value: readValue(reader) });
  }
  return { kind: 'object', members, from, to: reader.at };
}

function readList(reader: Reader, from: number): JsonListNode {
  const items: JsonNode[] = [];
  reader.at += 1;
  while (hasItem(reader, ']', from, items.length)) items.push(readValue(reader));
  return { kind: 'list', items, from, to: reader.at };
}

/** Whether another item follows: takes the comma before it, or the closing bracket. */
function hasItem(reader: Reader, closer: '}' | ']', openedAt: number, count: number): boolean {
  skipBlanks(reader);
  const { text } = reader;
  if (text[reader.at] === closer) {
    reader.at += 1;
    return false;
  }
  if (count > 0 && text[reader.at] === ',') {
    const comma = reader.at;
    reader.at += 1;
    skipBlanks(reader);
    if (text[reader.at] !== closer) return notAtEnd(reader, closer, openedAt);
    reader.at = comma;
    slip(reader, `and then "${closer}"`, `JSON allows no comma before "${closer}": remove it`);
    reader.at = text.indexOf(closer, comma) + 1;
    return false;
  }
  if (count > 0) {
    notAtEnd(reader, closer, openedAt);
    const isItem = text[reader.at] === '"' || (closer === ']' && /[{[\w-]/.test(text[reader.at] ?? ''));
    if (!isItem) fail(reader, `expected "," or "${closer}"`);
    slip(reader, `expected "," or "${closer}"`, 'put a comma after the value before it');
    return true;
  }
  return notAtEnd(reader, closer, openedAt);
}

function notAtEnd(reader: Reader, closer: '}' | ']', openedAt: number): true {
  const character = reader.text[reader.at];
  if (character !== undefined && character !== (closer === '}' ? ']' : '}')) return true;
  const opener = reader.text[openedAt];
  const where = character === undefined ? 'the file ends' : `"${character}" stands`;
  const detail = `This "${opener}" is not closed: ${where} before its "${closer}".`;
  return failAt(reader, { from: openedAt, to: openedAt + 1 }, 'Unclosed bracket', detail, `add "${closer}"`);
}

function readKey(reader: Reader): string {
  if (reader.text[reader.at] === '"') return readString(reader);
  const name = /^[\p{L}_][\p{L}\p{N}_.-]*/u.exec(reader.text.slice(reader.at, reader.at + 200))?.[0];
  if (name === undefined) {
    const hint = reader.text[reader.at] === "'" ? 'JSON writes names in double quotes' : undefined;
    return fail(reader, 'expected a quoted name', hint);
  }
  slip(reader, 'expected a quoted name', `write "${name}"`);
  reader.at += name.length;
  return name;
}

function readString(reader: Reader): string {
  const from = reader.at;
  const end = endOfString(reader.text, from);
  if (end === undefined) {
    const lineEnd = /[\r\n]|$/.exec(reader.text.slice(from))?.index ?? 0;
    const span = { from, to: from + lineEnd };
    failAt(
      reader,
      span,
      'Unterminated string',
      'This string is not closed on its line.',
      'line breaks are written \\n',
    );
  }
  const quoted = reader.text.slice(from, end);
  const value = stringValue(quoted);
  if (value === undefined) {
    const at = from + mistakeInString(quoted);
    const isEscape = reader.text[at] === '\\';
    const detail = isEscape
      ? `"${reader.text.slice(at, at + 2)}" is no escape sequence; there are \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uNNNN.`
      : 'A control character stands in a string.';
    const hint = isEscape ? 'write "\\\\" for a backslash' : 'write it as an escape sequence, a tab as \\t';
    failAt(reader, { from: at, to: at + 1 }, 'Invalid string', detail, hint);
  }
  reader.at = end;
  return value;
}

const WORDS: Record<string, boolean | null> = { true: true, false: false, null: null };

function readWord(reader: Reader, from: number): JsonScalarNode {
  const word = /^[A-Za-z0-9_+.-]*/.exec(reader.text.slice(from, from + 2_000))?.[0] ?? '';
  const to = from + word.length;
  if (Object.hasOwn(WORDS, word)) {
    reader.at = to;
    return { kind: 'scalar', value: WORDS[word] as boolean | null, from, to };
  }
  if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(word))
    return fail(reader, 'expected a value', valueHint(reader, word));
  const isNegative = word.startsWith('-');
  const number = readNumber(isNegative ? word.slice(1) : word);
  if (typeof number === 'string') return failAt(reader, { from, to }, 'Invalid number', `The number ${number}.`);
  reader.at = to;
  return { kind: 'scalar', value: isNegative && number !== 0 ? -number : number, from, to };
}

function valueHint(reader: Reader, word: string): string | undefined {
  if (reader.text[reader.at] === "'") return 'JSON writes texts in double quotes';
  if (Object.hasOwn(WORDS, word.toLowerCase())) return `write ${word.toLowerCase()}`;
  if (/^[A-Za-z_]/.test(word)) return `put text in double quotes: "${word}"`;
  return /\d/.test(word)
    ? 'a number is written as 1, -1, 1.5 or 1e3; anything else is text in double quotes'
    : undefined;
}

/** Plain data of a node. Integers beyond 2^53 become text. */
export function jsonValue(node: JsonNode): unknown {
  if (node.kind === 'scalar') return typeof node.value === 'bigint' ? node.value.toString() : node.value;
  if (node.kind === 'list') return node.items.map(jsonValue);
  return Object.fromEntries(node.members.map(({ key, value }) => [key, jsonValue(value)]));
}
