// What is wrong with a job file, where, and how to mend it.

import { type Range, rangeOf, type Source, type Span } from './source.ts';

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

/** Most errors, and most warnings, reported for one file; further ones are counted, not kept. */
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
  /** Kept of each kind: many warnings must not hide an error. */
  const kept = { error: 0, warning: 0 };
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
      if (kept[severity] >= MAX_DIAGNOSTICS || seen.has(key)) return;
      kept[severity] += 1;
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
