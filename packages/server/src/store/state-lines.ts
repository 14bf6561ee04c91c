// A saved state between the state machine's lines and the journal's bytes.

import { createStateRestorer, type State } from '@orch/core/state';

/** Lets the event loop run between two pages of a large state. */
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** One chunk a line, with pauses, over a view that is taken at the first call. */
export function stateChunks(lines: Iterable<string>): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder();
  return (async function* () {
    for (const line of lines) {
      yield encoder.encode(`${line}\n`);
      await nextTurn();
    }
  })();
}

/** @throws OrchError `state-invalid` */
export async function readState(chunks: AsyncIterable<Uint8Array>): Promise<State> {
  const restorer = createStateRestorer();
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) restorer.line(line);
  }
  return restorer.finish();
}
