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

/** Longest field path that is noted beside the diagnostics. */
const MAX_NOTED_PATH = 4_096;

/** Collects diagnostics of several files. */
export interface DiagnosticSink {
  readonly list: Diagnostic[];
  /** Field paths of the errors, also of those that repeat an earlier one. */
  readonly errorPaths: ReadonlySet<string>;
  /** A diagnostic equal to an earlier one is not kept again: one mistake may spoil many fields. */
  add(diagnostic: Diagnostic): void;
  hasErrors(): boolean;
  /** Counts an error that would not be kept. */
  countError(): void;
  /** Whether so many errors are kept that further ones are not: they need only be counted. */
  hasEnoughErrors(): boolean;
  /** Whether so many warnings are kept that further ones are not. */
  hasEnoughWarnings(): boolean;
}

export function createDiagnosticSink(): DiagnosticSink {
  const list: Diagnostic[] = [];
  const errorPaths = new Set<string>();
  /** What is kept, by its offset. */
  const seen = new Map<number, Diagnostic[]>();
  /** Kept of each kind: many warnings must not hide an error. */
  const kept = { error: 0, warning: 0 };
  let errors = 0;
  /** Of what is not kept nothing follows that would be; and long paths, many times, fill the memory. */
  const notePath = (path: string) => {
    if (kept.error < MAX_DIAGNOSTICS && path.length <= MAX_NOTED_PATH) errorPaths.add(path);
  };
  return {
    list,
    errorPaths,
    add(diagnostic) {
      const { severity, range, path } = diagnostic;
      if (severity === 'error') {
        errors += 1;
        notePath(path ?? '');
      }
      if (kept[severity] >= MAX_DIAGNOSTICS) return;
      const offset = range?.start.offset ?? -1;
      const others = seen.get(offset);
      if (others === undefined) seen.set(offset, [diagnostic]);
      else if (others.some((other) => isRepeated(other, diagnostic))) return;
      else others.push(diagnostic);
      kept[severity] += 1;
      list.push(diagnostic);
    },
    hasErrors: () => errors > 0,
    countError() {
      errors += 1;
    },
    hasEnoughErrors: () => kept.error >= MAX_DIAGNOSTICS,
    hasEnoughWarnings: () => kept.warning >= MAX_DIAGNOSTICS,
  };
}

function isRepeated(one: Diagnostic, other: Diagnostic): boolean {
  return (
    one.severity === other.severity &&
    one.fileName === other.fileName &&
    one.summary === other.summary &&
    one.detail === other.detail
  );
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
