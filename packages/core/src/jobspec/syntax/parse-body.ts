// Tokens -> bodies, attributes and blocks. After an error it goes on at the next line, so that all are reported.

import type { Attribute, Block, Body, Label } from './ast.ts';
import {
  accept,
  type Cursor,
  createCursor,
  enter,
  leave,
  peek,
  peekNext,
  previousTo,
  spanHere,
  syntaxError,
  tokenFrom,
  tokenText,
  unexpected,
} from './cursor.ts';
import { type DiagnosticSink, diagnosticAt, LanguageError } from './diagnostic.ts';
import { tokenize } from './lexer.ts';
import { parseExpression } from './parse-expression.ts';
import { quotedText } from './parse-template.ts';
import { MAX_SOURCE_LENGTH, rangeOf, type Source, type Span } from './source.ts';
import { Token } from './token.ts';

/** Parses a whole file. What could be read is returned even when there were errors. */
export function parseFile(source: Source, sink: DiagnosticSink): Body {
  if (source.text.length > MAX_SOURCE_LENGTH) {
    const detail = `The file has ${source.text.length} characters; at most ${MAX_SOURCE_LENGTH} are read (limit "source size").`;
    sink.add(diagnosticAt(source, { from: 0, to: 0 }, 'File too large', detail));
    return { from: 0, to: 0, attributes: [], blocks: [] };
  }
  const cursor = createCursor(source, tokenize(source, sink), sink);
  return parseBody(cursor, Token.EndOfFile, 0);
}

/** Parses one expression that is the whole text, such as the value of `--var name=value`. */
export function parseExpressionText(source: Source, sink: DiagnosticSink) {
  const cursor = createCursor(source, tokenize(source, sink), sink);
  cursor.newlines = false;
  return attempt(cursor, () => {
    const expression = parseExpression(cursor);
    if (peek(cursor) !== Token.EndOfFile) throw unexpected(cursor, 'the end of the value');
    return expression;
  });
}

function attempt<T>(cursor: Cursor, parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    const isReported = cursor.tokens.kind[cursor.at] === Token.Invalid;
    if (!isReported) cursor.sink.add(error.diagnostic);
    return undefined;
  }
}

interface Items {
  readonly attributes: Attribute[];
  readonly blocks: Block[];
  readonly names: Map<string, Span>;
}

function parseBody(cursor: Cursor, closing: number, openedAt: number): Body {
  const items: Items = { attributes: [], blocks: [], names: new Map() };
  const from = tokenFrom(cursor);
  for (;;) {
    const kind = peek(cursor);
    if (kind === closing) break;
    if (kind === Token.EndOfFile) {
      reportUnclosed(cursor, openedAt);
      break;
    }
    if (kind === Token.Newline) {
      cursor.at += 1;
      continue;
    }
    const itemStart = cursor.at;
    const depth = cursor.depth;
    if (attempt(cursor, () => parseItem(cursor, items)) === undefined) {
      cursor.newlines = true;
      cursor.depth = depth;
      skipItem(cursor, itemStart, closing);
    }
  }
  const { attributes, blocks } = items;
  return { from, to: tokenFrom(cursor), attributes, blocks };
}

/** Only the innermost open block is named, and none when an open heredoc or comment swallowed its end. */
function reportUnclosed(cursor: Cursor, openedAt: number): void {
  const isKnown = cursor.sink.list.some(({ summary }) =>
    /^(Unterminated (heredoc|comment)|Unclosed block)$/.test(summary),
  );
  if (isKnown) return;
  const detail = 'This block is never closed: the file ends before its "}".';
  const span = { from: openedAt, to: openedAt + 1 };
  cursor.sink.add(
    diagnosticAt(cursor.source, span, 'Unclosed block', detail, { hint: 'add "}" where the block ends' }),
  );
}

/** Returns true, so that `attempt` can tell success from failure. */
function parseItem(cursor: Cursor, items: Items): true {
  const kind = peek(cursor);
  if (kind === Token.QuoteOpen) {
    throw unexpected(cursor, 'the name of an attribute or block', 'names are written without quotes');
  }
  if (kind === Token.BraceClose) {
    throw syntaxError(cursor, spanHere(cursor), 'Syntax error', 'This "}" closes no block.', 'remove it');
  }
  if (kind !== Token.Identifier) throw unexpected(cursor, 'the name of an attribute or block');
  const nameSpan = spanHere(cursor);
  const name = tokenText(cursor);
  cursor.at += 1;
  if (peek(cursor) === Token.Assign) addAttribute(cursor, items, name, nameSpan);
  else items.blocks.push(parseBlock(cursor, name, nameSpan));
  return true;
}

