// JSON text -> nodes with places.

import { type DiagnosticSink, diagnosticAt, LanguageError } from './diagnostic.ts';
import type { Source, Span } from './source.ts';

export interface JsonObjectNode extends Span {
  readonly kind: 'object';
  readonly members: readonly { readonly key: string; readonly keySpan: Span; readonly value: JsonNode }[];
}

export interface JsonListNode extends Span {
  readonly kind: 'list';
  readonly items: readonly JsonNode[];
}

export interface JsonScalarNode extends Span {
  readonly kind: 'scalar';
  readonly value: string | number | bigint | boolean | null;
}

export type JsonNode = JsonObjectNode | JsonListNode | JsonScalarNode;

interface Reader {
  readonly source: Source;
  readonly text: string;
  at: number;
  depth: number;
}

const MAX_DEPTH = 200;

/** Reports the first mistake and returns nothing then: JSON has no good place to go on at. */
export function parseJson(source: Source, sink: DiagnosticSink): JsonNode | undefined {
  const reader: Reader = { source, text: source.text, at: 0, depth: 0 };
  try {
    const node = readValue(reader);
    skipBlanks(reader);
    if (reader.at < reader.text.length) fail(reader, 'expected the end of the file');
    return node;
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    sink.add(error.diagnostic);
    return undefined;
  }
}

function fail(reader: Reader, what: string, hint?: string): never {
  const { at, text } = reader;
  const found = at >= text.length ? 'the end of the file' : `"${text[at]}"`;
  const span = { from: at, to: Math.min(at + 1, text.length) };
  throw new LanguageError(diagnosticAt(reader.source, span, 'Syntax error', `Found ${found}, ${what}.`, { hint }));
}

function skipBlanks(reader: Reader): void {
  const { text } = reader;
  while (reader.at < text.length && ' \t\r\n'.includes(text[reader.at] as string)) reader.at += 1;
}

function readValue(reader: Reader): JsonNode {
  skipBlanks(reader);
  const from = reader.at;
  const character = reader.text[from];
  if (character === '{' || character === '[') {
    reader.depth += 1;
    if (reader.depth > MAX_DEPTH) fail(reader, `nested deeper than ${MAX_DEPTH} levels (limit "nesting")`);
    const node = character === '{' ? readObject(reader, from) : readList(reader, from);
    reader.depth -= 1;
    return node;
  }
  if (character === '"') return { kind: 'scalar', value: readString(reader), from, to: reader.at };
  return readWord(reader, from);
}

function readObject(reader: Reader, from: number): JsonObjectNode {
  const members: { key: string; keySpan: Span; value: JsonNode }[] = [];
  reader.at += 1;
  for (;;) {
    skipBlanks(reader);
    if (reader.text[reader.at] === '}' && members.length === 0) break;
    if (reader.text[reader.at] !== '"') fail(reader, 'expected a quoted name', 'JSON allows no comma before "}"');
    const keyFrom = reader.at;
    const key = readString(reader);
    const keySpan = { from: keyFrom, to: reader.at };
    skipBlanks(reader);
    if (reader.text[reader.at] !== ':') fail(reader, 'expected ":"');
    reader.at += 1;
    members.push({ key, keySpan, value: readValue(reader) });
    skipBlanks(reader);
    if (reader.text[reader.at] === '}') break;
    if (reader.text[reader.at] !== ',') fail(reader, 'expected "," or "}"');
    reader.at += 1;
  }
  reader.at += 1;
  return { kind: 'object', members, from, to: reader.at };
}

function readList(reader: Reader, from: number): JsonListNode {
  const items: JsonNode[] = [];
  reader.at += 1;
  for (;;) {
    skipBlanks(reader);
    if (reader.text[reader.at] === ']' && items.length === 0) break;
    items.push(readValue(reader));
    skipBlanks(reader);
    if (reader.text[reader.at] === ']') break;
    if (reader.text[reader.at] !== ',') fail(reader, 'expected "," or "]"');
    reader.at += 1;
  }
  reader.at += 1;
  return { kind: 'list', items, from, to: reader.at };
}

function readString(reader: Reader): string {
  const from = reader.at;
  let at = from + 1;
  while (at < reader.text.length && reader.text[at] !== '"' && reader.text[at] !== '\n') {
    at += reader.text[at] === '\\' ? 2 : 1;
  }
  if (reader.text[at] !== '"') fail(reader, 'which begins a string that is not closed on its line');
  reader.at = at + 1;
  try {
    return JSON.parse(reader.text.slice(from, at + 1)) as string;
  } catch {
    reader.at = from;
    return fail(reader, 'which begins a string with an invalid escape sequence');
  }
}

const WORDS: Record<string, boolean | null> = { true: true, false: false, null: null };

function readWord(reader: Reader, from: number): JsonScalarNode {
  let at = from;
  while (at < reader.text.length && /[A-Za-z0-9+.-]/.test(reader.text[at] as string)) at += 1;
  const word = reader.text.slice(from, at);
  if (Object.hasOwn(WORDS, word)) {
    reader.at = at;
    return { kind: 'scalar', value: WORDS[word] as boolean | null, from, to: at };
  }
  if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(word)) fail(reader, 'expected a value');
  reader.at = at;
  const number = Number(word);
  const isExact = Number.isSafeInteger(number) || !/^-?\d+$/.test(word);
  return { kind: 'scalar', value: isExact ? number : BigInt(word), from, to: at };
}

/** Plain data of a node. Integers beyond 2^53 become text. */
export function jsonValue(node: JsonNode): unknown {
  if (node.kind === 'scalar') return typeof node.value === 'bigint' ? node.value.toString() : node.value;
  if (node.kind === 'list') return node.items.map(jsonValue);
  return Object.fromEntries(node.members.map(({ key, value }) => [key, jsonValue(value)]));
}
