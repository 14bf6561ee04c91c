// One row of the tables of syntax errors, and how it is checked.

import type { ExecutionContext } from 'ava';
import { createDiagnosticSink, type Diagnostic } from '../diagnostic.ts';
import { parseJson } from '../json.ts';
import { parseFile } from '../parse-file.ts';
import { createSource } from '../source.ts';

export interface ErrorRow {
  readonly title: string;
  /** A file; one that begins with `{` is JSON. */
  readonly text: string;
  /** `line:column`, summary, detail and hint of each error, in the order of the file. */
  readonly errors: readonly (readonly [place: string, summary: string, detail: string, hint: string | undefined])[];
}

export function errorsAsIn({ text, errors }: ErrorRow): (t: ExecutionContext) => void {
  return (t) => {
    const source = createSource('x.nomad.hcl', text);
    const sink = createDiagnosticSink();
    if (text.startsWith('{')) t.is(parseJson(source, sink), undefined);
    else parseFile(source, sink);
    const sorted = sink.list.toSorted((left, right) => offsetOf(left) - offsetOf(right));
    const found = sorted.map(({ range, summary, detail, hint }) => [placeOf(range), summary, detail, hint]);
    t.deepEqual(found, errors as unknown[]);
    t.true(sink.list.every(({ fileName, severity }) => fileName === 'x.nomad.hcl' && severity === 'error'));
  };
}

function offsetOf({ range }: Diagnostic): number {
  return range?.start.offset ?? -1;
}

function placeOf(range: Diagnostic['range']): string {
  return range === undefined ? 'nowhere' : `${range.start.line}:${range.start.column}`;
}
