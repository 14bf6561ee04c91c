// A command inside a task, over the platform's own WebSocket.

import type { ExecInputWire, ExecOutputWire } from '../types/client.ts';
import { ApiError } from './api-error.ts';
import type { WriteOptions } from './transport.ts';

export interface ExecOptions extends WriteOptions {
  /** May be left out when the allocation has one task. */
  readonly task?: string;
  /** The program first. */
  readonly command: readonly string[];
  /** With a terminal: one output, resizable. @default false */
  readonly tty?: boolean;
}

export interface ExecOutput {
  readonly stream: 'stdout' | 'stderr';
  readonly data: Uint8Array;
}

export interface ExecSession {
  write(data: Uint8Array): void;
  closeInput(): void;
  resize(columns: number, rows: number): void;
  /** Until the command ended. One reader. */
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

/** Resolves once the socket is open. @param ask the same as a plain request: throws the reason of a refusal. @throws ApiError */
export async function openExec(url: URL, token: string | undefined, ask: () => Promise<unknown>): Promise<ExecSession> {
  const headers = token === undefined ? {} : { headers: { 'X-Nomad-Token': token } };
  const socket = new WebSocket(url, headers as unknown as string[]);
  socket.binaryType = 'arraybuffer';
  const exit = Promise.withResolvers<number>();
  exit.promise.catch(() => {});
  const output = outputQueue();
  const heartbeat = setInterval(() => socket.readyState === WebSocket.OPEN && socket.send('{}'), heartbeatMs);
  heartbeat.unref();

  socket.addEventListener('message', (event) => {
    const frame = JSON.parse(String(event.data)) as ExecOutputWire;
    for (const stream of ['stdout', 'stderr'] as const) {
      const data = frame[stream]?.data;
      if (data !== undefined && data !== '') output.push({ stream, data: Buffer.from(data, 'base64') });
    }
    if (frame.exited === true) exit.resolve(frame.result?.exit_code ?? 0);
  });
  socket.addEventListener('close', (event) => {
    clearInterval(heartbeat);
    output.end();
    const status = event.code > statusCodeBase ? event.code - statusCodeBase : 0;
    exit.reject(new ApiError(status, event.reason === '' ? 'the connection was lost' : event.reason));
  });
  await opened(socket, url, ask);

  const send = (frame: ExecInputWire) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(frame));
  return {
    write: (data) => void send({ stdin: { data: Buffer.from(data).toString('base64') } }),
    closeInput: () => void send({ stdin: { close: true } }),
    resize: (columns, rows) => void send({ tty_size: { height: rows, width: columns } }),
    output: output.items(),
    exitCode: exit.promise,
    close: () => socket.close(),
  };
}

/** The platform's WebSocket hides why an upgrade was refused, so a refused one is asked again as a plain request. */
async function opened(socket: WebSocket, url: URL, ask: () => Promise<unknown>): Promise<void> {
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.addEventListener('open', () => resolve(true), { once: true });
    socket.addEventListener('error', () => resolve(false), { once: true });
  });
  if (isOpen) return;
  await ask();
  throw new ApiError(0, `no terminal from ${url.host}: the agent refused it or did not answer`);
}

function outputQueue() {
  const queue: ExecOutput[] = [];
  let ended = false;
  let wake: () => void = () => {};
  return {
    push(item: ExecOutput) {
      queue.push(item);
      wake();
    },
    end() {
      ended = true;
      wake();
    },
    async *items(): AsyncGenerator<ExecOutput> {
      for (;;) {
        const item = queue.shift();
        if (item !== undefined) yield item;
        else if (ended) return;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
}
