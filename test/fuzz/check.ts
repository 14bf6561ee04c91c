// What must hold for any input at all.

import { isDeepStrictEqual } from 'node:util';
import { type Diagnostic, type ParseResult, parseJob, renderDiagnostic } from '@orch/core/jobspec';
import { decodeJobJson, encodeJobJson } from '@orch/core/schema';

const fileName = 'fuzz.hcl';

/** What is wrong with our answer, or nothing. `thorough`: also that a second reading answers the same. */
export function problemWith(text: string, thorough: boolean): string | undefined {
  let result: ParseResult;
  try {
    result = parseJob(text, { fileName });
    for (const diagnostic of [...result.diagnostics, ...result.warnings]) renderDiagnostic(diagnostic, result.sources);
  } catch (error) {
    return `thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
  const { job, diagnostics, warnings } = result;
  if ((job === undefined) !== diagnostics.length > 0)
    return `${diagnostics.length} errors, and ${job ? 'a' : 'no'} job`;
  for (const diagnostic of [...diagnostics, ...warnings]) {
    const found = problemOfPlace(diagnostic, text);
    if (found !== undefined) return found;
  }
  if (job !== undefined) {
    const wire: unknown = JSON.parse(JSON.stringify(encodeJobJson(job)));
    const back = decodeJobJson({ Job: wire }, { unknownKeys: 'error' });
    if (back.errors.length > 0) return `the job comes back with errors: ${JSON.stringify(back.errors)}`;
    if (!isDeepStrictEqual(back.job, job)) return 'the job that comes back from its JSON is another one';
  }
  if (!thorough) return undefined;
  const again = parseJob(text, { fileName });
  const same = isDeepStrictEqual([again.job, again.diagnostics, again.warnings], [job, diagnostics, warnings]);
  return same ? undefined : 'a second reading answers something else';
}

function problemOfPlace({ range, summary, detail, fileName: name }: Diagnostic, text: string): string | undefined {
  const what = `${summary}: ${detail}`;
  if (detail.trim() === '' || summary.trim() === '') return `an empty message: ${what}`;
  if (range === undefined || name !== fileName) return undefined;
  const { start, end } = range;
  const isInside = start.offset >= 0 && start.offset <= end.offset && end.offset <= text.length;
  if (!isInside) return `a place outside of the text: ${what} ${JSON.stringify(range)}`;
  const line = text.slice(0, start.offset).split('\n').length;
  if (line !== start.line || start.column < 1) return `line ${start.line}, not ${line}: ${what}`;
  return undefined;
}
