// What is wrong with a job file, where, and how to mend it; and how a person sees it.

import { lineText, type Range, rangeOf, type Source, type Span } from './source.ts';

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** A few words that name the kind of mistake; stable, tests and editors match on it. */
  readonly summary: string;
  /** One or two sentences: what was found and what was expected. */
  readonly detail: string;
  readonly fileName: string;
  /** Absent only when no place in a file is known. */
  readonly range?: Range;
  /** The mend, when it is known: "did you mean …". */
  readonly hint?: string;
  /** Field path in the job, when the diagnostic is about a field. */
  readonly path?: string;
}

/** Most diagnostics reported for one file; further ones are counted, not kept. */
export const MAX_DIAGNOSTICS = 100;

/** Collects diagnostics of several files. */
export interface DiagnosticSink {
  readonly list: Diagnostic[];
  /** Field paths of all errors, also of those that repeat an earlier one. */
  readonly errorPaths: string[];
  /** A diagnostic equal to an earlier one is not kept again: one mistake may spoil many fields. */
  add(diagnostic: Diagnostic): void;
  hasErrors(): boolean;
}

export function createDiagnosticSink(): DiagnosticSink {
  const list: Diagnostic[] = [];
  const errorPaths: string[] = [];
  const seen = new Set<string>();
  let errors = 0;
  return {
    list,
    errorPaths,
    add(diagnostic) {
      const { severity, fileName, range, summary, detail, path } = diagnostic;
      if (severity === 'error') {
        errors += 1;
        errorPaths.push(path ?? '');
      }
      const key = [severity, fileName, range?.start.offset, summary, detail].join('\u0000');
      if (list.length >= MAX_DIAGNOSTICS || seen.has(key)) return;
      seen.add(key);
      list.push(diagnostic);
    },
    hasErrors: () => errors > 0,
  };
}

export interface DiagnosticOptions {
  readonly severity?: 'error' | 'warning';
  readonly hint?: string | undefined;
  readonly path?: string | undefined;
}

export function diagnosticAt(
  source: Source,
  span: Span,
  summary: string,
  detail: string,
  options: DiagnosticOptions = {},
): Diagnostic {
  return {
    severity: options.severity ?? 'error',
    summary,
    detail,
    fileName: source.fileName,
    range: rangeOf(source, span),
    ...(options.hint === undefined ? {} : { hint: options.hint }),
    ...(options.path === undefined ? {} : { path: options.path }),
  };
}

/** Thrown inside the evaluator and the decoder; caught at the attribute or block it spoils, and reported. */
export class LanguageError extends Error {
  override readonly name = 'LanguageError';
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(`${diagnostic.summary}: ${diagnostic.detail}`);
    this.diagnostic = diagnostic;
  }
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
  return `${formatPlace(diagnostic)}: ${severity}: ${summary}; ${detail}${tail}`;
}

/**
 * A diagnostic for a person: place and summary, the source line with a caret under the range, detail and hint.
 * `sources` are the texts by file name; without one the line is left out.
 */
export function renderDiagnostic(diagnostic: Diagnostic, sources: ReadonlyMap<string, Source>): string {
  const { severity, summary, detail, hint, range } = diagnostic;
  const lines = [`${formatPlace(diagnostic)}: ${severity}: ${summary}`];
  const source = sources.get(diagnostic.fileName);
  if (source !== undefined && range !== undefined) lines.push(...excerpt(source, range));
  lines.push(`  ${detail}`);
  if (hint !== undefined) lines.push(`  ${hint}`);
  return lines.join('\n');
}

/** Longest part of a source line shown; a longer line is cut around the caret. */
const MAX_EXCERPT = 160;

function excerpt(source: Source, range: Range): string[] {
  const points = [...lineText(source, range.start.line)];
  const startColumn = range.start.column - 1;
  const cut = startColumn > MAX_EXCERPT - 40 ? startColumn - 60 : 0;
  const visible = points.slice(cut, cut + MAX_EXCERPT);
  const endColumn = range.end.line === range.start.line ? range.end.column - 1 : points.length;
  const width = Math.max(1, Math.min(endColumn, cut + MAX_EXCERPT) - startColumn);
  const gutter = String(range.start.line);
  const pad = visible.slice(0, startColumn - cut).map((point) => (point === '\t' ? '\t' : ' '));
  return [
    `  ${' '.repeat(gutter.length)} |`,
    `  ${gutter} | ${visible.join('')}`,
    `  ${' '.repeat(gutter.length)} | ${pad.join('')}${'^'.repeat(width)}`,
  ];
}
