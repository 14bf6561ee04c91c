// What `job run`, `plan` and `validate` share: job file to the API's JSON, refusals of the server back to places in the file.

import { ApiError, type JobRegisterRequest } from '@orch/api';
import { encodeJobJson } from '@orch/core/schema';
import type { JobFile } from './job-file.ts';
import { CommandFailure } from './orch-command.ts';

export function requestOf(file: JobFile): JobRegisterRequest {
  return {
    Job: encodeJobJson(file.job) as Readonly<Record<string, unknown>>,
    Submission: { Source: file.submission.source, Format: file.submission.format, Variables: file.variables },
  };
}

/** A refusal of the job, with the place in the file before each line that names a field. Other errors pass through. */
export async function withPlaces<T>(file: JobFile, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status < 400 || error.status >= 500) throw error;
    throw new CommandFailure(placeProblems(file, error.message.trim()));
  }
}

/** Each line of the server's text that begins with a field path gets `file:line:column: ` before it. */
export function placeProblems(file: Pick<JobFile, 'sourceMap' | 'place'>, text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const found = /^(\s*(?:[*-]\s+)?(?:error: )?)([A-Za-z_][\w."[\]/-]*(?:\[[^\]]*\][\w.]*)*): /.exec(line);
      const path = found?.[2];
      return path !== undefined && file.sourceMap.locate(path) !== undefined && looksLikePath(path)
        ? `${file.place(path)}: ${line.trim()}`
        : line;
    })
    .join('\n');
}

/** A bare word before a colon may be prose; fields of a job that stand at its top are known by name. */
function looksLikePath(path: string): boolean {
  return (
    /[.[]/.test(path) ||
    ['type', 'region', 'namespace', 'datacenters', 'priority', 'name', 'id', 'node_pool'].includes(path)
  );
}
