// All node links of this server: who is connected, pushing on commit, calls by node.

import { OrchError } from '@orch/core/lib/errors';
import type { Connection } from '@orch/core/link/connection';
import type { NodeMessage, NodeMethod, ServerMessage } from '@orch/core/link/messages';
import type { NodeMethods } from '@orch/core/link/methods';
import type { CallStream } from '@orch/core/link/mux';
import type { Changes, Entry } from '@orch/core/state/entry';
import type { ServerContext } from '../config.ts';
import type { Leader } from '../loops/leader.ts';
import { type NodeSession, serveNode } from './node-session.ts';

export interface LinkServer {
  /** `opened` is told who it is once the node was let in. */
  accept(connection: Connection<ServerMessage, NodeMessage>, opened?: (nodeId: string) => void): void;
  isLinked(nodeId: string): boolean;
  /** Ends the link of a node, if it has one here. A node that lives comes back at once. */
  disconnect(nodeId: string, reason: string): void;
  /**
   * Calls a method on a node.
   * @throws OrchError `node-unreachable` when it has no link here.
   */
  call<Method extends NodeMethod>(
    nodeId: string,
    method: Method,
    params: NodeMethods[Method]['params'],
  ): CallStream<Method>;
  close(): void;
}

const closing = 'the server is closing';

export function linkServer(context: ServerContext, leader: Leader): LinkServer {
  const { store } = context;
  const sessions = new Map<string, NodeSession>();
  /** Also those that have not said who they are: they too are closed at the end. */
  const connections = new Set<Connection<ServerMessage, NodeMessage>>();
  let isClosed = false;
  const unsubscribe = store.onApplied((changes, entry) => push(context, sessions, changes, entry));
  const host = {
    context,
    leader,
    opened(session: NodeSession) {
      const earlier = sessions.get(session.nodeId);
      sessions.set(session.nodeId, session);
      earlier?.close('the node opened another link');
    },
    closed(session: NodeSession) {
      if (sessions.get(session.nodeId) === session) sessions.delete(session.nodeId);
    },
  };
  return {
    accept(connection, opened) {
      if (isClosed) {
        connection.close(closing);
        return;
      }
      connections.add(connection);
      connection.onClose(() => connections.delete(connection));
      serveNode(
        {
          ...host,
          opened(session) {
            host.opened(session);
            opened?.(session.nodeId);
          },
        },
        connection,
      );
    },
    isLinked: (nodeId) => sessions.has(nodeId),
    disconnect: (nodeId, reason) => sessions.get(nodeId)?.close(reason),
    call(nodeId, method, params) {
      const session = sessions.get(nodeId);
      if (session === undefined) {
        throw new OrchError('node-unreachable', `node ${nodeId} has no link to this server`, {
          hint: 'see `orch node status`: the node may be down or reconnecting',
        });
      }
      return session.calls.open(method, params);
    },
    close() {
      isClosed = true;
      unsubscribe();
      for (const connection of [...connections]) connection.close(closing);
    },
  };
}

function push(
  context: ServerContext,
  sessions: ReadonlyMap<string, NodeSession>,
  changes: Changes,
  entry: Entry,
): void {
  // What a node reported itself changes nothing it was told.
  if (changes.allocations.length === 0 || entry.kind === 'alloc-client-update') return;
  const snapshot = context.store.snapshot();
  for (const id of changes.allocations) {
    const allocation = snapshot.allocation(id);
    if (allocation !== undefined) sessions.get(allocation.nodeId)?.changed([id]);
    else for (const session of sessions.values()) if (session.feed.knows(id)) session.changed([id]);
  }
}
