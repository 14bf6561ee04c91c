// Tokens -> bodies, attributes and blocks. After an error it goes on at the next item, so that all are reported.

import type { Attribute, Body } from './ast.ts';
import {
  AlreadyReported,
  type Cursor,
  enter,
  leave,
  nameText,
  peek,
  peekAhead,
  previousTo,
  report,
  spanHere,
  startsItem,
  stringText,
  syntaxError,
  tokenFrom,
  unexpected,
} from './cursor.ts';
import { LanguageError } from './diagnostic.ts';
import { parseBlockHead } from './parse-block-head.ts';
import { parseExpression } from './parse-expression.ts';
import { skipItem, skipToLineEnd } from './recovery.ts';
import { indentationAt, lineAt } from './source.ts';
import { Token } from './token.ts';
import { WrittenAttribute, WrittenBlock } from './written-item.ts';

/**
 * A body under construction: which of the items that the cursor gathers are its own. What is beyond its ends belongs to a
 * block inside that is being read.
 */
interface Items {
  readonly form: 'file' | 'lines' | 'one line';
  readonly firstAttribute: number;
  attributesEnd: number;
  readonly firstBlock: number;
  blocksEnd: number;
  /** Only of a body with many attributes. */
  names: Map<string, Attribute> | undefined;
}

function beginItems(cursor: Cursor, form: Items['form']): Items {
  const firstAttribute = cursor.attributes.count;
  const firstBlock = cursor.blocks.count;
  return { form, firstAttribute, attributesEnd: firstAttribute, firstBlock, blocksEnd: firstBlock, names: undefined };
}

/** What is known about braces while a file is read. */
interface Braces {
  /** Token index of the `{` of the first block whose `}` stands further left than it began: perhaps that is not closed. */
  suspect: number | undefined;
  isReported: boolean;
}

export function parseTopLevel(cursor: Cursor): Body {
  const items = beginItems(cursor, 'file');
  readItems(cursor, items, { suspect: undefined, isReported: false });
  return { attributes: cursor.attributes.takeFrom(0), blocks: cursor.blocks.takeFrom(0) };
}

/** Reads items up to the `}` of the body, which is not taken, or to the end of the file. */
function readItems(cursor: Cursor, items: Items, braces: Braces): void {
  for (;;) {
    const kind = peek(cursor);
    if (kind === Token.EndOfFile) return;
    if (kind === Token.BraceClose && items.form !== 'file') return;
    if (kind === Token.Newline) {
      cursor.at += 1;
      continue;
    }
    const { at, depth } = cursor;
    try {
      readItem(cursor, items, braces);
    } catch (error) {
      if (error instanceof LanguageError) cursor.sink.add(error.diagnostic);
      else if (!(error instanceof AlreadyReported)) throw error;
      cursor.newlines = true;
      cursor.depth = depth;
      cursor.open.length = 0;
      cursor.attributes.count = items.attributesEnd;
      cursor.blocks.count = items.blocksEnd;
      cursor.values.count = 0;
      cursor.members.count = 0;
      cursor.pieces.count = 0;
      skipItem(cursor, at, items.form !== 'file');
    }
  }
}

function readItem(cursor: Cursor, items: Items, braces: Braces): void {
  const kind = peek(cursor);
  if (kind === Token.QuoteOpen || kind === Token.Quoted) throw quotedName(cursor);
  if (kind === Token.BraceClose) {
    throw syntaxError(cursor, spanHere(cursor), 'Syntax error', 'This "}" closes no block.', 'remove it');
  }
  if (kind !== Token.Identifier) throw unexpected(cursor, 'the name of an attribute or block');
  const from = tokenFrom(cursor);
  const name = nameText(cursor);
  cursor.at += 1;
  if (peek(cursor) === Token.Assign) readAttribute(cursor, items, name, from);
  else readBlock(cursor, items, name, from, braces);
}