function addAttribute(cursor: Cursor, items: Items, name: string, nameSpan: Span): void {
  cursor.at += 1;
  const value = parseExpression(cursor);
  const first = items.names.get(name);
  if (first !== undefined) {
    const { line } = rangeOf(cursor.source, first).start;
    const detail = `"${name}" is set twice in this block; the first is on line ${line}.`;
    cursor.sink.add(
      diagnosticAt(cursor.source, nameSpan, 'Attribute set twice', detail, { hint: 'remove one of them' }),
    );
  } else {
    items.names.set(name, nameSpan);
    items.attributes.push({ from: nameSpan.from, to: previousTo(cursor), name, nameSpan, value });
  }
  endOfItem(cursor, 'attribute');
}

function endOfItem(cursor: Cursor, what: string): void {
  const kind = peek(cursor);
  if (kind === Token.Newline) cursor.at += 1;
  else if (kind === Token.Comma) {
    throw syntaxError(
      cursor,
      spanHere(cursor),
      'Syntax error',
      `A comma does not separate the ${what}s of a block.`,
      'write each on a line of its own',
    );
  } else if (kind !== Token.EndOfFile && kind !== Token.BraceClose) {
    throw unexpected(cursor, `a line break after the ${what}`);
  }
}

function parseBlock(cursor: Cursor, type: string, typeSpan: Span): Block {
  const labels: Label[] = [];
  for (;;) {
    const kind = peek(cursor);
    const { from } = spanHere(cursor);
    if (kind === Token.QuoteOpen) {
      const text = quotedText(cursor);
      labels.push({ text, from, to: previousTo(cursor) });
    } else if (kind === Token.Identifier) {
      const text = tokenText(cursor);
      cursor.at += 1;
      labels.push({ text, from, to: previousTo(cursor) });
    } else {
      break;
    }
  }
  if (peek(cursor) !== Token.BraceOpen) {
    const isValue = labels.length === 0 && peek(cursor) !== Token.Newline && peek(cursor) !== Token.EndOfFile;
    const hint = isValue ? `write ${type} = … for an attribute` : `write ${type} = … or ${type} { … }`;
    throw unexpected(cursor, `"=" or "{" after "${type}"`, hint);
  }
  const openedAt = tokenFrom(cursor);
  cursor.at += 1;
  enter(cursor);
  const body = parseBody(cursor, Token.BraceClose, openedAt);
  leave(cursor);
  const closed = accept(cursor, Token.BraceClose);
  const block = { from: typeSpan.from, to: previousTo(cursor), type, typeSpan, labels, body };
  if (closed) endOfBlock(cursor);
  return block;
}

/** A block on one line may be followed by the `}` of the block around it. */
function endOfBlock(cursor: Cursor): void {
  const kind = peek(cursor);
  if (kind === Token.Newline) cursor.at += 1;
  else if (kind !== Token.EndOfFile && kind !== Token.BraceClose) {
    const error = unexpected(cursor, 'a line break after the block');
    cursor.sink.add(error.diagnostic);
    while (peek(cursor) !== Token.Newline && peek(cursor) !== Token.EndOfFile && peek(cursor) !== Token.BraceClose) {
      cursor.at += 1;
    }
  }
}

/** Goes to the line after the failed item, over the brackets that the item opened. */
function skipItem(cursor: Cursor, itemStart: number, closing: number): void {
  const failedAt = cursor.at;
  let open = 0;
  cursor.at = itemStart;
  for (;;) {
    const kind = cursor.tokens.kind[cursor.at];
    if (kind === Token.EndOfFile) return;
    if (kind === Token.BraceOpen || kind === Token.BracketOpen || kind === Token.ParenOpen) open += 1;
    if (kind === Token.BraceClose || kind === Token.BracketClose || kind === Token.ParenClose) {
      if (open === 0 && kind === closing && cursor.at > itemStart) return;
      open = Math.max(0, open - 1);
    }
    if (kind === Token.Newline && cursor.at >= failedAt && (open === 0 || startsItem(cursor))) return;
    cursor.at += 1;
  }
}

/** An unclosed bracket must not swallow the rest of the file: `name =` or `name {` on a new line begins a new item. */
function startsItem(cursor: Cursor): boolean {
  if (peekNext(cursor) !== Token.Identifier) return false;
  const after = cursor.tokens.kind[cursor.at + 2];
  return after === Token.Assign && cursor.tokens.kind[cursor.at - 1] === Token.BracketOpen;
}
