// What both ends of the link need from a transport: an ordered, reliable message channel. A WebSocket in life, a pair in memory in --dev, tests and the simulator.

export interface Connection<Out, In> {
  /** Queues a message. After `close` it is dropped. */
  send(message: Out): void;
  /** Bytes queued and not yet handed to the network. */
  readonly bufferedBytes: number;
  onMessage(listener: (message: In) => void): void;
  /** Called once, with the reason for people. */
  onClose(listener: (reason: string) => void): void;
  close(reason: string): void;
}

/** Two connected ends in one process. Messages are delivered in order, on a later turn given by `defer`. */
export function connectionPair<A, B>(defer: (run: () => void) => void): readonly [Connection<A, B>, Connection<B, A>] {
  const left = end<A, B>(defer);
  const right = end<B, A>(defer);
  left.attach(right.deliver, right.closed);
  right.attach(left.deliver, left.closed);
  return [left.connection, right.connection];
}

function end<Out, In>(defer: (run: () => void) => void) {
  let deliverToOther: (message: Out) => void = () => {};
  let closeOther: (reason: string) => void = () => {};
  const messageListeners: ((message: In) => void)[] = [];
  const closeListeners: ((reason: string) => void)[] = [];
  const early: In[] = [];
  let open = true;
  const closed = (reason: string) => {
    if (!open) return;
    open = false;
    for (const listener of closeListeners) listener(reason);
  };
  const connection: Connection<Out, In> = {
    bufferedBytes: 0,
    send(message) {
      if (open) defer(() => deliverToOther(message));
    },
    onMessage(listener) {
      messageListeners.push(listener);
      for (const message of early.splice(0)) listener(message);
    },
    onClose(listener) {
      closeListeners.push(listener);
    },
    close(reason) {
      if (!open) return;
      closed(reason);
      defer(() => closeOther(reason));
    },
  };
  const deliver = (message: In) => {
    if (!open) return;
    if (messageListeners.length === 0) early.push(message);
    for (const listener of messageListeners) listener(message);
  };
  return {
    connection,
    deliver,
    closed,
    attach(deliverFn: (message: Out) => void, closeFn: (reason: string) => void) {
      deliverToOther = deliverFn;
      closeOther = closeFn;
    },
  };
}
