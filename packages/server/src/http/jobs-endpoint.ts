// /v1/jobs, /v1/validate/job: listing, registering and checking jobs.

import type { JobRegisterResponse, JobValidateResponse } from '@orch/api/types/job';
import { jobToStub } from '@orch/api/wire/job-wire';
import { problemsToWire } from '@orch/api/wire/problem-wire';
import { jobKey } from '@orch/core/model/ids';
import type { JobVersion } from '@orch/core/model/job';
import { type CheckedJob, checkJob, problemLine, problemsText } from '../jobs/check-job.ts';
import { registerJob } from '../jobs/register-job.ts';
import type { Api } from './api.ts';
import { type ApiRequest, asObject } from './api-request.ts';
import { HttpError } from './http-error.ts';
import { listPage } from './list-page.ts';
import { json, type Reply } from './reply.ts';
import { type Route, read, write } from './router.ts';

export function jobsEndpoint(api: Api): readonly Route[] {
  return [
    { methods: read, path: '/v1/jobs', access: 'read', handle: (request) => listJobs(api, request) },
    { methods: write, path: '/v1/jobs', access: 'write', handle: (request) => register(api, request) },
    { methods: write, path: '/v1/validate/job', access: 'read', handle: (request) => validate(api, request) },
  ];
}

function listJobs(api: Api, request: ApiRequest): Promise<Reply> {
  const withMeta = request.flag('meta');
  // What is queued stands in the evaluations.
  const scopes = [{ table: 'jobs' }, { table: 'allocations' }, { table: 'evaluations' }] as const;
  return api.blocking.read(request, scopes, (snapshot) =>
    listPage(request, snapshot.jobs(), {
      idOf: (version) => version.job.id,
      namespaceOf: (version) => version.job.namespace,
      toWire: (version) => {
        const { namespace, id } = version.job;
        const allocations = snapshot.jobAllocations(namespace, id);
        return jobToStub(version, { allocations, evaluations: snapshot.jobEvaluations(namespace, id) }, withMeta);
      },
    }),
  );
}

/** Also `POST /v1/job/<id>`: the id must be the job's. */
export async function register(api: Api, request: ApiRequest, expectedId?: string): Promise<Reply> {
  const body = asObject(await request.json(api.context.config.http.jobBodyBytes));
  const checked = await checkedJob(api, body);
  const { job } = checked;
  if (expectedId !== undefined && job.id !== expectedId) {
    throw new HttpError(400, `the job's ID is "${job.id}", the path says "${expectedId}"`);
  }
  const options = registerOptions(body);
  const registered = await api.jobTurns.run(jobKey(job.namespace, job.id), () =>
    registerJob(api.context, job, { triggeredBy: 'job-register', ...options }),
  );
  const response: JobRegisterResponse = {
    EvalID: registered.evaluation.id,
    EvalCreateIndex: registered.index,
    JobModifyIndex: registered.jobModifyIndex,
    Warnings: problemsText('warning', checked.warnings),
    Problems: problemsToWire(checked),
    Index: registered.index,
  };
  return json(response, registered.index);
}

/** @throws HttpError 400 with every problem */
export async function checkedJob(
  api: Api,
  body: Readonly<Record<string, unknown>>,
): Promise<CheckedJob & { readonly job: NonNullable<CheckedJob['job']> }> {
  if (body['Job'] === undefined || body['Job'] === null) throw new HttpError(400, 'the body has no Job');
  const checked = checkJob(api.context.config, body['Job']);
  if (checked.job === undefined)
    throw new HttpError(400, problemsText('error', checked.errors), problemsToWire(checked));
  return { ...checked, job: checked.job };
}

function registerOptions(body: Readonly<Record<string, unknown>>) {
  const priority = body['EvalPriority'];
  if (priority !== undefined && priority !== 0 && !isBetween(priority, 1, 100)) {
    throw new HttpError(400, 'EvalPriority must be a whole number from 1 to 100');
  }
  const submission = submissionOf(body['Submission']);
  return {
    ...(body['EnforceIndex'] === true ? { enforceIndex: indexOf(body['JobModifyIndex']) } : {}),
    ...(body['PreserveCounts'] === true ? { preserveCounts: true } : {}),
    ...(body['PreserveResources'] === true ? { preserveResources: true } : {}),
    ...(typeof priority === 'number' && priority > 0 ? { evaluationPriority: priority } : {}),
    ...(submission === undefined ? {} : { submission }),
  };
}

function isBetween(value: unknown, low: number, high: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high;
}

function indexOf(value: unknown): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new HttpError(400, 'JobModifyIndex must be a whole number');
}

const maxSourceBytes = 1024 * 1024;

function submissionOf(value: unknown): JobVersion['submission'] | undefined {
  if (value === undefined || value === null) return undefined;
  const fields = asObject(value, 'Submission');
  const source = fields['Source'];
  const format = fields['Format'];
  if (typeof source !== 'string' || source === '') return undefined;
  if (Buffer.byteLength(source) > maxSourceBytes) throw new HttpError(413, 'Submission.Source is larger than 1 MiB');
  const text = fields['Variables'] ?? '';
  const flags = asObject(fields['VariableFlags'] ?? {}, 'Submission.VariableFlags');
  const areTexts = typeof text === 'string' && Object.values(flags).every((value) => typeof value === 'string');
  if (!areTexts) throw new HttpError(400, 'Submission.Variables is text, and so is each of its VariableFlags');
  const variables = { text, flags };
  return { source, format: format === 'json' ? 'json' : 'hcl2', variables: JSON.stringify(variables) };
}

async function validate(api: Api, request: ApiRequest): Promise<Reply> {
  const body = asObject(await request.json(api.context.config.http.jobBodyBytes));
  const checked = checkJob(api.context.config, body['Job']);
  const response: JobValidateResponse = {
    DriverConfigValidated: true,
    ValidationErrors: checked.errors.map(problemLine),
    Warnings: problemsText('warning', checked.warnings),
    Error: problemsText('error', checked.errors),
    Problems: problemsToWire(checked),
  };
  return json(response);
}
