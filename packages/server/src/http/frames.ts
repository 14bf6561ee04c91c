// Framed streams: concatenated JSON objects with base64 data, `{}` as a sign of life.

import type { StreamFrameWire } from '@orch/api/types/client';
import type { Clock } from '@orch/core/lib/clock';
import type { StreamEvent } from '@orch/core/link/mux';

/** A quiet stream says this often that it is alive. */
export const frameHeartbeatMs = 10_000;

/** Only the bytes of channel 0. */
export async function* plainBytes(events: AsyncIterable<StreamEvent>): AsyncGenerator<Uint8Array> {
  for await (const event of events) if (event.type === 'data' && event.channel === 0) yield event.bytes;
}

export interface FrameOptions {
  readonly clock: Clock;
  /** Name of the file until the node says another. */
  readonly file: string;
  readonly offset: number;
}

export async function* framedBytes(
  events: AsyncIterable<StreamEvent>,
  options: FrameOptions,
): AsyncGenerator<Uint8Array> {
  const iterator = events[Symbol.asyncIterator]();
  let { file, offset } = options;
  let pending = iterator.next();
  try {
    for (;;) {
      const result = await orQuiet(options.clock, pending);
      if (result === 'quiet') {
        yield frame({});
        continue;
      }
      if (result.done) return;
      pending = iterator.next();
      // What the next event brings is looked at in its turn, also when it is an error.
      pending.catch(() => {});
      const event = result.value;
      if (event.type === 'note') {
        ({ file, offset } = placeOf(event.note, { file, offset }));
      } else if (event.type === 'data') {
        offset += event.bytes.length;
        yield frame({ Offset: offset, Data: Buffer.from(event.bytes).toString('base64'), File: file });
      }
    }
  } finally {
    await iterator.return?.();
  }
}

function frame(content: StreamFrameWire): Uint8Array {
  return Buffer.from(`${JSON.stringify(content)}\n`);
}

/** A note of the node names the file that the next bytes come from and where they begin. */
function placeOf(note: unknown, present: { file: string; offset: number }): { file: string; offset: number } {
  const { file, offset } = (note ?? {}) as { file?: unknown; offset?: unknown };
  return {
    file: typeof file === 'string' ? file : present.file,
    offset: typeof offset === 'number' ? offset : present.offset,
  };
}

async function orQuiet<T>(clock: Clock, next: Promise<T>): Promise<T | 'quiet'> {
  let cancel: () => void = () => {};
  const quiet = new Promise<'quiet'>((resolve) => {
    cancel = clock.after(frameHeartbeatMs, () => resolve('quiet'));
  });
  try {
    return await Promise.race([next, quiet]);
  } finally {
    cancel();
  }
}
