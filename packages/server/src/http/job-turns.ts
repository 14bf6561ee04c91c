// Read-then-write requests on one job take turns, so that what was read still holds when it is written.

export interface JobTurns {
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
}

export function jobTurns(): JobTurns {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run(key, work) {
      const result = (tails.get(key) ?? Promise.resolve()).then(work, work);
      const tail = result.catch(() => {});
      tails.set(key, tail);
      void tail.then(() => {
        if (tails.get(key) === tail) tails.delete(key);
      });
      return result;
    },
  };
}
