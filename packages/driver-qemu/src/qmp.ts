// A client of the QEMU Machine Protocol: greeting, capability negotiation, commands, events.
// Source: QEMU's "QEMU Machine Protocol Specification" (docs/interop/qmp-spec).

import { connect, type Socket } from 'node:net';

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

/** Connects and negotiates. QEMU serves one client at a time on a socket: close it soon. */
export async function connectQmp(path: string, timeoutMs: number): Promise<QmpClient> {
  const socket = connect({ path });
  const client = createQmpClient(socket);
  const timer = setTimeout(
    () => socket.destroy(new QmpError(`no QMP greeting at ${path} within ${timeoutMs} ms`)),
    timeoutMs,
  );
  try {
    await client.greeted;
    await client.execute('qmp_capabilities');
    return client;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

interface Waiter {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The protocol over a connected socket. `greeted` resolves with QEMU's greeting. */
export function createQmpClient(
  socket: Pick<Socket, 'on' | 'write' | 'end' | 'setEncoding'>,
): QmpClient & { readonly greeted: Promise<void> } {
  const waiters = new Map<number, Waiter>();
  const listeners: ((event: QmpEvent) => void)[] = [];
  let nextId = 1;
  let ended: Error | undefined;
  let rest = '';
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
    let message: {
      QMP?: unknown;
      event?: string;
      data?: Record<string, unknown>;
      id?: number;
      return?: unknown;
      error?: { class?: string; desc?: string };
    };
    try {
      message = JSON.parse(line);
    } catch (cause) {
      fail(new QmpError(`QEMU sent a line that is not JSON: ${line.slice(0, 80)}`, { cause }));
      return;
    }
    if (message.QMP !== undefined) greet.resolve(undefined);
    else if (message.event !== undefined)
      for (const listener of listeners) listener({ event: message.event, data: message.data ?? {} });
    else if (message.id !== undefined) {
      const waiter = waiters.get(message.id);
      waiters.delete(message.id);
      if (message.error !== undefined)
        waiter?.reject(new QmpError(message.error.desc ?? message.error.class ?? 'QEMU refused the command'));
      else waiter?.resolve(message.return);
    }
  };
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => {
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
