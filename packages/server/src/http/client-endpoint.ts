// /v1/client/stats, /gc and /allocation/<id>/…: what a node says and does about itself and its allocations.

import { allocationOf } from './allocations-endpoint.ts';
import type { Api } from './api.ts';
import { type ApiRequest, asObject } from './api-request.ts';
import { allocationStatsToWire, nodeStatsToWire } from './client-wire.ts';
import { execPath, execWithoutUpgrade } from './exec-socket.ts';
import { HttpError, notFound } from './http-error.ts';
import { onNode, openCall, taskOf } from './node-call.ts';
import { json, type Reply } from './reply.ts';
import { type Route, read, write } from './router.ts';

export function clientEndpoint(api: Api): readonly Route[] {
  const allocation = '/v1/client/allocation/:allocationId';
  return [
    { methods: read, path: '/v1/client/stats', access: 'read', handle: (request) => nodeStats(api, request) },
    {
      methods: ['GET', ...write],
      path: '/v1/client/gc',
      access: 'write',
      handle: (request) => collectNode(api, request),
    },
    { methods: read, path: `${allocation}/stats`, access: 'read', handle: (request) => stats(api, request) },
    { methods: write, path: `${allocation}/restart`, access: 'write', handle: (request) => restart(api, request) },
    { methods: write, path: `${allocation}/signal`, access: 'write', handle: (request) => signal(api, request) },
    { methods: read, path: execPath, access: 'write', handle: (request) => execWithoutUpgrade(api, request) },
    {
      methods: ['GET', ...write],
      path: `${allocation}/gc`,
      access: 'write',
      handle: (request) => collect(api, request),
    },
  ];
}

/** `?node_id`, or the node of this agent. @throws HttpError 400, 404 */
function nodeOf(api: Api, request: ApiRequest): string {
  const id = request.query.get('node_id') || api.agent.nodeId();
  if (id === undefined) throw new HttpError(400, 'query parameter node_id is required: this agent is no node');
  if (api.context.store.snapshot().node(id) === undefined) throw notFound('node');
  return id;
}

async function nodeStats(api: Api, request: ApiRequest): Promise<Reply> {
  return json(nodeStatsToWire(await onNode(api, request, nodeOf(api, request), 'node.stats', {}).result));
}

async function collectNode(api: Api, request: ApiRequest): Promise<Reply> {
  const { collected } = await onNode(api, request, nodeOf(api, request), 'node.collect', {}).result;
  return json({ Collected: collected });
}

async function stats(api: Api, request: ApiRequest): Promise<Reply> {
  const task = request.query.get('task');
  const only = task === null || task === '' ? {} : { task: taskOf(api, request, task) };
  const call = openCall(api, request, 'alloc.stats', ({ id }) => ({ allocationId: id, ...only }));
  return json(allocationStatsToWire(await call.result));
}

/** The task a body names, checked; undefined for none. */
function bodyTask(api: Api, request: ApiRequest, body: Readonly<Record<string, unknown>>, field: string) {
  const name = body[field];
  if (name === undefined || name === null || name === '') return {};
  if (typeof name !== 'string') throw new HttpError(400, `${field} must be a name`);
  return { task: taskOf(api, request, name) };
}

async function restart(api: Api, request: ApiRequest): Promise<Reply> {
  const body = asObject((await request.json()) ?? {});
  requireRunning(api, request);
  const task = bodyTask(api, request, body, 'TaskName');
  const allTasks = body['AllTasks'] === true;
  await openCall(api, request, 'alloc.restart', ({ id }) => ({ allocationId: id, allTasks, ...task })).result;
  return json({});
}

async function signal(api: Api, request: ApiRequest): Promise<Reply> {
  const body = asObject(await request.json());
  requireRunning(api, request);
  const name = body['Signal'];
  if (typeof name !== 'string' || name === '') throw new HttpError(400, 'Signal must be a name such as "SIGHUP"');
  const task = bodyTask(api, request, body, 'Task');
  await openCall(api, request, 'alloc.signal', ({ id }) => ({ allocationId: id, signal: name, ...task })).result;
  return json({});
}

async function collect(api: Api, request: ApiRequest): Promise<Reply> {
  await openCall(api, request, 'alloc.collect', ({ id }) => ({ allocationId: id })).result;
  return json({});
}

function requireRunning(api: Api, request: ApiRequest): void {
  const { clientStatus } = allocationOf(api.context.store.snapshot(), request);
  if (clientStatus !== 'running') throw new HttpError(400, `the allocation is ${clientStatus}, not running`);
}
