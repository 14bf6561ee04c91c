// One node's link: greets it, takes what it reports, sends what it should run, carries calls to it.

import { createHash, timingSafeEqual } from 'node:crypto';
import { describeError, OrchError } from '@orch/core/lib/errors';
import type { Connection } from '@orch/core/link/connection';
import { linkProtocol, type NodeMessage, type ServerMessage } from '@orch/core/link/messages';
import { type CallMux, callMux } from '@orch/core/link/mux';
import type { AllocationUpdate } from '@orch/core/model/allocation';
import { decodeAllocationUpdate } from '@orch/core/model/allocation-record';
import { decodeNode } from '@orch/core/model/node-record';
import type { ServerContext } from '../config.ts';
import type { Leader } from '../loops/leader.ts';
import { type DesiredFeed, desiredFeed } from './desired.ts';
import { type Keep, keeper } from './keep.ts';

/** A node that does not say hello in this time is disconnected. */
const helloTimeoutMs = 10_000;
/** A node that does not read what it is sent is disconnected beyond this. */
const maxBufferedBytes = 64 * 1024 * 1024;
const maxAllocationsPerHello = 100_000;

export interface NodeSession {
  readonly nodeId: string;
  readonly calls: CallMux;
  readonly feed: DesiredFeed;
  /** These allocations changed; what differs is sent at the end of this turn. */
  changed(allocationIds: Iterable<string>): void;
  readonly keep: Keep;
  close(reason: string): void;
}

export interface SessionHost {
  readonly context: ServerContext;
  readonly leader: Leader;
  /** The node is who it says it is; its earlier session ends. */
  opened(session: NodeSession): void;
  closed(session: NodeSession): void;
}

type Hello = Extract<NodeMessage, { readonly type: 'hello' }>;

/** Serves one connection until either end closes it. */
export function serveNode(host: SessionHost, connection: Connection<ServerMessage, NodeMessage>): void {
  const { clock, log } = host.context;
  let session: NodeSession | undefined;
  let ready: Promise<void> | undefined;
  const refuse = (error: OrchError) => {
    log.warn('node refused', { code: error.code, error: describeError(error) });
    connection.send({ type: 'refused', code: error.code, message: describeError(error) });
    connection.close(error.message);
  };
  const cancelHello = clock.after(helloTimeoutMs, () =>
    refuse(new OrchError('no-hello', 'the node did not say hello')),
  );

  connection.onClose((reason) => {
    cancelHello();
    if (session === undefined) return;
    session.calls.close(reason);
    log.info('node link closed', { nodeId: session.nodeId, reason });
    host.closed(session);
  });
  connection.onMessage((message) => {
    if (ready === undefined) {
      if (message.type !== 'hello') return refuse(new OrchError('no-hello', `${message.type} came before hello`));
      cancelHello();
      ready = greet(host, connection, message).then((opened) => {
        session = opened;
      });
      ready.catch((error: unknown) => {
        refuse(error instanceof OrchError ? error : new OrchError('internal', describeError(error)));
      });
      return;
    }
    void ready.then(
      () => session && takeOrRefuse(host, connection, session, message, refuse),
      () => {},
    );
  });
}

async function greet(
  host: SessionHost,
  connection: Connection<ServerMessage, NodeMessage>,
  hello: Hello,
): Promise<NodeSession> {
  const { context, leader } = host;
  const { config, store } = context;
  checkHello(hello);
  const node = decodeNode(hello.node);
  const secretHash = hashSecret(hello.secret);
  checkSecret(store.snapshot().node(node.id)?.secretHash, secretHash);
  connection.send({
    type: 'welcome',
    protocol: linkProtocol,
    serverName: config.name,
    heartbeatTtlMs: config.heartbeat.ttlMs,
    servers: [],
  });
  const session = openSession(context, connection, node.id);
  const register = () => leader.nodes.register({ ...node, secretHash });
  // A node that is known is served also while a full disk keeps its facts from being written.
  if (store.snapshot().node(node.id) === undefined) await register();
  else await session.keep('node', register);
  leader.heartbeats.beat(node.id);
  host.opened(session);
  connection.send(session.feed.full(store.snapshot(), hello.known));
  context.log.info('node linked', { nodeId: node.id, nodeName: node.name });
  return session;
}

