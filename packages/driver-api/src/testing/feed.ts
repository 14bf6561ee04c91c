// A list of items that many readers follow, each from the place it chose.

/** Items are kept for ever: a reader that comes late starts at `from`. */
export class Feed<T> {
  readonly #items: T[] = [];
  readonly #waiting = new Set<() => void>();
  #ended = false;

  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    this.#items.push(item);
    this.#wake();
  }

  /** Readers end when they have read everything. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Items behind position `from`; ends with the feed or, without an error, when `signal` aborts. */
  async *read(from: number, signal?: AbortSignal): AsyncGenerator<T> {
    let position = from;
    while (signal?.aborted !== true) {
      const item = this.#items[position];
      if (item !== undefined) {
        position += 1;
        yield item;
      } else if (this.#ended) return;
      else await this.#change(signal);
    }
  }

  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal?.addEventListener('abort', done, { once: true });
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
