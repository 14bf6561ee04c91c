// What decoding a job file needs beside the tree: where to report.

import type { Scope } from '../evaluate/scope.ts';
import type { Block } from '../syntax/ast.ts';
import { type DiagnosticOptions, type DiagnosticSink, diagnosticAt } from '../syntax/diagnostic.ts';
import type { Span } from '../syntax/source.ts';

export interface Decoder {
  readonly sink: DiagnosticSink;
}

export function report(
  decoder: Decoder,
  scope: Scope,
  span: Span,
  summary: string,
  detail: string,
  options?: DiagnosticOptions,
): void {
  decoder.sink.add(diagnosticAt(scope.source, span, summary, detail, options));
}

/** A block is shown by its first line: type and labels. */
export function headEnd(block: Block): number {
  // The labels of a dynamic block may stand before what they name.
  return Math.max(block.labels.at(-1)?.to ?? 0, block.typeSpan.to, block.from);
}
