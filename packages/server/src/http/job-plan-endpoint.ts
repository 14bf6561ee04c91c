// /v1/job/<id>/plan, /explain and /scale: what would happen, why not, and how many.

import type { JobExplainResponse, JobPlanResponse, JobScaleStatus } from '@orch/api/types/job';
import { annotationToWire } from '@orch/api/wire/job-wire';
import { failuresToWire, verdictToWire } from '@orch/api/wire/metrics-wire';
import { problemsToWire } from '@orch/api/wire/problem-wire';
import { isTerminal } from '@orch/core/model/allocation';
import { isDeploymentActive } from '@orch/core/model/deployment';
import { jobKey } from '@orch/core/model/ids';
import type { Job, JobVersion } from '@orch/core/model/job';
import type { StateSnapshot } from '@orch/core/model/snapshot';
import { explainJob } from '@orch/core/scheduler';
import { annotateDiff, countProblem, diffJobs } from '@orch/core/schema';
import { problemsText } from '../jobs/check-job.ts';
import { planJob } from '../jobs/plan-job.ts';
import { registerJob } from '../jobs/register-job.ts';
import type { Api } from './api.ts';
import { type ApiRequest, asObject } from './api-request.ts';
import { HttpError } from './http-error.ts';
import { jobOf, keyOf } from './job-endpoint.ts';
import { checkedJob } from './jobs-endpoint.ts';
import { json, type Reply } from './reply.ts';
import { type Route, read, write } from './router.ts';

export function jobPlanEndpoint(api: Api): readonly Route[] {
  const path = '/v1/job/*jobId';
  return [
    { methods: write, path: `${path}/plan`, access: 'read', handle: (request) => plan(api, request) },
    { methods: read, path: `${path}/explain`, access: 'read', handle: (request) => explainRegistered(api, request) },
    { methods: write, path: `${path}/explain`, access: 'read', handle: (request) => explainProposed(api, request) },
    { methods: read, path: `${path}/scale`, access: 'read', handle: (request) => readScale(api, request) },
    { methods: write, path: `${path}/scale`, access: 'write', handle: (request) => scale(api, request) },
  ];
}

async function plan(api: Api, request: ApiRequest): Promise<Reply> {
  const { store, config } = api.context;
  const body = asObject(await request.json(config.http.jobBodyBytes));
  const checked = await checkedJob(api, body);
  const { job } = checked;
  if (job.id !== request.param('jobId')) {
    throw new HttpError(400, `the job's ID is "${job.id}", the path says "${request.param('jobId')}"`);
  }
  const known = store.snapshot().job(job.namespace, job.id);
  const result = await planJob(api.context, job);
  const before = known?.job;
  const diff = body['Diff'] === true ? diffJobs(before, job, known?.stop) : null;
  const annotations = Object.entries(result.annotations);
  const response: JobPlanResponse = {
    JobModifyIndex: known?.jobModifyIndex ?? 0,
    Diff: diff === null ? null : annotateDiff(diff, before, job, result.annotations),
    Annotations: {
      DesiredTGUpdates: Object.fromEntries(annotations.map(([group, counts]) => [group, annotationToWire(counts)])),
      PreemptedAllocs: [],
    },
    FailedTGAllocs: failuresToWire(result.evaluation.failedTaskGroups),
    Warnings: problemsText('warning', checked.warnings),
    Problems: problemsToWire(checked),
    Index: store.index,
  };
  return json(response);
}

function explainRegistered(api: Api, request: ApiRequest): Promise<Reply> {
  return api.blocking.read(request, [{ table: 'nodes' }, { table: 'allocations' }, { table: 'jobs' }], (snapshot) =>
    explanation(api, snapshot, jobOf(snapshot, request).job),
  );
}

async function explainProposed(api: Api, request: ApiRequest): Promise<Reply> {
  const body = asObject(await request.json(api.context.config.http.jobBodyBytes));
  const { job } = await checkedJob(api, body);
  return json(explanation(api, api.context.store.snapshot(), job));
}

function explanation(api: Api, snapshot: StateSnapshot, job: Job): JobExplainResponse {
  const { groups } = explainJob({ snapshot, job, now: api.context.clock.now() });
  return {
    JobID: job.id,
    Namespace: job.namespace,
    Groups: Object.fromEntries(
      groups.map((group) => [
        group.taskGroup,
        { Count: group.count, Live: group.live, Fitting: group.fitting, Nodes: group.nodes.map(verdictToWire) },
      ]),
    ),
  };
}

function readScale(api: Api, request: ApiRequest): Promise<Reply> {
  const key = keyOf(request);
  const scopes = [{ table: 'jobs', key } as const, { table: 'allocations', job: key } as const];
  return api.blocking.read(request, scopes, (snapshot) => scaleStatus(snapshot, jobOf(snapshot, request)));
}

function scaleStatus(snapshot: StateSnapshot, version: JobVersion): JobScaleStatus {
  const { job } = version;
  const live = snapshot.jobAllocations(job.namespace, job.id).filter((allocation) => !isTerminal(allocation));
  const groups = job.taskGroups.map((group) => {
    const own = live.filter((allocation) => allocation.taskGroup === group.name);
    const verdicts = own.map((allocation) => allocation.deploymentStatus?.healthy);
    const counts = {
      Desired: version.stop ? 0 : group.count,
      Placed: own.length,
      Running: own.filter((allocation) => allocation.clientStatus === 'running').length,
      Healthy: verdicts.filter((healthy) => healthy === true).length,
      Unhealthy: verdicts.filter((healthy) => healthy === false).length,
      Events: [],
    };
    return [group.name, counts] as const;
  });
  return {
    JobID: job.id,
    Namespace: job.namespace,
    JobCreateIndex: version.createIndex,
    JobModifyIndex: version.jobModifyIndex,
    JobStopped: version.stop,
    TaskGroups: Object.fromEntries(groups),
  };
}

async function scale(api: Api, request: ApiRequest): Promise<Reply> {
  const body = asObject(await request.json());
  const groupName = asObject(body['Target'] ?? {}, 'Target')['Group'];
  const count = body['Count'];
  if (typeof groupName !== 'string' || groupName === '') throw new HttpError(400, 'Target.Group must name a group');
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 0) {
    throw new HttpError(400, 'Count must be a whole number, 0 or more');
  }
  return api.jobTurns.run(jobKey(request.namespace, request.param('jobId')), async () => {
    const snapshot = api.context.store.snapshot();
    const { job, stop } = jobOf(snapshot, request);
    const deployment = snapshot.latestDeployment(job.namespace, job.id);
    if (deployment !== undefined && isDeploymentActive(deployment)) {
      throw new HttpError(400, 'job scaling blocked due to active deployment');
    }
    if (stop) throw new HttpError(400, 'the job is stopped; run it again to scale it');
    if (!job.taskGroups.some((group) => group.name === groupName)) {
      throw new HttpError(400, `task group "${groupName}" specified for scaling does not exist in job`);
    }
    const taskGroups = job.taskGroups.map((group) => (group.name === groupName ? { ...group, count } : group));
    const tooMany = countProblem(taskGroups.map((group) => group.count));
    if (tooMany !== undefined) throw new HttpError(400, tooMany);
    const registered = await registerJob(api.context, { ...job, taskGroups }, { triggeredBy: 'job-scaling' });
    const { evaluation, jobModifyIndex, index } = registered;
    return json(
      { EvalID: evaluation.id, EvalCreateIndex: index, JobModifyIndex: jobModifyIndex, Warnings: '', Index: index },
      index,
    );
  });
}
