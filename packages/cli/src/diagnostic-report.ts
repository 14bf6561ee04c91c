// What is wrong with job files, as text for people, as JSON and as compilers print it.

import { type Diagnostic, formatDiagnosticLine, renderDiagnostic, type Source } from '@orch/core/jobspec';

export type ReportFormat = 'text' | 'json' | 'gcc';

export interface ReportOptions {
  /** Texts by file name, for the source lines. */
  readonly sources: ReadonlyMap<string, Source>;
  readonly colors: boolean;
}

/** One diagnostic in `--format json`. Keys are always there; what is not known is null. */
export interface DiagnosticJson {
  readonly file: string;
  /** Lines and columns from 1, columns in characters; offsets from 0, in UTF-16 units. */
  readonly range: Diagnostic['range'] | null;
  readonly severity: 'error' | 'warning';
  readonly summary: string;
  readonly detail: string;
  readonly hint: string | null;
  /** Field path in the job. */
  readonly path: string | null;
}

export function diagnosticJson(diagnostic: Diagnostic): DiagnosticJson {
  const { fileName, range, severity, summary, detail, hint, path } = diagnostic;
  return {
    file: fileName,
    range: range ?? null,
    severity,
    summary,
    detail,
    hint: hint ?? null,
    path: path ?? null,
  };
}

/** A person reads no more than this; the forms for programs have all. Reading a file stops to collect at as many. */
const mostShown = 100;

/** `json` is one list; the others are blocks or lines, errors before warnings, and empty when there is nothing to say. */
export function report(format: ReportFormat, diagnostics: readonly Diagnostic[], options: ReportOptions): string {
  if (format === 'json') return JSON.stringify(diagnostics.map(diagnosticJson), null, 2);
  if (format === 'gcc') return diagnostics.map(formatDiagnosticLine).join('\n');
  const shown = diagnostics.slice(0, mostShown).map((item) => renderDiagnostic(item, options.sources, options));
  const more = diagnostics.length - shown.length;
  return [...shown, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n\n');
}

/** `2 errors in web.nomad.hcl`, `1 error, 2 warnings in …`; `at least` where reading may have left some out. */
export function reportCount(fileName: string, diagnostics: readonly Diagnostic[]): string {
  const said = (['error', 'warning'] as const).flatMap((severity) => {
    const count = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`];
  });
  const all = said.length === 0 ? 'nothing' : said.join(', ');
  return `${diagnostics.length === mostShown ? 'at least ' : ''}${all} in ${fileName}`;
}
