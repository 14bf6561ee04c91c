// /v1/deployments and /v1/deployment/…: the verb comes before the id.

import type { DeploymentUpdateResponse } from '@orch/api/types/deployment';
import { allocationToStub } from '@orch/api/wire/allocation-wire';
import { deploymentToWire } from '@orch/api/wire/deployment-wire';
import { type Deployment, isDeploymentActive } from '@orch/core/model/deployment';
import type { Evaluation } from '@orch/core/model/evaluation';
import type { StateSnapshot } from '@orch/core/model/snapshot';
import { canariesHealthy } from '../loops/deployment-decision.ts';
import type { Api } from './api.ts';
import { type ApiRequest, asObject } from './api-request.ts';
import { HttpError, notFound } from './http-error.ts';
import { listPage } from './list-page.ts';
import { json, type Reply } from './reply.ts';
import { type Route, read, write } from './router.ts';

export function deploymentsEndpoint(api: Api): readonly Route[] {
  const id = ':deploymentId';
  return [
    { methods: read, path: '/v1/deployments', access: 'read', handle: (request) => listDeployments(api, request) },
    { methods: read, path: `/v1/deployment/${id}`, access: 'read', handle: (request) => readDeployment(api, request) },
    {
      methods: read,
      path: `/v1/deployment/allocations/${id}`,
      access: 'read',
      handle: (request) => readAllocations(api, request),
    },
    {
      methods: write,
      path: `/v1/deployment/promote/${id}`,
      access: 'write',
      handle: (request) => promote(api, request),
    },
    { methods: write, path: `/v1/deployment/fail/${id}`, access: 'write', handle: (request) => fail(api, request) },
  ];
}

/** @throws HttpError 404 */
function deploymentOf(snapshot: StateSnapshot, request: ApiRequest): Deployment {
  const deployment = snapshot.deployment(request.param('deploymentId'));
  if (deployment === undefined) throw notFound('deployment');
  return deployment;
}

function listDeployments(api: Api, request: ApiRequest): Promise<Reply> {
  return api.blocking.read(request, [{ table: 'deployments' }], (snapshot) =>
    listPage(request, snapshot.deployments(), {
      idOf: (deployment) => deployment.id,
      namespaceOf: (deployment) => deployment.namespace,
      toWire: deploymentToWire,
    }),
  );
}

function readDeployment(api: Api, request: ApiRequest): Promise<Reply> {
  const scopes = [{ table: 'deployments', key: request.param('deploymentId') } as const];
  return api.blocking.read(request, scopes, (snapshot) => deploymentToWire(deploymentOf(snapshot, request)));
}

function readAllocations(api: Api, request: ApiRequest): Promise<Reply> {
  return api.blocking.read(request, [{ table: 'allocations' }, { table: 'jobs' }], (snapshot) =>
    snapshot.deploymentAllocations(request.param('deploymentId')).map((allocation) => {
      const { namespace, jobId, jobVersion } = allocation;
      return allocationToStub(allocation, snapshot.jobVersion(namespace, jobId, jobVersion));
    }),
  );
}

/** `{All: true}` or `{Groups: […]}`: their canaries must all be healthy. */
async function promote(api: Api, request: ApiRequest): Promise<Reply> {
  const body = asObject(await request.json());
  const snapshot = api.context.store.snapshot();
  const deployment = activeDeployment(snapshot, request);
  const groups = body['All'] === true ? null : groupNames(body['Groups']);
  const allocations = snapshot.deploymentAllocations(deployment.id);
  let unpromoted = 0;
  for (const [name, group] of Object.entries(deployment.taskGroups)) {
    if (group.desiredCanaries === 0 || group.promoted || (groups !== null && !groups.includes(name))) continue;
    unpromoted += 1;
    if (!canariesHealthy(name, group, allocations)) {
      throw new HttpError(400, `Task group "${name}" does not have ${group.desiredCanaries} healthy canaries yet`);
    }
  }
  if (unpromoted === 0) throw new HttpError(400, 'no canaries to promote');
  return updated(api, request, await api.leader.deployments.promote(deployment, groups));
}

function groupNames(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string')) return value;
  throw new HttpError(400, 'say All: true, or name Groups');
}

async function fail(api: Api, request: ApiRequest): Promise<Reply> {
  const deployment = activeDeployment(api.context.store.snapshot(), request);
  const revert = Object.values(deployment.taskGroups).some((group) => group.autoRevert);
  const description = 'Deployment marked as failed by a person';
  return updated(api, request, await api.leader.deployments.fail(deployment, description, revert));
}

function activeDeployment(snapshot: StateSnapshot, request: ApiRequest): Deployment {
  const deployment = deploymentOf(snapshot, request);
  if (isDeploymentActive(deployment)) return deployment;
  throw new HttpError(400, `the deployment is ${deployment.status} already`);
}

function updated(api: Api, request: ApiRequest, evaluation: Evaluation | undefined): Reply {
  const { store } = api.context;
  const deployment = deploymentOf(store.snapshot(), request);
  const response: DeploymentUpdateResponse = {
    EvalID: evaluation?.id ?? '',
    EvalCreateIndex: evaluation === undefined ? 0 : deployment.modifyIndex,
    DeploymentModifyIndex: deployment.modifyIndex,
    RevertedJobVersion: null,
    Index: store.index,
  };
  return json(response, store.index);
}
