// A command inside a task, over a WebSocket. `ws` and not the platform's: that one cannot stop reading.

import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { ExecInputWire, ExecOutputWire } from '../types/client.ts';
import { ApiError } from './api-error.ts';
import { refusalOf, type WebSocketTarget, type WriteOptions } from './transport.ts';

const { connect } = process.getBuiltinModule('node:net');

export interface ExecOptions extends WriteOptions {
  /** May be left out when the allocation has one task. */
  readonly task?: string;
  /** The program first. */
  readonly command: readonly string[];
  /** With a terminal: one output, resizable. @default false */
  readonly tty?: boolean;
  /** Of the terminal when the command starts. */
  readonly size?: { readonly columns: number; readonly rows: number };
}

export interface ExecOutput {
  readonly stream: 'stdout' | 'stderr';
  readonly data: Uint8Array;
}

export interface ExecSession {
  /** Resolves when there is room for more, or the session is over. */
  write(data: Uint8Array): Promise<void>;
  closeInput(): void;
  resize(columns: number, rows: number): void;
  /** Until the command ended. One reader; what it does not take holds the command's writing up. */
  readonly output: AsyncIterable<ExecOutput>;
  /** Rejects with ApiError when the command could not run or the connection was lost. */
  readonly exitCode: Promise<number>;
  /** Gives up: the command is ended. */
  close(): void;
}

/** The field's clients send this while nothing else is sent. */
const heartbeatMs = 10_000;
/** Close codes 4000 + HTTP status carry an error. */
const statusCodeBase = 4_000;
/** Output beyond this waits in the socket until it is read. */
const maxQueuedBytes = 1024 * 1024;

/** Resolves once the socket is open. @throws ApiError with the reason of a refusal */
export async function openExec(target: WebSocketTarget): Promise<ExecSession> {
  const { WebSocket } = await import('ws');
  const { url, socketPath, headers } = target;
  const socket = new WebSocket(url, {
    headers,
    perMessageDeflate: false,
    ...(socketPath === undefined ? {} : { createConnection: () => connect(socketPath) }),
  });
  const exit = Promise.withResolvers<number>();
  exit.promise.catch(() => {});
  const output = outputQueue(socket);

  socket.on('message', (text) => {
    const frame = JSON.parse(String(text)) as ExecOutputWire;
    for (const stream of ['stdout', 'stderr'] as const) {
      const data = frame[stream]?.data;
      if (data !== undefined && data !== '') output.push({ stream, data: Buffer.from(data, 'base64') });
    }
    if (frame.exited === true) exit.resolve(frame.result?.exit_code ?? 0);
  });
  socket.on('close', (code, reason) => {
    output.end();
    const status = code > statusCodeBase ? code - statusCodeBase : 0;
    exit.reject(new ApiError(status, reason.length === 0 ? 'the connection was lost' : String(reason)));
  });
  await opened(socket, target);
  const heartbeat = setInterval(() => send({}), heartbeatMs);
  heartbeat.unref();
  socket.once('close', () => clearInterval(heartbeat));

  const send = (frame: ExecInputWire) =>
    new Promise<void>((resolve) => {
      // What could not be sent is told by the end of the session.
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame), () => resolve());
      else resolve();
    });
  return {
    write: (data) => send({ stdin: { data: Buffer.from(data).toString('base64') } }),
    closeInput: () => void send({ stdin: { close: true } }),
    resize: (columns, rows) => void send({ tty_size: { height: rows, width: columns } }),
    output: output.items(),
    exitCode: exit.promise,
    close() {
      // A socket that is not read would not see the other side's answer to the closing.
      socket.resume();
      socket.close();
    },
  };
}

async function opened(socket: WebSocket, { noAnswer }: WebSocketTarget): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.on('error', (cause) => reject(noAnswer(cause)));
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      refusalOf(response).then(reject, reject);
    });
  });
}

function outputQueue(socket: WebSocket) {
  const queue: ExecOutput[] = [];
  let bytes = 0;
  let ended = false;
  let wake: () => void = () => {};
  return {
    push(item: ExecOutput) {
      queue.push(item);
      bytes += item.data.byteLength;
      if (bytes > maxQueuedBytes) socket.pause();
      wake();
    },
    end() {
      ended = true;
      wake();
    },
    async *items(): AsyncGenerator<ExecOutput> {
      for (;;) {
        const item = queue.shift();
        if (item !== undefined) {
          bytes -= item.data.byteLength;
          if (socket.isPaused && bytes <= maxQueuedBytes / 2) socket.resume();
          yield item;
        } else if (ended) return;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
}
