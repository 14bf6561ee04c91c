// /v1/job/<id> and what belongs to one job: reads, stop, evaluate, revert.

import type { JobDeregisterResponse } from '@orch/api/types/job';
import { allocationToStub } from '@orch/api/wire/allocation-wire';
import { deploymentToWire } from '@orch/api/wire/deployment-wire';
import { evaluationToWire } from '@orch/api/wire/evaluation-wire';
import { jobSummary, jobVersionToWire } from '@orch/api/wire/job-wire';
import { jobKey } from '@orch/core/model/ids';
import type { JobVersion } from '@orch/core/model/job';
import type { StateSnapshot } from '@orch/core/model/snapshot';
import { registerJob } from '../jobs/register-job.ts';
import { newEvaluation } from '../loops/new-evaluation.ts';
import type { Api } from './api.ts';
import { type ApiRequest, asObject } from './api-request.ts';
import { HttpError, notFound } from './http-error.ts';
import { register } from './jobs-endpoint.ts';
import { json, type Reply } from './reply.ts';
import { type Route, read, write } from './router.ts';

export function jobEndpoint(api: Api): readonly Route[] {
  const path = '/v1/job/*jobId';
  return [
    { methods: read, path, access: 'read', handle: (request) => readJob(api, request) },
    { methods: write, path, access: 'write', handle: (request) => register(api, request, request.param('jobId')) },
    { methods: ['DELETE'], path, access: 'write', handle: (request) => deregister(api, request) },
    { methods: read, path: `${path}/summary`, access: 'read', handle: (request) => readSummary(api, request) },
    { methods: read, path: `${path}/versions`, access: 'read', handle: (request) => readVersions(api, request) },
    { methods: read, path: `${path}/submission`, access: 'read', handle: (request) => readSubmission(api, request) },
    { methods: read, path: `${path}/allocations`, access: 'read', handle: (request) => readAllocations(api, request) },
    { methods: read, path: `${path}/evaluations`, access: 'read', handle: (request) => readEvaluations(api, request) },
    { methods: read, path: `${path}/deployments`, access: 'read', handle: (request) => readDeployments(api, request) },
    { methods: read, path: `${path}/deployment`, access: 'read', handle: (request) => readDeployment(api, request) },
    { methods: write, path: `${path}/evaluate`, access: 'write', handle: (request) => evaluate(api, request) },
    { methods: write, path: `${path}/revert`, access: 'write', handle: (request) => revert(api, request) },
  ];
}

/** The job a request names. @throws HttpError 404 */
export function jobOf(snapshot: StateSnapshot, request: ApiRequest): JobVersion {
  const version = snapshot.job(request.namespace, request.param('jobId'));
  if (version === undefined) throw notFound('job');
  return version;
}

export function keyOf(request: ApiRequest): string {
  return jobKey(request.namespace, request.param('jobId'));
}

function readJob(api: Api, request: ApiRequest): Promise<Reply> {
  return api.blocking.read(request, [{ table: 'jobs', key: keyOf(request) }], (snapshot) =>
    jobVersionToWire(jobOf(snapshot, request)),
  );
}

function readSummary(api: Api, request: ApiRequest): Promise<Reply> {
  const key = keyOf(request);
  // What is queued stands in the evaluations.
  const scopes = [
    { table: 'jobs', key },
    { table: 'allocations', job: key },
    { table: 'evaluations', job: key },
  ] as const;
  return api.blocking.read(request, scopes, (snapshot) => {
    const version = jobOf(snapshot, request);
    const { namespace, id } = version.job;
    const allocations = snapshot.jobAllocations(namespace, id);
    return jobSummary(version, { allocations, evaluations: snapshot.jobEvaluations(namespace, id) });
  });
}

function readVersions(api: Api, request: ApiRequest): Promise<Reply> {
  if (request.flag('diffs')) throw new HttpError(400, 'query parameter diffs is not supported yet');
  return api.blocking.read(request, [{ table: 'jobs', key: keyOf(request) }], (snapshot) => {
    jobOf(snapshot, request);
    const versions = snapshot.jobVersions(request.namespace, request.param('jobId'));
    const newestFirst = [...versions].sort((left, right) => right.version - left.version);
    return { Versions: newestFirst.map(jobVersionToWire), Diffs: null };
  });
}

function readSubmission(api: Api, request: ApiRequest): Promise<Reply> {
  return api.blocking.read(request, [{ table: 'jobs', key: keyOf(request) }], (snapshot) => {
    const current = jobOf(snapshot, request);
    const number = request.integer('version', current.version);
    const { submission } = snapshot.jobVersion(request.namespace, request.param('jobId'), number) ?? {};
    if (submission === undefined) throw notFound('job source');
    const variables = JSON.parse(submission.variables || '{}') as { text?: string; flags?: Record<string, string> };
    return {
      Source: submission.source,
      Format: submission.format,
      Variables: variables.text ?? '',
      VariableFlags: variables.flags ?? {},
      Namespace: current.job.namespace,
      JobID: current.job.id,
      Version: number,
    };
  });
}

/** Allocations of an earlier job of the same name are left out unless `?all`. */
function readAllocations(api: Api, request: ApiRequest): Promise<Reply> {
  const all = request.flag('all');
  const key = keyOf(request);
  const scopes = [
    { table: 'jobs', key },
    { table: 'allocations', job: key },
  ] as const;
  return api.blocking.read(request, scopes, (snapshot) => {
    const { namespace } = request;
    const jobId = request.param('jobId');
    const since = all ? 0 : (snapshot.job(namespace, jobId)?.createIndex ?? 0);
    return snapshot
      .jobAllocations(namespace, jobId)
      .filter((allocation) => allocation.createIndex >= since)
      .map((allocation) => allocationToStub(allocation, snapshot.jobVersion(namespace, jobId, allocation.jobVersion)));
  });
}

