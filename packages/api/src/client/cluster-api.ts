// Nodes, evaluations, deployments, the agent and care of the cluster, as methods.

import type {
  AgentHealthWire,
  AgentMembersWire,
  AgentSelfWire,
  NamespaceWire,
  SchedulerConfigWire,
  SearchResponse,
} from '../types/agent.ts';
import type { AllocationStubWire } from '../types/allocation.ts';
import type { HostStatsWire } from '../types/client.ts';
import type { DeploymentUpdateResponse, DeploymentWire } from '../types/deployment.ts';
import type { EvaluationWire } from '../types/evaluation.ts';
import type { NodeStubWire, NodeUpdateResponse, NodeWire } from '../types/node.ts';
import { type ListOptions, part, type Read, type ReadOptions, type Transport, type WriteOptions } from './transport.ts';

export interface NodesApi {
  list(options?: ListOptions & { readonly resources?: boolean }): Promise<Read<readonly NodeStubWire[]>>;
  read(id: string, options?: ReadOptions): Promise<Read<NodeWire>>;
  allocations(id: string, options?: ReadOptions): Promise<Read<readonly AllocationStubWire[]>>;
  setEligibility(
    id: string,
    eligibility: 'eligible' | 'ineligible',
    options?: WriteOptions,
  ): Promise<NodeUpdateResponse>;
  evaluate(id: string, options?: WriteOptions): Promise<NodeUpdateResponse>;
  /** Forgets the node; what it ran is replaced elsewhere. A node that lives comes back as a new one. */
  purge(id: string, options?: WriteOptions): Promise<NodeUpdateResponse>;
  /** Without an id: the node of the agent that is asked. */
  stats(id?: string, options?: ReadOptions): Promise<Read<HostStatsWire>>;
  /** Collects finished allocations there at once. */
  collect(id?: string, options?: WriteOptions): Promise<{ readonly Collected: readonly string[] }>;
}

export function nodesApi(http: Transport): NodesApi {
  const path = (id: string, rest = '') => `/v1/node/${part(id)}${rest}`;
  return {
    list: (options = {}) => http.read('/v1/nodes', options, { resources: options.resources }),
    read: (id, options) => http.read(path(id), options),
    allocations: (id, options) => http.read(path(id, '/allocations'), options),
    setEligibility: (id, eligibility, options) =>
      http.write('PUT', path(id, '/eligibility'), { NodeID: id, Eligibility: eligibility }, options),
    evaluate: (id, options) => http.write('PUT', path(id, '/evaluate'), undefined, options),
    purge: (id, options) => http.write('PUT', path(id, '/purge'), undefined, options),
    stats: (id, options) => http.read('/v1/client/stats', options, { node_id: id }),
    collect: (id, options) => http.write('PUT', '/v1/client/gc', undefined, options, { node_id: id }),
  };
}

export interface EvaluationsApi {
  list(
    options?: ListOptions & { readonly status?: string; readonly job?: string },
  ): Promise<Read<readonly EvaluationWire[]>>;
  read(id: string, options?: ReadOptions): Promise<Read<EvaluationWire>>;
  allocations(id: string, options?: ReadOptions): Promise<Read<readonly AllocationStubWire[]>>;
}

export function evaluationsApi(http: Transport): EvaluationsApi {
  return {
    list: (options = {}) => http.read('/v1/evaluations', options, { status: options.status, job: options.job }),
    read: (id, options) => http.read(`/v1/evaluation/${part(id)}`, options),
    allocations: (id, options) => http.read(`/v1/evaluation/${part(id)}/allocations`, options),
  };
}

export interface DeploymentsApi {
  list(options?: ListOptions): Promise<Read<readonly DeploymentWire[]>>;
  read(id: string, options?: ReadOptions): Promise<Read<DeploymentWire>>;
  allocations(id: string, options?: ReadOptions): Promise<Read<readonly AllocationStubWire[]>>;
  /** All groups, or those named. */
  promote(id: string, groups?: readonly string[], options?: WriteOptions): Promise<DeploymentUpdateResponse>;
  fail(id: string, options?: WriteOptions): Promise<DeploymentUpdateResponse>;
}

export function deploymentsApi(http: Transport): DeploymentsApi {
  return {
    list: (options) => http.read('/v1/deployments', options),
    read: (id, options) => http.read(`/v1/deployment/${part(id)}`, options),
    allocations: (id, options) => http.read(`/v1/deployment/allocations/${part(id)}`, options),
    promote: (id, groups, options) => {
      const body = groups === undefined ? { DeploymentID: id, All: true } : { DeploymentID: id, Groups: groups };
      return http.write('PUT', `/v1/deployment/promote/${part(id)}`, body, options);
    },
    fail: (id, options) => http.write('PUT', `/v1/deployment/fail/${part(id)}`, undefined, options),
  };
}

export interface AgentApi {
  self(options?: ReadOptions): Promise<Read<AgentSelfWire>>;
  members(options?: ReadOptions): Promise<Read<AgentMembersWire>>;
  health(options?: ReadOptions): Promise<Read<AgentHealthWire>>;
  /** Address of the leader, `host:port`. */
  leader(options?: ReadOptions): Promise<Read<string>>;
  regions(options?: ReadOptions): Promise<Read<readonly string[]>>;
  namespaces(options?: ListOptions): Promise<Read<readonly NamespaceWire[]>>;
  /** Ids that begin with `prefix`. `context`: jobs, evals, allocs, nodes, deployment, namespaces or all. */
  search(prefix: string, context?: string, options?: WriteOptions): Promise<SearchResponse>;
}

export function agentApi(http: Transport): AgentApi {
  return {
    self: (options) => http.read('/v1/agent/self', options),
    members: (options) => http.read('/v1/agent/members', options),
    health: (options) => http.read('/v1/agent/health', options),
    leader: (options) => http.read('/v1/status/leader', options),
    regions: (options) => http.read('/v1/regions', options),
    namespaces: (options) => http.read('/v1/namespaces', options),
    search: (prefix, context = 'all', options = {}) =>
      http.write('PUT', '/v1/search', { Prefix: prefix, Context: context }, options),
  };
}

export interface SystemApi {
  /** Forgets everything finished. */
  collect(options?: WriteOptions): Promise<{ readonly Collected: number }>;
  schedulerConfig(options?: ReadOptions): Promise<Read<SchedulerConfigWire>>;
  setSchedulerConfig(
    config: Partial<SchedulerConfigWire['SchedulerConfig']>,
    options?: WriteOptions,
  ): Promise<{ readonly Updated: boolean }>;
}

export function systemApi(http: Transport): SystemApi {
  const scheduler = '/v1/operator/scheduler/configuration';
  return {
    collect: (options) => http.write('PUT', '/v1/system/gc', undefined, options),
    schedulerConfig: (options) => http.read(scheduler, options),
    setSchedulerConfig: (config, options) => http.write('PUT', scheduler, config, options),
  };
}
