// The exec WebSocket: JSON frames of the field on one side, a call's channels on the other.

import type { ExecInputWire, ExecOutputWire } from '@orch/api/types/client';
import type { CallStream } from '@orch/core/link/mux';
import type { WebSocket } from 'ws';
import { allocationOf } from './allocations-endpoint.ts';
import type { Api } from './api.ts';
import type { ApiRequest } from './api-request.ts';
import { HttpError, statusOf, textOf } from './http-error.ts';
import { openCall, taskOf } from './node-call.ts';

export const execPath = '/v1/client/allocation/:allocationId/exec';

/** A terminal that does not read its output stops the task's writing beyond this; a task that does not read, its caller's. */
const maxBufferedBytes = 1024 * 1024;
const bufferPollMs = 20;
const pausedPingMs = 1_000;
/** Close codes 4000 + HTTP status: how the field's clients learn what went wrong. */
const statusCodeBase = 4_000;
/** The kernel keeps a terminal's columns and rows in 16 bits. */
const maxTerminalSide = 65_535;

/** Checks what is asked and opens the call before the socket is accepted. @throws HttpError 400, 404 */
export function openExec(api: Api, request: ApiRequest): CallStream<'alloc.exec'> {
  const ask = checkExec(api, request);
  return openCall(api, request, 'alloc.exec', ({ id }) => ({ allocationId: id, ...ask }));
}

/** The same path without an upgrade: what is wrong with the request, or that it must be a WebSocket. */
export function execWithoutUpgrade(api: Api, request: ApiRequest): never {
  checkExec(api, request);
  throw new HttpError(426, 'this path speaks WebSocket');
}

function checkExec(api: Api, request: ApiRequest) {
  const { clientStatus } = allocationOf(api.context.store.snapshot(), request);
  if (clientStatus !== 'running') throw new HttpError(400, `the allocation is ${clientStatus}, not running`);
  const task = taskOf(api, request, request.query.get('task'));
  return { task, command: commandOf(request.query.get('command')), tty: request.flag('tty'), ...sizeOf(request) };
}

/** Ours, not the field's: a size sent as a frame comes after the command has begun, which may have asked by then. */
function sizeOf(request: ApiRequest): { readonly columns?: number; readonly rows?: number } {
  const [columns, rows] = [request.integer('columns', 0), request.integer('rows', 0)];
  const isSize = (count: number) => count > 0 && count <= maxTerminalSide;
  return isSize(columns) && isSize(rows) ? { columns, rows } : {};
}

function commandOf(text: string | null): readonly string[] {
  let command: unknown;
  try {
    command = JSON.parse(text ?? '[]');
  } catch {
    command = undefined;
  }
  if (Array.isArray(command) && command.length > 0 && command.every((part) => typeof part === 'string')) return command;
  throw new HttpError(400, 'query parameter command must be a JSON list of texts, the program first');
}

/** Runs until the command ended or the caller went away. */
export async function serveExec(api: Api, socket: WebSocket, call: CallStream<'alloc.exec'>): Promise<void> {
  socket.on('close', () => call.cancel());
  socket.on('error', () => call.cancel());
  const takeInput = inputOf(api, call, socket);
  socket.on('message', (data) => {
    try {
      takeInput(JSON.parse(String(data)) as ExecInputWire);
    } catch {
      socket.close(statusCodeBase + 400, 'frames are JSON objects');
      call.cancel();
    }
  });
  const send = (frame: ExecOutputWire) => socket.send(JSON.stringify(frame));
  try {
    for await (const event of call.events()) {
      const channel = event.type === 'note' ? undefined : channelName(event.channel);
      if (channel === undefined) continue;
      if (event.type === 'data') send({ [channel]: { data: Buffer.from(event.bytes).toString('base64') } });
      if (event.type === 'finish') send({ [channel]: { close: true } });
      await untilRead(api, socket);
    }
    const { exitCode } = await call.result;
    send({ exited: true, result: { exit_code: exitCode } });
    socket.close(1000);
  } catch (error) {
    socket.close(statusCodeBase + statusOf(error), Buffer.from(textOf(error)).subarray(0, 120).toString());
  }
}

/** Hands frames on; while more than the limit waits for room on the node, no more is read. */
function inputOf(api: Api, call: CallStream<'alloc.exec'>, socket: WebSocket): (frame: ExecInputWire) => void {
  let waiting = 0;
  const send = async (bytes: Uint8Array) => {
    waiting += bytes.length;
    if (waiting > maxBufferedBytes && !socket.isPaused) {
      socket.pause();
      void pingWhilePaused(api, socket);
    }
    // Errors end the call itself.
    await call.write(0, bytes).catch(() => {});
    waiting -= bytes.length;
    if (socket.isPaused && waiting <= maxBufferedBytes / 2) socket.resume();
  };
  return ({ stdin, tty_size: size }) => {
    // A buffer is also made of other things, such as an object that says how long it is.
    if (typeof (stdin?.data ?? '') !== 'string') throw new TypeError('the data of a frame is text');
    if (stdin?.data !== undefined && stdin.data !== '') void send(Buffer.from(stdin.data, 'base64'));
    if (stdin?.close === true) call.finish(0);
    if (size !== undefined) call.note({ columns: size.width, rows: size.height });
  };
}

/** A socket that is not read does not see that its caller went away; writing to it does. */
async function pingWhilePaused(api: Api, socket: WebSocket): Promise<void> {
  while (socket.isPaused && socket.readyState === socket.OPEN) {
    socket.ping();
    await new Promise<void>((resolve) => api.context.clock.after(pausedPingMs, resolve));
  }
}

function channelName(channel: number): 'stdout' | 'stderr' | undefined {
  if (channel === 1) return 'stdout';
  return channel === 2 ? 'stderr' : undefined;
}

async function untilRead(api: Api, socket: WebSocket): Promise<void> {
  while (socket.bufferedAmount > maxBufferedBytes && socket.readyState === socket.OPEN) {
    await new Promise<void>((resolve) => api.context.clock.after(bufferPollMs, resolve));
  }
}
