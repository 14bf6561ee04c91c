// A client of the QEMU Machine Protocol: greeting, capability negotiation, commands, events.
// Source: QEMU's "QEMU Machine Protocol Specification" (docs/interop/qmp-spec).

import type { Socket } from 'node:net';

export interface QmpEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export class QmpError extends Error {
  override readonly name = 'QmpError';
}

export interface QmpClient {
  /** Sends a command; resolves with its `return`. @throws QmpError when QEMU refuses it or the connection ends first. */
  execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
  onEvent(listener: (event: QmpEvent) => void): void;
  close(): void;
}

/**
 * What a QEMU says in answer to the few commands of this driver is some kilobytes. One that was taken over may say
 * anything, for ever: nobody listens beyond this.
 */
const MOST_BYTES = 1_048_576;

interface Waiter {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

type Message = Readonly<Partial<Record<'QMP' | 'event' | 'data' | 'id' | 'return' | 'error', unknown>>>;

/** Undefined for what is no JSON object. */
function parseMessage(line: string): Message | undefined {
  try {
    return asObject(JSON.parse(line));
  } catch {
    return undefined; // no JSON
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : undefined;
}

function refusal(error: unknown): string {
  const words = asObject(error);
  return String(words?.['desc'] ?? words?.['class'] ?? 'QEMU refused the command').slice(0, 1_000);
}

/** The protocol over a connected socket. `greeted` resolves with QEMU's greeting. */
export function createQmpClient(
  socket: Pick<Socket, 'on' | 'write' | 'end' | 'setEncoding' | 'destroy'>,
): QmpClient & { readonly greeted: Promise<void> } {
  const waiters = new Map<number, Waiter>();
  const listeners: ((event: QmpEvent) => void)[] = [];
  let nextId = 1;
  let ended: Error | undefined;
  let rest = '';
  let received = 0;
  let greet: Waiter = { resolve() {}, reject() {} };
  const greeted = new Promise<void>((resolve, reject) => {
    greet = { resolve: () => resolve(), reject };
  });
  // A caller that never asks for the greeting must not bring the process down.
  greeted.catch(() => {});

  const fail = (error: Error) => {
    ended ??= error;
    greet.reject(error);
    for (const waiter of waiters.values()) waiter.reject(error);
    waiters.clear();
  };
  const receive = (line: string) => {
    const message = parseMessage(line);
    if (message === undefined) {
      socket.destroy(new QmpError(`QEMU sent a line that is no message: ${line.slice(0, 80)}`));
      return;
    }
    if (message.QMP !== undefined) greet.resolve(undefined);
    else if (typeof message.event === 'string')
      for (const listener of listeners) listener({ event: message.event, data: asObject(message.data) ?? {} });
    else if (typeof message.id === 'number') {
      const waiter = waiters.get(message.id);
      waiters.delete(message.id);
      if (message.error !== undefined) waiter?.reject(new QmpError(refusal(message.error)));
      else waiter?.resolve(message.return);
    }
  };
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => {
    received += String(chunk).length;
    if (received > MOST_BYTES) {
      socket.destroy(new QmpError(`QEMU sent more than ${MOST_BYTES} bytes`));
      return;
    }
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') receive(line);
  });
  socket.on('error', (error: Error) => fail(error));
  socket.on('close', () => fail(new QmpError('QEMU closed the connection')));

  return {
    greeted,
    execute(command, args) {
      if (ended !== undefined) return Promise.reject(ended);
      const id = nextId;
      nextId += 1;
      return new Promise((resolve, reject) => {
        waiters.set(id, { resolve, reject });
        socket.write(
          `${JSON.stringify({ execute: command, id, ...(args === undefined ? {} : { arguments: args }) })}\n`,
        );
      });
    },
    onEvent(listener) {
      listeners.push(listener);
    },
    close() {
      socket.end();
    },
  };
}
