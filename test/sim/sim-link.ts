// A link as its contract allows it to be: ordered, late, stalled for a while, and cut at any time with what is on its way lost.

import type { Random } from '@orch/core/lib/random';
import { decodeMessage, encodeMessage } from '@orch/core/link/codec';
import type { Connection } from '@orch/core/link/connection';
import type { NodeMessage, ServerMessage } from '@orch/core/link/messages';
import { between, type World } from './world.ts';

export interface SimLink {
  readonly node: Connection<NodeMessage, ServerMessage>;
  readonly server: Connection<ServerMessage, NodeMessage>;
  /** The cable is gone. Each end learns of it on its own, the server perhaps long after. */
  cut(serverNoticesMs: number): void;
  /** Nothing moves in one or both directions for this long; then all of it arrives. */
  stall(forMs: number, direction: 'to-node' | 'to-server' | 'both'): void;
}

export function simLink(world: World, random: Random): SimLink {
  const cable = { isCut: false };
  const toServer = pipe(world, random, cable);
  const toNode = pipe(world, random, cable);
  const node = end<NodeMessage, ServerMessage>(toServer);
  const server = end<ServerMessage, NodeMessage>(toNode);
  toServer.receiver = server;
  toNode.receiver = node;
  return {
    node: node.connection,
    server: server.connection,
    cut(serverNoticesMs) {
      cable.isCut = true;
      world.after(between(random, 0, 3_000), () => node.closed('the cable is cut'));
      world.after(serverNoticesMs, () => server.closed('the cable is cut'));
    },
    stall(forMs, direction) {
      if (direction !== 'to-node') toServer.freeAtMs = Math.max(toServer.freeAtMs, world.now + forMs);
      if (direction !== 'to-server') toNode.freeAtMs = Math.max(toNode.freeAtMs, world.now + forMs);
    },
  };
}

interface Receiver {
  deliver(frame: Uint8Array): void;
  closed(reason: string): void;
}

interface Pipe {
  receiver: Receiver | undefined;
  /** The next message arrives no earlier: messages never overtake each other. */
  freeAtMs: number;
  pass(run: (receiver: Receiver) => void): void;
}

function pipe(world: World, random: Random, cable: { readonly isCut: boolean }): Pipe {
  const made: Pipe = {
    receiver: undefined,
    freeAtMs: 0,
    pass(run) {
      made.freeAtMs = Math.max(made.freeAtMs, world.now + between(random, 0, random() < 0.1 ? 400 : 20));
      world.after(made.freeAtMs - world.now, () => {
        if (!cable.isCut && made.receiver !== undefined) run(made.receiver);
      });
    },
  };
  return made;
}

function end<Out extends NodeMessage | ServerMessage, In extends NodeMessage | ServerMessage>(out: Pipe) {
  const messageListeners: ((message: In) => void)[] = [];
  const closeListeners: ((reason: string) => void)[] = [];
  let open = true;
  const closed = (reason: string) => {
    if (!open) return;
    open = false;
    for (const listener of closeListeners) listener(reason);
  };
  const connection: Connection<Out, In> = {
    bufferedBytes: 0,
    send(message) {
      if (!open) return;
      // Through the real codec: the other end never shares an object with the sender.
      const frame = encodeMessage(message);
      out.pass((receiver) => receiver.deliver(frame));
    },
    onMessage: (listener) => void messageListeners.push(listener),
    onClose: (listener) => void closeListeners.push(listener),
    close(reason) {
      if (!open) return;
      closed(reason);
      out.pass((receiver) => receiver.closed(reason));
    },
  };
  const deliver = (frame: Uint8Array) => {
    if (open) for (const listener of messageListeners) listener(decodeMessage<In>(frame));
  };
  return { connection, deliver, closed };
}
