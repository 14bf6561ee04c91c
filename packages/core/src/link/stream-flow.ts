// One end of one multiplexed stream: ordered events in, bytes out under a credit window.

import type { OrchError } from '../lib/errors.ts';
import { type StreamMessage, streamWindowBytes } from './messages.ts';

/** What arrives on a stream, in order. */
export type StreamEvent =
  | { readonly type: 'data'; readonly channel: number; readonly bytes: Uint8Array }
  | { readonly type: 'finish'; readonly channel: number }
  | { readonly type: 'note'; readonly note: unknown };

/** Largest piece of data in one message, so that streams share a link fairly. */
export const maxPieceBytes = 65_536;

export interface StreamFlow {
  /** Resolves when the bytes were handed to the link; waits while the other end has no room. Rejects when the stream is over. */
  write(channel: number, bytes: Uint8Array): Promise<void>;
  finish(channel: number): void;
  note(note: unknown): void;
  /** Events in order until the stream is over. One reader; taking a piece of data gives the other end room for more. */
  events(): AsyncIterable<StreamEvent>;
  /** For the multiplexer: an incoming message of this stream. */
  accept(message: StreamMessage): void;
  /** For the multiplexer: no more events; a reader that waits is released, writers are rejected. */
  stop(reason: OrchError): void;
}

/** @param send hands a message to the link; messages of one stream keep their order. */
export function streamFlow(stream: number, send: (message: StreamMessage) => void): StreamFlow {
  const queue: StreamEvent[] = [];
  let room = streamWindowBytes;
  let stopped: OrchError | undefined;
  let wakeReader: () => void = () => {};
  let writers: (() => void)[] = [];
  let tail: Promise<void> = Promise.resolve();

  const push = (event: StreamEvent) => {
    if (stopped !== undefined) return;
    queue.push(event);
    wakeReader();
  };

  async function writeAll(channel: number, bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length; ) {
      if (stopped !== undefined) throw stopped;
      if (room <= 0) {
        await new Promise<void>((resolve) => writers.push(resolve));
        continue;
      }
      const piece = bytes.subarray(offset, offset + Math.min(room, maxPieceBytes));
      room -= piece.length;
      offset += piece.length;
      send({ type: 'data', stream, channel, bytes: piece });
    }
  }

  async function* read(): AsyncGenerator<StreamEvent> {
    for (;;) {
      const event = queue.shift();
      if (event !== undefined) {
        if (event.type === 'data' && stopped === undefined) send({ type: 'credit', stream, bytes: event.bytes.length });
        yield event;
      } else if (stopped !== undefined) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          wakeReader = resolve;
        });
      }
    }
  }

  return {
    write(channel, bytes) {
      const written = tail.then(() => writeAll(channel, bytes));
      tail = written.catch(() => {});
      return written;
    },
    finish(channel) {
      tail = tail.then(() => {
        if (stopped === undefined) send({ type: 'finish', stream, channel });
      });
    },
    note(note) {
      tail = tail.then(() => {
        if (stopped === undefined) send({ type: 'note', stream, note });
      });
    },
    events: read,
    accept(message) {
      if (message.type === 'data') push({ type: 'data', channel: message.channel, bytes: message.bytes });
      else if (message.type === 'finish') push({ type: 'finish', channel: message.channel });
      else if (message.type === 'note') push({ type: 'note', note: message.note });
      else if (message.type === 'credit') {
        room += message.bytes;
        const waiting = writers;
        writers = [];
        for (const wake of waiting) wake();
      }
    },
    stop(reason) {
      if (stopped !== undefined) return;
      stopped = reason;
      wakeReader();
      const waiting = writers;
      writers = [];
      for (const wake of waiting) wake();
    },
  };
}
