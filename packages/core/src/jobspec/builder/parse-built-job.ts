// A built job -> Job, with the places of its builder calls for what is wrong with it.

import { type ParseOptions, type ParseResult, parseTree } from '../parse-job.ts';
import { type Diagnostic, diagnosticAt } from '../syntax/diagnostic.ts';
import { createSource, type Source, type Span } from '../syntax/source.ts';
import type { BuiltBlock, BuiltJob } from './blocks.ts';
import { treeOf } from './tree.ts';
import { writtenOptions } from './written-options.ts';

export interface BuiltJobOptions extends Pick<ParseOptions, 'fileName' | 'allowNotYetRunnable'> {
  /** Text of the job file. */
  readonly text: string;
  /** How stacks name the file: `file:///…/docs.job.ts`. */
  readonly url: string;
}

/** Completes and validates as `parseJob` does. What is wrong is shown at its field where that is written in the
 * call of `job`, `group` or `task`, else at the call. */
export function parseBuiltJob(built: BuiltJob, options: BuiltJobOptions): ParseResult {
  const source = createSource(options.fileName, options.text);
  const problems: Diagnostic[] = [];
  const body = treeOf(built, {
    placeOf: (block, outer) => placeOf(block, source, options.url) ?? outer,
    writtenAt: (call) => (call.to > call.from ? writtenOptions(options.text, call.from) : undefined),
    report: (span, summary, detail, path, hint) =>
      void problems.push(diagnosticAt(source, span, summary, detail, { hint, path })),
  });
  const { fileName, allowNotYetRunnable = false } = options;
  return parseTree(body, source, { fileName, allowNotYetRunnable }, problems);
}

function placeOf(block: BuiltBlock, source: Source, url: string): Span | undefined {
  const place = placeInStack(block.calledAt, url);
  const lineStart = place === undefined ? undefined : source.lineStarts[place.line - 1];
  if (place === undefined || lineStart === undefined) return undefined;
  const from = Math.min(lineStart + place.column - 1, source.text.length);
  return { from, to: source.text.startsWith(block.block, from) ? from + block.block.length : from };
}

/** The first place in a file that a stack names; lines and columns from 1. The column is 1 where the stack has none. */
export function placeInStack(
  stack: string,
  url: string,
): { readonly line: number; readonly column: number } | undefined {
  for (let at = stack.indexOf(`${url}:`); at !== -1; at = stack.indexOf(`${url}:`, at + 1)) {
    const [, line, column] = /^:(\d+)(?::(\d+))?/.exec(stack.slice(at + url.length, at + url.length + 30)) ?? [];
    if (line !== undefined) return { line: Number(line), column: Number(column ?? 1) };
  }
  return undefined;
}
