// Mistakes found while evaluating, as errors with their place.

import { type DiagnosticOptions, diagnosticAt, LanguageError } from '../syntax/diagnostic.ts';
import type { Span } from '../syntax/source.ts';
import type { Scope } from './scope.ts';
import type { Value } from './value.ts';

export function fail(scope: Scope, span: Span, summary: string, detail: string, options?: DiagnosticOptions): never {
  throw new LanguageError(diagnosticAt(scope.source, span, summary, detail, options));
}

export function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Run-time references are text while the file is read; computing with them is a common mistake. */
export function runtimeHint(value: Value): string | undefined {
  if (typeof value !== 'string' || !value.includes('${')) return undefined;
  return `${value} is known only when the task runs; only var and local can be computed with`;
}
