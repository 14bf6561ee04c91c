// Files of other languages, given by mistake: one message instead of one for each line.

import { type DiagnosticSink, diagnosticAt } from './diagnostic.ts';
import type { Source } from './source.ts';

const HINT =
  'HCL is expected: name = value, name { … }; "orch job convert FILE" makes a job of a Compose or Kubernetes file';

/** What the first line that is neither empty nor a comment begins with. */
const SIGNS: readonly (readonly [RegExp, string])[] = [
  [/^---[ \t]*\r?(\n|$)/, 'YAML'],
  [/^[A-Za-z_][\w-]*[ \t]*:([ \t\r\n]|$)/, 'YAML'],
  [/^"[^"\n]*"[ \t]*:/, 'JSON without its braces'],
  [/^\[/, 'a list of JSON or a section of TOML'],
  [/^\{/, 'JSON'],
  [/^<[!?A-Za-z]/, 'XML'],
];

/** Whether the text is of another language; then that is reported. */
export function looksForeign(source: Source, sink: DiagnosticSink): boolean {
  const from = /^(?:\s+|#[^\n]*|\/\/[^\n]*|\ufeff)*/.exec(source.text)?.[0].length ?? 0;
  const start = source.text.slice(from, from + 200);
  const language = SIGNS.find(([pattern]) => pattern.test(start))?.[1];
  if (language === undefined) return false;
  const to = from + (/^[^\s:]*:?/.exec(start)?.[0].length ?? 0);
  sink.add(diagnosticAt(source, { from, to }, 'Not HCL', `This looks like ${language}.`, { hint: HINT }));
  return true;
}