function readEvaluations(api: Api, request: ApiRequest): Promise<Reply> {
  return api.blocking.read(request, [{ table: 'evaluations', job: keyOf(request) }], (snapshot) =>
    snapshot.jobEvaluations(request.namespace, request.param('jobId')).map(evaluationToWire),
  );
}

function readDeployments(api: Api, request: ApiRequest): Promise<Reply> {
  return api.blocking.read(request, [{ table: 'deployments', job: keyOf(request) }], (snapshot) =>
    [...snapshot.deployments()].filter((item) => belongsTo(item, request)).map(deploymentToWire),
  );
}

function belongsTo(item: { readonly namespace: string; readonly jobId: string }, request: ApiRequest): boolean {
  return item.namespace === request.namespace && item.jobId === request.param('jobId');
}

/** The newest deployment; `null` when there was none. */
function readDeployment(api: Api, request: ApiRequest): Promise<Reply> {
  return api.blocking.read(request, [{ table: 'deployments', job: keyOf(request) }], (snapshot) => {
    const latest = snapshot.latestDeployment(request.namespace, request.param('jobId'));
    return latest === undefined ? null : deploymentToWire(latest);
  });
}

async function deregister(api: Api, request: ApiRequest): Promise<Reply> {
  const { store, clock, ids } = api.context;
  return api.jobTurns.run(keyOf(request), async () => {
    const version = jobOf(store.snapshot(), request);
    const atMs = clock.now();
    const evaluation = newEvaluation(version.job, version.jobModifyIndex, {
      id: ids(),
      atMs,
      triggeredBy: 'job-deregister',
    });
    const { namespace, id: jobId } = version.job;
    const purge = request.flag('purge');
    const changes = await store.submit({
      kind: 'job-deregister',
      namespace,
      jobId,
      purge,
      atMs,
      evaluations: [evaluation],
    });
    const response: JobDeregisterResponse = {
      EvalID: evaluation.id,
      EvalCreateIndex: changes.index,
      JobModifyIndex: store.snapshot().job(namespace, jobId)?.jobModifyIndex ?? changes.index,
      Index: changes.index,
    };
    return json(response, changes.index);
  });
}

/** Looks at the job again; with `EvalOptions.ForceReschedule` failed allocations are replaced at once. */
async function evaluate(api: Api, request: ApiRequest): Promise<Reply> {
  const { store, clock, ids } = api.context;
  const body = asObject((await request.json()) ?? {});
  const version = jobOf(store.snapshot(), request);
  const { namespace, id } = version.job;
  const atMs = clock.now();
  const evaluation = newEvaluation(version.job, version.jobModifyIndex, {
    id: ids(),
    atMs,
    triggeredBy: 'job-register',
  });
  const options = asObject(body['EvalOptions'] ?? {}, 'EvalOptions');
  const failed = options['ForceReschedule'] === true ? failedAllocations(store.snapshot(), namespace, id) : [];
  const transitions = Object.fromEntries(failed.map((allocationId) => [allocationId, { forceReschedule: true }]));
  const evaluations = [evaluation];
  const changes = await store.submit(
    failed.length > 0
      ? { kind: 'alloc-transition', transitions, atMs, evaluations }
      : { kind: 'evaluation-upsert', evaluations },
  );
  const { jobModifyIndex } = version;
  const response = {
    EvalID: evaluation.id,
    EvalCreateIndex: changes.index,
    JobModifyIndex: jobModifyIndex,
    Index: changes.index,
  };
  return json(response, changes.index);
}

function failedAllocations(snapshot: StateSnapshot, namespace: string, jobId: string): readonly string[] {
  return snapshot
    .jobAllocations(namespace, jobId)
    .filter((allocation) => allocation.clientStatus === 'failed' && allocation.nextAllocation === undefined)
    .map((allocation) => allocation.id);
}

async function revert(api: Api, request: ApiRequest): Promise<Reply> {
  const body = asObject(await request.json());
  const { store } = api.context;
  return api.jobTurns.run(keyOf(request), async () => {
    const current = jobOf(store.snapshot(), request);
    const number = body['JobVersion'];
    if (typeof number !== 'number') throw new HttpError(400, 'JobVersion must be a number');
    const prior = body['EnforcePriorVersion'];
    if (typeof prior === 'number' && prior !== current.version) {
      throw new HttpError(409, `Current job has version ${current.version}; enforcing version ${prior}`);
    }
    const target = store.snapshot().jobVersion(request.namespace, request.param('jobId'), number);
    if (target === undefined) throw new HttpError(404, `job version ${number} not found`);
    if (number === current.version) throw new HttpError(400, `can't revert to current version ${number}`);
    const registered = await registerJob(api.context, target.job, {
      triggeredBy: 'job-register',
      ...(target.submission === undefined ? {} : { submission: target.submission }),
    });
    const { evaluation, jobModifyIndex, index } = registered;
    return json(
      { EvalID: evaluation.id, EvalCreateIndex: index, JobModifyIndex: jobModifyIndex, Warnings: '', Index: index },
      index,
    );
  });
}