function quotedName(cursor: Cursor): Error {
  const isText = cursor.kind[cursor.at] === Token.Quoted;
  const name = isText ? stringText(cursor) : 'name';
  const after = isText ? peekAhead(cursor, 1) : Token.Invalid;
  const isBlock = after === Token.BraceOpen || after === Token.QuoteOpen || after === Token.Quoted;
  const form = isBlock ? `${name} {` : `${name} =`;
  return unexpected(cursor, 'the name of an attribute or block', `names are written without quotes: ${form} …`);
}

function readAttribute(cursor: Cursor, items: Items, name: string, from: number): void {
  cursor.at += 1;
  if (peek(cursor) === Token.Newline) valueOnNextLine(cursor);
  const value = parseExpression(cursor);
  const first = attributeNamed(cursor, items, name);
  if (first !== undefined) {
    const line = lineAt(cursor.source, first.from);
    const detail = `"${name}" is set twice in this block; the first is on line ${line}.`;
    report(cursor, { from, to: from + name.length }, 'Attribute set twice', detail, 'remove one of them');
  }
  const to = previousTo(cursor);
  endItem(cursor, items, 'attribute');
  if (first !== undefined) return;
  cursor.attributes.add(new WrittenAttribute(from, to, name, value));
  items.attributesEnd = cursor.attributes.count;
}

/** A value that only stands a line too low is read all the same. */
function valueOnNextLine(cursor: Cursor): void {
  const error = unexpected(cursor, 'a value', 'the value begins on the line of the "="');
  let ahead = 1;
  while (peekAhead(cursor, ahead) === Token.Newline) ahead += 1;
  const next = peekAhead(cursor, ahead);
  const isValue = next !== Token.EndOfFile && next !== Token.BraceClose && !startsItem(cursor, cursor.at + ahead);
  if (!isValue || !(error instanceof LanguageError)) throw error;
  cursor.sink.add(error.diagnostic);
  cursor.at += ahead;
}

/** Bodies of more attributes than this get an index of their names. */
const SHORT_BODY = 16;

function attributeNamed({ attributes }: Cursor, items: Items, name: string): Attribute | undefined {
  const { firstAttribute } = items;
  if (attributes.count - firstAttribute < SHORT_BODY) {
    for (let index = firstAttribute; index < attributes.count; index += 1) {
      if (attributes.at(index).name === name) return attributes.at(index);
    }
    return undefined;
  }
  items.names ??= new Map();
  for (let index = firstAttribute + items.names.size; index < attributes.count; index += 1) {
    items.names.set(attributes.at(index).name, attributes.at(index));
  }
  return items.names.get(name);
}

/** A line break must follow; in a block on one line its `}`. */
function endItem(cursor: Cursor, items: Items, what: 'attribute' | 'block'): void {
  const kind = peek(cursor);
  if (kind === Token.Newline) {
    if (items.form !== 'one line') cursor.at += 1;
    return;
  }
  if (kind === Token.EndOfFile) return;
  if (kind === Token.BraceClose) {
    if (items.form !== 'lines') return;
    const detail = `A line break must follow the ${what} before this "}".`;
    report(cursor, spanHere(cursor), 'Syntax error', detail, 'put the "}" on a line of its own');
    return;
  }
  if (kind === Token.Comma) {
    cursor.at += 1;
    // Two attributes on one line are reported when the block is complete.
    if (items.form === 'one line' && peek(cursor) === Token.Identifier) return;
    const detail = `A comma does not separate the ${what}s of a block.`;
    const span = { from: previousTo(cursor) - 1, to: previousTo(cursor) };
    report(cursor, span, 'Syntax error', detail, 'write each on a line of its own');
    if (peek(cursor) !== Token.Identifier) skipToLineEnd(cursor);
    return;
  }
  // The quote that ends the line is reported already.
  if (kind === Token.QuoteOpen && isUnterminated(cursor)) throw new AlreadyReported();
  throw unexpected(cursor, `a line break after the ${what}`, hintAfterItem(cursor, what));
}

function isUnterminated(cursor: Cursor): boolean {
  const { kind, from, to } = cursor;
  let close = cursor.at;
  while (kind[close] !== Token.QuoteClose && kind[close] !== Token.EndOfFile) close += 1;
  return from[close] === to[close];
}

