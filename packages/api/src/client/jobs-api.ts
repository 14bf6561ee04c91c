// Jobs, as methods.

import type { AllocationStubWire } from '../types/allocation.ts';
import type { DeploymentWire } from '../types/deployment.ts';
import type { EvaluationWire } from '../types/evaluation.ts';
import type {
  JobDeregisterResponse,
  JobExplainResponse,
  JobPlanResponse,
  JobRegisterRequest,
  JobRegisterResponse,
  JobScaleStatus,
  JobStubWire,
  JobSummaryWire,
  JobValidateResponse,
  JobVersionWire,
  JobWire,
  SubmissionWire,
} from '../types/job.ts';
import { type ListOptions, part, type Read, type ReadOptions, type Transport, type WriteOptions } from './transport.ts';

export interface JobsApi {
  list(options?: ListOptions & { readonly meta?: boolean }): Promise<Read<readonly JobStubWire[]>>;
  read(id: string, options?: ReadOptions): Promise<Read<JobVersionWire>>;
  register(request: JobRegisterRequest, options?: WriteOptions): Promise<JobRegisterResponse>;
  validate(job: unknown, options?: WriteOptions): Promise<JobValidateResponse>;
  /** A job file's text to JSON, by the server. */
  parse(text: string, variables?: string, options?: WriteOptions): Promise<JobWire>;
  plan(id: string, job: unknown, options?: WriteOptions & { readonly diff?: boolean }): Promise<JobPlanResponse>;
  stop(id: string, options?: WriteOptions & { readonly purge?: boolean }): Promise<JobDeregisterResponse>;
  evaluate(id: string, options?: WriteOptions & { readonly forceReschedule?: boolean }): Promise<JobRegisterResponse>;
  revert(id: string, version: number, options?: WriteOptions): Promise<JobRegisterResponse>;
  scale(id: string, group: string, count: number, options?: WriteOptions): Promise<JobRegisterResponse>;
  scaleStatus(id: string, options?: ReadOptions): Promise<Read<JobScaleStatus>>;
  summary(id: string, options?: ReadOptions): Promise<Read<JobSummaryWire>>;
  versions(id: string, options?: ReadOptions): Promise<Read<{ readonly Versions: readonly JobVersionWire[] }>>;
  submission(id: string, options?: ReadOptions & { readonly version?: number }): Promise<Read<SubmissionWire>>;
  allocations(
    id: string,
    options?: ReadOptions & { readonly all?: boolean },
  ): Promise<Read<readonly AllocationStubWire[]>>;
  evaluations(id: string, options?: ReadOptions): Promise<Read<readonly EvaluationWire[]>>;
  deployments(id: string, options?: ReadOptions): Promise<Read<readonly DeploymentWire[]>>;
  /** The newest deployment, null when there was none. */
  deployment(id: string, options?: ReadOptions): Promise<Read<DeploymentWire | null>>;
  /** Why each node can or cannot take each group. */
  explain(id: string, options?: ReadOptions): Promise<Read<JobExplainResponse>>;
}

export function jobsApi(http: Transport): JobsApi {
  const path = (id: string, rest = '') => `/v1/job/${part(id)}${rest}`;
  return {
    list: (options = {}) => http.read('/v1/jobs', options, { meta: options.meta }),
    read: (id, options) => http.read(path(id), options),
    register: (request, options) => http.write('PUT', '/v1/jobs', request, options),
    validate: (job, options) => http.write('PUT', '/v1/validate/job', { Job: job }, options),
    parse: (text, variables = '', options = {}) =>
      http.write('POST', '/v1/jobs/parse', { JobHCL: text, Canonicalize: true, Variables: variables }, options),
    plan: (id, job, options = {}) =>
      http.write('PUT', path(id, '/plan'), { Job: job, Diff: options.diff ?? true }, options),
    stop: (id, options = {}) => http.write('DELETE', path(id), undefined, options, { purge: options.purge }),
    evaluate: (id, options = {}) => {
      const body = { JobID: id, EvalOptions: { ForceReschedule: options.forceReschedule ?? false } };
      return http.write('PUT', path(id, '/evaluate'), body, options);
    },
    revert: (id, version, options) =>
      http.write('PUT', path(id, '/revert'), { JobID: id, JobVersion: version }, options),
    scale: (id, group, count, options) =>
      http.write('PUT', path(id, '/scale'), { Count: count, Target: { Job: id, Group: group } }, options),
    scaleStatus: (id, options) => http.read(path(id, '/scale'), options),
    summary: (id, options) => http.read(path(id, '/summary'), options),
    versions: (id, options) => http.read(path(id, '/versions'), options),
    submission: (id, options = {}) => http.read(path(id, '/submission'), options, { version: options.version }),
    allocations: (id, options = {}) => http.read(path(id, '/allocations'), options, { all: options.all }),
    evaluations: (id, options) => http.read(path(id, '/evaluations'), options),
    deployments: (id, options) => http.read(path(id, '/deployments'), options),
    deployment: (id, options) => http.read(path(id, '/deployment'), options),
    explain: (id, options) => http.read(path(id, '/explain'), options),
  };
}
