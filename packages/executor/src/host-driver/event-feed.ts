// Messages about tasks, from now on, to everybody who listens.
import type { TaskEvent } from '@orch/driver-api';

/** Newest messages kept for a listener that does not read; older ones are dropped. */
const BACKLOG = 256;

export interface EventFeed {
  publish(event: TaskEvent): void;
  /** Ends without an error when `signal` aborts. */
  listen(signal: AbortSignal | undefined): AsyncIterable<TaskEvent>;
  close(): void;
}

export function createEventFeed(): EventFeed {
  const listeners = new Set<(event: TaskEvent | 'closed') => void>();
  return {
    publish: (event) => {
      for (const listener of listeners) listener(event);
    },
    listen: (signal) => listenTo(listeners, signal),
    close: () => {
      for (const listener of listeners) listener('closed');
    },
  };
}

function listenTo(
  listeners: Set<(event: TaskEvent | 'closed') => void>,
  signal: AbortSignal | undefined,
): AsyncIterable<TaskEvent> {
  const waiting: TaskEvent[] = [];
  let closed = signal?.aborted === true;
  let wake = () => {};
  const listener = (event: TaskEvent | 'closed') => {
    if (event === 'closed') closed = true;
    else if (waiting.push(event) > BACKLOG) waiting.shift();
    wake();
  };
  const onAbort = () => listener('closed');
  // Listening begins with the call, not with the first read: a message in between is not lost.
  listeners.add(listener);
  signal?.addEventListener('abort', onAbort, { once: true });
  return {
    async *[Symbol.asyncIterator]() {
      try {
        while (!closed) {
          const event = waiting.shift();
          if (event !== undefined) yield event;
          else {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
      } finally {
        listeners.delete(listener);
        signal?.removeEventListener('abort', onAbort);
      }
    },
  };
}
