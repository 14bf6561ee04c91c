// /v1/client/fs/…: files and logs of an allocation.

import type { Api } from './api.ts';
import type { ApiRequest } from './api-request.ts';
import { fileToWire } from './client-wire.ts';
import { framedBytes, plainBytes } from './frames.ts';
import { HttpError } from './http-error.ts';
import { openCall, started, taskOf } from './node-call.ts';
import { json, type Reply } from './reply.ts';
import { type Route, read } from './router.ts';

export function clientFsEndpoint(api: Api): readonly Route[] {
  const id = ':allocationId';
  return [
    { methods: read, path: `/v1/client/fs/ls/${id}`, access: 'read', handle: (request) => list(api, request) },
    { methods: read, path: `/v1/client/fs/stat/${id}`, access: 'read', handle: (request) => stat(api, request) },
    { methods: read, path: `/v1/client/fs/cat/${id}`, access: 'read', handle: (request) => readAll(api, request) },
    { methods: read, path: `/v1/client/fs/readat/${id}`, access: 'read', handle: (request) => readAt(api, request) },
    { methods: read, path: `/v1/client/fs/stream/${id}`, access: 'read', handle: (request) => stream(api, request) },
    { methods: read, path: `/v1/client/fs/logs/${id}`, access: 'read', handle: (request) => logs(api, request) },
  ];
}

function pathOf(request: ApiRequest, fallback?: string): string {
  const path = request.query.get('path') ?? '';
  if (path !== '') return path;
  if (fallback !== undefined) return fallback;
  throw new HttpError(400, 'query parameter path is required');
}

function originOf(request: ApiRequest): 'start' | 'end' {
  const origin = request.query.get('origin') ?? '';
  if (origin === '' || origin === 'start') return 'start';
  if (origin === 'end') return 'end';
  throw new HttpError(400, 'query parameter origin must be start or end');
}

function offsetOf(request: ApiRequest): number {
  const offset = request.integer('offset', 0);
  if (offset < 0) throw new HttpError(400, 'query parameter offset must be 0 or more');
  return offset;
}

async function list(api: Api, request: ApiRequest): Promise<Reply> {
  const path = pathOf(request, '/');
  const call = openCall(api, request, 'fs.list', ({ id }) => ({ allocationId: id, path }));
  return json((await call.result).map(fileToWire));
}

async function stat(api: Api, request: ApiRequest): Promise<Reply> {
  const path = pathOf(request);
  const call = openCall(api, request, 'fs.stat', ({ id }) => ({ allocationId: id, path }));
  return json(fileToWire(await call.result));
}

interface ReadOptions {
  readonly offset: number;
  /** −1 = to the end. */
  readonly limit: number;
  readonly origin: 'start' | 'end';
  readonly follow: boolean;
}

function openFile(api: Api, request: ApiRequest, options: ReadOptions) {
  const path = pathOf(request);
  return started(
    api,
    openCall(api, request, 'fs.read', ({ id }) => ({ allocationId: id, path, ...options })),
  );
}

async function readAll(api: Api, request: ApiRequest): Promise<Reply> {
  const events = await openFile(api, request, { offset: 0, limit: -1, origin: 'start', follow: false });
  return { kind: 'stream', contentType: 'application/octet-stream', chunks: plainBytes(events) };
}

async function readAt(api: Api, request: ApiRequest): Promise<Reply> {
  const limit = request.integer('limit', -1);
  const events = await openFile(api, request, { offset: offsetOf(request), limit, origin: 'start', follow: false });
  return { kind: 'stream', contentType: 'application/octet-stream', chunks: plainBytes(events) };
}

async function stream(api: Api, request: ApiRequest): Promise<Reply> {
  const offset = offsetOf(request);
  const follow = request.query.get('follow') === null || request.flag('follow');
  const events = await openFile(api, request, { offset, limit: -1, origin: originOf(request), follow });
  const options = { clock: api.context.clock, file: pathOf(request), offset };
  return { kind: 'stream', contentType: 'application/json', chunks: framedBytes(events, options) };
}

async function logs(api: Api, request: ApiRequest): Promise<Reply> {
  const task = taskOf(api, request, request.query.get('task'));
  const type = request.query.get('type') ?? 'stdout';
  if (type !== 'stdout' && type !== 'stderr') throw new HttpError(400, 'query parameter type must be stdout or stderr');
  const offset = offsetOf(request);
  const call = openCall(api, request, 'logs.read', ({ id }) => ({
    allocationId: id,
    task,
    stream: type,
    offset,
    origin: originOf(request),
    follow: request.flag('follow'),
  }));
  const events = await started(api, call);
  if (request.flag('plain')) {
    return { kind: 'stream', contentType: 'text/plain; charset=utf-8', chunks: plainBytes(events) };
  }
  const options = { clock: api.context.clock, file: `alloc/logs/${task}.${type}.0`, offset };
  return { kind: 'stream', contentType: 'application/json', chunks: framedBytes(events, options) };
}
