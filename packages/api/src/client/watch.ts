// Following something: a blocking read after another.

import type { Read, ReadOptions } from './transport.ts';

/** Yields the present answer, then each newer one, until `signal` aborts. An error of a read ends it. */
export async function* watch<T>(
  read: (options: ReadOptions) => Promise<Read<T>>,
  options: ReadOptions = {},
): AsyncGenerator<Read<T>> {
  const { signal } = options;
  let index = options.index ?? 0;
  while (!signal?.aborted) {
    let answer: Read<T>;
    try {
      answer = await read({ ...options, index });
    } catch (error) {
      if (signal?.aborted) return;
      throw error;
    }
    // An index that went back means another history: begin anew.
    const isNew = answer.index !== index || index === 0;
    index = answer.index < index ? 0 : answer.index;
    if (isNew) yield answer;
  }
}
