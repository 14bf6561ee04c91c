// How a person, a log and an editor see a diagnostic: text with the source line and a caret, or one line.

import { displayWidth, showable } from '../../lib/display-width.ts';
import type { Diagnostic } from './diagnostic.ts';
import { lineText, type Range, type Source } from './source.ts';

export interface RenderOptions {
  /** Escape sequences for terminals. @default false */
  readonly colors?: boolean;
}

/** `file:line:column`, or the file name alone when no place is known. */
export function formatPlace(diagnostic: Diagnostic): string {
  const { fileName, range } = diagnostic;
  return range === undefined ? fileName : `${fileName}:${range.start.line}:${range.start.column}`;
}

/** One line, as compilers print it: `file:line:column: error: summary; detail (hint)`. */
export function formatDiagnosticLine(diagnostic: Diagnostic): string {
  const { severity, summary, detail, hint } = diagnostic;
  const tail = hint === undefined ? '' : ` (${hint})`;
  const kind = saysMore(diagnostic) ? `${summary}; ` : '';
  const text = `${formatPlace(diagnostic)}: ${severity}: ${kind}${detail}${tail}`;
  return showable(text.replace(/\s*\n\s*/g, ' '));
}

/** A summary that only repeats the severity is left out. */
function saysMore({ severity, summary }: Diagnostic): boolean {
  return summary.toLowerCase() !== severity;
}

type Style = 'bold' | 'error' | 'warning' | 'dim' | 'hint';
const codes: Readonly<Record<Style, string>> = { bold: '1', error: '1;31', warning: '1;33', dim: '2', hint: '36' };

/**
 * A diagnostic for a person: place and summary, the source line with a caret under the range, detail and hint.
 * `sources` are the texts by file name; without one the line is left out. Nothing from the file can steer the terminal:
 * control characters and marks that change the direction of text are shown as one sign.
 */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  sources: ReadonlyMap<string, Source>,
  options: RenderOptions = {},
): string {
  const paint = (style: Style, text: string) =>
    options.colors === true && text !== '' ? `\u001b[${codes[style]}m${text}\u001b[0m` : text;
  const { severity, summary, detail, hint, range } = diagnostic;
  const head = paint('bold', `${showable(formatPlace(diagnostic))}:`);
  const kind = saysMore(diagnostic) ? ` ${paint('bold', showable(summary))}` : '';
  const lines = [`${head} ${paint(severity, `${severity}:`)}${kind}`];
  const source = sources.get(diagnostic.fileName);
  if (source !== undefined && range !== undefined) {
    const { gutter, line, pad, carets } = excerpt(source, range);
    const empty = ' '.repeat(gutter.length);
    lines.push(
      paint('dim', `  ${empty} |`),
      `${paint('dim', `  ${gutter} |`)} ${line}`.trimEnd(),
      `${paint('dim', `  ${empty} |`)} ${pad}${paint(severity, carets)}`,
    );
  }
  lines.push(...indented(detail));
  if (hint !== undefined) lines.push(...indented(hint).map((line) => paint('hint', line)));
  return lines.join('\n');
}

function indented(text: string): string[] {
  return text.split('\n').map((line) => `  ${showable(line)}`);
}

/** Longest part of a source line shown, in UTF-16 units; a longer line is cut around the caret. */
const longestExcerpt = 160;
/** How much of a long line stays in front of the caret. */
const before = 60;

interface Excerpt {
  readonly gutter: string;
  readonly line: string;
  /** What stands before the carets: tabs as tabs, so that both lines shift alike; a blank for every cell of the rest. */
  readonly pad: string;
  readonly carets: string;
}

function excerpt(source: Source, range: Range): Excerpt {
  const { line } = range.start;
  const text = lineText(source, line);
  const lineStart = source.lineStarts[line - 1] ?? 0;
  const start = Math.min(range.start.offset - lineStart, text.length);
  const end = range.end.line === line ? range.end.offset - lineStart : text.length;
  const from = wholeSign(text, text.length > longestExcerpt && start > longestExcerpt - 40 ? start - before : 0);
  const to = wholeSign(text, Math.min(text.length, from + longestExcerpt));
  const shown = (a: number, b: number) => showable(text.slice(a, b));
  const head = from === 0 ? '' : '…';
  return {
    gutter: String(line),
    line: `${head}${shown(from, to)}${to < text.length ? '…' : ''}`,
    pad: [...(head + shown(from, start))]
      .map((sign) => (sign === '\t' ? '\t' : ' '.repeat(displayWidth(sign))))
      .join(''),
    // A tab under the carets is as wide as the terminal says; one caret for it is enough.
    carets: '^'.repeat(Math.max(1, displayWidth(shown(start, Math.min(end, to))))),
  };
}

/** An offset that does not cut a sign of two units. */
function wholeSign(text: string, offset: number): number {
  const unit = text.charCodeAt(offset);
  return unit >= 0xdc00 && unit <= 0xdfff ? offset - 1 : offset;
}
