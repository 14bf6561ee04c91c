// What strangers, tests and the command line take from the API's room.

export type { AllocationsApi, LogOptions } from './client/allocations-api.ts';
export { ApiError } from './client/api-error.ts';
export { type ApiClient, createClient } from './client/client.ts';
export type { AgentApi, DeploymentsApi, EvaluationsApi, NodesApi, SystemApi } from './client/cluster-api.ts';
export type { ExecOptions, ExecOutput, ExecSession } from './client/exec-session.ts';
export type { JobsApi } from './client/jobs-api.ts';
export type { ClientOptions, ListOptions, Read, ReadOptions, WriteOptions } from './client/transport.ts';
export { watch } from './client/watch.ts';
export * from './types/agent.ts';
export * from './types/allocation.ts';
export * from './types/client.ts';
export * from './types/deployment.ts';
export * from './types/evaluation.ts';
export * from './types/job.ts';
export * from './types/node.ts';
export type { ProblemDetailsWire, ProblemWire } from './types/problem.ts';
