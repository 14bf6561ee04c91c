// Many calls over one link: the server opens streams, the node serves them. Pure: messages in, messages out.

import { OrchError } from '../lib/errors.ts';
import type { NodeMethod, StreamMessage } from './messages.ts';
import type { NodeMethods } from './methods.ts';
import { type StreamEvent, type StreamFlow, streamFlow } from './stream-flow.ts';

export type { StreamEvent } from './stream-flow.ts';

/** Streams open at once on one link; more are refused with `too-many-streams`. */
export const maxStreams = 1_024;

/** The caller's end of a stream. Read `events` to the end or `cancel`; `result` settles once. */
export interface CallStream<Method extends NodeMethod> {
  write(channel: number, bytes: Uint8Array): Promise<void>;
  finish(channel: number): void;
  note(note: unknown): void;
  events(): AsyncIterable<StreamEvent>;
  readonly result: Promise<NodeMethods[Method]['result']>;
  /** The caller is no longer interested: `result` rejects with `canceled`. */
  cancel(): void;
}

/** The serving end of a stream. It ends with the handler: its value is the result, its OrchError the error. */
export interface ServedStream {
  readonly method: NodeMethod;
  readonly params: unknown;
  write(channel: number, bytes: Uint8Array): Promise<void>;
  finish(channel: number): void;
  note(note: unknown): void;
  events(): AsyncIterable<StreamEvent>;
  /** Aborts when the caller canceled or the link is gone. */
  readonly canceled: AbortSignal;
}

export interface CallMux {
  open<Method extends NodeMethod>(method: Method, params: NodeMethods[Method]['params']): CallStream<Method>;
  accept(message: StreamMessage): void;
  /** Fails everything that is open; later calls fail at once. */
  close(reason: string): void;
}

interface OpenCall {
  readonly flow: StreamFlow;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: OrchError) => void;
}

/** The server's end. @param send hands a message to the link. */
export function callMux(send: (message: StreamMessage) => void): CallMux {
  const calls = new Map<number, OpenCall>();
  let next = 1;
  let closed: OrchError | undefined;

  const over = (stream: number, reason: OrchError): OpenCall | undefined => {
    const call = calls.get(stream);
    calls.delete(stream);
    call?.flow.stop(reason);
    return call;
  };

  return {
    open(method, params) {
      const stream = next++;
      const flow = streamFlow(stream, send);
      const settled = Promise.withResolvers<unknown>();
      settled.promise.catch(() => {});
      if (closed !== undefined || calls.size >= maxStreams) {
        const error = closed ?? new OrchError('too-many-streams', `${maxStreams} calls to this node are open already`);
        flow.stop(error);
        settled.reject(error);
      } else {
        calls.set(stream, { flow, resolve: settled.resolve, reject: settled.reject });
        send({ type: 'open', stream, method, params });
      }
      return {
        write: flow.write,
        finish: flow.finish,
        note: flow.note,
        events: flow.events,
        result: settled.promise as Promise<NodeMethods[typeof method]['result']>,
        cancel() {
          const reason = new OrchError('canceled', `the caller of ${method} went away`);
          const call = over(stream, reason);
          if (call === undefined) return;
          send({ type: 'cancel', stream });
          call.reject(reason);
        },
      };
    },
    accept(message) {
      if (message.type === 'end') over(message.stream, streamEnded)?.resolve(message.result);
      else if (message.type === 'error') {
        const options = message.hint === undefined ? {} : { hint: message.hint };
        const error = new OrchError(message.code, message.message, options);
        over(message.stream, error)?.reject(error);
      } else calls.get(message.stream)?.flow.accept(message);
    },
    close(reason) {
      closed = new OrchError('link-lost', `the link to the node is gone: ${reason}`);
      for (const stream of [...calls.keys()]) over(stream, closed)?.reject(closed);
    },
  };
}

export interface ServeMux {
  accept(message: StreamMessage): void;
  /** Aborts every handler that runs. */
  close(reason: string): void;
}

/** The node's end. `handle` runs once per stream; what it throws becomes the stream's error. */
export function serveMux(
  send: (message: StreamMessage) => void,
  handle: (stream: ServedStream) => Promise<unknown>,
): ServeMux {
  const served = new Map<number, { readonly flow: StreamFlow; readonly abort: AbortController }>();

  const over = (stream: number, reason: OrchError) => {
    const entry = served.get(stream);
    served.delete(stream);
    entry?.flow.stop(reason);
    entry?.abort.abort(reason);
  };

  async function run(stream: number, call: ServedStream, drained: () => Promise<void>): Promise<void> {
    let last: StreamMessage;
    try {
      const result = (await handle(call)) ?? null;
      await drained();
      last = { type: 'end', stream, result };
    } catch (error) {
      last = { type: 'error', stream, ...errorFields(error) };
    }
    if (!served.has(stream)) return;
    served.delete(stream);
    send(last);
  }

  return {
    accept(message) {
      if (message.type === 'cancel') over(message.stream, new OrchError('canceled', 'the caller went away'));
      else if (message.type !== 'open') served.get(message.stream)?.flow.accept(message);
      else if (served.size >= maxStreams) {
        const text = `${maxStreams} calls are open already`;
        send({ type: 'error', stream: message.stream, code: 'too-many-streams', message: text });
      } else {
        const { stream, method, params } = message;
        const flow = streamFlow(stream, send);
        const abort = new AbortController();
        served.set(stream, { flow, abort });
        const call = { ...flow, method, params, canceled: abort.signal };
        void run(stream, call, () => flow.write(0, new Uint8Array(0)));
      }
    },
    close(reason) {
      for (const stream of [...served.keys()]) over(stream, new OrchError('link-lost', `the link is gone: ${reason}`));
    },
  };
}

const streamEnded = new OrchError('stream-ended', 'the node ended the stream');

function errorFields(error: unknown): { readonly code: string; readonly message: string; readonly hint?: string } {
  const known = error as { code?: unknown; message?: unknown; hint?: unknown } | null;
  const hint = typeof known?.hint === 'string' ? { hint: known.hint } : {};
  return {
    code: typeof known?.code === 'string' ? known.code : 'internal',
    message: typeof known?.message === 'string' ? known.message : String(error),
    ...hint,
  };
}
