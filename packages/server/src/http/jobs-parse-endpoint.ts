// /v1/jobs/parse: a job file's text to the API's JSON. Functions that read files do not exist here.

import type { ProblemWire } from '@orch/api/types/problem';
import type { Diagnostic } from '@orch/core/jobspec';
import { encodeJobJson } from '@orch/core/schema';
import type { Api } from './api.ts';
import { type ApiRequest, asObject } from './api-request.ts';
import { HttpError } from './http-error.ts';
import { json, type Reply } from './reply.ts';
import { type Route, write } from './router.ts';

export function jobsParseEndpoint(api: Api): readonly Route[] {
  return [{ methods: write, path: '/v1/jobs/parse', access: 'read', handle: (request) => parse(api, request) }];
}

async function parse(api: Api, request: ApiRequest): Promise<Reply> {
  const body = asObject(await request.json(api.context.config.http.jobBodyBytes));
  const text = body['JobHCL'];
  const variables = body['Variables'] ?? '';
  if (typeof text !== 'string' || text.trim() === '')
    throw new HttpError(400, 'Job spec is empty: JobHCL must be text');
  if (typeof variables !== 'string') throw new HttpError(400, 'Variables must be the text of a variables file');
  if (Buffer.byteLength(text) > api.context.config.http.bodyBytes)
    throw new HttpError(413, 'JobHCL is larger than 1 MiB');
  const { parseJob, renderDiagnostic } = await import('@orch/core/jobspec');
  const { hostFunctionsFor } = await import('@orch/core/host/language-functions');
  // One call of bcrypt takes up to a second, in which the server would answer nobody.
  const { bcrypt: _slow, ...functions } = await hostFunctionsFor([text, variables], () => api.context.clock.now());
  const parsed = parseJob(text, {
    fileName: 'input.hcl',
    // The clock also bounds how long an evaluation may take.
    functions,
    ...(variables === '' ? {} : { varFiles: [{ fileName: 'input.vars', text: variables }] }),
  });
  if (parsed.job === undefined) {
    const errors = parsed.diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, parsed.sources));
    throw new HttpError(400, errors.join('\n'), [...parsed.diagnostics, ...parsed.warnings].map(toWire));
  }
  return json(encodeJobJson(parsed.job));
}

function toWire({ severity, path, summary, detail, hint, range }: Diagnostic): ProblemWire {
  return {
    Severity: severity,
    Path: path ?? '',
    Message: `${summary}: ${detail}`,
    ...(hint === undefined ? {} : { Hint: hint }),
    ...(range === undefined ? {} : { Line: range.start.line, Column: range.start.column }),
  };
}
