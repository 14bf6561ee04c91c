// Runs asynchronous work one at a time, in the order it came.

export type SerialLane = <T>(work: () => Promise<T>) => Promise<T>;

/** A failed piece of work does not stop the next one. */
export function serialLane(): SerialLane {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => {});
    return next;
  };
}

export type KeyedLanes = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** One lane a key; a key's lane is forgotten when it is empty. */
export function keyedLanes(): KeyedLanes {
  const lanes = new Map<string, { lane: SerialLane; waiting: number }>();
  return async (key, work) => {
    const entry = lanes.get(key) ?? { lane: serialLane(), waiting: 0 };
    lanes.set(key, entry);
    entry.waiting += 1;
    try {
      return await entry.lane(work);
    } finally {
      entry.waiting -= 1;
      if (entry.waiting === 0) lanes.delete(key);
    }
  };
}

/**
 * Wraps `work` so that calls made while it runs share one further run: each caller waits for a run that began after its
 * call, however many callers there are.
 */
export function coalesced(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    const current = work().finally(() => {
      running = undefined;
    });
    running = current;
    return current;
  };
  return () => {
    if (running === undefined && next === undefined) return begin();
    next ??= (running ?? Promise.resolve())
      .catch(() => {})
      .then(() => {
        next = undefined;
        return begin();
      });
    return next;
  };
}

export interface WarmLane {
  run: SerialLane;
  /** The next piece of work goes alone again. */
  cool(): void;
}

/**
 * At most `limit` at a time, but the first one alone: it makes what the others share, and makers of the same thing
 * race.
 */
export function warmLane(limit: number): WarmLane {
  let first: Promise<void> | undefined;
  let running = 0;
  const waiting: (() => void)[] = [];

  async function limited<T>(work: () => Promise<T>): Promise<T> {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The place is handed over, so the number of running ones stays.
      if (next === undefined) running -= 1;
      else next();
    }
  }

  return {
    async run(work) {
      if (first !== undefined) {
        await first;
        return await limited(work);
      }
      const result = limited(work);
      first = result.then(
        () => {},
        () => {},
      );
      return await result;
    },
    cool() {
      first = undefined;
    },
  };
}
