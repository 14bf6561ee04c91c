// /v1/allocations and /v1/allocation/<id>.

import type { AllocStopResponse } from '@orch/api/types/allocation';
import { allocationToStub, allocationToWire } from '@orch/api/wire/allocation-wire';
import { jobVersionToWire } from '@orch/api/wire/job-wire';
import { type Allocation, isTerminal } from '@orch/core/model/allocation';
import type { JobVersion } from '@orch/core/model/job';
import type { StateSnapshot } from '@orch/core/model/snapshot';
import { newEvaluation } from '../loops/new-evaluation.ts';
import type { Api } from './api.ts';
import type { ApiRequest } from './api-request.ts';
import { HttpError, notFound } from './http-error.ts';
import { listPage } from './list-page.ts';
import { json, type Reply } from './reply.ts';
import { type Route, read, write } from './router.ts';

export function allocationsEndpoint(api: Api): readonly Route[] {
  const path = '/v1/allocation/:allocationId';
  return [
    { methods: read, path: '/v1/allocations', access: 'read', handle: (request) => listAllocations(api, request) },
    { methods: read, path, access: 'read', handle: (request) => readAllocation(api, request) },
    { methods: write, path: `${path}/stop`, access: 'write', handle: (request) => stop(api, request) },
  ];
}

/** @throws HttpError 404 */
export function allocationOf(snapshot: StateSnapshot, request: ApiRequest): Allocation {
  const allocation = snapshot.allocation(request.param('allocationId'));
  if (allocation === undefined) throw notFound('alloc');
  return allocation;
}

function versionOf(snapshot: StateSnapshot, allocation: Allocation): JobVersion | undefined {
  return snapshot.jobVersion(allocation.namespace, allocation.jobId, allocation.jobVersion);
}

function listAllocations(api: Api, request: ApiRequest): Promise<Reply> {
  const options = {
    resources: request.flag('resources'),
    taskStates: request.query.get('task_states') === null || request.flag('task_states'),
  };
  // An allocation shows facts of its job version.
  return api.blocking.read(request, [{ table: 'allocations' }, { table: 'jobs' }], (snapshot) =>
    listPage(request, snapshot.allocations(), {
      idOf: (allocation) => allocation.id,
      namespaceOf: (allocation) => allocation.namespace,
      toWire: (allocation) => allocationToStub(allocation, versionOf(snapshot, allocation), options),
    }),
  );
}

function readAllocation(api: Api, request: ApiRequest): Promise<Reply> {
  const scopes = [{ table: 'allocations', key: request.param('allocationId') } as const];
  return api.blocking.read(request, scopes, (snapshot) => {
    const allocation = allocationOf(snapshot, request);
    const version = versionOf(snapshot, allocation);
    return allocationToWire(allocation, version, version === undefined ? null : jobVersionToWire(version));
  });
}

/** Stops it here and places it anew, as the job wants. */
async function stop(api: Api, request: ApiRequest): Promise<Reply> {
  const { store, clock, ids } = api.context;
  const snapshot = store.snapshot();
  const allocation = allocationOf(snapshot, request);
  if (isTerminal(allocation)) throw new HttpError(400, 'the allocation is stopped already');
  const version = snapshot.job(allocation.namespace, allocation.jobId) ?? versionOf(snapshot, allocation);
  if (version === undefined) throw notFound('job');
  const atMs = clock.now();
  const evaluation = newEvaluation(version.job, version.jobModifyIndex, { id: ids(), atMs, triggeredBy: 'alloc-stop' });
  const transition = { migrate: true, ...(request.flag('no_shutdown_delay') ? { noShutdownDelay: true } : {}) };
  const changes = await store.submit({
    kind: 'alloc-transition',
    transitions: { [allocation.id]: transition },
    atMs,
    evaluations: [evaluation],
  });
  const response: AllocStopResponse = { EvalID: evaluation.id, Index: changes.index };
  return json(response, changes.index);
}
