// Job file -> the same file in the canonical form. Only blanks change: no token, comment or line break comes or goes.

import { createDiagnosticSink, type Diagnostic } from '../syntax/diagnostic.ts';
import { tokenize } from '../syntax/lexer.ts';
import { parseFile } from '../syntax/parse-file.ts';
import { createSource, type Source } from '../syntax/source.ts';
import { alignLines, indentLines, spaceLines } from './layout.ts';
import { linesOf, type Piece, piecesOf } from './piece.ts';

export interface FormatResult {
  /** The formatted text; absent when the file has syntax errors. */
  readonly text?: string;
  readonly diagnostics: readonly Diagnostic[];
  /** For `renderDiagnostic`. */
  readonly sources: ReadonlyMap<string, Source>;
}

/**
 * Formats HCL as its users know it: two blanks a level, `=` and comments at line ends aligned between neighbouring lines,
 * one blank around operators, none inside brackets and parentheses. Line breaks stay, `\r\n` too; a byte order mark goes.
 * Texts of strings, heredocs and comments stay as they are. Never throws for bad input.
 *
 * @param fileName shown in messages
 */
export function formatText(text: string, fileName: string): FormatResult {
  const source = createSource(fileName, text);
  const sources = new Map([[fileName, source]]);
  const sink = createDiagnosticSink();
  parseFile(source, sink);
  if (sink.hasErrors()) {
    const at = ({ range }: Diagnostic) => range?.start.offset ?? 0;
    return { diagnostics: sink.list.toSorted((left, right) => at(left) - at(right)), sources };
  }
  const pieces = piecesOf(text, tokenize(source, createDiagnosticSink()));
  const lines = linesOf(pieces);
  indentLines(lines);
  spaceLines(lines);
  alignLines(lines);
  return { text: joined(pieces), diagnostics: [], sources };
}

function joined(pieces: readonly Piece[]): string {
  return pieces.map((item) => ' '.repeat(item.spaces) + item.text).join('');
}
