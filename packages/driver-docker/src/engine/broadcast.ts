// One publisher, many readers, each with a bounded queue of its own.

/** Items a slow reader may be behind before its oldest ones are dropped. */
const QUEUE_LIMIT = 1000;

interface Reader<T> {
  readonly queue: T[];
  wake: () => void;
}

export class Broadcast<T> {
  readonly #readers = new Set<Reader<T>>();
  #closed = false;

  publish(item: T): void {
    for (const reader of this.#readers) {
      reader.queue.push(item);
      if (reader.queue.length > QUEUE_LIMIT) reader.queue.shift();
      reader.wake();
    }
  }

  /** Items from this call on, behind `first`; ends without an error when `signal` aborts or the broadcast closes. */
  subscribe(signal: AbortSignal | undefined, first: readonly T[] = []): AsyncGenerator<T> {
    const reader: Reader<T> = { queue: [...first], wake: () => undefined };
    this.#readers.add(reader);
    return this.#read(reader, signal);
  }

  close(): void {
    this.#closed = true;
    for (const reader of this.#readers) reader.wake();
  }

  async *#read(reader: Reader<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
    const wake = () => reader.wake();
    signal?.addEventListener('abort', wake);
    try {
      while (!this.#closed && signal?.aborted !== true) {
        const item = reader.queue.shift();
        if (item !== undefined) yield item;
        else
          await new Promise<void>((resolve) => {
            reader.wake = resolve;
          });
      }
    } finally {
      signal?.removeEventListener('abort', wake);
      this.#readers.delete(reader);
    }
  }
}
