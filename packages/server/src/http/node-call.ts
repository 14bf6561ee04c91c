// Requests that a node answers: finds the node of an allocation, makes the call, turns what it streams into bytes.

import type { NodeMethod } from '@orch/core/link/messages';
import type { NodeMethods } from '@orch/core/link/methods';
import type { CallStream, StreamEvent } from '@orch/core/link/mux';
import type { Allocation } from '@orch/core/model/allocation';
import { allocationOf } from './allocations-endpoint.ts';
import type { Api } from './api.ts';
import type { ApiRequest } from './api-request.ts';
import { HttpError } from './http-error.ts';

/** Opens a call on the allocation's node, canceled when the caller goes away. @throws HttpError 404, OrchError `node-unreachable` */
export function openCall<Method extends NodeMethod>(
  api: Api,
  request: ApiRequest,
  method: Method,
  params: (allocation: Allocation) => NodeMethods[Method]['params'],
): CallStream<Method> {
  const allocation = allocationOf(api.context.store.snapshot(), request);
  return onNode(api, request, allocation.nodeId, method, params(allocation));
}

export function onNode<Method extends NodeMethod>(
  api: Api,
  request: ApiRequest,
  nodeId: string,
  method: Method,
  params: NodeMethods[Method]['params'],
): CallStream<Method> {
  const call = api.links.call(nodeId, method, params);
  request.signal.addEventListener('abort', () => call.cancel(), { once: true });
  return call;
}

/** The task asked for; without one the allocation's only task. @throws HttpError 400 */
export function taskOf(api: Api, request: ApiRequest, wanted: string | null): string {
  const allocation = allocationOf(api.context.store.snapshot(), request);
  const { namespace, jobId, jobVersion, taskGroup } = allocation;
  const version = api.context.store.snapshot().jobVersion(namespace, jobId, jobVersion);
  const group = version?.job.taskGroups.find((candidate) => candidate.name === taskGroup);
  const names = group?.tasks.map((task) => task.name) ?? Object.keys(allocation.resources.tasks);
  if (wanted === null || wanted === '') {
    const [only, ...others] = names;
    if (only !== undefined && others.length === 0) return only;
    throw new HttpError(400, `task is required: one of ${names.join(', ')}`);
  }
  if (names.includes(wanted)) return wanted;
  throw new HttpError(404, `task "${wanted}" is not one of ${names.join(', ')}`);
}

/** Events of a call until it ends. A call that failed throws where its events end. */
export async function* eventsOf(call: CallStream<NodeMethod>): AsyncGenerator<StreamEvent> {
  try {
    yield* call.events();
    await call.result;
  } finally {
    call.cancel();
  }
}

/**
 * Waits for the first event, so that an error of the node still becomes a status instead of a cut stream. A stream that
 * has nothing yet is given out after `patienceMs`.
 */
export async function started(
  api: Api,
  call: CallStream<NodeMethod>,
  patienceMs = 200,
): Promise<AsyncIterable<StreamEvent>> {
  const events = eventsOf(call);
  const first = events.next();
  let cancel: () => void = () => {};
  const patience = new Promise<void>((resolve) => {
    cancel = api.context.clock.after(patienceMs, resolve);
  });
  await Promise.race([first, patience]);
  cancel();
  return resume(first, events);
}

async function* resume(
  first: Promise<IteratorResult<StreamEvent>>,
  rest: AsyncGenerator<StreamEvent>,
): AsyncGenerator<StreamEvent> {
  try {
    const head = await first;
    if (head.done) return;
    yield head.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
