// The doors of this room: a file, an expression, a template.

import type { Body, Expression } from './ast.ts';
import { AlreadyReported, type Cursor, createCursor, peek, unexpected } from './cursor.ts';
import { type DiagnosticSink, diagnosticAt, LanguageError } from './diagnostic.ts';
import { looksForeign } from './foreign-language.ts';
import { tokenize, tokenizeTemplate } from './lexer.ts';
import { parseTopLevel } from './parse-body.ts';
import { parseExpression } from './parse-expression.ts';
import { parseBareTemplate } from './parse-template.ts';
import { MAX_SOURCE_LENGTH, type Source } from './source.ts';
import { Token } from './token.ts';
import { releaseTokens } from './token-room.ts';

/** Parses a whole file. What could be read is returned even when there were errors. */
export function parseFile(source: Source, sink: DiagnosticSink): Body {
  if (!checkSource(source, sink) || looksForeign(source, sink)) return { attributes: [], blocks: [] };
  const tokens = tokenize(source, sink);
  const body = parseTopLevel(createCursor(source, tokens, sink));
  releaseTokens(tokens);
  return body;
}

/** Parses one expression that is the whole text, such as the value of `--var name=value`. */
export function parseExpressionText(source: Source, sink: DiagnosticSink): Expression | undefined {
  if (!checkSource(source, sink)) return undefined;
  const cursor = createCursor(source, tokenize(source, sink), sink);
  cursor.newlines = false;
  return attemptExpression(cursor, () => {
    const expression = parseExpression(cursor);
    if (peek(cursor) !== Token.EndOfFile) throw unexpected(cursor, 'the end of the value');
    return expression;
  });
}

/** Parses a text without quotes as a template, as strings of JSON files are. */
export function parseTemplateText(source: Source, sink: DiagnosticSink): Expression | undefined {
  if (!checkSource(source, sink)) return undefined;
  const cursor = createCursor(source, tokenizeTemplate(source, sink), sink);
  return attemptExpression(cursor, () => parseBareTemplate(cursor));
}

function attemptExpression(cursor: Cursor, parse: () => Expression): Expression | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof LanguageError) cursor.sink.add(error.diagnostic);
    else if (!(error instanceof AlreadyReported)) throw error;
    return undefined;
  } finally {
    releaseTokens(cursor.tokens);
  }
}

/** What no parser of this room reads: too much text, and text that is no Unicode. */
export function checkSource(source: Source, sink: DiagnosticSink): boolean {
  const { text } = source;
  if (text.length > MAX_SOURCE_LENGTH) {
    const detail = `The file has ${text.length} characters; at most ${MAX_SOURCE_LENGTH} are read (limit "source size").`;
    sink.add(diagnosticAt(source, { from: 0, to: 0 }, 'File too large', detail));
    return false;
  }
  if (text.isWellFormed()) return true;
  const at = /\p{Surrogate}/u.exec(text)?.index ?? 0;
  const detail = 'The file is no valid Unicode text here: half of a character stands alone.';
  sink.add(
    diagnosticAt(source, { from: at, to: at + 1 }, 'Invalid encoding', detail, { hint: 'save the file as UTF-8' }),
  );
  return false;
}