function openSession(
  context: ServerContext,
  connection: Connection<ServerMessage, NodeMessage>,
  nodeId: string,
): NodeSession {
  const feed = desiredFeed(nodeId);
  const dirty = new Set<string>();
  const flush = () => {
    const message = feed.difference(context.store.snapshot(), dirty);
    dirty.clear();
    if (message === undefined) return;
    connection.send(message);
    if (connection.bufferedBytes > maxBufferedBytes) connection.close('the node does not read what it is sent');
  };
  return {
    nodeId,
    feed,
    calls: callMux((message) => connection.send(message)),
    changed(allocationIds) {
      if (dirty.size === 0) queueMicrotask(flush);
      for (const id of allocationIds) dirty.add(id);
    },
    keep: keeper(context, connection, nodeId),
    close: (reason) => connection.close(reason),
  };
}

/** What makes no sense ends the link, and never this process. */
function takeOrRefuse(
  host: SessionHost,
  connection: Connection<ServerMessage, NodeMessage>,
  session: NodeSession,
  message: NodeMessage,
  refuse: (error: OrchError) => void,
): void {
  try {
    take(host, connection, session, message);
  } catch (error) {
    refuse(error instanceof OrchError ? error : new OrchError('bad-message', describeError(error)));
  }
}

function take(
  host: SessionHost,
  connection: Connection<ServerMessage, NodeMessage>,
  session: NodeSession,
  message: NodeMessage,
): void {
  const { leader, context } = host;
  leader.heartbeats.beat(session.nodeId);
  switch (message.type) {
    case 'hello':
      connection.close('hello came twice');
      return;
    case 'heartbeat':
      void reviveIfDown(host, session);
      return;
    case 'node': {
      const known = context.store.snapshot().node(session.nodeId);
      // Purged while it was linked: it registers anew.
      if (known === undefined) {
        connection.close('the node is not known any more');
        return;
      }
      const { secretHash } = known;
      const facts = decodeNode({ ...message.node, id: session.nodeId });
      const node = { ...facts, ...(secretHash === undefined ? {} : { secretHash }) };
      session.keep('node', () => leader.nodes.register(node));
      return;
    }
    case 'status': {
      const updates = goodUpdates(context, session, message.updates);
      const { sequence } = message;
      session.keep(
        'status',
        () => leader.clientUpdates.submit(session.nodeId, updates),
        () => connection.send({ type: 'status-ack', sequence }),
      );
      return;
    }
    default:
      session.calls.accept(message);
  }
}

/** An update that makes no sense is left out and named in the log: the others must not wait for it, nor come again with it. */
function goodUpdates(
  { log }: ServerContext,
  { nodeId }: NodeSession,
  updates: readonly AllocationUpdate[],
): readonly AllocationUpdate[] {
  if (!Array.isArray(updates)) throw new OrchError('bad-update', 'a status message has no updates');
  return updates.flatMap((update) => {
    try {
      return [decodeAllocationUpdate(update)];
    } catch (error) {
      log.error('a node says what cannot be kept', { nodeId, error: describeError(error) });
      return [];
    }
  });
}

/** A node that beats again over the same link after it was given up is ready again. */
async function reviveIfDown(host: SessionHost, session: NodeSession): Promise<void> {
  const node = host.context.store.snapshot().node(session.nodeId);
  if (node === undefined || node.status === 'ready') return;
  await session.keep('node', () => host.leader.nodes.register(node));
}

function checkHello(hello: Hello): void {
  if (hello.protocol !== linkProtocol) {
    throw new OrchError(
      'link-protocol',
      `the node speaks link protocol ${hello.protocol}, this server ${linkProtocol}`,
      {
        hint: 'run the same version of orch on servers and nodes',
      },
    );
  }
  if (typeof hello.secret !== 'string' || hello.secret === '') throw new OrchError('bad-hello', 'hello has no secret');
  if (!isCounts(hello.known)) throw new OrchError('bad-hello', 'hello does not say which allocations the node knows');
  if (Object.keys(hello.known).length > maxAllocationsPerHello) {
    throw new OrchError('bad-hello', `hello names more than ${maxAllocationsPerHello} allocations`);
  }
}

function isCounts(value: unknown): value is Readonly<Record<string, number>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((count) => typeof count === 'number');
}

function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function checkSecret(expected: string | undefined, given: string): void {
  if (expected === undefined || timingSafeEqual(Buffer.from(expected), Buffer.from(given))) return;
  throw new OrchError('wrong-secret', 'another node with this id is registered with another secret', {
    hint: "remove the node's data directory so that it makes a new id",
  });
}
