// A link connection over a WebSocket of the `ws` package: binary frames, one message each.

import { describeError } from '@orch/core/lib/errors';
import { decodeMessage, encodeMessage } from '@orch/core/link/codec';
import type { Connection } from '@orch/core/link/connection';
import type { NodeMessage, ServerMessage } from '@orch/core/link/messages';
import type { WebSocket } from 'ws';

/** Closing codes a peer may see: normal, and "the message made no sense". */
const normalClosure = 1000;
const unsupportedData = 1003;

export function websocketConnection(socket: WebSocket): Connection<ServerMessage, NodeMessage> {
  const messageListeners: ((message: NodeMessage) => void)[] = [];
  const closeListeners: ((reason: string) => void)[] = [];
  let open = true;
  const closed = (reason: string) => {
    if (!open) return;
    open = false;
    for (const listener of closeListeners) listener(reason);
  };
  const shut = (code: number, reason: string) => {
    closed(reason);
    // A close frame holds at most 123 bytes of reason.
    socket.close(
      code,
      Buffer.from(reason)
        .subarray(0, 120)
        .toString()
        .replace(/\uFFFD/g, ''),
    );
  };

  socket.binaryType = 'nodebuffer';
  socket.on('message', (data, isBinary) => {
    if (!open) return;
    if (!isBinary || !(data instanceof Buffer)) return shut(unsupportedData, 'link messages are binary');
    let message: NodeMessage;
    try {
      message = decodeMessage<NodeMessage>(data);
    } catch (error) {
      return shut(unsupportedData, describeError(error));
    }
    for (const listener of messageListeners) listener(message);
  });
  socket.on('close', (code, reason) => closed(reason.toString() || `connection closed (${code})`));
  socket.on('error', (error) => closed(describeError(error)));

  return {
    send(message) {
      if (open) socket.send(encodeMessage(message));
    },
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    onMessage: (listener) => messageListeners.push(listener),
    onClose: (listener) => closeListeners.push(listener),
    close: (reason) => shut(normalClosure, reason),
  };
}