function hintAfterItem(cursor: Cursor, what: 'attribute' | 'block'): string | undefined {
  if (peek(cursor) !== Token.Identifier) return undefined;
  const next = peekAhead(cursor, 1);
  const isItem = next === Token.Assign || next === Token.BraceOpen;
  if (isItem || what === 'block') return 'write each item on a line of its own';
  return 'text of several words stands in double quotes';
}

function readBlock(cursor: Cursor, items: Items, type: string, from: number, braces: Braces): void {
  const labels = parseBlockHead(cursor, type);
  const opener = cursor.at;
  cursor.at += 1;
  enter(cursor);
  const next = peek(cursor);
  const isOneLine = next !== Token.Newline && next !== Token.BraceClose && next !== Token.EndOfFile;
  const inner = beginItems(cursor, isOneLine ? 'one line' : 'lines');
  readItems(cursor, inner, braces);
  leave(cursor);
  if (isOneLine && items.form !== 'one line') checkOneLine(cursor, inner);
  const attributes = cursor.attributes.takeFrom(inner.firstAttribute);
  const blocks = cursor.blocks.takeFrom(inner.firstBlock);
  const isClosed = peek(cursor) === Token.BraceClose;
  if (isClosed) noteSuspect(cursor, from, opener, braces);
  else reportUnclosed(cursor, opener, braces);
  if (isClosed) cursor.at += 1;
  cursor.blocks.add(new WrittenBlock(from, previousTo(cursor), type, labels, attributes, blocks));
  items.blocksEnd = cursor.blocks.count;
  if (isClosed) endItem(cursor, items, 'block');
}

/** `name { attribute = value }` is the only form on one line. */
function checkOneLine(cursor: Cursor, items: Items): void {
  const { attributes, blocks } = cursor;
  const block = blocks.count > items.firstBlock ? blocks.at(items.firstBlock) : undefined;
  const ofItems = (index: number) => (index < attributes.count ? attributes.at(index) : undefined);
  const first = ofItems(items.firstAttribute);
  const second = ofItems(items.firstAttribute + 1);
  const hint = 'write each item, and the closing "}", on a line of its own';
  const wrong = block?.typeSpan ?? second?.nameSpan;
  if (wrong !== undefined) {
    const detail = 'A block on one line holds one attribute and nothing else.';
    report(cursor, wrong, 'Invalid one-line block', detail, hint);
  } else if (peek(cursor) === Token.BraceClose && first !== undefined && hasLineBreakAfter(cursor, first.to)) {
    const detail = 'A block whose attribute stands on its first line ends on that line.';
    report(cursor, first.nameSpan, 'Invalid one-line block', detail, hint);
  }
}

function hasLineBreakAfter(cursor: Cursor, offset: number): boolean {
  const { kind, from } = cursor;
  for (let index = cursor.at - 1; (from[index] as number) >= offset; index -= 1) {
    if (kind[index] === Token.Newline) return true;
  }
  return false;
}

/** `from`: where the block begins. */
function noteSuspect(cursor: Cursor, from: number, opener: number, braces: Braces): void {
  if (braces.suspect !== undefined) return;
  const { source } = cursor;
  const closer = tokenFrom(cursor);
  const ofCloser = indentationAt(source, closer);
  const ofBlock = indentationAt(source, from);
  if (ofCloser !== undefined && ofBlock !== undefined && ofCloser < ofBlock) braces.suspect = opener;
}

/** One block is named: the one whose `}` is missing by the indentation, else the innermost open one. */
function reportUnclosed(cursor: Cursor, opener: number, braces: Braces): void {
  if (braces.isReported || cursor.tokens.unclosed !== undefined) return;
  braces.isReported = true;
  const { suspect } = braces;
  const detail =
    suspect === undefined
      ? 'This block is never closed: the file ends before its "}".'
      : 'The file has one "}" too few; by the indentation this block is not closed.';
  const brace = suspect ?? opener;
  const span = { from: cursor.from[brace] as number, to: cursor.to[brace] as number };
  report(cursor, span, 'Unclosed block', detail, 'add "}" where the block ends');
}
