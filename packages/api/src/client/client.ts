// The typed client of the HTTP API.

import { type AllocationsApi, allocationsApi } from './allocations-api.ts';
import {
  type AgentApi,
  agentApi,
  type DeploymentsApi,
  deploymentsApi,
  type EvaluationsApi,
  evaluationsApi,
  type NodesApi,
  nodesApi,
  type SystemApi,
  systemApi,
} from './cluster-api.ts';
import { type JobsApi, jobsApi } from './jobs-api.ts';
import { type ClientOptions, type Transport, transport } from './transport.ts';

export interface ApiClient {
  readonly jobs: JobsApi;
  readonly nodes: NodesApi;
  readonly allocations: AllocationsApi;
  readonly evaluations: EvaluationsApi;
  readonly deployments: DeploymentsApi;
  readonly agent: AgentApi;
  readonly system: SystemApi;
  /** For a path that has no method. */
  readonly http: Transport;
  /** Closes idle connections. */
  close(): void;
}

/** @throws ApiError when the address is none this client speaks */
export function createClient(options: ClientOptions): ApiClient {
  const http = transport(options);
  return {
    jobs: jobsApi(http),
    nodes: nodesApi(http),
    allocations: allocationsApi(http),
    evaluations: evaluationsApi(http),
    deployments: deploymentsApi(http),
    agent: agentApi(http),
    system: systemApi(http),
    http,
    close: () => http.close(),
  };
}
