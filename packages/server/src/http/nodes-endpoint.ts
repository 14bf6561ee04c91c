// /v1/nodes and /v1/node/<id>.

import type { NodeUpdateResponse } from '@orch/api/types/node';
import { allocationToStub } from '@orch/api/wire/allocation-wire';
import { nodeToStub, nodeToWire } from '@orch/api/wire/node-wire';
import type { Evaluation } from '@orch/core/model/evaluation';
import type { Node } from '@orch/core/model/node';
import type { StateSnapshot } from '@orch/core/model/snapshot';
import type { Api } from './api.ts';
import { type ApiRequest, asObject } from './api-request.ts';
import { HttpError, notFound } from './http-error.ts';
import { listPage } from './list-page.ts';
import { json, type Reply } from './reply.ts';
import { type Route, read, write } from './router.ts';

export function nodesEndpoint(api: Api): readonly Route[] {
  const path = '/v1/node/:nodeId';
  return [
    { methods: read, path: '/v1/nodes', access: 'read', handle: (request) => listNodes(api, request) },
    { methods: read, path, access: 'read', handle: (request) => readNode(api, request) },
    { methods: read, path: `${path}/allocations`, access: 'read', handle: (request) => readAllocations(api, request) },
    { methods: write, path: `${path}/eligibility`, access: 'write', handle: (request) => setEligibility(api, request) },
    { methods: write, path: `${path}/evaluate`, access: 'write', handle: (request) => evaluate(api, request) },
    { methods: write, path: `${path}/purge`, access: 'write', handle: (request) => purge(api, request) },
  ];
}

/** @throws HttpError 404 */
function nodeOf(snapshot: StateSnapshot, request: ApiRequest): Node {
  const node = snapshot.node(request.param('nodeId'));
  if (node === undefined) throw notFound('node');
  return node;
}

function listNodes(api: Api, request: ApiRequest): Promise<Reply> {
  const options = { resources: request.flag('resources'), attributes: request.flag('os') };
  return api.blocking.read(request, [{ table: 'nodes' }], (snapshot) =>
    listPage(request, snapshot.nodes(), { idOf: (node) => node.id, toWire: (node) => nodeToStub(node, options) }),
  );
}

function readNode(api: Api, request: ApiRequest): Promise<Reply> {
  const scopes = [{ table: 'nodes', key: request.param('nodeId') } as const];
  return api.blocking.read(request, scopes, (snapshot) => nodeToWire(nodeOf(snapshot, request)));
}

function readAllocations(api: Api, request: ApiRequest): Promise<Reply> {
  const nodeId = request.param('nodeId');
  const scopes = [{ table: 'nodes', key: nodeId }, { table: 'allocations', node: nodeId }, { table: 'jobs' }] as const;
  return api.blocking.read(request, scopes, (snapshot) => {
    const node = nodeOf(snapshot, request);
    return snapshot.nodeAllocations(node.id).map((allocation) => {
      const { namespace, jobId, jobVersion } = allocation;
      return allocationToStub(allocation, snapshot.jobVersion(namespace, jobId, jobVersion), { resources: true });
    });
  });
}

async function setEligibility(api: Api, request: ApiRequest): Promise<Reply> {
  const node = nodeOf(api.context.store.snapshot(), request);
  const eligibility = asObject(await request.json())['Eligibility'];
  if (eligibility !== 'eligible' && eligibility !== 'ineligible') {
    throw new HttpError(400, 'Eligibility must be "eligible" or "ineligible"');
  }
  if (eligibility === 'eligible' && node.drain !== undefined) {
    throw new HttpError(400, "can not set node's scheduling eligibility to eligible while it is draining");
  }
  return updated(api, request, await api.leader.nodes.setEligibility(node.id, eligibility));
}

async function evaluate(api: Api, request: ApiRequest): Promise<Reply> {
  const node = nodeOf(api.context.store.snapshot(), request);
  return updated(api, request, await api.leader.nodes.evaluate(node.id));
}

/** The link goes after the record: a node that lives registers anew. */
async function purge(api: Api, request: ApiRequest): Promise<Reply> {
  const { store } = api.context;
  const { id } = nodeOf(store.snapshot(), request);
  const evaluations = await api.leader.nodes.purge(id);
  api.links.disconnect(id, 'the node was purged');
  return updateReply(store.index, store.index, evaluations);
}

function updated(api: Api, request: ApiRequest, evaluations: readonly Evaluation[]): Reply {
  const { store } = api.context;
  return updateReply(store.index, nodeOf(store.snapshot(), request).modifyIndex, evaluations);
}

function updateReply(index: number, nodeModifyIndex: number, evaluations: readonly Evaluation[]): Reply {
  const response: NodeUpdateResponse = {
    NodeModifyIndex: nodeModifyIndex,
    EvalIDs: evaluations.map((evaluation) => evaluation.id),
    EvalCreateIndex: evaluations.length === 0 ? 0 : index,
    Index: index,
  };
  return json(response, index);
}
